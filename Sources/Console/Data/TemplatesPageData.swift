package import Documents
package import Kernel

/// One template in the list.
package struct TemplateRow: Sendable, Equatable {
    package var name: String
    package var title: String
    /// What it is for; empty for none.
    package var purpose: String
    /// As it is written, with its places unfilled.
    package var subject: String
    /// The topic's title; empty where it has none.
    package var topic: String
    /// Sent whatever consent says: receipts, passwords.
    package var isTransactional: Bool
    package var version: Int
    package var appliedAt: Timestamp?
    /// Journeys and campaigns that send it.
    package var usedBy: [DefinitionLink]
    /// What would keep it from being sent.
    package var errors: Int
    package var warnings: Int

    package init(
        name: String, title: String, purpose: String = "", subject: String = "", topic: String = "",
        isTransactional: Bool = false, version: Int = 1, appliedAt: Timestamp? = nil,
        usedBy: [DefinitionLink] = [], errors: Int = 0, warnings: Int = 0
    ) {
        self.name = name
        self.title = title
        self.purpose = purpose
        self.subject = subject
        self.topic = topic
        self.isTransactional = isTransactional
        self.version = version
        self.appliedAt = appliedAt
        self.usedBy = usedBy
        self.errors = errors
        self.warnings = warnings
    }
}

/// What the lint has to say about a template.
package struct TemplateFinding: Sendable, Equatable {
    package enum Severity: String, Sendable, CaseIterable {
        /// It can't be sent so.
        case error
        case warning
        case advice
    }

    package var severity: Severity
    /// From 1; nil where it concerns no line of its own.
    package var line: Int?
    /// What is wrong.
    package var text: String
    /// What to do about it; empty for none.
    package var advice: String

    package init(
        severity: Severity, line: Int? = nil, text: String, advice: String = ""
    ) {
        self.severity = severity
        self.line = line
        self.text = text
        self.advice = advice
    }
}

/// What the page of one template shows.
package struct TemplatePageData: Sendable, Equatable {
    package var row: TemplateRow
    package var yaml: String

    package init(
        row: TemplateRow, yaml: String
    ) {
        self.row = row
        self.yaml = yaml
    }
}

/// For whom a template is filled in.
package enum PreviewPerson: Sendable, Equatable {
    /// A made-up customer, for members who may not see any.
    case sample
    /// Some customer who was here lately; a made-up one where there is none.
    case recent
    case customer(ID<Customer>)
}

/// What a template that isn't saved would come to.
package struct TemplatePreview: Sendable, Equatable {
    package var subject: String
    package var preheader: String
    /// As it would be sent, without what counts opens and clicks; empty where there is only text.
    package var html: String
    package var text: String
    /// For whom it was filled in; nil for a made-up one.
    package var customer: ID<Customer>?
    package var customerLabel: String
    /// In the order in which they are to be shown.
    package var findings: [TemplateFinding]
    /// Why it can't be filled in at all.
    package var problem: DocumentProblem?

    package init(
        subject: String = "", preheader: String = "", html: String = "", text: String = "",
        customer: ID<Customer>? = nil, customerLabel: String = "", findings: [TemplateFinding] = [],
        problem: DocumentProblem? = nil
    ) {
        self.subject = subject
        self.preheader = preheader
        self.html = html
        self.text = text
        self.customer = customer
        self.customerLabel = customerLabel
        self.findings = findings
        self.problem = problem
    }
}

/// A message that is to be sent once, to see how it looks.
package struct TestMail: Sendable, Equatable {
    /// The template's source, saved or not.
    package var yaml: String
    /// For whom it is filled in.
    package var person: PreviewPerson
    /// Where it goes.
    package var address: String

    package init(
        yaml: String, person: PreviewPerson, address: String
    ) {
        self.yaml = yaml
        self.person = person
        self.address = address
    }
}

/// What came of asking for a test.
package enum TestMailOutcome: Sendable, Equatable {
    /// The provider took it, or is being asked; in plain words.
    case sent(String)
    case refused(reason: String)
}
