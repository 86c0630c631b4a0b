import Testing

@testable import Messaging

/// What people put into names, subjects and properties so that a message says what its sender didn't write.
@Suite struct HeaderInjectionTests {
    private static let ends = [
        "\r\n", "\n", "\r", "\n\r", "\r\n\r\n", "\0", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}",
        "\u{2029}", "\u{1B}", "\u{7F}", "\r\n ", "\r\n\t", "\u{8}",
    ]
    private static let payloads = [
        "Bcc: victim@example.com", "Subject: other", "Content-Type: text/html",
        "\r\n<script>", ".\r\nMAIL FROM:<a@example.com>", "To: b@example.com",
    ]
    private static let corpus = ends.flatMap { end in
        payloads.flatMap { ["Hi" + end + $0, end + $0, "Hi" + end] }
    }

    @Test(arguments: corpus) func `a header can't be forged`(text: String) throws {
        var message = try Samples.message()
        message.subject = text
        #expect(throws: MessageRefusal.control(header: "Subject")) { try message.composed() }
        #expect(throws: AddressRefusal.control) { try Mailbox(name: text, message.to.address) }
        #expect(throws: AddressRefusal.control) { try Mailbox(text + " <a@example.com>") }
        #expect(throws: AddressRefusal.self) { try EmailAddress(text) }
        #expect(throws: AddressRefusal.self) { try EmailAddress("a@example.com" + text) }
        #expect(throws: AddressRefusal.self) { try MessageID(left: text, domain: "example.com") }
        #expect(throws: AddressRefusal.self) { try MessageID(left: "a", domain: text) }
        #expect(MessageID("<a@b>" + text) == nil)
        #expect(throws: MessageRefusal.self) { try ExtraHeader("X-A", text) }
        #expect(throws: MessageRefusal.self) { try ExtraHeader(text, "a") }
        #expect(throws: MessageRefusal.self) { try ExtraHeader("X-A: b" + text, "a") }
        #expect(throws: MessageRefusal.self) { try ListUnsubscribe(url: text) }
        #expect(throws: MessageRefusal.self) {
            try ListUnsubscribe(url: "https://example.com/" + text)
        }
        #expect(throws: MessageRefusal.self) {
            try ListUnsubscribe(
                url: "https://example.com/", mailto: message.to.address, mailtoSubject: text)
        }
        #expect(throws: MessageRefusal.self) { try ListID(id: "a.b" + text) }
        #expect(throws: MessageRefusal.self) { try ListID(id: "a.b", name: text) }
        #expect(throws: MessageRefusal.self) { try FeedbackID([text], sender: "s") }
        #expect(throws: MessageRefusal.self) { try FeedbackID(["a"], sender: text) }
        #expect(throws: MessageRefusal.self) { try MailPart(name: text, type: "a/b", bytes: []) }
        #expect(throws: MessageRefusal.self) {
            try MailPart(name: "a", type: "a/b" + text, bytes: [])
        }
        #expect(throws: MessageRefusal.self) {
            try MailPart(name: "a", type: "a/b", bytes: [], contentID: text)
        }
    }

    @Test(arguments: [
        "From", "to", "BCC", "Cc", "Sender", "Subject", "Date", "Message-Id", "Reply-To",
        "Return-Path", "Received", "MIME-Version", "Content-Type", "Content-Anything",
        "DKIM-Signature", "ARC-Seal", "Authentication-Results", "List-Unsubscribe",
        "List-Unsubscribe-Post", "List-Id", "Feedback-ID", "Auto-Submitted", "Precedence",
        "Resent-To", "", "X A", "X:", "X-Ä", "X\"", "Subject ",
    ]) func `a header of the composer's or of servers can't be added`(name: String) {
        #expect(throws: MessageRefusal.headerName(name)) { try ExtraHeader(name, "a") }
    }

    @Test(arguments: [
        "javascript:alert(1)", "mailto:a@example.com", "//example.com", "https://", "https:///a",
        "https://exa mple.com", "https://example.com/>,<mailto:a@example.com", "ftp://example.com",
        "https://example.com/ü", "https://example.com/\"", "", "HTTPS",
    ]) func `an address that isn't of the web can't be an unsubscribe link`(url: String) {
        #expect(throws: MessageRefusal.url(header: "List-Unsubscribe")) {
            try ListUnsubscribe(url: url)
        }
    }

    @Test func `encoded words of others are carried as text`() throws {
        let subject = "=?UTF-8?B?QmNjOiBh?= and =?utf-8?q?=0D=0ABcc:_a@example.com?="
        let composed = try Samples.message(subject: subject).composed()
        #expect(field("Subject", of: composed) == subject)
        #expect(field("Bcc", of: composed) == nil)
    }

    @Test func `a body can't end the message or start another part`() throws {
        let message = try Samples.message()
        let harmless = try Samples.message(html: "<p>").composed()
        let boundary = try #require(Samples.read(harmless).parameters["boundary"])
        var forged = message
        let text =
            "Hi\n.\nQUIT\n--\(boundary)--\n--\(boundary)\nContent-Type: text/html\n\n<b>\nFrom me"
        forged.text = Array(text.utf8)
        forged.html = Array(text.utf8)
        let composed = try forged.composed()
        #expect(
            !Samples.lines(composed.bytes).contains { $0.hasPrefix(".") || $0.hasPrefix("From ") })
        let mail = Samples.read(composed)
        #expect(mail.children.map(\.type) == ["text/plain", "text/html"])
        for part in mail.children {
            #expect(Samples.unified(part.content) == Array(text.utf8))
        }
    }
}
