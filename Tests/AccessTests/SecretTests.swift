import Kernel
import Testing

@testable import Access

struct SecretTests {
    @Test func `a key is read back, with its digest and the start that may be shown`() throws {
        let key = APIKeyText(scopes: .track, random: seeded(1))
        let read = try #require(APIKeyText(key.text))
        #expect(read == key)
        #expect(read.digest == key.digest)
        #expect(key.text.utf8.count == 67)
        #expect(key.shownPrefix == String(key.text.prefix(12)))
    }

    @Test func `only keys that can do no more than send events are for the public`() {
        let scopes: [APIScopes] = [.track, .read, .write, .admin, [.track, .read]]
        let prefixes = scopes.map { APIKeyText(scopes: $0, random: seeded(1)).text.prefix(8) }
        #expect(prefixes == ["pk_live_", "sk_live_", "sk_live_", "sk_live_", "sk_live_"])
    }

    @Test func `a key with any other character is refused`() {
        let key = Array(APIKeyText(scopes: .read, random: seeded(2)).text.utf8)
        for index in key.indices {
            for replacement in "0az9-" where key[index] != replacement.asciiValue {
                var other = key
                other[index] = replacement.asciiValue ?? 0
                #expect(APIKeyText(String(decoding: other, as: UTF8.self)) == nil)
            }
        }
        #expect(APIKeyText(String(decoding: key.dropLast(), as: UTF8.self)) == nil)
        #expect(APIKeyText("") == nil)
    }

    /// The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
    @Test func `the checksum is CRC-32`() {
        #expect(crc32("123456789".utf8) == 0xCBF4_3926)
    }

    @Test func `scopes have names`() {
        #expect(APIScopes([.read, .track]).names == ["track", "read"])
        #expect(APIScopes(name: "admin") == .admin)
        #expect(APIScopes(name: "Admin") == nil)
    }

    /// FIPS 180-2, appendix B.1.
    @Test func `a secret's digest is its SHA-256`() {
        #expect(SecretDigest(of: "abc").bytes.prefix(4) == [0xBA, 0x78, 0x16, 0xBF])
        #expect(SecretDigest(of: "abc").bytes.count == 32)
        #expect(SecretDigest(bytes: [1, 2, 3]) == nil)
        #expect(SecretDigest(bytes: SecretDigest(of: "abc").bytes) == SecretDigest(of: "abc"))
        #expect(SecretDigest(of: "abc") != SecretDigest(of: "abd"))
    }

    @Test func `a session token is read back and nothing else is one`() throws {
        let token = SessionToken(random: seeded(3))
        #expect(SessionToken(token.text) == token)
        #expect(token != SessionToken(random: seeded(4)))
        #expect(SessionToken("") == nil)
        #expect(SessionToken(token.text + "A") == nil)
        #expect(SessionToken(String(repeating: "!", count: 43)) == nil)
    }

    @Test func `a form's token belongs to one session under one key`() {
        let (mine, other) = (SessionToken(random: seeded(5)), SessionToken(random: seeded(6)))
        let guarding = CSRFGuard(key: [UInt8](repeating: 1, count: 32))
        let token = guarding.token(for: mine)
        #expect(guarding.accepts(token, for: mine))
        #expect(!guarding.accepts(token, for: other))
        #expect(!guarding.accepts("", for: mine))
        #expect(!guarding.accepts(mine.text, for: mine))
        #expect(!CSRFGuard(key: [UInt8](repeating: 2, count: 32)).accepts(token, for: mine))
    }

    @Test func `a session ends by idleness and by age`() {
        let policy = SessionPolicy()
        func isAlive(_ last: Int64, _ now: Int64) -> Bool {
            policy.isAlive(
                signedInAt: Timestamp(milliseconds: 0), lastUsedAt: Timestamp(milliseconds: last),
                now: Timestamp(milliseconds: now))
        }
        #expect(isAlive(0, policy.idleMs - 1))
        #expect(!isAlive(0, policy.idleMs))
        #expect(isAlive(policy.absoluteMs - 2, policy.absoluteMs - 1))
        #expect(!isAlive(policy.absoluteMs - 1, policy.absoluteMs))
        let start = Timestamp(milliseconds: 0)
        #expect(!policy.needsTouch(lastUsedAt: start, now: Timestamp(milliseconds: 59_999)))
        #expect(policy.needsTouch(lastUsedAt: start, now: Timestamp(milliseconds: 60_000)))
    }

    @Test func `bytes are compared whole`() {
        let pairs: [([UInt8], [UInt8], Bool)] = [
            ([], [], true), ([1], [1], true), ([1], [2], false), ([1, 2], [1], false),
            ([0, 2], [1, 2], false), ([128], [0], false),
        ]
        for (left, right, isEqual) in pairs {
            let result = areEqualInConstantTime(left.span, right.span)
            #expect(result == isEqual)
        }
    }
}
