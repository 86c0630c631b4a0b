import Crypto
import Kernel

extension EmailMessage {
    /// The message as bytes.
    ///
    /// Text alone, or `multipart/alternative` of text and HTML; the HTML in a `multipart/related` with its images
    /// (RFC 2387); all of it in a `multipart/mixed` with attachments. Text is quoted-printable, files are base64, so
    /// that every server carries it as it is, 8BITMIME or not, and signatures hold.
    ///
    /// - Throws: `.control` and `.tooLong` for the subject, `.tooManyHeaders`, `.tooManyParts`, `.tooLarge`, `.noText`,
    ///   `.noUnsubscribe`.
    package func composed() throws(MessageRefusal) -> ComposedMessage {
        try check()
        let files =
            images.reduce(0) { $0 + $1.bytes.count }
            + attachments.reduce(0) { $0 + $1.bytes.count }
        var writer = HeaderWriter(
            reserving: (text.count + html.count) * 9 / 8 + files * 7 / 5 + 4096)
        write(fieldsTo: &writer)
        let boundary = Boundary(of: messageID)
        let bodyStart: Int
        if attachments.isEmpty {
            bodyStart = write(contentTo: &writer, boundary: boundary, isInside: false)
        } else {
            let mixed = boundary.text("m")
            writeMultipart("mixed", boundary: mixed, to: &writer)
            writer.end()
            bodyStart = writer.bytes.count
            writer.bytes.writeDelimiter(mixed)
            _ = write(contentTo: &writer, boundary: boundary, isInside: true)
            for part in attachments {
                writer.bytes.writeDelimiter(mixed)
                write(part, disposition: "attachment", to: &writer)
            }
            writer.bytes.writeDelimiter(mixed, isLast: true)
        }
        return ComposedMessage(bytes: writer.bytes.take(), bodyStart: bodyStart)
    }

    private func write(fieldsTo writer: inout HeaderWriter) {
        writer.begin("From")
        writer.mailbox(from)
        writer.end()
        if let replyTo {
            writer.begin("Reply-To")
            writer.mailbox(replyTo)
            writer.end()
        }
        writer.begin("To")
        writer.mailbox(to)
        writer.end()
        writer.begin("Subject")
        writer.unstructured(subject)
        writer.end()
        writer.field("Date", date.mailDate)
        writer.field("Message-ID", messageID.description)
        if let listID {
            writer.begin("List-Id")
            if !listID.name.isEmpty { writer.phrase(listID.name) }
            writer.piece("<" + listID.id + ">")
            writer.end()
        }
        if let unsubscribe { write(unsubscribe, to: &writer) }
        if let feedbackID { writer.field("Feedback-ID", feedbackID.text) }
        switch stream {
        case .marketing: writer.field("Precedence", "bulk")
        case .transactional: writer.field("Auto-Submitted", "auto-generated")
        }
        // Exchange answers neither of those two with its absence notes, but this one.
        writer.field("X-Auto-Response-Suppress", "OOF, AutoReply")
        for header in headers {
            writer.begin(header.name)
            writer.unstructured(header.value, dividesWords: false)
            writer.end()
        }
        writer.field("MIME-Version", "1.0")
    }

    private func write(_ unsubscribe: ListUnsubscribe, to writer: inout HeaderWriter) {
        writer.begin("List-Unsubscribe")
        if let mailto = unsubscribe.mailto {
            let subject = unsubscribe.mailtoSubject
            writer.piece("<" + unsubscribe.url + ">,")
            writer.piece(
                "<mailto:" + mailto.description + (subject.isEmpty ? "" : "?subject=" + subject)
                    + ">")
        } else {
            writer.piece("<" + unsubscribe.url + ">")
        }
        writer.end()
        if unsubscribe.isOneClick {
            writer.field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        }
    }

