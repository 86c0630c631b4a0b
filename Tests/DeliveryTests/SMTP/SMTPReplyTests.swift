import Kernel
import NIOCore
import Testing

@testable import Delivery

/// Replies in any pieces, what they mean, and what of a message never gets as far as a server.
struct SMTPReplyTests {
    private func replies(_ pieces: [String]) throws -> [SMTPReply] {
        var parser = SMTPReplyParser()
        var buffer = ByteBuffer()
        var replies: [SMTPReply] = []
        for piece in pieces {
            buffer.writeString(piece)
            while let reply = try parser.next(&buffer) { replies.append(reply) }
        }
        return replies
    }

    @Test func `replies are the same however they are cut`() throws {
        let text =
            "220 mx\r\n250-mx.example.com\r\n250-SIZE 10\r\n250 AUTH PLAIN\r\n"
            + "550-5.1.1 No such\r\n550 5.1.1 user\r\n354\r\n421 4.3.2\r\n250 2.0 no status\n"
            + "451 5.1.1 not of its class\r\n"
        let whole = [
            SMTPReply(code: 220, text: "mx"),
            SMTPReply(code: 250, text: "mx.example.com\nSIZE 10\nAUTH PLAIN"),
            SMTPReply(code: 550, status: SMTPStatus(5, 1, 1), text: "No such\nuser"),
            SMTPReply(code: 354, text: ""),
            SMTPReply(code: 421, status: SMTPStatus(4, 3, 2), text: ""),
            SMTPReply(code: 250, text: "2.0 no status"),
            SMTPReply(code: 451, text: "5.1.1 not of its class"),
        ]
        #expect(try replies([text]) == whole)
        #expect(try replies(text.unicodeScalars.map { String($0) }) == whole)
        for cut in 1..<text.utf8.count {
            let index = text.utf8.index(text.utf8.startIndex, offsetBy: cut)
            #expect(try replies([String(text[..<index]), String(text[index...])]) == whole)
        }
    }

