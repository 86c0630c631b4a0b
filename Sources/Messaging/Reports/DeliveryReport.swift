/// A mail server's report on a message that it had taken (RFC 3464), or a bounce that only says so in words.
package struct DeliveryReport: Sendable, Equatable {
    package enum Action: String, Sendable, Equatable {
        case failed, delayed, delivered, relayed, expanded
    }

    /// What is said of one recipient.
    package struct Recipient: Sendable, Equatable {
        /// Where the message ended up; empty where it isn't said.
        package let address: String
        /// Whom it was sent to, where that was someone else; empty where it isn't said.
        package let originalAddress: String
        package let action: Action
        package let status: EnhancedStatus?
        /// What the refusing server said, without its type.
        package let diagnostic: String
        package let remoteServer: String
        /// What to do about it; nil where nothing failed.
        package let judged: BounceClass?
    }

    package static let recipientsMax = 50
    /// Of each line, and of a field before its last line.
    private static let fieldBytesMax = 4_000

    package let recipients: [Recipient]
    package let originalMessageID: MessageID?
    /// Whether it came in the form of RFC 3464, and isn't read out of words.
    package let isStandard: Bool

    /// Nil where the mail isn't a report.
    package init?(_ mail: MIMEPart) {
        let all = mail.all
        originalMessageID = Self.originalID(mail, all)
        let statuses = all.filter {
            $0.type == "message/delivery-status" || $0.type == "message/global-delivery-status"
        }
        let standard = statuses.flatMap { Self.recipients($0.content.span) }
        if !standard.isEmpty {
            recipients = Array(standard.prefix(Self.recipientsMax))
            isStandard = true
            return
        }
        guard let worded = WordedBounce.recipient(of: mail) else { return nil }
        recipients = [worded]
        isStandard = false
    }

    /// Groups of fields with blank lines between; the first says which server reports.
    private static func recipients(_ text: Span<UInt8>) -> [Recipient] {
        var groups: [[String: String]] = [[:]]
        var last: String?
        var lines = LineReader(text)
        while let line = lines.next(), groups.count <= recipientsMax + 1 {
            let bytes = text.extracting(line).extracting(first: min(line.count, fieldBytesMax))
            let words = EncodedWords.decode(bytes)
            if words.allSatisfy(\.isWhitespace) {
                if !groups[groups.count - 1].isEmpty { groups.append([:]) }
                last = nil
            } else if bytes[0] == 0x20 || bytes[0] == 0x09 {
                guard let last, let value = groups[groups.count - 1][last] else { continue }
                if value.utf8.count < fieldBytesMax {
                    groups[groups.count - 1][last] = value + " " + trimmed(words)
                }
            } else if let colon = words.firstIndex(of: ":") {
                let name = trimmed(words[..<colon]).lowercased()
                last = name
                groups[groups.count - 1][name] = trimmed(words[words.index(after: colon)...])
            }
        }
        return groups.compactMap(recipient)
    }

    private static func recipient(_ fields: [String: String]) -> Recipient? {
        let final = withoutType(fields["final-recipient"] ?? "")
        let original = withoutType(fields["original-recipient"] ?? "")
        let status = fields["status"].flatMap { EnhancedStatus($0) }
        let said = fields["action"].map { trimmed($0.prefix { $0 != "(" }).lowercased() }
        guard !final.isEmpty || !original.isEmpty, said != nil || status != nil else { return nil }
        let action =
            said.flatMap(Action.init)
            ?? (status?.level == 2 ? .delivered : status?.level == 4 ? .delayed : .failed)
        let diagnostic = withoutType(fields["diagnostic-code"] ?? "")
        return Recipient(
            address: final, originalAddress: original, action: action, status: status,
            diagnostic: diagnostic, remoteServer: withoutType(fields["remote-mta"] ?? ""),
            judged: judge(action, status, diagnostic))
    }

    private static func judge(
        _ action: Action, _ status: EnhancedStatus?, _ diagnostic: String
    ) -> BounceClass? {
        switch action {
        case .delivered, .relayed, .expanded: return nil
        case .delayed, .failed: break
        }
        // What the far server said is closer to the matter than a status that says nothing.
        let isVague = status.map { $0.subject == 0 || $0.subject == 5 } ?? true
        let told = isVague ? EnhancedStatus.first(in: diagnostic) ?? status : status
        let judged = BounceClass(status: told, text: diagnostic)
        if action == .delayed, judged.kind == .hard { return BounceClass(.soft, judged.reason) }
        return judged
    }

    /// `rfc822; a@b` without its type.
    private static func withoutType(_ value: String) -> String {
        guard let semicolon = value.firstIndex(of: ";") else { return unbracketed(trimmed(value)) }
        return unbracketed(trimmed(value[value.index(after: semicolon)...]))
    }

    private static func unbracketed(_ text: String) -> String {
        text.hasPrefix("<") && text.hasSuffix(">") ? String(text.dropFirst().dropLast()) : text
    }

    /// The message's own id: of the copy that goes with the report, or of a reply's references.
    private static func originalID(_ mail: MIMEPart, _ all: [MIMEPart]) -> MessageID? {
        for part in all where part.type == "message/rfc822" || part.type == "text/rfc822-headers" {
            let id = part.children.first?.field("message-id").flatMap { MessageID($0) }
            if let id { return id }
        }
        for name in ["x-original-message-id", "original-message-id", "in-reply-to", "references"] {
            let last = mail.field(name)?.split(separator: " ").last
            if let id = last.flatMap({ MessageID(String($0)) }) { return id }
        }
        return WordedBounce.messageID(in: mail)
    }
}

func trimmed(_ text: some StringProtocol) -> String {
    var text = text[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
}