    /// Writes the texts with their own fields; where the body starts.
    private func write(
        contentTo writer: inout HeaderWriter, boundary: Boundary, isInside: Bool
    ) -> Int {
        guard !html.isEmpty else {
            return write(text: text, "plain", isInside: isInside, to: &writer)
        }
        let alternative = boundary.text("a")
        writeMultipart("alternative", boundary: alternative, to: &writer)
        writer.end()
        let bodyStart = writer.bytes.count
        writer.bytes.writeDelimiter(alternative)
        _ = write(text: text, "plain", to: &writer)
        writer.bytes.writeDelimiter(alternative)
        if images.isEmpty {
            _ = write(text: html, "html", to: &writer)
        } else {
            let related = boundary.text("r")
            writeMultipart("related", boundary: related, to: &writer)
            writer.end()
            writer.bytes.writeDelimiter(related)
            _ = write(text: html, "html", to: &writer)
            for part in images {
                writer.bytes.writeDelimiter(related)
                write(part, disposition: "inline", to: &writer)
            }
            writer.bytes.writeDelimiter(related, isLast: true)
        }
        writer.bytes.writeDelimiter(alternative, isLast: true)
        return bodyStart
    }

    private func write(
        text: [UInt8], _ subtype: String, isInside: Bool = true, to writer: inout HeaderWriter
    ) -> Int {
        writer.field("Content-Type", "text/" + subtype + "; charset=utf-8")
        writer.field("Content-Transfer-Encoding", "quoted-printable")
        writer.end()
        let bodyStart = writer.bytes.count
        writer.bytes.writeQuotedPrintable(text.span)
        // The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1).
        if isInside || (text.last != 0x0A && text.last != 0x0D) { writer.end() }
        return bodyStart
    }

    private func writeMultipart(
        _ subtype: String, boundary: String, to writer: inout HeaderWriter
    ) {
        writer.begin("Content-Type")
        writer.piece("multipart/" + subtype + ";")
        writer.piece("boundary=\"" + boundary + "\"")
        writer.end()
    }

    private func write(
        _ part: MailPart, disposition: String, to writer: inout HeaderWriter
    ) {
        writer.field("Content-Type", part.type)
        writer.field("Content-Transfer-Encoding", "base64")
        if let id = part.contentID { writer.field("Content-ID", "<" + id + ">") }
        writer.begin("Content-Disposition")
        writer.piece(disposition + ";")
        writer.parameter("filename", part.name)
        writer.end()
        writer.end()
        writer.bytes.writeBase64(part.bytes.span, lineBytes: 76)
    }
}

/// What the parts of a message are divided by: made of its Message-ID, and of characters that neither
/// quoted-printable nor base64 has side by side.
private struct Boundary {
    private let name: String

    init(of id: MessageID) {
        var text = "=_"
        for byte in SHA256.hash(data: Array(id.text.utf8)).prefix(12) {
            text.unicodeScalars.append(Unicode.Scalar(hexDigit(byte >> 4)))
            text.unicodeScalars.append(Unicode.Scalar(hexDigit(byte & 15)))
        }
        name = text
    }

    /// One for each level: none is the start of another.
    func text(_ level: String) -> String { name + level }
}

extension ByteWriter {
    /// A line between two parts, with its line end. It stands at a line's start already.
    fileprivate mutating func writeDelimiter(_ boundary: String, isLast: Bool = false) {
        writeRaw("--" as StaticString)
        writeRaw(boundary)
        writeRaw(isLast ? "--\r\n" as StaticString : "\r\n")
    }
}

extension Timestamp {
    /// `Thu, 04 May 2026 09:30:00 +0000` (RFC 5322 §3.3).
    package var mailDate: String {
        let time = CalendarDateTime(self, offsetSeconds: 0)
        let (year, month, day) = time.day.components
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let weekday = ((time.day.daysSinceEpoch % 7) + 7) % 7
        let second = time.millisecondOfDay / 1000
        let clock = [second / 3600, second / 60 % 60, second % 60].map(twoDigits)
        let years = String(year)
        return days[weekday] + ", " + twoDigits(day) + " " + months[month - 1] + " "
            + String(repeating: "0", count: max(0, 4 - years.utf8.count)) + years + " "
            + clock.joined(separator: ":") + " +0000"
    }
}

private func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
