import Customers
import Kernel
import Testing

struct IdentifierTests {
    @Test(arguments: [
        ("ann@example.test", "ann@example.test"),
        ("  Ann@Example.TEST\t\n", "ann@example.test"),
        ("\u{A0}ann@example.test\u{A0}", "ann@example.test"),
        ("ann@\u{200B}example.test", "ann@example.test"),
        ("\u{FEFF}ann@example.test", "ann@example.test"),
        ("ann\u{AD}@example.test\u{202F}\u{2060}", "ann@example.test"),
        ("ÄNN@EXAMPLE.TEST", "änn@example.test"),
        ("\"a@b\"@example.test", "\"a@b\"@example.test"),
        ("ann+tag@example.test", "ann+tag@example.test"),
    ])
    func `an address is compared in lower case without spaces that don't show`(
        sent: String, compared: String
    ) throws {
        #expect(try Identifier(.email, sent).value == compared)
    }

    @Test(arguments: [
        ("ann", IdentifierRefusal.malformed), ("@example.test", .malformed), ("ann@", .malformed),
        ("a nn@example.test", .malformed), ("ann@exam\u{0}ple.test", .malformed),
        (String(repeating: "a", count: 243) + "@example.test", .tooLong),
    ])
    func `what is no address is refused`(sent: String, reason: IdentifierRefusal) {
        #expect(throws: reason) { try Identifier(.email, sent) }
    }

    @Test func `an address may have 254 bytes`() throws {
        let longest = String(repeating: "a", count: 241) + "@example.test"
        #expect(longest.utf8.count == IdentifierText.emailBytesMax)
        #expect(try Identifier(.email, longest).value == longest)
    }

    @Test(arguments: [
        ("+44 20 7946 0958", "+442079460958"), ("0044 20 7946 0958", "+442079460958"),
        ("+44 (0)20 7946-0958", "+442079460958"), ("(020) 7946.0958", "02079460958"),
        ("\u{A0}020/79460958\u{200B}", "02079460958"), ("12345", "12345"), ("0", "0"), ("000", "0"),
    ])
    func `a phone number is compared by its digits`(sent: String, compared: String) throws {
        #expect(try Identifier(.phone, sent).value == compared)
    }

    @Test(arguments: ["1234", "1234567890123456", "12345x6", "call me", "++4420794609", "１２３４５６"])
    func `what is no phone number is refused`(sent: String) {
        #expect(throws: IdentifierRefusal.malformed) { try Identifier(.phone, sent) }
    }

    @Test(arguments: [
        ("AbC-1", "AbC-1"), (" 42 ", "42"), ("\u{A0}42\u{FEFF}", "42"), ("a b", "a b"),
        ("a\u{A0}b", "a\u{A0}b"), ("Zoë", "Zoë"), ("\u{200B} ", ""),
    ])
    func `a user id keeps its case and loses what surrounds it`(sent: String, compared: String)
        throws
    {
        #expect(try Identifier(.userID, sent).value == compared)
        #expect(try Identifier(.anonymousID, sent).value == compared)
    }

    @Test func `an identifier has 512 bytes at most and no control characters`() throws {
        let longest = String(repeating: "x", count: Identifier.valueBytesMax)
        #expect(try Identifier(.userID, longest).value == longest)
        #expect(throws: IdentifierRefusal.tooLong) { try Identifier(.userID, longest + "x") }
        #expect(throws: IdentifierRefusal.malformed) { try Identifier(.userID, "a\u{7}b") }
    }

    @Test(arguments: [
        "null", "NULL", "undefined", "None", "nil", "NaN", "0", "-1", "test", "Unknown",
        "anonymous",
        "guest", "", "[object Object]", "n/a", "0000", "00000000-0000-0000-0000-000000000000",
    ])
    func `placeholders are blocked`(value: String) {
        let isBlocked = IdentityRules().isBlocked(value.utf8.span)
        #expect(isBlocked)
    }

    @Test(arguments: ["1", "10", "testa", "nul", "-2", "ann@example.test", "null "])
    func `other values are not blocked`(value: String) {
        let isBlocked = IdentityRules().isBlocked(value.utf8.span)
        #expect(!isBlocked)
    }

    @Test func `the list of blocked values can be replaced`() {
        let rules = IdentityRules(blockedValues: ["Till 1"])
        let isBlocked = ["tILL 1", "null", "000"].map { rules.isBlocked($0.utf8.span) }
        #expect(isBlocked == [true, false, true])
    }

    @Test func `the same text under two kinds has two keys`() throws {
        let hash = SipHash(key: SipHash.Key(low: 1, high: 2))
        let one = IdentifierKey(try Identifier(.userID, "a@b"), hash: hash)
        let other = IdentifierKey(try Identifier(.email, "a@b"), hash: hash)
        #expect(one != other)
        #expect(one == IdentifierKey(try Identifier(.userID, " a@b"), hash: hash))
    }
}
