private import Crypto

/// Gives random bytes. The shell hands in the system's generator, tests a seeded one.
package struct RandomSource: Sendable {
    private let fill: @Sendable (Int) -> [UInt8]

    /// - Parameter fill: Gives exactly as many bytes as it is asked for.
    package init(_ fill: @escaping @Sendable (Int) -> [UInt8]) {
        self.fill = fill
    }

    package func bytes(_ count: Int) -> [UInt8] {
        let bytes = fill(count)
        precondition(bytes.count == count, "a random source gives as many bytes as asked for")
        return bytes
    }
}

/// What is stored in place of a secret of 128 random bits or more: its SHA-256.
///
/// A fast hash is enough for what can't be guessed; passwords need `PasswordHash`.
package struct SecretDigest: Hashable, Sendable {
    /// 32 bytes.
    package let bytes: [UInt8]

    /// Nil where there aren't 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    init(of text: String) {
        bytes = Array(SHA256.hash(data: Array(text.utf8)))
    }

    /// Compares in constant time.
    package static func == (left: Self, right: Self) -> Bool {
        areEqualInConstantTime(left.bytes.span, right.bytes.span)
    }
}

/// Whether two runs of bytes are equal, in a time that depends on their counts alone.
package func areEqualInConstantTime(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
}
