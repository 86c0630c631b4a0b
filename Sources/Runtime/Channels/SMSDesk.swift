package import Delivery
import Events
import Kernel
import Logging
import Messaging
import Records

/// What a provider of SMS posts to us.
package struct SMSPost: Sendable {
    /// As it came, without the question mark; empty for none.
    package var query: String
    /// The form's fields.
    package var fields: [(name: String, value: String)]
    /// What says whose it is.
    package var signature: String

    package init(query: String, fields: [(name: String, value: String)], signature: String) {
        self.query = query
        self.fields = fields
        self.signature = signature
    }

    func field(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
}

/// What comes back about SMS: what became of them, and what people text. Nothing is believed that Twilio didn't sign.
package struct SMSDesk: Sendable {
    package static let statusPath = "/v1/sms/twilio/status"
    package static let inboundPath = "/v1/sms/twilio/inbound"

    /// Whole texts that end consent, and that give it again (Twilio's own words, and CTIA's).
    static let stopWords: Set<String> = [
        "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT",
    ]
    static let startWords: Set<String> = ["START", "UNSTOP"]
    private static let evidence = "texted"

    private let workspace: Workspace
    private let twilio: TwilioProvider
    private let publicURL: String

    /// - Parameter publicURL: As Twilio was told it, without a slash at its end.
    package init(workspace: Workspace, twilio: TwilioProvider, publicURL: String) {
        self.workspace = workspace
        self.twilio = twilio
        self.publicURL = publicURL
    }

    private func isSigned(_ post: SMSPost, _ path: String) -> Bool {
        twilio.isSigned(
            url: publicURL + path + (post.query.isEmpty ? "" : "?" + post.query),
            parameters: post.fields, signature: post.signature)
    }

    /// What became of a message.
    ///
    /// - Returns: False where it isn't Twilio's.
    package func status(_ post: SMSPost) async throws -> Bool {
        guard isSigned(post, Self.statusPath) else { return false }
        let mark = "message="
        guard
            let part = post.query.split(separator: "&").first(where: { $0.hasPrefix(mark) }),
            let id = ID<OutboxItem>(String(part.dropFirst(mark.count))),
            let report = Self.report(post)
        else { return true }
        let (records, now) = (workspace.records, workspace.clock.now)
        _ = try await StoreThread.mail.run { try records.noteReport(on: id, report, at: now) }
        return true
    }

    /// - Returns: Nil for a stage on the way.
    static func report(_ post: SMSPost) -> MailReport? {
        let code = post.field("ErrorCode")
        switch post.field("MessageStatus") {
        case "delivered": return .confirmed
        case "undelivered", "failed":
            let words = "\(post.field("MessageStatus")) \(code)"
            // No such phone; one that takes no SMS.
            return code == "30005" || code == "30006" ? .bounced(words) : .undelivered(words)
        default: return nil
        }
    }

    /// Takes what somebody texted: a word that ends consent, or gives it again, or an answer.
    ///
    /// The number gets no marketing SMS any more, whoever has it; and who is known by it has said so on the log.
    ///
    /// - Returns: False where it isn't Twilio's.
    package func inbound(_ post: SMSPost) async throws -> Bool {
        guard isSigned(post, Self.inboundPath) else { return false }
        guard let number = try? PhoneNumber(post.field("From")).description else {
            // Short codes and names can't be answered, and have no customer.
            workspace.logger.warning("a text from something that is no number is passed over")
            return true
        }
        let text = post.field("Body")
        let consent = Self.consent(text, optOut: post.field("OptOutType"))
        let (records, now) = (workspace.records, workspace.clock.now)
        let customer = try await StoreThread.mail.run { [workspace] in
            switch consent {
            case false?:
                try records.suppress(
                    SuppressionRecord(
                        address: number, reason: .complained,
                        evidence: "\(Self.evidence) \(text.prefix(40))", since: now))
            case true?:
                if let known = try records.suppression(of: number),
                    known.reason == .complained, known.evidence.hasPrefix(Self.evidence)
                {
                    _ = try records.removeSuppression(of: number)
                }
            case nil: break
            }
            return try workspace.customerID(named: number)
        }
        guard let customer else { return true }
        var block = EventBlockBuilder()
        block.append(
            MailEvents.texted(
                text, consent: consent, customer: customer, id: post.field("MessageSid"), at: now))
        _ = try await workspace.append(block.takeBytes().bytes)
        if let reason = await workspace.engine.settle(filled: false) {
            throw Workspace.Failure.folding(reason)
        }
        return true
    }

    /// Nil where a text says neither.
    static func consent(_ text: String, optOut: String) -> Bool? {
        switch optOut {
        case "STOP": return false
        case "START": return true
        default: break
        }
        let word = text.uppercased().filter { $0.isLetter }
        if stopWords.contains(word) { return false }
        return startWords.contains(word) ? true : nil
    }
}
