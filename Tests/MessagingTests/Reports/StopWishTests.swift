import Testing

@testable import Messaging

@Suite struct StopWishTests {
    private func mail(_ text: String, subject: String = "Re: News", _ more: String = "")
        -> InboundMail
    {
        let source = """
            From: zoe@example.test
            To: bounce@bounces.example.com
            Subject: \(subject)
            \(more)Content-Type: text/plain; charset=utf-8

            \(text)

            """
        let bytes = Array(source.replacing("\n", with: "\r\n").utf8)
        return InboundMail(MIMEReader.read(bytes.span), isUnsubscribeAddress: false)
    }

    private func asks(_ mail: InboundMail) -> Bool {
        if case .unsubscribe(token: nil, _) = mail { true } else { false }
    }

    @Test(arguments: [
        "unsubscribe", "STOP", "Stop!", "Remove me.", "Please unsubscribe me", "Abmelden",
        "Désinscription", "Baja", "Cancellami", "afmelden", "avregistrera", "wypisz mnie", "解除",
        "Unsubscribe\n\nOn Mon, 2 Mar 2026 at 09:00, Shop <news@shop.example> wrote:\n> Hello\n> stop",
        "Stop\n\nOn Mon, 2 Mar 2026 at 09:00, Shop\n<news@shop.example> wrote:\n> Hello",
        "abmelden\n\nAm 2. März schrieb der Laden:\n> Hallo",
        "stop\n\nSent from my phone", "stop\n-- \nZoë\nSome Street 1",
        "stop\n\n-----Original Message-----\nFrom: Shop\nHello",
        "stop\n\nLe 2 mars, Shop <news@shop.example> a écrit :\nBonjour",
    ])
    func `who answers with nothing but the word wants no more`(text: String) {
        #expect(asks(mail(text)))
    }

    @Test(arguments: [
        "When does the sale stop?", "I'd never unsubscribe", "Stop\nsending me two of each, please",
        "unsubscribe my brother", "Hello\nunsubscribe", "Thanks!\n> unsubscribe", "> stop", "",
        "Please don't remove me",
    ])
    func `the word within something else, or in what is quoted, is no wish`(text: String) {
        #expect(!asks(mail(text)))
    }

    @Test func `the subject counts where nothing else was written`() {
        #expect(asks(mail("", subject: "Unsubscribe")))
        #expect(asks(mail("> Hello", subject: "stop")))
        #expect(!asks(mail("When do you open?", subject: "stop")))
        #expect(!asks(mail("", subject: "Re: unsubscribe from here")))
    }

    @Test(arguments: [
        "Auto-Submitted: auto-replied\r\n", "X-Autoreply: yes\r\n", "Precedence: auto_reply\r\n",
        "Auto-Submitted: auto-generated\r\n",
    ])
    func `a program's answer is none, whatever it says`(header: String) {
        let answer = mail("stop", header.replacing("\r\n", with: "\n"))
        #expect(!asks(answer))
        guard case .autoReply = answer else {
            Issue.record("\(answer)")
            return
        }
    }

    @Test func `at the address for it a program may ask for its owner, and not answer`() {
        func read(_ kind: String, _ subject: String) -> InboundMail {
            let text = "From: a@b.example\r\nSubject: \(subject)\r\nAuto-Submitted: \(kind)\r\n\r\n"
            let bytes = Array(text.utf8)
            return InboundMail(MIMEReader.read(bytes.span), isUnsubscribeAddress: true)
        }
        #expect(asks(read("auto-generated", "unsubscribe")))
        #expect(!asks(read("auto-replied", "unsubscribe")))
        #expect(!asks(read("auto-generated", "Away")))
    }
}
