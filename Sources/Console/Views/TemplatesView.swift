import Documents
import Insights
import Kernel

/// The list of templates.
struct TemplatesView {
    struct Row {
        let title: String
        let name: String
        let path: String
        let purpose: String?
        let subject: String
        let topic: String
        let version: String
        let users: [SegmentView.Link]
        let hasUsers: Bool
        let findings: String
        let mark: String
    }

    let rows: [Row]
    let hasRows: Bool
    let count: String

    init(_ templates: [TemplateRow], formats: Formats) {
        rows = templates.map { Row($0, formats) }
        hasRows = !rows.isEmpty
        count = formats.words(
            "templates.count", count: templates.count, formats.integer(templates.count))
    }
}

extension TemplatesView.Row {
    init(_ row: TemplateRow, _ formats: Formats) {
        let words = formats.words
        title = row.title.isEmpty ? row.name : row.title
        name = row.name
        path = "/templates/\(FormFields.encode(row.name))"
        purpose = row.purpose.isEmpty ? nil : row.purpose
        subject = row.subject
        topic =
            row.isTransactional
            ? words("stream.transactional")
            : row.topic.isEmpty ? words("stream.marketing") : row.topic
        version =
            row.appliedAt.map {
                words("definition.version", formats.integer(row.version), formats.moment($0))
            } ?? words("definition.versionOnly", formats.integer(row.version))
        users = row.usedBy.map { SegmentView.Link($0, words) }
        hasUsers = !users.isEmpty
        if row.errors > 0 {
            findings = words("template.errors", count: row.errors, formats.integer(row.errors))
            mark = "finding-error"
        } else if row.warnings > 0 {
            findings = words(
                "template.warnings", count: row.warnings, formats.integer(row.warnings))
            mark = "finding-warning"
        } else {
            (findings, mark) = (words("template.clean"), "finding-none")
        }
    }
}

extension SegmentView.Link {
    init(_ link: DefinitionLink, _ words: Words) {
        title = link.title.isEmpty ? link.name : link.title
        path = link.path
        kind = words("definition.\(link.kind.rawValue)")
    }
}

extension DefinitionLink {
    var path: String { "/\(kind.rawValue)s/\(FormFields.encode(name))" }
}

extension DefinitionLink.Kind {
    /// Where it is looked at.
    var room: Room {
        switch self {
        case .segment: .segments
        case .journey: .journeys
        case .campaign: .campaigns
        case .template: .templates
        }
    }
}

/// What the template editor's form holds.
struct TemplateDraft {
    var yaml: String
    /// The template's name where it is there already.
    var edited: String?
    /// Who was typed in, to fill it in for; empty for some recent customer.
    var customer: String
    var testAddress: String
    var look: PreviewLook

    init(_ fields: FormFields, yaml: String? = nil) {
        self.yaml = yaml ?? fields["yaml"] ?? ""
        edited = fields["edited"].flatMap { DefinitionName.isValid($0) ? $0 : nil }
        customer = String((fields["customer"] ?? "").prefix(200))
        testAddress = String((fields["address"] ?? "").prefix(254))
        look = PreviewLook(fields)
    }
}

/// How a mail is looked at: switched without asking the server.
struct PreviewLook {
    struct Choice {
        let id: String
        let name: String
        let value: String
        let label: String
        let isOn: Bool
    }

    /// The first of each is what one begins with.
    static let groups = [
        ("look-view", ["html", "text", "subject"]), ("look-width", ["phone", "desktop"]),
        ("look-scheme", ["light", "dark"]),
    ]

    private var chosen: [String: String] = [:]

    init(_ fields: FormFields) {
        for (name, values) in Self.groups {
            chosen[name] = fields[name].flatMap { values.contains($0) ? $0 : nil } ?? values[0]
        }
    }

    func choices(_ name: String, _ words: Words) -> [Choice] {
        let values = Self.groups.first { $0.0 == name }?.1 ?? []
        return values.map { value in
            Choice(
                id: "\(name)-\(value)", name: name, value: value,
                label: words("look.\(value)"), isOn: chosen[name] == value)
        }
    }
}

/// Customers to choose from.
struct TemplatePeopleView {
    struct Person {
        let value: String
        let label: String
    }

    let people: [Person]

    init(_ rows: [CustomerRow]) {
        people = rows.map { row in
            Person(
                value: row.email.isEmpty ? row.customer.description : row.email, label: row.label)
        }
    }
}
