/// Bounces of servers that don't keep to RFC 3464: qmail, Exim and older Exchange, and forwarders.
enum WordedBounce {
    /// How much of the text is looked at; the message itself follows.
    private static let textBytesMax = 8_192

    private static let senders = ["mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"]

    private static let subjects = [
        "undeliver", "delivery status notification", "delivery failure", "failure notice",
        "mail delivery failed", "mail delivery failure", "returned mail", "returned to sender",
        "delivery has failed", "mail system error", "unzustellbar", "nicht zugestellt",
        "non remis", "no entregado", "mancato recapito", "onbestelbaar", "delivery delayed",
        "message not delivered", "warning: message", "could not be delivered", "mail failure",
    ]

    /// Where the message that came back begins.
    private static let ends = [
        "original message", "copy of the message", "copy of your message", "returned message",
        "message headers follow", "below this line is a copy", "forwarded message",
        "ursprüngliche nachricht",
    ]

    /// What a mail says of the recipient; nil where it isn't a bounce.
    static func recipient(of mail: MIMEPart) -> DeliveryReport.Recipient? {
        guard isBounce(mail) else { return nil }
        let lines = said(in: mail)
        let failed = mail.field("x-failed-recipients") ?? ""
        let address = trimmed(failed.prefix { $0 != "," })
        let told = answer(in: lines)
        guard told != nil || !address.isEmpty else { return nil }
        let text = told ?? ""
        let status = EnhancedStatus.first(in: text)
        let judged = BounceClass(status: status, text: text)
        let isDelay =
            (mail.field("subject") ?? "").lowercased().contains("delay")
            || (mail.field("subject") ?? "").lowercased().hasPrefix("warning")
        return DeliveryReport.Recipient(
            address: address.isEmpty ? addressee(in: lines) : address, originalAddress: "",
            action: isDelay ? .delayed : .failed, status: status, diagnostic: text,
            remoteServer: "",
            judged: isDelay && judged.kind == .hard ? BounceClass(.soft, judged.reason) : judged)
    }

    private static func isBounce(_ mail: MIMEPart) -> Bool {
        let sender = (mail.field("from") ?? "").lowercased()
        let isFromServer =
            senders.contains(where: sender.contains)
            || mail.field("return-path").map { trimmed($0) == "<>" } == true
        let subject = (mail.field("subject") ?? "").lowercased()
        let isNamedSo =
            subjects.contains(where: subject.contains) || mail.field("x-failed-recipients") != nil
        let isReport = mail.type == "multipart/report"
        return isReport || (isFromServer && isNamedSo)
            || mail.field("x-failed-recipients") != nil
    }

    /// The first lines of text, up to the copy of the message.
    private static func said(in mail: MIMEPart) -> [String] {
        let part = mail.first("text/plain") ?? mail.first("text/html")
        guard let part else { return [] }
        let start = String(decoding: part.text.utf8.prefix(textBytesMax), as: UTF8.self)
        var lines: [String] = []
        for line in start.split(whereSeparator: \.isNewline) {
            let small = line.lowercased()
            // A sentence may mention the message; a line of its own divides.
            let isDivider = small.hasPrefix("--") || small.utf8.count < 60
            if !lines.isEmpty, isDivider, ends.contains(where: small.contains) { break }
            lines.append(trimmed(line))
        }
        return lines
    }

    /// The lines from the first that has a code or a sentence that is known.
    private static func answer(in lines: [String]) -> String? {
        let coded = lines.firstIndex { line in
            EnhancedStatus.first(in: line).map { $0.level != 2 } == true || hasReplyCode(line)
        }
        if let coded { return lines[coded..<min(coded + 3, lines.count)].joined(separator: " ") }
        guard let worded = lines.firstIndex(where: { BounceSentences.judge($0) != nil }) else {
            return nil
        }
        return lines[worded]
    }

    private static func hasReplyCode(_ line: String) -> Bool {
        line.split { $0 == " " || $0 == ":" || $0 == "-" || $0 == "\t" }.contains { word in
            word.utf8.count == 3 && (400...599).contains(Int(word) ?? 0)
        }
    }

    private static func addressee(in lines: [String]) -> String {
        for line in lines {
            for word in line.split(whereSeparator: { " <>():;,\"'\t".contains($0) }) {
                // What doesn't parse isn't an address.
                guard word.contains("@"), let address = try? EmailAddress(String(word)) else {
                    continue
                }
                return address.description
            }
        }
        return ""
    }

    /// The Message-ID that a text quotes.
    static func messageID(in mail: MIMEPart) -> MessageID? {
        guard isBounce(mail), let text = mail.first("text/plain")?.text else { return nil }
        for line in text.split(whereSeparator: \.isNewline) {
            let line = trimmed(line)
            guard line.lowercased().hasPrefix("message-id:") else { continue }
            if let id = MessageID(String(line.dropFirst(11))) { return id }
        }
        return nil
    }
}
