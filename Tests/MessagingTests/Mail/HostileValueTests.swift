import Foundation
import Testing

@testable import Messaging

/// Every hostile text in every place of a message: it is refused, or it stays what it is, where it is.
@Suite struct HostileValueTests {
    static let texts: [String] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/mail/hostile.ndjson")
        // Where there is no file there are no texts, which the first test sees.
        let lines = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return lines.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(String.self, from: Data($0.utf8))
        }
    }()

    private typealias Change = @Sendable (inout EmailMessage, String) throws -> Void

    private static let places: [(name: String, header: String, put: Change)] = [
        ("sender's name", "from", { $0.from = try Mailbox(name: $1, $0.from.address) }),
        ("recipient's name", "to", { $0.to = try Mailbox(name: $1, $0.to.address) }),
        ("recipient", "to", { $0.to = try Mailbox($1) }),
        ("recipient's address", "to", { $0.to = try Mailbox(EmailAddress($1)) }),
        ("local part", "to", { $0.to = try Mailbox(EmailAddress($1 + "@example.test")) }),
        ("domain", "to", { $0.to = try Mailbox(EmailAddress("a@" + $1)) }),
        ("answers", "reply-to", { $0.replyTo = try Mailbox($1) }),
        ("subject", "subject", { $0.subject = $1 }),
        ("topic", "list-id", { $0.listID = try ListID(id: "offers.example.com", name: $1) }),
        ("topic's id", "list-id", { $0.listID = try ListID(id: $1) }),
        (
            "link", "list-unsubscribe",
            { $0.unsubscribe = try ListUnsubscribe(url: "https://mail.example.com/" + $1) }
        ), ("whole link", "list-unsubscribe", { $0.unsubscribe = try ListUnsubscribe(url: $1) }),
        (
            "mailto's subject", "list-unsubscribe",
            {
                $0.unsubscribe = try ListUnsubscribe(
                    url: "https://mail.example.com/u", mailto: EmailAddress("u@example.com"),
                    mailtoSubject: $1)
            }
        ), ("campaign", "feedback-id", { $0.feedbackID = try FeedbackID([$1], sender: "s") }),
        ("header", "x-note", { $0.headers = [try ExtraHeader("X-Note", $1)] }),
        ("header's name", "", { $0.headers = [try ExtraHeader($1, "x")] }),
        (
            "Message-ID", "message-id",
            { $0.messageID = try MessageID(left: $1, domain: "example.com") }
        ),
        (
            "file", "",
            { $0.attachments = [try MailPart(name: $1, type: "text/plain", bytes: [0x61])] }
        ),
        (
            "file's type", "",
            { $0.attachments = [try MailPart(name: "x", type: $1, bytes: [0x61])] }
        ), ("text", "", { $0.text = Array(("x" + $1).utf8) }),
        ("HTML", "", { $0.html = Array(("x" + $1).utf8) }),
    ]

    /// The names of a header's fields as any reader finds them: what stands before a colon where a line doesn't go on
    /// the one before.
    private func names(_ message: ComposedMessage) -> [String] {
        String(decoding: message.bytes[..<message.bodyStart], as: UTF8.self)
            .components(separatedBy: "\r\n").filter { !$0.isEmpty && !$0.hasPrefix(" ") }
            .map { String($0.prefix { $0 != ":" }).lowercased() }
    }

    @Test func `no text makes a second header, recipient or part`() throws {
        #expect(Self.texts.count > 90)
        var refused = 0
        var composed = 0
        for place in Self.places {
            for text in Self.texts {
                var message = try Samples.message(html: "<p>x</p>")
                let clean = try names(message.composed())
                let made: ComposedMessage
                do {
                    try place.put(&message, text)
                    made = try message.composed()
                } catch is AddressRefusal {
                    refused += 1
                    continue
                } catch is MessageRefusal {
                    refused += 1
                    continue
                }
                composed += 1
                let note = "\(place.name): \(text.debugDescription.prefix(80))"
                // The body's own fields differ where there are files; a header's own name is one more.
                let extra = names(made).filter { !clean.contains($0) }
                #expect(extra.count <= 1, "\(note): \(extra)")
                let wanted = place.name == "header's name" ? text.lowercased() : place.header
                #expect(extra.isEmpty || extra == [wanted], "\(note): \(extra)")
                #expect(Set(names(made)).count == names(made).count, "\(note)")
                #expect(made.bytes.allSatisfy { $0 < 0x7F && $0 != 0 }, "\(note)")
                let read = Samples.read(made)
                #expect(read.fields.allSatisfy { $0.name != "bcc" && $0.name != "cc" }, "\(note)")
                let to = try #require(read.field("to"))
                #expect(
                    to.hasSuffix(message.to.address.description + (to.hasSuffix(">") ? ">" : "")))
                // One text, one HTML, and the files that were put in.
                #expect(
                    read.all.count { $0.children.isEmpty } == 2 + message.attachments.count,
                    "\(note)")
            }
        }
        #expect(refused > 500 && composed > 300, "\(refused) refused, \(composed) composed")
    }

    @Test func `an address that is taken is one address, without spaces, brackets or lists`() {
        for text in Self.texts + Self.texts.map({ $0 + "@example.test" }) {
            // What is refused is what the tests of addresses are about.
            guard let address = try? EmailAddress(text) else { continue }
            let written = address.description
            #expect(address.domain.utf8.allSatisfy { isAtomByte($0) || $0 == UInt8(ascii: ".") })
            #expect(
                address.local.hasPrefix("\"") || !written.contains { " <>(),;:\r\n".contains($0) })
            #expect(!hasControl(written), "\(written)")
        }
    }
}
