import Console
import Journeys
import Kernel
import Records
import Runtime
import Settings

/// Whether mail goes out, how domains take it, and what became of each message.
extension ConsoleMail {
    private static let figuresMs: Int64 = 30 * 86_400_000
    private static let domainsShown = 50
    /// Of so many of the newest messages, the templates are offered to filter by.
    private static let templatesLookedAt = 5000

    func fillMessages(_ data: inout MailData) {
        data.standing = { try await Blocking.run { try standing() } }
        data.setPaused = { isPaused, member in try await pause(isPaused, by: member) }
        data.domains = { try await Blocking.run { try domains() } }
        data.messages = { query in try await Blocking.run { try messages(query) } }
        data.message = { message in
            guard let id = ID<OutboxItem>(message) else { return nil }
            return try await Blocking.run { try page(of: id) }
        }
        data.sendAgain = { message, _ in
            guard let id = ID<OutboxItem>(message) else { return .unknown }
            return try await Blocking.run {
                guard try records.message(id) != nil else { return .unknown }
                return try records.replayOutbox(id, now: now) ? .done : .already
            }
        }
    }

    // MARK: Whether it goes out

    /// Without these nothing is sent; unsigned mail is, and badly received.
    private var missing: [String] {
        let mail = settings.mail
        var names: [String] = []
        if mail.from.isEmpty { names.append("mail.from") }
        if mail.host == nil { names.append("mail.smtp.host") }
        // By a demo's own address its messages' links lead.
        let hasAddress = settings.server.publicURL != nil || room?.hasPublicURL ?? false
        if !hasAddress { names.append("server.publicURL") }
        return names
    }

    private func standing() throws -> MailStanding {
        let hold = try records.mailHolds().first { $0.lane.isEmpty }
        let trouble = workspace.mailStatus.trouble
        let open = try records.outboxCounts()[.pending]?[.send] ?? 0
        let deferred = try records.unsentMessages()[.deferred] ?? 0
        return MailStanding(
            missing: missing,
            hold: trouble.map { MailStanding.Hold(reason: $0.reason, until: $0.until) },
            pausedBy: hold?.actor, pausedAt: hold?.since, waiting: max(0, open - deferred))
    }

    private func pause(_ isPaused: Bool, by member: ID<Member>) async throws -> ChangeOutcome {
        let actor = try await automation.actor(member)
        return try await Blocking.run {
            guard isPaused else {
                return try records.releaseMail(lane: "") ? .done : .already
            }
            if try records.mailHolds().contains(where: { $0.lane.isEmpty }) { return .already }
            try records.holdMail(MailHold(lane: "", reason: "", actor: actor, since: now))
            return .done
        }
    }

    // MARK: Domains

    private func domains() throws -> [MailDomainRow] {
        let waiting = try records.deferredMessages()
        let figures = try records.domainFigures(
            since: now.adding(milliseconds: -Self.figuresMs), limit: Self.domainsShown)
        let waits = workspace.mailStatus.domains.waits(now: now)
        return figures.filter { !$0.domain.isEmpty }.map { found in
            let wait = waits.first { $0.receiver == DomainLimits.receiver(of: found.domain) }
            func count(_ name: String) -> Int { found.counts[name] ?? 0 }
            // A yes, as RFC 5321 §4.2.1 has it.
            let isYes = found.reply.hasPrefix("2")
            return MailDomainRow(
                domain: found.domain,
                sent: [.accepted, .refused, .bounced, .inDoubt].reduce(0) {
                    $0 + count(($1 as MessageState).rawValue)
                }, accepted: count(MessageState.accepted.rawValue),
                deferred: waiting[found.domain] ?? 0,
                bounced: count(MessageState.bounced.rawValue), complained: count("complained"),
                opened: count("opened"), machineOpened: count("openedByPrograms"),
                clicked: count("clicked"), machineClicked: count("clickedByPrograms"),
                answer: wait.map {
                    $0.words(until: Figures.time($0.until, workspace.zone))
                } ?? (isYes ? "" : found.reply), answerAt: isYes ? nil : found.repliedAt)
        }
    }

    // MARK: Messages

    private func messages(_ query: MessageQuery) throws -> MessagePage {
        var filter = MessageFilter(limit: query.limit)
        filter.state = query.state.flatMap { MessageState(rawValue: $0.rawValue) }
        filter.domain = query.domain
        filter.template = query.template
        filter.origin = query.origin
        if let after = query.after {
            guard let id = ID<OutboxItem>(after) else { return MessagePage() }
            filter.before = id
        }
        let found = try records.messages(filter)
        var counts: [MessageRow.State: Int] = [:]
        var unsent = 0
        for (state, count) in try records.unsentMessages() {
            unsent += count
            if let state = MessageRow.State(rawValue: state.rawValue) { counts[state] = count }
        }
        counts[.accepted] = max(0, try records.messageCount() - unsent)
        return MessagePage(
            messages: try rows(found), counts: counts,
            templates: try records.messageTemplates(amongNewest: Self.templatesLookedAt).map {
                DefinitionLink(.template, name: $0, title: Self.title($0))
            }, next: found.count < query.limit ? nil : found.last?.id.description)
    }

    func rows(_ messages: [MessageRecord]) throws -> [MessageRow] {
        let titles = Dictionary(
            try workspace.definitions().journeys.map { ($0.row.name, $0.definition.title) },
            uniquingKeysWith: { first, _ in first })
        let names = automation.names()
        return try messages.map { message in
            try row(message, label: { try names.label($0) }, titles: titles)
        }
    }

    private func row(
        _ message: MessageRecord, label: (Int64) throws -> String, titles: [String: String]
    ) throws -> MessageRow {
        let draft = message.draft
        let item =
            message.state == .accepted || message.state == .bounced
            ? nil : try records.outboxItem(message.id)
        return MessageRow(
            message: message.id.description,
            state: MessageRow.State(rawValue: message.state.rawValue) ?? .failed,
            subject: draft.subject,
            customer: draft.customer == 0 ? nil : ID(rawValue: draft.customer),
            customerLabel: draft.customer == 0 ? "" : try label(draft.customer),
            address: draft.address, template: draft.template,
            templateTitle: Self.title(draft.template), origin: Self.origin(draft, titles),
            decidedAt: draft.createdAt, sentAt: message.sendingAt,
            dueAt: item?.state == .pending ? item?.dueAt : nil,
            note: message.state == .accepted ? "" : message.reply,
            isComplained: message.complainedAt != nil, opens: message.openedAt == nil ? 0 : 1,
            clicks: message.clickedAt == nil ? 0 : 1, maySendAgain: item?.state == .dead)
    }

    private static func origin(
        _ draft: MessageDraft, _ titles: [String: String]
    ) -> MessageRow.Origin {
        if !draft.journey.isEmpty {
            return .init(
                kind: .journey, name: draft.journey, title: titles[draft.journey] ?? draft.journey,
                step: draft.step)
        }
        if !draft.campaign.isEmpty {
            return .init(
                kind: .campaign, name: draft.campaign, title: Self.title(draft.campaign))
        }
        return .init(kind: .test)
    }
}