    @Test(
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n", "25\r\n", "\r\n", "2500 x\r\n", "650 x\r\n",
            "150 x\r\n", "abc\r\n", "250x\r\n", "250-a\r\n251 b\r\n", "250-a\r\nb\r\n",
            String(repeating: "2", count: 2049),
            String(repeating: "250-x\r\n", count: 101),
        ])
    func `what is no reply is refused`(text: String) {
        #expect(throws: SMTPReplyParser.Garbage.self) { try replies([text]) }
    }

    @Test func `a reply may be as large as its limits`() throws {
        let line = "250-" + String(repeating: "x", count: SMTPReplyParser.lineBytesMax - 5) + "\r\n"
        let long = try replies([String(repeating: line, count: 99), "250 end\r\n"])
        #expect(long.count == 1)
        #expect(long[0].text.utf8.count == SMTPReplyParser.textBytesMax)
    }

    @Test func `what is said to people has no control characters`() throws {
        let reply = try #require(try replies(["550 a\u{1B}[31mb\u{7}\u{0}é\r\n"]).first)
        #expect(reply.text == "a?[31mb????")
        #expect(reply.description == "550 a?[31mb????")
    }

    @Test(
        arguments: [
            ("550 5.1.1 no such user", .recipient, .unknownAddress, true),
            ("550 no such user", .recipient, .unknownAddress, true),
            ("550 5.1.10 null MX", .recipient, .unknownAddress, true),
            ("550 5.2.1 disabled", .recipient, .closedMailbox, true),
            ("552 5.2.2 over quota", .recipient, .fullMailbox, false),
            ("452 4.2.2 over quota", .recipient, .fullMailbox, false),
            ("450 4.2.0 greylisted", .recipient, .tooFast, false),
            ("550 5.7.1 blocked", .recipient, .policy, false),
            ("550 5.7.26 unauthenticated", .content, .policy, false),
            ("550 5.7.515 not up to the rules", .content, .policy, false),
            ("554 spam", .content, .policy, false),
            ("552 5.3.4 too big", .content, .tooLarge, false),
            ("550 5.1.8 bad sender", .sender, .senderAddress, false),
            ("550 5.1.1 no such", .sender, .senderAddress, false),
            ("553 5.1.2 no", .recipient, .unknownAddress, true),
            ("530 5.7.0 log in first", .sender, .policy, false),
            ("530 log in first", .sender, .authentication, false),
            ("421 4.7.28 rate", .content, .tooFast, false),
            ("451 4.3.0 trouble", .content, .serverTrouble, false),
            ("500 what", .data, .syntax, false),
            ("599 hm", .data, .other, false),
        ] as [(String, SMTPPhase, SMTPRefusalCause, Bool)])
    func `refusals have causes`(
        text: String, phase: SMTPPhase, cause: SMTPRefusalCause, isHard: Bool
    ) throws {
        let reply = try #require(try replies([text + "\r\n"]).first)
        switch SMTPOutcome.refusal(reply, at: phase) {
        case .refused(let refusal):
            #expect(text.hasPrefix("5"))
            #expect(refusal.cause == cause && refusal.cause.isHardBounce == isHard)
            #expect(refusal.reason.hasSuffix(text))
        case .deferred(let refusal, _):
            #expect(text.hasPrefix("4"))
            #expect(refusal.cause == cause)
        case .delivered, .notSent, .inDoubt, .endpointFailed, nil: Issue.record("\(text)")
        }
    }

    @Test func `what isn't a refusal is none`() {
        for code in [200, 250, 354, 399] {
            #expect(SMTPOutcome.refusal(SMTPReply(code: code, text: ""), at: .content) == nil)
        }
    }

    @Test(
        arguments: [
            ("Greylisted, try again in 300 seconds", 300), ("retry after 5 minutes.", 300),
            ("blocked for 2 hours", 7200), ("in 00:05:00", nil), ("in time", nil), ("", nil),
            ("in 99999999999999999999 seconds", nil), ("in 30 hours", 86_400),
            ("in 3 mailboxes", nil),
        ] as [(String, Int64?)])
    func `the time that a server asks for is read`(text: String, seconds: Int64?) {
        #expect(SMTPRetryHint.seconds(in: text) == seconds)
    }

    private func problem(
        sender: String = "a@example.com", recipient: String = "b@example.com",
        content: String = "A: b\r\n\r\n"
    ) -> SMTPMessage.Problem? {
        do throws(SMTPMessage.Problem) {
            _ = try SMTPMessage(sender: sender, recipient: recipient, content: Array(content.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            "a@example.com>\r\nRCPT TO:<b@example.com", "a@example.com\r\nDATA", "a@example.com\n",
            "a\0@example.com", "a@example.com\r", "a @example.com", "a@example.com> SIZE=1",
            "<a@example.com>", "a@exam\u{85}ple.com", "a@example.com\u{2028}", "a", "@example.com",
            "a@", "a\u{7F}@example.com", "a\t@example.com",
            String(repeating: "a", count: 251) + "@b.c",
        ])
    func `an address can't say more than an address`(text: String) {
        guard case .recipientAddress = problem(recipient: text) else {
            Issue.record("as a recipient: \(text)")
            return
        }
        guard case .senderAddress = problem(sender: text) else {
            Issue.record("as a sender: \(text)")
            return
        }
    }

    @Test func `a sender may be empty, a recipient not`() {
        #expect(problem(sender: "") == nil)
        #expect(problem(recipient: "") == .recipientAddress(reason: "is empty"))
        #expect(problem(recipient: String(repeating: "a", count: 249) + "@b.cd") == nil)
        #expect(problem(recipient: "bounce+abc=example.net@shop.example.com") == nil)
    }

    @Test func `a content can't end early`() {
        for end in ["\n.\r\n", "\r.\r\n", "\r\n.\r", "\r\n.\n", "\n.\n", "\r.\r", "\0"] {
            for padding in 0..<20 {
                let text = "A: b\r\n\r\n" + String(repeating: "x", count: padding)
                let problem = problem(content: text + end + "x\r\n")
                switch problem {
                case .bareLineEnd, .zeroByte: break
                case .senderAddress, .recipientAddress, .longLine, .noLineEnd, nil:
                    Issue.record("\(end.debugDescription) behind \(padding): \(problem as Any)")
                }
            }
        }
        #expect(problem(content: "") == .noLineEnd)
        #expect(problem(content: "A: b") == .noLineEnd)
        #expect(problem(content: "A: b\r") == .noLineEnd)
    }

    @Test func `lines are as long as they may be`() {
        let longest = String(repeating: "x", count: 998)
        #expect(problem(content: "a\r\n\(longest)\r\nb\r\n") == nil)
        #expect(problem(content: "a\r\n\(longest)x\r\nb\r\n") == .longLine(index: 3))
    }

    @Test func `what a content needs is found at every place`() throws {
        var random = SeededRandom(seed: 7)
        let pieces = [".", "x", "\r\n", "\r\n.", "é", "..", "abcdefgh", "\r\n\r\n"]
        for _ in 0..<500 {
            var text = ""
            for _ in 0..<Int(random.next() % 30) { text += pieces[Int(random.next() % 8)] }
            text += "\r\n"
            let bytes = Array(text.utf8)
            let traits = try SMTPContentTraits(bytes.span)
            let dots = bytes.indices.filter {
                bytes[$0] == 0x2E && ($0 == 0 || bytes[$0 - 1] == 0x0A)
            }
            #expect(traits.dots == dots.map { Int32($0) })
            #expect(traits.hasHighBytes == text.contains("é"))
        }
    }
}
