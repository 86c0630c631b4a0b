package import Kernel

/// One mail, and what became of it.
package struct MessageRow: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// Handed over when the machine or the connection died: nobody knows whether it arrived.
        case inDoubt
        case sending
        /// The provider took it.
        case accepted
        /// Not taken now; it is tried again.
        case deferred
        /// Not taken for good, and not the address's fault.
        case refused
        case bounced
        /// Consent was withdrawn or the address suppressed when it was to be sent.
        case suppressed
        /// Past its deadline.
        case expired
        /// It could not be made.
        case failed
    }

    /// What asked for a message.
    package struct Origin: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            case journey
            case campaign
            case test
            case other
        }

        package var kind: Kind
        /// The journey's or campaign's name.
        package var name: String
        package var title: String
        /// The journey's step; empty where there is none.
        package var step: String

        package init(
            kind: Kind = .other, name: String = "", title: String = "", step: String = ""
        ) {
            self.kind = kind
            self.name = name
            self.title = title
            self.step = step
        }
    }

    /// What its address says: `msg_…`.
    package var message: String
    package var state: State
    package var subject: String
    package var customer: ID<Customer>?
    package var customerLabel: String
    /// Where it went.
    package var address: String
    package var template: String
    package var templateTitle: String
    /// Why it was sent.
    package var origin: Origin
    package var decidedAt: Timestamp
    package var sentAt: Timestamp?
    /// When it is tried (again); nil where it won't be.
    package var dueAt: Timestamp?
    /// What the provider said last, or why it isn't sent, in plain words; empty for nothing.
    package var note: String
    /// Whether the recipient called it spam.
    package var isComplained: Bool
    /// Times that people opened it; not those of machines.
    package var opens: Int
    /// Times that people followed a link in it; not those of machines.
    package var clicks: Int
    /// Whether a person may have it sent again: it is in doubt, or was given up.
    package var maySendAgain: Bool

    package init(
        message: String, state: State, subject: String, customer: ID<Customer>? = nil,
        customerLabel: String = "", address: String = "", template: String = "",
        templateTitle: String = "", origin: Origin = Origin(), decidedAt: Timestamp,
        sentAt: Timestamp? = nil, dueAt: Timestamp? = nil, note: String = "",
        isComplained: Bool = false, opens: Int = 0, clicks: Int = 0, maySendAgain: Bool = false
    ) {
        self.message = message
        self.state = state
        self.subject = subject
        self.customer = customer
        self.customerLabel = customerLabel
        self.address = address
        self.template = template
        self.templateTitle = templateTitle
        self.origin = origin
        self.decidedAt = decidedAt
        self.sentAt = sentAt
        self.dueAt = dueAt
        self.note = note
        self.isComplained = isComplained
        self.opens = opens
        self.clicks = clicks
        self.maySendAgain = maySendAgain
    }
}

/// Which messages are wanted.
package struct MessageQuery: Sendable, Equatable {
    /// Nil for all; likewise below.
    package var state: MessageRow.State?
    /// The receiving domain, in lower case.
    package var domain: String?
    package var template: String?
    /// The name of the journey or campaign.
    package var origin: String?
    package var after: String?
    package var limit: Int

    package init(
        state: MessageRow.State? = nil, domain: String? = nil, template: String? = nil,
        origin: String? = nil, after: String? = nil, limit: Int
    ) {
        self.state = state
        self.domain = domain
        self.template = template
        self.origin = origin
        self.after = after
        self.limit = limit
    }
}

/// A page of messages.
package struct MessagePage: Sendable, Equatable {
    /// Newest first.
    package var messages: [MessageRow]
    /// How many of each state there are in all; those with none may be left out.
    package var counts: [MessageRow.State: Int]
    /// Templates that messages were made of, to filter by.
    package var templates: [DefinitionLink]
    package var next: String?

    package init(
        messages: [MessageRow] = [], counts: [MessageRow.State: Int] = [:],
        templates: [DefinitionLink] = [], next: String? = nil
    ) {
        self.messages = messages
        self.counts = counts
        self.templates = templates
        self.next = next
    }
}

/// How one receiving domain treats what is sent to it.
package struct MailDomainRow: Sendable, Equatable {
    package var domain: String
    /// Handed over, whatever came of it.
    package var sent: Int
    package var accepted: Int
    /// Waiting to be tried again.
    package var deferred: Int
    package var bounced: Int
    package var complained: Int
    /// Messages that people opened.
    package var opened: Int
    /// Messages that only machines opened.
    package var machineOpened: Int
    /// Messages in which people followed a link.
    package var clicked: Int
    /// Messages in which only machines followed links.
    package var machineClicked: Int
    /// The provider's last answer that wasn't a plain yes, in plain words; empty for none.
    package var answer: String
    package var answerAt: Timestamp?

    package init(
        domain: String, sent: Int = 0, accepted: Int = 0, deferred: Int = 0, bounced: Int = 0,
        complained: Int = 0, opened: Int = 0, machineOpened: Int = 0, clicked: Int = 0,
        machineClicked: Int = 0, answer: String = "", answerAt: Timestamp? = nil
    ) {
        self.domain = domain
        self.sent = sent
        self.accepted = accepted
        self.deferred = deferred
        self.bounced = bounced
        self.complained = complained
        self.opened = opened
        self.machineOpened = machineOpened
        self.clicked = clicked
        self.machineClicked = machineClicked
        self.answer = answer
        self.answerAt = answerAt
    }
}

/// Whether mail goes out.
package struct MailStanding: Sendable, Equatable {
    /// The lane stops by itself, such as when the provider is away.
    package struct Hold: Sendable, Equatable {
        /// In plain words.
        package var reason: String
        /// When it is tried again; nil where that isn't known.
        package var until: Timestamp?

        package init(
            reason: String, until: Timestamp? = nil
        ) {
            self.reason = reason
            self.until = until
        }
    }

    /// Names of the settings that are missing; empty where mail is set up.
    package var missing: [String]
    /// Why nothing goes out for a while; nil where it does.
    package var hold: Hold?
    /// Who paused all mail; nil where it isn't paused.
    package var pausedBy: String?
    package var pausedAt: Timestamp?
    /// Messages that are due and not handed over.
    package var waiting: Int

    package init(
        missing: [String] = [], hold: Hold? = nil, pausedBy: String? = nil,
        pausedAt: Timestamp? = nil, waiting: Int = 0
    ) {
        self.missing = missing
        self.hold = hold
        self.pausedBy = pausedBy
        self.pausedAt = pausedAt
        self.waiting = waiting
    }
}
