import Kernel
import Testing

@testable import Messaging

@Suite struct EmailMessageTests {
    @Test func `a marketing message is these bytes`() throws {
        var message = try Samples.message(html: "<p>Grüße</p>")
        message.replyTo = try Mailbox("help@example.com")
        message.listID = try ListID(id: "news.example.com", name: "News")
        message.feedbackID = try FeedbackID(["winback", "news"], sender: "example")
        message.unsubscribe = try ListUnsubscribe(
            url: "https://mail.example.com/u/abc",
            mailto: EmailAddress("unsubscribe@bounces.example.com"), mailtoSubject: "abc")
        message.headers = [try ExtraHeader("X-Order", "4711")]
        let composed = try message.composed()
        #expect(
            Samples.lines(composed.bytes) == [
                "From: The Shop <shop@example.com>",
                "Reply-To: help@example.com",
                "To: zoe@example.test",
                "Subject: We miss you",
                "Date: Mon, 04 May 2026 09:30:00 +0000",
                "Message-ID: <out_0000000000001@example.com>",
                "List-Id: News <news.example.com>",
                "List-Unsubscribe: <https://mail.example.com/u/abc>,",
                " <mailto:unsubscribe@bounces.example.com?subject=abc>",
                "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
                "Feedback-ID: winback:news:example",
                "Precedence: bulk",
                "X-Auto-Response-Suppress: OOF, AutoReply",
                "X-Order: 4711",
                "MIME-Version: 1.0",
                "Content-Type: multipart/alternative; boundary=\"=_1D7B00AB51648F1C57BABEC5a\"",
                "",
                "--=_1D7B00AB51648F1C57BABEC5a",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                "Hello,",
                "",
                "see you.",
                "",
                "--=_1D7B00AB51648F1C57BABEC5a",
                "Content-Type: text/html; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                "<p>Gr=C3=BC=C3=9Fe</p>",
                "--=_1D7B00AB51648F1C57BABEC5a--",
                "",
            ])
        #expect(try message.composed() == composed)
    }

    @Test func `a transactional message says that a program sent it and has no way to unsubscribe`()
        throws
    {
        var message = try Samples.message()
        message.stream = .transactional
        message.unsubscribe = nil
        let composed = try message.composed()
        #expect(field("Auto-Submitted", of: composed) == "auto-generated")
        #expect(field("Precedence", of: composed) == nil)
        #expect(field("List-Unsubscribe", of: composed) == nil)
        #expect(field("List-Unsubscribe-Post", of: composed) == nil)
    }

    @Test(arguments: [
        ("https://shop.example/u/abc", true), ("http://127.0.0.1:8080/u/abc", true),
        ("http://localhost/u/abc", true), ("http://[::1]:8080/u/abc", true),
        ("http://shop.example/u/abc", false), ("http://localhost.example/u/abc", false),
        ("http://127.0.0.1.example/u/abc", false),
    ])
    func `one click is offered over https alone, and within this machine`(
        url: String, isOffered: Bool
    ) throws {
        var message = try Samples.message()
        message.unsubscribe = try ListUnsubscribe(url: url)
        let composed = try message.composed()
        #expect(field("List-Unsubscribe", of: composed) == "<\(url)>")
        let post = field("List-Unsubscribe-Post", of: composed)
        #expect(post == (isOffered ? "List-Unsubscribe=One-Click" : nil))
    }

    @Test func `what a message lacks or has too much of is said`() throws {
        func refusal(_ change: (inout EmailMessage) throws -> Void) throws -> MessageRefusal? {
            var message = try Samples.message()
            try change(&message)
            do throws(MessageRefusal) {
                _ = try message.composed()
                return nil
            } catch {
                #expect(!error.reason.isEmpty)
                return error
            }
        }
        #expect(try refusal { _ in } == nil)
        #expect(try refusal { $0.unsubscribe = nil } == .noUnsubscribe)
        #expect(try refusal { $0.text = [] } == .noText)
        #expect(try refusal { $0.subject = String(repeating: "s", count: 900) } == nil)
        #expect(
            try refusal { $0.subject = String(repeating: "s", count: 901) }
                == .tooLong(header: "Subject", limit: 900))
        let header = try ExtraHeader("X-A", "b")
        #expect(try refusal { $0.headers = Array(repeating: header, count: 20) } == nil)
        #expect(
            try refusal { $0.headers = Array(repeating: header, count: 21) }
                == .tooManyHeaders(limit: 20))
        let part = try MailPart(name: "a.txt", type: "text/plain", bytes: [])
        #expect(
            try refusal { $0.attachments = Array(repeating: part, count: 21) }
                == .tooManyParts(limit: 20))
        let large = try MailPart(
            name: "a.bin", type: "application/octet-stream",
            bytes: Array(repeating: 0, count: 15_000_000))
        #expect(try refusal { $0.attachments = [large] } == .tooLarge(limit: 15_000_000))
    }

    @Test(arguments: [
        "-62135596800000 Mon, 01 Jan 0001 00:00:00 +0000",
        "-1000 Wed, 31 Dec 1969 23:59:59 +0000", "0 Thu, 01 Jan 1970 00:00:00 +0000",
        "1709208000999 Thu, 29 Feb 2024 12:00:00 +0000",
    ]) func `a date is as mail writes it`(sample: String) throws {
        let halves = sample.split(separator: " ", maxSplits: 1)
        let time = Timestamp(milliseconds: try #require(Int64(halves[0])))
        #expect(time.mailDate == String(halves[1]))
    }

    @Test func `headers are folded in lines of 76 and say the same unfolded`() throws {
        var random = SeededRandom(seed: 5)
        for _ in 0..<500 {
            let subject = Samples.text(
                &random, pieces: Int(random.next() % 40), isLine: true)
            var message = try Samples.message(subject: subject)
            message.from = try Mailbox(name: String(subject.prefix(60)), message.from.address)
            let composed = try message.composed()
            for line in Samples.lines(Array(composed.bytes[..<composed.bodyStart])) {
                #expect(line.utf8.count <= 76)
                #expect(!line.utf8.contains { $0 > 0x7E || $0 < 0x20 })
            }
            #expect(field("Subject", of: composed) == subject)
        }
    }
}
