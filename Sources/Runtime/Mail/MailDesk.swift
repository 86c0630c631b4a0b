import Documents
import JSONParsing
package import Kernel
import Logging
package import Messaging
import Records
import Segments
import Synchronization

/// What comes back about messages: opens, clicks, bounces, complaints. Nothing but a code that only we can make says
/// which message something is about.
package final class MailDesk: Sendable {
    /// Opens and clicks are told so long after they came: by then it is known whether a program made them.
    package static let hitRestMs: Int64 = 12_000
    /// Trails that are remembered; of older ones each request is judged by itself.
    private static let trailsMax = 20_000

    private let workspace: Workspace
    package let settings: MailSettings
    private let trails = Mutex(Trails())

    private struct Trails {
        private var byMessage: [Int64: EngagementTrail] = [:]
        private var order: [Int64] = []
        private var newest: Int64 = 0
        /// Rows of tellings by the number that the trail knows them by.
        private var rows: [Int64: Int64] = [:]

        mutating func nextNumber() -> Int64 {
            newest += 1
            return newest
        }

        mutating func judge(
            _ hit: EngagementHit, of message: MessageRecord
        ) -> (verdict: EngagementVerdict, rows: [Int64]) {
            let id = message.id.rawValue
            if byMessage[id] == nil {
                if order.count >= MailDesk.trailsMax {
                    // Those that came first; all of them seldom matter by now.
                    for old in order.prefix(MailDesk.trailsMax / 4) { byMessage[old] = nil }
                    order.removeFirst(MailDesk.trailsMax / 4)
                    rows = [:]
                }
                order.append(id)
            }
            var trail =
                byMessage[id]
                ?? EngagementTrail(
                    deliveredAt: message.sendingAt ?? message.stateAt,
                    linkCount: message.draft.links)
            let verdict = trail.judge(hit)
            byMessage[id] = trail
            return (verdict, verdict.retracted.compactMap { rows.removeValue(forKey: $0) })
        }

        mutating func keep(_ row: Int64, as number: Int64) { rows[number] = row }
    }

    package init(workspace: Workspace, settings: MailSettings) {
        self.workspace = workspace
        self.settings = settings
    }

    // MARK: Opens and clicks

    /// Takes a request for a message's image or for a page behind a link.
    ///
    /// - Returns: Where a click leads; nil for a link that isn't ours. An open has no address.
    package func take(
        _ token: String, isClick: Bool, method: String, userAgent: String, isPrefetch: Bool
    ) throws -> String? {
        guard
            let link = SignedLink(
                token: token, purpose: isClick ? .click : .open, keys: settings.keys)
        else { return nil }
        guard let message = try workspace.records.message(ID(rawValue: link.message)) else {
            // It leads where it led, whatever became of the message.
            return link.target
        }
        let now = workspace.clock.now
        let kind: EngagementHit.Kind = isClick ? .click(place: link.place) : .open
        let (number, verdict, retracted) = trails.withLock { trails in
            let number = trails.nextNumber()
            let (verdict, rows) = trails.judge(
                EngagementHit(
                    number: number, kind: kind, method: method, userAgent: userAgent,
                    isPrefetch: isPrefetch, time: now), of: message)
            return (number, verdict, rows)
        }
        let telling = MailTelling(
            message: message.id, kind: isClick ? .clicked : .opened, at: now, detail: link.target)
        let row = try workspace.records.keepHit(
            telling, isPerson: verdict.actor != .machine,
            due: now.adding(milliseconds: Self.hitRestMs), retracted: retracted)
        if let row { trails.withLock { $0.keep(row, as: number) } }
        return link.target
    }

    // MARK: Bounces, complaints and answers

    /// What became of an inbound mail.
    package enum Taken: Sendable, Equatable {
        /// It bounced; of such a kind.
        case bounce(ID<OutboxItem>, BounceKind)
        case complaint(ID<OutboxItem>)
        case unsubscribed(ID<OutboxItem>)
        /// A program's answer, or somebody's; nothing follows from it.
        case answer
        /// It names no message of ours.
        case unknown
    }

    /// Takes a mail that came to the bounce address or to the address that unsubscribes.
    ///
    /// - Parameters:
    ///   - mail: As it came, RFC 5322.
    ///   - recipient: The envelope's, as the server that took it says; nil to look into the mail's own headers.
    package func take(mail: [UInt8], recipient: String?) async throws -> Taken {
        let read = MIMEReader.read(mail.span)
        let message = message(of: read, recipient, settings.returnPath)
        let unsubscribing = self.message(of: read, recipient, settings.unsubscribePath)
        let inbound = InboundMail(read, isUnsubscribeAddress: unsubscribing != nil)
        switch inbound {
        case .report(let report):
            // Its own words prove nothing: anybody may write one.
            guard let id = message else { return .unknown }
            // A message of ours has one recipient.
            guard let (judged, words) = report.failure else { return .answer }
            let reason = words.isEmpty ? judged.reason.text : "\(judged.reason.text): \(words)"
            switch judged.kind {
            case .hard:
                try await note(.bounced(reason), on: id)
            case .soft:
                try await note(.bouncedSoftly(reason), on: id)
            case .block, .autoReply: break
            }
            return .bounce(id, judged.kind)
        case .complaint(let complaint):
            let path = settings.returnPath?.message(in: Self.bare(complaint.returnPath))
            guard let id = path.map({ ID<OutboxItem>(rawValue: $0) }) ?? message else {
                return .unknown
            }
            if complaint.isNotSpam { return .answer }
            try await note(.complained("reported as \(complaint.type)"), on: id)
            return .complaint(id)
        case .unsubscribe(let token, _):
            // By the address that it came to, which only we make; whom it says that it is from proves nothing.
            let known = try (unsubscribing ?? message).flatMap { try workspace.mailRecipient($0) }
            guard
                let found = try token.flatMap({
                    try workspace.mailRecipient($0, .unsubscribe, settings.keys)
                }) ?? known
            else { return .unknown }
            try await workspace.setConsent(
                false, topic: found.topic, of: found, source: "reply")
            return .unsubscribed(found.message.id)
        case .autoReply, .other: return .answer
        }
    }

    private func note(_ report: MailReport, on id: ID<OutboxItem>) async throws {
        let (records, now) = (workspace.records, workspace.clock.now)
        _ = try await StoreThread.mail.run { try records.noteReport(on: id, report, at: now) }
    }

    /// Which message a mail is about, by the signed address that it came to.
    private func message(
        of mail: MIMEPart, _ recipient: String?, _ path: ReturnPath?
    ) -> ID<OutboxItem>? {
        guard let path else { return nil }
        var candidates = [recipient].compactMap { $0 }
        if recipient == nil {
            for name in ["delivered-to", "x-original-to", "to"] {
                if let field = mail.field(name) { candidates.append(field) }
            }
        }
        for text in candidates {
            let address = Self.bare(text)
            if let number = path.message(in: address) { return ID(rawValue: number) }
        }
        return nil
    }

    private static func bare(_ text: String) -> String {
        guard let open = text.lastIndex(of: "<"), let close = text[open...].firstIndex(of: ">")
        else { return text.filter { $0 != " " } }
        return String(text[text.index(after: open)..<close])
    }
}

extension DeliveryReport {
    /// What failed, and the server's words for it; nil where nothing did.
    fileprivate var failure: (judged: BounceClass, words: String)? {
        for recipient in recipients {
            if let judged = recipient.judged { return (judged, recipient.diagnostic) }
        }
        return nil
    }
}
