import Kernel
import Testing

@testable import Messaging

@Suite struct MIMEReaderTests {
    /// A report, a complaint and a bounce in words.
    private static let seeds = [
        """
        Content-Type: multipart/report; boundary="x"

        --x
        Content-Type: message/delivery-status

        Reporting-MTA: dns; a

        Final-Recipient: rfc822; a@b.example
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 5.1.1 no

        --x
        Content-Type: message/rfc822

        Message-ID: <a@b>

        --x--
        """,
        """
        Content-Type: multipart/report; boundary=x; report-type=feedback-report

        --x
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        --x
        Content-Type: text/rfc822-headers

        Return-Path: <a@b>
        """,
        """
        From: MAILER-DAEMON
        Subject: failure notice =?utf-8?q?=C3?=

        <a@b.example>:
        (#5.1.1)
        Message-ID: <a@b>
        """,
    ].map { Array($0.utf8) }

    private func read(_ text: String, limits: MIMELimits = MIMELimits()) -> MIMEPart {
        let bytes = Array(text.utf8)
        return MIMEReader.read(bytes.span, limits: limits)
    }

    @Test func `fields are unfolded and decoded, bodies are decoded`() {
        let mail = read(
            "From a@example.com Mon May  4 09:30:00 2026\r\nSubject: =?UTF-8?Q?Gr=C3=BC=C3=9F?=\r\n =?utf-8?b?ZSE=?= x\r\n"
                + "X-Empty:\r\nX-Old : y\r\nContent-Type: text/plain; charset=\"iso-8859-1\"\r\n"
                + "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe=\r\n =20\r\nab=zz=\r\n"
        )
        #expect(mail.field("subject") == "Grüße! x")
        #expect(mail.field("x-empty") == "")
        #expect(mail.field("x-old") == "y")
        #expect(mail.field("x-none") == nil)
        #expect(mail.text == "Grüße  \r\nab=zz")
    }

    @Test(arguments: [
        ("plain", "plain"), ("=?utf-8?q?a_b?=", "a b"), ("=?UTF-8*en?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?b?w6k=?=", "é"), ("=?utf-8?b?w6k?=", "é"), ("=?iso-8859-1?q?=E9?=", "é"),
        ("=?windows-1252?q?=80?=", "€"), ("x =?utf-8?q?=C3?= =?utf-8?q?=A9?= y", "x é y"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="), ("=?utf-8?q?a", "=?utf-8?q?a"), ("=?", "=?"),
        ("=?a b?q?c?=", "=?a b?q?c?="), ("a=?utf-8?q?b?=c", "abc"), ("=?utf-8?q??=", ""),
    ]) func `encoded words are decoded, and what isn't one stays`(given: String, expected: String) {
        let bytes = Array(given.utf8)
        #expect(EncodedWords.decode(bytes.span) == expected)
    }

    @Test(
        arguments: [
            ("text/html", "text/html", [:]),
            ("TEXT / Plain ; Charset = \"a b\"", "text/plain", ["charset": "a b"]),
            ("a/b; x=\"q\\\"r;s\"; y=z;", "a/b", ["x": "q\"r;s", "y": "z"]), (";", "", [:]),
            ("", "", [:]),
            ("a/b; n*=UTF-8''%C3%A9", "a/b", ["n": "é"]),
            ("a/b; n*1=c; n*0*=UTF-8'en'%C3%A9; n*2*=%20", "a/b", ["n": "éc "]),
            ("a/b; x=\"open", "a/b", ["x": "open"]), ("a/b; nothing; y=1", "a/b", ["y": "1"]),
        ] as [(String, String, [String: String])])
    func `a type is read with its parameters`(
        given: String, type: String, parameters: [String: String]
    ) {
        let bytes = Array(given.utf8)
        let read = ContentType.parse(bytes.span)
        #expect(read.type == type)
        #expect(read.parameters == parameters)
    }

    @Test func `parts are divided as they stand, with boundaries left open or strange`() {
        let mail = read(
            "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--bb\n--b  \nContent-Type: "
                + "multipart/alternative; boundary=\"b2\"\n\n--b2\nContent-Type: text/html\n\n<p>\n--b2--\nepilogue\n--b\n\nlast"
        )
        #expect(mail.children.map(\.type) == ["text/plain", "multipart/alternative", "text/plain"])
        #expect(mail.children[0].text == "one\n--bb")
        #expect(mail.children[1].children.map(\.text) == ["<p>"])
        #expect(mail.children[2].text == "last")
        #expect(mail.first("text/html")?.text == "<p>")
        #expect(mail.all.count == 5)
    }

    @Test func `depth, parts, fields and bytes are bounded`() {
        let open = (0..<50).map { "Content-Type: multipart/mixed; boundary=b\($0).\n\n--b\($0).\n" }
        var depth = 0
        var part = read(open.joined())
        while let child = part.children.first {
            part = child
            depth += 1
        }
        #expect(depth == 8)
        let wide = read(
            "Content-Type: multipart/mixed; boundary=b\n\n"
                + String(repeating: "--b\n\nx\n", count: 5_000))
        #expect(wide.all.count == 100)
        let fields = read(String(repeating: "A: b\n", count: 1_000) + "\nbody")
        #expect(fields.fields.count == 300)
        #expect(fields.text == "body")
        let long = read("A: " + String(repeating: "x", count: 100_000) + "\n y\n\nbody")
        #expect(long.fields[0].value.count == 16_384)
        var limits = MIMELimits()
        limits.bytesMax = 100
        #expect(
            read("\n" + String(repeating: "x", count: 1_000), limits: limits).content.count == 99)
    }

