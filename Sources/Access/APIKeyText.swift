/// What a key may do.
package struct APIScopes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Send events; may be seen by anybody, as in a web page.
    package static let track = APIScopes(rawValue: 1)
    /// Read customers and figures.
    package static let read = APIScopes(rawValue: 2)
    /// Change customers: merge, undo, erase.
    package static let write = APIScopes(rawValue: 4)
    /// Manage keys and members.
    package static let admin = APIScopes(rawValue: 8)

    private static let named: [(String, APIScopes)] = [
        ("track", .track), ("read", .read), ("write", .write), ("admin", .admin),
    ]

    /// The scopes' names, in a fixed order.
    package var names: [String] { Self.named.filter { contains($0.1) }.map(\.0) }

    /// A scope by its name; nil for another name.
    package init?(name: String) {
        guard let found = Self.named.first(where: { $0.0 == name }) else { return nil }
        self = found.1
    }
}

/// A key by which a program calls the API: `pk_live_` or `sk_live_`, 32 random bytes in Crockford base32
/// (52 characters) and a checksum (7), which finds typing mistakes without a look into the store and
/// lets scanners recognise leaked keys.
///
/// `pk` keys can send events and nothing else; keys that can do more are `sk` and are to be kept secret.
/// The text is shown once; what is stored is `digest`, `shownPrefix` and the scopes.
package struct APIKeyText: Sendable, Equatable {
    package static let randomCount = 32
    /// How many characters of a key may be shown to recognise it by.
    package static let shownCount = 12

    /// The whole key.
    package let text: String

    /// Makes a new key.
    ///
    /// - Precondition: There is a scope.
    package init(scopes: APIScopes, random: RandomSource) {
        precondition(!scopes.isEmpty, "a key without a scope opens nothing")
        let prefix = scopes == .track ? "pk_live_" : "sk_live_"
        let body = prefix + Base32.encode(random.bytes(Self.randomCount))
        text = body + Self.checksum(body)
    }

    /// Reads a key that was sent; nil where it can't be one, by its form or checksum.
    package init?(_ text: String) {
        guard text.utf8.count == 67, text.hasPrefix("pk_live_") || text.hasPrefix("sk_live_"),
            text.utf8.dropFirst(8).allSatisfy(Base32.isDigit),
            text.hasSuffix(Self.checksum(String(text.dropLast(7))))
        else { return nil }
        self.text = text
    }

    /// What the key is stored and found by.
    package var digest: SecretDigest { SecretDigest(of: text) }

    /// The first characters, for lists of keys.
    package var shownPrefix: String { String(text.prefix(Self.shownCount)) }

    private static func checksum(_ body: String) -> String {
        let sum = crc32(body.utf8)
        return Base32.encode([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) })
    }
}

/// CRC-32 as in ISO 3309 (polynomial 0xEDB88320, reflected).
func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum: UInt32 = .max
    for byte in bytes {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return ~sum
}

/// Crockford's base32, in lower case.
enum Base32 {
    static let digits: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            bitCount += 8
            while bitCount >= 5 {
                bitCount -= 5
                text.append(digits.utf8Start[Int(bits >> UInt32(bitCount) & 31)])
            }
        }
        if bitCount > 0 { text.append(digits.utf8Start[Int(bits << UInt32(5 - bitCount) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "i"), UInt8(ascii: "l"), UInt8(ascii: "o"), UInt8(ascii: "u"): false
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }
}
