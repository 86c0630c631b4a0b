import Kernel

/// How mail gets through, and the messages themselves.
struct MessagesView {
    struct Chip {
        let label: String
        let path: String
        let isOn: Bool
    }

    struct Domain {
        let domain: String
        let path: String?
        let sent: String
        let accepted: String
        let deferred: String
        let bounced: String
        let bouncedShare: String
        let isBouncing: Bool
        let complained: String
        let complainedShare: String
        let isComplaining: Bool
        let opened: String
        let openedNote: String
        let clicked: String
        let clickedNote: String
        let answer: String?
        let answerAt: String?
    }

    let standing: StandingView
    let domains: [Domain]
    let hasDomains: Bool
    let doubtful: [MessageView]
    let hasDoubtful: Bool
    let chips: [Chip]
    let templates: [Chip]
    let hasTemplates: Bool
    let messages: [MessageView]
    let hasMessages: Bool
    let showsMessages: Bool
    let isEmpty: Bool
    let nextPath: String?
    let firstPath: String?

    /// Gmail's and Yahoo's rules for senders: from 0.3% of complaints on, mail is turned away.
    private static let complaintShareMax = 0.003
    /// Above this, a list holds addresses that nobody asked.
    private static let bounceShareMax = 0.02

    init(
        _ page: MessagePage, _ query: MessageQuery, doubtful: [MessageRow],
        domains: [MailDomainRow], standing: MailStanding, seesPeople: Bool, formats: Formats
    ) {
        let words = formats.words
        func path(_ change: (inout MessageQuery) -> Void) -> String {
            var query = query
            query.after = nil
            change(&query)
            return Self.path(query)
        }
        self.standing = StandingView(standing, formats)
        self.domains = domains.map {
            Domain($0, path: seesPeople ? Self.path(domain: $0.domain) : nil, formats)
        }
        hasDomains = !domains.isEmpty
        self.doubtful = doubtful.map { MessageView($0, formats) }
        hasDoubtful = !doubtful.isEmpty
        let states = MessageRow.State.allCases.compactMap { state -> Chip? in
            let isOn = query.state == state
            let count = page.counts[state] ?? 0
            guard count > 0 || isOn else { return nil }
            return Chip(
                label: words(
                    "letter.state.count", words("mail.state.\(state.rawValue)"),
                    formats.integer(count)), path: path { $0.state = isOn ? nil : state },
                isOn: isOn)
        }
        // What can be taken off again, but isn't offered here, stands last.
        let others = [
            query.domain.map { name in
                Chip(label: name, path: path { $0.domain = nil }, isOn: true)
            },
            query.origin.map { name in
                Chip(label: name, path: path { $0.origin = nil }, isOn: true)
            },
        ].compactMap(\.self)
        chips = states + others
        var links = page.templates
        if let name = query.template, !links.contains(where: { $0.name == name }) {
            links.append(DefinitionLink(.template, name: name, title: ""))
        }
        templates = links.map { link in
            let isOn = query.template == link.name
            return Chip(
                label: link.title.isEmpty ? link.name : link.title,
                path: path { $0.template = isOn ? nil : link.name }, isOn: isOn)
        }
        hasTemplates = !templates.isEmpty
        messages = page.messages.map { MessageView($0, formats) }
        hasMessages = !messages.isEmpty
        showsMessages = seesPeople
        isEmpty = messages.isEmpty && domains.isEmpty && Self.path(query) == "/messages"
        nextPath = page.next.map { next in path { $0.after = next } }
        firstPath = query.after == nil ? nil : path { _ in }
    }

    static func path(domain: String) -> String {
        path(MessageQuery(domain: domain, limit: 0))
    }

    private static func path(_ query: MessageQuery) -> String {
        var fields = FormFields()
        if let state = query.state { fields.append("state", state.rawValue) }
        if let domain = query.domain { fields.append("domain", domain) }
        if let template = query.template { fields.append("template", template) }
        if let origin = query.origin { fields.append("origin", origin) }
        if let after = query.after { fields.append("after", after) }
        return fields.encoded.isEmpty ? "/messages" : "/messages?\(fields.encoded)"
    }
}