    @Test func `whatever comes is read without end or crash`() throws {
        let seeds = [try Samples.message(html: "<p>Grüße</p>").composed().bytes] + Self.seeds
        let pieces = [
            "\r\n", "\n\n", "--x", "--x--", "=?utf-8?b?", "?=", "Content-Type: ",
            "multipart/mixed; boundary=x",
            "message/rfc822", "base64", "Content-Transfer-Encoding: ", ";", "\"", "*0*=", "%", "=",
            "\u{0}", ":",
        ].map { Array($0.utf8) }
        for seed in 0..<1_500 {
            var random = SeededRandom(seed: UInt64(seed))
            var bytes = seeds[seed % seeds.count]
            for _ in 0..<(1 + random.next() % 12) where !bytes.isEmpty {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 5 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1:
                    bytes.removeSubrange(place..<min(bytes.count, place + Int(random.next() % 40)))
                case 2:
                    bytes.insert(
                        contentsOf: pieces[Int(random.next() % UInt64(pieces.count))], at: place)
                case 3: bytes.insert(contentsOf: bytes[..<min(place, 200)], at: place)
                default: bytes = Array(bytes[..<place])
                }
            }
            let mail = Samples.read(bytes)
            #expect(mail.all.count <= 101)
            #expect(mail.all.reduce(0) { $0 + $1.content.count } <= bytes.count * 9)
            switch InboundMail(mail, isUnsubscribeAddress: seed % 2 == 0) {
            case .report(let report): #expect(!report.recipients.isEmpty)
            case .complaint, .autoReply, .unsubscribe, .other: break
            }
        }
    }

    @Test func `random bytes are read without end or crash`() {
        for seed in 0..<1_000 {
            var random = SeededRandom(seed: UInt64(seed))
            let bytes = (0..<(random.next() % 400)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            let mail = Samples.read(bytes)
            _ = InboundMail(mail, isUnsubscribeAddress: false)
            #expect(mail.text.utf8.count <= bytes.count * 3)
            // These take any text.
            let text = String(decoding: bytes, as: UTF8.self)
            _ = EnhancedStatus.first(in: text)
            #expect(MessageID(text) == nil)
            #expect((try? EmailAddress(text)) == nil)
            #expect((try? DKIMKey(pem: text)) == nil)
        }
    }
}
