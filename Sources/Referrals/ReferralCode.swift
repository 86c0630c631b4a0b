package import Kernel

/// A customer's own code that friends join with: the same for the same customer, and nobody guesses another's.
package struct ReferralCode: Hashable, Sendable, CustomStringConvertible {
    /// Without 0, 1, I and O, which are taken for others.
    static let alphabet = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)
    /// 13 letters of 5 bits are 65 bits.
    package static let lettersCount = 13
    /// What people type, in Unicode scalars; longer texts are no codes.
    package static let typedMax = 64

    /// The 13 letters without what sets groups apart: the form to store and to look up.
    package let letters: String

    /// A customer's code.
    ///
    /// - Parameters:
    ///   - issue: Counts up when somebody asks for a new code; each has another one.
    ///   - hash: With the workspace's secret key.
    package init(
        of customer: ID<Customer>, program: String, issue: Int = 0, hash: SipHash
    ) {
        let digest = hash.digest(
            "\(program)\n\(customer.rawValue)\n\(issue)", domain: HashDomain.code)
        var letters = ""
        for place in 0..<Self.lettersCount {
            // Twelve letters are the first word's low 60 bits, the last one is from the second word.
            let bits = place < 12 ? digest.first >> UInt64(place * 5) : digest.second
            letters.unicodeScalars.append(Unicode.Scalar(Self.alphabet[Int(bits & 31)]))
        }
        self.letters = letters
    }

    /// Reads what somebody typed or pasted: in either case, with or without spaces and dashes of any kind, in
    /// full-width letters; I and 1 as L, O and 0 as Q, as they can be nothing else. Nil where it can't be a code.
    package init?(typed text: String) {
        var letters = ""
        var count = 0
        for scalar in text.unicodeScalars {
            count += 1
            guard count <= Self.typedMax else { return nil }
            // U+FF01...FF5E are the full-width forms of U+0021...007E.
            var value = scalar.value
            if (0xFF01...0xFF5E).contains(value) { value -= 0xFEE0 }
            guard let byte = UInt8(exactly: value), byte < 0x80 else {
                if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                    return nil
                }
                continue
            }
            guard let letter = Self.letter(byte) else {
                if byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 { return nil }
                continue
            }
            letters.unicodeScalars.append(Unicode.Scalar(letter))
        }
        guard letters.utf8.count == Self.lettersCount else { return nil }
        self.letters = letters
    }

    /// In groups, as it is shown: `7KQ2-M9XD-4HTRB`.
    package var description: String {
        letters.prefix(4) + "-" + letters.dropFirst(4).prefix(4) + "-" + letters.dropFirst(8)
    }

    private static func letter(_ byte: UInt8) -> UInt8? {
        let upper = (byte | 0x20) &- 0x61 < 26 ? byte & 0xDF : byte
        switch upper {
        case UInt8(ascii: "I"), UInt8(ascii: "1"): return UInt8(ascii: "L")
        case UInt8(ascii: "O"), UInt8(ascii: "0"): return UInt8(ascii: "Q")
        default: return alphabet.contains(upper) ? upper : nil
        }
    }
}

/// Keeps this room's hashes apart from others with the same key.
enum HashDomain {
    static let code: UInt8 = 96
    /// And the four after it, one for each kind of person key.
    static let personKeys: UInt8 = 97
}