extension MessagesView.Domain {
    init(_ row: MailDomainRow, path: String?, _ formats: Formats) {
        let words = formats.words
        func share(_ count: Int, of all: Int) -> Double {
            all > 0 ? Double(count) / Double(all) : 0
        }
        func shown(_ share: Double) -> String {
            share > 0 ? formats.percent(share, digits: share < 0.01 ? 2 : 1) : ""
        }
        domain = row.domain
        self.path = path
        sent = formats.integer(row.sent)
        accepted = formats.integer(row.accepted)
        deferred = formats.integer(row.deferred)
        bounced = formats.integer(row.bounced)
        let bounces = share(row.bounced, of: row.sent)
        bouncedShare = shown(bounces)
        isBouncing = bounces > MessagesView.bounceShareMax
        complained = formats.integer(row.complained)
        let complaints = share(row.complained, of: row.accepted)
        complainedShare = shown(complaints)
        isComplaining = complaints >= MessagesView.complaintShareMax
        opened = formats.integer(row.opened)
        openedNote = words("mail.machines", formats.integer(row.machineOpened))
        clicked = formats.integer(row.clicked)
        clickedNote = words("mail.machines", formats.integer(row.machineClicked))
        answer = row.answer.isEmpty ? nil : row.answer
        answerAt = row.answerAt.map { formats.moment($0) }
    }
}

/// Whether mail goes out, and what the button does about it.
struct StandingView {
    let missing: [String]
    let isMissing: Bool
    let hold: String?
    let paused: String?
    let turn: String
    let turnLabel: String
    let waiting: String?

    init(_ standing: MailStanding, _ formats: Formats) {
        let words = formats.words
        missing = standing.missing
        isMissing = !missing.isEmpty
        hold = standing.hold.map { hold in
            hold.until.map { words("mail.holdUntil", hold.reason, formats.moment($0)) }
                ?? words("mail.hold", hold.reason)
        }
        paused = standing.pausedBy.map { by in
            standing.pausedAt.map { words("mail.pausedAt", by, formats.moment($0)) }
                ?? words("mail.paused", by)
        }
        turn = paused == nil ? "paused" : "on"
        turnLabel = words(paused == nil ? "mail.pause" : "mail.resume")
        waiting =
            standing.waiting > 0
            ? words("mail.waiting", count: standing.waiting, formats.integer(standing.waiting))
            : nil
    }
}

/// One message in a list.
struct MessageView {
    let path: String
    let subject: String
    let state: String
    let mark: String
    let customer: String
    let customerPath: String?
    let address: String
    let template: String?
    let templatePath: String?
    let origin: String?
    let originPath: String?
    let when: String
    let note: String?
    /// What people did with it; nil for nothing.
    let since: String?
    let isComplained: Bool
    /// Where the question is asked; nil where it isn't to be sent again.
    let againPath: String?
    /// Whether it may have arrived: then the question comes first.
    let isDoubtful: Bool

    init(_ row: MessageRow, _ formats: Formats) {
        let words = formats.words
        path = "/messages/\(FormFields.encode(row.message))"
        subject = row.subject.isEmpty ? words("message.untitled") : row.subject
        state = words("mail.state.\(row.state.rawValue)")
        mark = "mail-\(row.state.rawValue)"
        customer = row.customerLabel.isEmpty ? row.address : row.customerLabel
        customerPath = row.customer.map { "/customers/\($0)" }
        address = row.address
        template =
            row.template.isEmpty
            ? nil : row.templateTitle.isEmpty ? row.template : row.templateTitle
        templatePath =
            row.template.isEmpty
            ? nil : DefinitionLink(.template, name: row.template, title: "").path
        let name = row.origin.title.isEmpty ? row.origin.name : row.origin.title
        switch row.origin.kind {
        case .journey:
            origin = name
            originPath = DefinitionLink(.journey, name: row.origin.name, title: "").path
        case .campaign:
            origin = name
            originPath = DefinitionLink(.campaign, name: row.origin.name, title: "").path
        case .test: (origin, originPath) = (words("test.title"), nil)
        case .other: (origin, originPath) = (name.isEmpty ? nil : name, nil)
        }
        if let due = row.dueAt {
            when = words("letter.dueAt", formats.moment(due))
        } else {
            when = formats.moment(row.sentAt ?? row.decidedAt)
        }
        note = row.note.isEmpty ? nil : row.note
        var done: [String] = []
        if row.isComplained { done.append(words("mail.complained")) }
        if row.opens > 0 {
            done.append(words("mail.opens", count: row.opens, formats.integer(row.opens)))
        }
        if row.clicks > 0 {
            done.append(words("mail.clicks", count: row.clicks, formats.integer(row.clicks)))
        }
        since = done.isEmpty ? nil : done.joined(separator: " · ")
        isComplained = row.isComplained
        againPath = row.maySendAgain ? "\(path)/again" : nil
        isDoubtful = row.state == .inDoubt
    }
}
