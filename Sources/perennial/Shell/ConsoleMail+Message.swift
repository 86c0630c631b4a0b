import Analytics
import Console
import JSONParsing
import Journeys
import Kernel
import Records
import Runtime
import Settings
import Templates

/// What the page of one message shows.
extension ConsoleMail {
    /// So many of the customer's newest events are looked through for those of the message.
    private static let eventsLookedAt = 500
    private static let decisionsLookedAt = 500

    func page(of id: ID<OutboxItem>) throws -> MessagePageData? {
        guard let message = try records.message(id), let row = try rows([message]).first else {
            return nil
        }
        let draft = message.draft
        let shown = try maker.flatMap {
            try workspace.shown(message, maker: $0, templates: templates)
        }
        return MessagePageData(
            row: row, from: from(draft.channel),
            messageID: message.sendingAt == nil ? "" : draft.messageID,
            topic: draft.topic.isEmpty ? "" : Self.title(draft.topic),
            isTransactional: draft.stream == .transactional, version: Int(draft.version),
            preheader: shown.map { $0.preheader.isEmpty ? $0.url : $0.preheader } ?? "",
            html: shown?.html.map { String(decoding: $0, as: UTF8.self) } ?? "",
            text: shown.map { String(decoding: $0.text, as: UTF8.self) } ?? "",
            why: try why(message), events: try events(of: message),
            answers: Self.answers(message))
    }

    /// Who sends by a channel, as its recipients see it.
    private func from(_ channel: String) -> String {
        switch channel {
        case "email": settings.mail.from
        case "sms": settings.sms.from
        default: settings.company.name
        }
    }

    /// What was decided of the journey's step.
    private func why(_ message: MessageRecord) throws -> String {
        let draft = message.draft
        guard !draft.journey.isEmpty, let item = try records.outboxItem(message.id) else {
            return ""
        }
        let decisions = try records.decisions(
            aboutCustomer: draft.customer, limit: Self.decisionsLookedAt
        ).map(\.decision)
        let run = decisions.filter { $0.run == item.origin.run }
        let sent = run.first {
            $0.step == draft.step && $0.kind == Decision.Kind.sent.rawValue
        }
        let entered = run.first { $0.kind == Decision.Kind.entered.rawValue }
        return [entered?.reason, sent?.reason].compactMap(\.self).filter { !$0.isEmpty }
            .joined(separator: "; ")
    }

    private static func answers(_ message: MessageRecord) -> [MessagePageData.Answer] {
        guard !message.reply.isEmpty, message.sendingAt != nil else { return [] }
        return [.init(at: message.stateAt, text: message.reply)]
    }

    // MARK: What became of it

    private func events(of message: MessageRecord) throws -> [MessagePageData.Event] {
        var events: [MessagePageData.Event] = [.init(kind: .decided, at: message.draft.createdAt)]
        if let at = message.sendingAt { events.append(.init(kind: .handedOver, at: at)) }
        let told = try told(of: message)
        if let event = Self.state(message), !told.contains(where: { $0.kind == event.kind }) {
            events.append(event)
        }
        // Those of people that aren't told yet, or that the archive no longer has at hand.
        for (kind, at) in [
            (MessagePageData.EventKind.opened, message.openedAt), (.clicked, message.clickedAt),
            (.complained, message.complainedAt),
        ] {
            if let at, !told.contains(where: { $0.kind == kind }) {
                events.append(.init(kind: kind, at: at))
            }
        }
        return (events + told).enumerated().sorted {
            ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
        }.map(\.element)
    }

    private static func state(_ message: MessageRecord) -> MessagePageData.Event? {
        let kind: MessagePageData.EventKind
        switch message.state {
        case .sending: return nil
        case .accepted: kind = .accepted
        case .deferred: kind = .deferred
        case .refused: kind = .refused
        case .bounced: kind = .bounced
        case .inDoubt, .suppressed, .expired, .failed: kind = .other
        }
        return .init(
            kind: kind, at: message.stateAt, note: kind == .other ? message.reply : "")
    }

    /// What the log tells of it.
    private func told(of message: MessageRecord) throws -> [MessagePageData.Event] {
        guard !message.draft.isTest, message.sendingAt != nil else { return [] }
        let customer = ID<Customer>(rawValue: message.draft.customer)
        let root = try records.root(of: customer) ?? customer
        let number = message.id.description
        return try workspace.archive.timeline(
            customers: try records.members(of: root), limit: Self.eventsLookedAt
        ).compactMap { entry in
            let event = entry.event
            guard let kind = Self.kind(event.name) else { return nil }
            let bytes = Array(event.properties.utf8)
            func text(_ name: String) -> String {
                // Perennial's own JSON; a member that isn't there says nothing.
                let slice = try? JSONLookup.member(named: name, in: bytes.span)
                return slice.map { $0.text(in: bytes.span) } ?? ""
            }
            guard text("message") == number else { return nil }
            let note = text(
                kind == .clicked ? "url" : kind == .unsubscribed ? "source" : "reason")
            return .init(kind: kind, at: event.occurredAt, note: note)
        }
    }

    private static func kind(_ event: String) -> MessagePageData.EventKind? {
        switch event {
        case "Email Delivered", "SMS Sent", "SMS Delivered", "Push Notification Sent",
            "Chat Message Sent", "Inbox Message Delivered":
            .accepted
        case "Email Bounced", "SMS Bounced", "Push Notification Bounced": .bounced
        case "Email Marked as Spam": .complained
        case "Email Opened", "Inbox Message Read": .opened
        case "Email Link Clicked": .clicked
        case "Unsubscribed": .unsubscribed
        default: nil
        }
    }
}
