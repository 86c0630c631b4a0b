/// A mailbox provider's report that somebody called a message spam (ARF, RFC 5965, RFC 6650).
package struct ComplaintReport: Sendable, Equatable {
    /// `abuse`, `fraud`, `not-spam`, `virus`, `other`, or what came.
    package let type: String
    /// Who made the report.
    package let userAgent: String
    /// Who complained, where the provider says so; empty where it doesn't.
    package let recipient: String
    /// The return path that the message had: ours says which message it was. Empty where it isn't said.
    package let returnPath: String
    package let sourceIP: String
    package let originalMessageID: MessageID?
    /// The fields of the message itself, as far as they came along.
    package let original: MIMEPart?

    /// Whether it takes a complaint back.
    package var isNotSpam: Bool { type == "not-spam" }

    /// Nil where the mail isn't such a report.
    package init?(_ mail: MIMEPart) {
        let all = mail.all
        guard let report = all.first(where: { $0.type == "message/feedback-report" }) else {
            return nil
        }
        let bytes = report.content
        let fields = MIMEReader.read(bytes.span).fields
        func field(_ name: String) -> String {
            fields.first { $0.name == name }.map { trimmed($0.text) } ?? ""
        }
        type = field("feedback-type").lowercased()
        userAgent = field("user-agent")
        sourceIP = field("source-ip")
        original =
            all.first { $0.type == "message/rfc822" || $0.type == "text/rfc822-headers" }?
            .children.first
        recipient = Self.address(
            field("original-rcpt-to").isEmpty
                ? field("removal-recipient") : field("original-rcpt-to"))
        let mailFrom = field("original-mail-from")
        returnPath = Self.address(
            mailFrom.isEmpty ? original?.field("return-path") ?? "" : mailFrom)
        originalMessageID = original?.field("message-id").flatMap { MessageID($0) }
    }

    private static func address(_ text: String) -> String {
        var text = trimmed(text)
        if text.hasPrefix("<"), text.hasSuffix(">") { text = String(text.dropFirst().dropLast()) }
        return text
    }
}
