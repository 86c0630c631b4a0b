package import Kernel

/// Why a message is sent, which decides what its recipient may do about it.
package enum MailStream: Sendable, Equatable {
    /// Sent to many: needs a way out, and says so to the receivers' programs.
    case marketing
    /// Sent to one because of what that one did: a receipt, a password.
    case transactional
}

/// One message to one recipient, before it is bytes.
///
/// Nothing in it is random or read from a clock: the same message is the same bytes, so that it can be composed again
/// after a crash.
package struct EmailMessage: Sendable, Equatable {
    package static let subjectBytesMax = 900
    package static let headersMax = 20
    package static let partsMax = 20
    /// All bodies and parts before they are encoded, which adds a third; many receivers take 25 MB.
    package static let bytesMax = 15_000_000

    package var from: Mailbox
    package var to: Mailbox
    package var replyTo: Mailbox?
    package var subject: String
    package var date: Timestamp
    package var messageID: MessageID
    package var stream: MailStream
    /// UTF-8, line ends of any kind.
    package var text: [UInt8]
    /// UTF-8; empty for a message of plain text alone.
    package var html: [UInt8]
    /// Marketing needs it; a transactional message has none.
    package var unsubscribe: ListUnsubscribe?
    package var listID: ListID?
    package var feedbackID: FeedbackID?
    package var headers: [ExtraHeader] = []
    /// Images that the HTML shows.
    package var images: [MailPart] = []
    package var attachments: [MailPart] = []

    package init(
        from: Mailbox, to: Mailbox, subject: String, date: Timestamp, messageID: MessageID,
        stream: MailStream, text: [UInt8], html: [UInt8] = []
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.date = date
        self.messageID = messageID
        self.stream = stream
        self.text = text
        self.html = html
    }

    func check() throws(MessageRefusal) {
        if hasControl(subject) { throw .control(header: "Subject") }
        guard subject.utf8.count <= Self.subjectBytesMax else {
            throw .tooLong(header: "Subject", limit: Self.subjectBytesMax)
        }
        guard headers.count <= Self.headersMax else {
            throw .tooManyHeaders(limit: Self.headersMax)
        }
        guard images.count + attachments.count <= Self.partsMax else {
            throw .tooManyParts(limit: Self.partsMax)
        }
        guard !text.isEmpty else { throw .noText }
        if stream == .marketing, unsubscribe == nil { throw .noUnsubscribe }
        var size = text.count + html.count
        for part in images { size += part.bytes.count }
        for part in attachments { size += part.bytes.count }
        guard size <= Self.bytesMax else { throw .tooLarge(limit: Self.bytesMax) }
    }
}

/// A message as bytes: header, blank line, body; CRLF at each line's end, ASCII alone.
///
/// Lines of the body have 76 bytes at most and of the header 998. Dots at line starts are not doubled (RFC 5321
/// §4.5.2): no line starts with one.
package struct ComposedMessage: Sendable, Equatable {
    package internal(set) var bytes: [UInt8]
    /// Where the body starts: behind the blank line.
    package internal(set) var bodyStart: Int

    package var body: Span<UInt8> {
        @_lifetime(borrow self)
        get { bytes.span.extracting(droppingFirst: bodyStart) }
    }

    /// The header fields, each with its CRLF, without the blank line.
    package var header: Span<UInt8> {
        @_lifetime(borrow self)
        get { bytes.span.extracting(first: bodyStart - 2) }
    }
}
