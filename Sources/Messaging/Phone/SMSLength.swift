/// How many messages an SMS's text takes, as networks count (3GPP TS 23.038 §6.2.1, TS 23.040 §9.2.3.24.1).
package struct SMSLength: Sendable, Equatable {
    package enum Alphabet: String, Sendable {
        /// Seven bits a character; some take two places.
        case gsm7
        /// Two bytes a character, for everything else; those beyond the basic plane take two places.
        case ucs2
    }

    package let alphabet: Alphabet
    /// Places that the text takes, of 160 or 70 in one segment, and 153 or 67 in each of several.
    package let units: Int
    /// What is paid for; 0 for an empty text.
    package let segments: Int

    package init(_ text: String) {
        var sizes: [UInt8] = []
        var isPlain = true
        for scalar in text.unicodeScalars {
            guard let size = Self.plainSize(scalar) else {
                isPlain = false
                break
            }
            sizes.append(size)
        }
        if !isPlain {
            sizes = text.unicodeScalars.map { $0.value > 0xFFFF ? 2 : 1 }
        }
        alphabet = isPlain ? .gsm7 : .ucs2
        units = sizes.reduce(0) { $0 + Int($1) }
        let (single, part) = isPlain ? (160, 153) : (70, 67)
        if units <= single {
            segments = units == 0 ? 0 : 1
        } else {
            // A character of two places isn't torn apart.
            var count = 1
            var used = 0
            for size in sizes {
                if used + Int(size) > part {
                    count += 1
                    used = 0
                }
                used += Int(size)
            }
            segments = count
        }
    }

    /// Places in the seven bit alphabet; nil for what it hasn't.
    private static func plainSize(_ scalar: UnicodeScalar) -> UInt8? {
        switch scalar.value {
        case 0x0A, 0x0D, 0x20...0x5A, 0x61...0x7A: 1
        case 0x5B...0x5E, 0x7B...0x7E, 0x0C, 0x20AC: 2
        default: others.contains(scalar.value) ? 1 : nil
        }
    }

    /// The alphabet's letters beyond ASCII, and the two of ASCII that stand elsewhere in it (`_`; the backtick isn't in it).
    private static let others: Set<UInt32> = Set(
        "_@£$¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà".unicodeScalars.map(\.value))
}
