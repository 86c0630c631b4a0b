import Testing

@testable import Messaging

@Suite struct EmailAddressTests {
    @Test(arguments: [
        ("zoe@example.com", "zoe@example.com"),
        (" Zoe.B+news@Example.COM ", "Zoe.B+news@example.com"),
        ("a@b.co", "a@b.co"),
        ("o'hara!#$%&*/=?^_`{|}~-@example.com", "o'hara!#$%&*/=?^_`{|}~-@example.com"),
        ("\"two words\"@example.com", "\"two words\"@example.com"),
        (#""a\"b\\c"@example.com"#, #""a\"b\\c"@example.com"#),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        ("info@BÜCHER.example", "info@xn--bcher-kva.example"),
        ("info@straße.example", "info@xn--strae-oqa.example"),
        ("info@例え。テスト", "info@xn--r8jz45g.xn--zckzah"),
        ("info@παράδειγμα.δοκιμή", "info@xn--hxajbheg2az3al.xn--jxalpdlp"),
        ("a@1.example", "a@1.example"),
    ]) func `what can be sent to becomes its form in the DNS`(given: String, expected: String)
        throws
    {
        let address = try EmailAddress(given)
        #expect(address.description == expected)
        #expect(try EmailAddress(address.description) == address)
    }

    @Test(
        arguments: [
            ("", .empty), ("   ", .empty), ("zoe", .noAt), ("@example.com", .localPart),
            (".zoe@example.com", .localPart), ("zoe.@example.com", .localPart),
            ("zo..e@example.com", .localPart), ("zo e@example.com", .localPart),
            ("a@b@example.com", .localPart), ("zoe(x)@example.com", .localPart),
            ("\"zoe@example.com", .localPart), ("\"a\"b\"@example.com", .localPart),
            ("\"a\\\"@example.com", .localPart), ("\"\"@example.com", .localPart),
            ("=?utf-8?q?a=40b.test=3E?=@example.com", .localPart),
            ("\"=?x?q?a?=\"@example.com", .localPart),
            ("<zoe@example.com>", .localPart), ("zoé@example.com", .internationalLocalPart),
            ("\"é\"@example.com", .internationalLocalPart), ("zoe@", .domain),
            ("zoe@localhost", .domain), ("zoe@example..com", .domain),
            ("zoe@.example.com", .domain),
            ("zoe@example.com.", .domain), ("zoe@-example.com", .domain),
            ("zoe@example-.com", .domain), ("zoe@exa_mple.com", .domain),
            ("zoe@exam ple.com", .domain), ("zoe@example.123", .domain),
            ("zoe@example.com>", .domain), ("zoe@192.0.2.1", .domainLiteral),
            ("zoe@[192.0.2.1]", .domainLiteral), ("zoe@[IPv6:2001:db8::1]", .domainLiteral),
            ("zoe@☃.example", .internationalDomain(label: "☃")),
            ("zoe@a\u{308}.example", .internationalDomain(label: "a\u{308}")),
            ("zoe@ｅxample.com", .internationalDomain(label: "ｅxample")),
            ("zoe@exa\u{200B}mple.com", .internationalDomain(label: "exa\u{200B}mple")),
        ] as [(String, AddressRefusal)])
    func `what can't is refused with its reason`(given: String, expected: AddressRefusal) {
        #expect(throws: expected) { try EmailAddress(given) }
        #expect(!expected.reason.isEmpty)
    }

    @Test(arguments: [
        "\r", "\n", "\r\n", "\0", "\t", "\u{1B}", "\u{7F}", "\u{85}", "\u{9F}", "\u{2028}",
        "\u{2029}",
    ]) func `no line end or control is anywhere in an address or a name`(control: String) throws {
        for given in [
            "zo\(control)e@example.com", "zoe@exam\(control)ple.com", "\(control)zoe@example.com",
            "zoe@example.com\(control)", "\"a\(control)b\"@example.com",
        ] {
            #expect(throws: AddressRefusal.control) { try EmailAddress(given) }
            #expect(throws: AddressRefusal.control) { try Mailbox(given) }
            #expect(throws: AddressRefusal.control) { try Mailbox("Zoe <\(given)>") }
        }
        let address = try EmailAddress("zoe@example.com")
        #expect(throws: AddressRefusal.control) { try Mailbox(name: "Z\(control)", address) }
        #expect(throws: AddressRefusal.control) { try Mailbox("Z\(control)o <zoe@example.com>") }
    }

    @Test func `each part has its limit`() throws {
        let longest = String(repeating: "a", count: 64)
        _ = try EmailAddress(longest + "@example.com")
        #expect(throws: AddressRefusal.tooLong(.localPart, limit: 64)) {
            try EmailAddress("a" + longest + "@example.com")
        }
        let label = String(repeating: "b", count: 63)
        _ = try EmailAddress("a@\(label).com")
        #expect(throws: AddressRefusal.tooLong(.label, limit: 63)) {
            try EmailAddress("a@b\(label).com")
        }
        let labels = [label, label, label].joined(separator: ".")
        // 64 + 1 + 191 and more are over 254 together.
        _ = try EmailAddress(String(repeating: "a", count: 62) + "@" + labels)
        #expect(throws: AddressRefusal.tooLong(.address, limit: 254)) {
            try EmailAddress(longest + "@" + labels)
        }
        #expect(throws: AddressRefusal.tooLong(.address, limit: 254)) {
            try EmailAddress("a@" + String(repeating: "b.", count: 10_000) + "com")
        }
        #expect(throws: AddressRefusal.tooLong(.domain, limit: 253)) {
            try EmailAddress("a@" + labels + "." + label)
        }
        let name = String(repeating: "n", count: 256)
        let address = try EmailAddress("a@example.com")
        _ = try Mailbox(name: name, address)
        #expect(throws: AddressRefusal.tooLong(.displayName, limit: 256)) {
            try Mailbox(name: name + "n", address)
        }
    }

    @Test(arguments: [
        ("shop@example.com", "", "shop@example.com"),
        ("<shop@example.com>", "", "shop@example.com"),
        ("The Shop <shop@example.com>", "The Shop", "shop@example.com"),
        ("Shop, Ltd <shop@example.com>", "Shop, Ltd", "shop@example.com"),
        ("\"Shop, Ltd\" <shop@example.com>", "Shop, Ltd", "shop@example.com"),
        (#""The \"best\" \\" <shop@example.com>"#, #"The "best" \"#, "shop@example.com"),
        (" Zoës Laden 🛒  <shop@example.com> ", "Zoës Laden 🛒", "shop@example.com"),
    ]) func `a mailbox is read as people write it`(given: String, name: String, address: String)
        throws
    {
        let mailbox = try Mailbox(given)
        #expect(mailbox.name == name)
        #expect(mailbox.address.description == address)
    }

    @Test(arguments: [
        "The \"Shop <shop@example.com>", "a <b> <shop@example.com>", "shop@example.com>",
        "\"Shop <shop@example.com>", "\"a\\\" <shop@example.com>", "Shop shop@example.com",
        "a@example.com, b@example.com", "a@example.com <b@example.com>,",
    ]) func `what isn't one mailbox is refused`(given: String) {
        #expect(throws: AddressRefusal.self) { try Mailbox(given) }
    }

    @Test(arguments: [
        ("<out_1@example.com>", "out_1@example.com"), ("out_1@example.com", "out_1@example.com"),
        ("  <CA+x=y@mail.example.com>\n", "CA+x=y@mail.example.com"),
    ]) func `a Message-ID is read with or without its brackets`(given: String, text: String) {
        #expect(MessageID(given)?.text == text)
    }

    @Test(arguments: ["", "<>", "a", "<a@b> <c@d>", "a b@c", "a@b\r\nBcc: x", "<a@b", "é@b"])
    func `what can't be a Message-ID is none`(given: String) {
        #expect(MessageID(given) == nil)
    }
}
