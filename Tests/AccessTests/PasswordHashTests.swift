import Kernel
import Testing

@testable import Access

/// Random bytes that a seed decides.
func seeded(_ seed: UInt64) -> RandomSource {
    RandomSource { count in
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
}

struct PasswordHashTests {
    /// RFC 9106 §5.3.
    @Test func `Argon2id gives the published tag`() throws {
        let tag = try Argon2.hash(
            [UInt8](repeating: 1, count: 32), salt: [UInt8](repeating: 2, count: 16),
            secret: [UInt8](repeating: 3, count: 8), associated: [UInt8](repeating: 4, count: 12),
            cost: Argon2.Cost(memoryKiB: 32, passes: 3, lanes: 4), count: 32)
        #expect(
            tag == [
                0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b,
                0x53, 0xc9, 0xd0, 0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9,
                0x6b, 0x01, 0xe6, 0x59,
            ])
    }

    @Test func `a cost that can't be is a failure, not a crash`() {
        #expect(throws: Argon2.Failure.self) {
            try Argon2.hash(
                [1], salt: [1, 2, 3], cost: Argon2.Cost(memoryKiB: 32, passes: 1, lanes: 1),
                count: 32)
        }
    }

    @Test func `a hash accepts its own password, also after storing, and no other`() throws {
        let hash = try PasswordHash("correct staple battery", random: seeded(1))
        let stored = try PasswordHash(phc: hash.phc)
        #expect(stored == hash)
        #expect(hash.phc.hasPrefix("$argon2id$v=19$m=47104,t=1,p=1$"))
        #expect(try stored.matches("correct staple battery"))
        #expect(try !stored.matches("correct staple batterz"))
        #expect(try !stored.matches(""))
        #expect(!stored.isOutdated)
    }

    @Test func `a hash of another cost still accepts its password and says that it is outdated`()
        throws
    {
        let cheap = try PasswordHash(
            "old password", salt: Array(0..<16),
            cost: Argon2.Cost(memoryKiB: 64, passes: 2, lanes: 1))
        let stored = try PasswordHash(phc: cheap.phc)
        #expect(try stored.matches("old password"))
        #expect(stored.isOutdated)
    }

    @Test(arguments: [
        "", "argon2id", "$argon2i$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw",
        "$argon2id$v=16$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw",
        "$argon2id$v=19$m=64,t=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw",
        "$argon2id$v=19$m=064,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw",
        "$argon2id$v=19$m=64,t=0,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw",
        "$argon2id$v=19$m=7,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw",
        "$argon2id$v=19$m=64,t=1,p=1$AAEC$AAECAwQFBgcICQoLDA0ODw",
        "$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAEC",
        "$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw==$AAECAwQFBgcICQoLDA0ODw",
        "$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw$",
    ])
    func `a text that is no hash is refused`(text: String) {
        #expect(throws: PasswordHash.Failure.malformed) { try PasswordHash(phc: text) }
    }

    @Test(arguments: ["m=262145,t=1,p=1", "m=64,t=17,p=1", "m=128,t=1,p=9"])
    func `a stored cost that would stall the server is refused`(cost: String) {
        let text = "$argon2id$v=19$\(cost)$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw"
        #expect(throws: PasswordHash.Failure.tooCostly) { try PasswordHash(phc: text) }
    }

    @Test func `hashing for nobody works`() throws {
        try PasswordHash.spendTime(on: "whatever it was")
    }

    @Test(arguments: 0..<64)
    func `base64 is read back, in one spelling only`(count: Int) {
        let bytes = seeded(UInt64(count)).bytes(count)
        for alphabet in [Base64.Alphabet.standard, .url] {
            let text = Base64.encode(bytes, alphabet)
            #expect(Base64.decode(text, alphabet) == bytes)
            #expect(Base64.decode(text + "=", alphabet) == nil)
        }
        #expect(Base64.decode("AB", .standard) == nil)
        #expect(Base64.decode("A", .standard) == nil)
        #expect(Base64.decode("-_8", .standard) == nil)
    }

    /// RFC 4648 §10.
    @Test func `base64 gives the published texts`() {
        let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"]
        #expect(
            texts.map { Base64.encode(Array($0.utf8), .standard) }
                == ["", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"])
    }
}
