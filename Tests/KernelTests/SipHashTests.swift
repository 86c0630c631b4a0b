import Kernel
import Testing

struct SipHashTests {
    /// Key bytes 00…0f, as two little-endian words.
    private let hash = SipHash(
        key: SipHash.Key(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908))

    /// `vectors_sip128` of the authors' reference (github.com/veorq/SipHash): of the input 00,
    /// 01, … with so many bytes; here as two words, which the reference writes little-endian.
    @Test(
        arguments: [
            (0, 0xE6A8_25BA_047F_81A3, 0x9302_55C7_1472_F66D),
            (1, 0x44AF_996B_D8C1_87DA, 0x45FC_229B_1159_7634),
            (2, 0xC75D_A4A4_8D22_7781, 0xE4FF_0AF6_DE8B_A3FC),
            (7, 0x53C1_DBD8_BEEB_F1A1, 0x3982_F01F_A64A_B8C0),
            (8, 0x61F5_5862_BAA9_623B, 0xB497_14F3_64E2_830F),
            (15, 0x11A8_B033_99E9_9354, 0xD9C3_CF97_0FEC_087E),
            (16, 0xBB54_B067_CAA4_E26E, 0x7705_2385_BF15_33FD),
            (63, 0x4A83_502F_77D1_5051, 0x7CBD_3F97_9A06_3E50),
        ] as [(Int, UInt64, UInt64)])
    func `Gives the authors' vectors`(count: Int, first: UInt64, second: UInt64) {
        let input = (0..<count).map { UInt8($0) }
        #expect(hash.digest(input.span) == SipHash.Digest(first: first, second: second))
    }

    @Test func `Text is hashed as its UTF-8`() {
        let text = "messageId é"
        #expect(hash.digest(text) == hash.digest(Array(text.utf8).span))
    }

    @Test func `Domains and keys give different hashes`() {
        let bytes: [UInt8] = [1, 2, 3]
        let other = SipHash(key: SipHash.Key(low: 1, high: 2))
        let digests = [
            hash.digest(bytes.span), hash.digest(bytes.span, domain: 1),
            hash.digest(bytes.span, domain: 2), other.digest(bytes.span),
        ]
        #expect(Set(digests).count == 4)
    }

    @Test func `A digest's bytes sort as digests do`() {
        var random = SeededRandom(seed: 3)
        let digests = (0..<200).map { _ in
            SipHash.Digest(first: random.next() % 4, second: random.next())
        }
        let byBytes = digests.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        #expect(byBytes == digests.sorted())
        #expect(digests[0].bytes.count == 16)
        #expect(
            SipHash.Digest(first: 0x0102_0304_0506_0708, second: 0x090A_0B0C_0D0E_0F10).bytes
                == Array(1...16))
    }
}
