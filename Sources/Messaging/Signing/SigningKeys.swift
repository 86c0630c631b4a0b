import Crypto

/// The secrets that links and return paths are signed with. The first signs; all verify, so that a new one can be put
/// in front while messages signed with the old one are still out.
package struct SigningKeys: Sendable {
    /// The fewest bytes of a key: those of its HMAC's hash (RFC 2104 §3).
    package static let keyBytesMin = 32
    /// What a number has room for in a signed text.
    package static let numbers = 0...31

    private struct Key: Sendable {
        let number: Int
        let key: SymmetricKey
    }

    private let keys: [Key]

    /// - Parameter keys: Random bytes, each under a number that no other key ever had, the newest first.
    /// - Returns: nil without a key, for a number twice or out of bounds, and for a key that is too short.
    package init?(_ keys: [(number: Int, bytes: [UInt8])]) {
        guard !keys.isEmpty, Set(keys.map(\.number)).count == keys.count,
            keys.allSatisfy({
                Self.numbers.contains($0.number) && $0.bytes.count >= Self.keyBytesMin
            })
        else { return nil }
        self.keys = keys.map { Key(number: $0.number, key: SymmetricKey(data: $0.bytes)) }
    }

    /// The number of the key that signs.
    var number: Int { keys[0].number }

    /// The start of the HMAC-SHA256 of data under a key.
    ///
    /// - Parameters:
    ///   - use: What the data is for, so that a signature for one use is none for another.
    ///   - count: 10 to 32 bytes.
    /// - Returns: nil where there is no key of that number.
    func code(number: Int, use: StaticString, data: [UInt8], count: Int) -> [UInt8]? {
        guard let key = keys.first(where: { $0.number == number })?.key else { return nil }
        var hmac = HMAC<SHA256>(key: key)
        var name: [UInt8] = use.withUTF8Buffer { Array($0) }
        name.append(0)
        name.append(UInt8(truncatingIfNeeded: number))
        hmac.update(data: name)
        hmac.update(data: data)
        return Array(hmac.finalize().prefix(count))
    }

    /// Whether a code is that of the data; in a time that doesn't depend on where they differ.
    func isValid(_ code: [UInt8], number: Int, use: StaticString, data: [UInt8]) -> Bool {
        guard let expected = self.code(number: number, use: use, data: data, count: code.count),
            expected.count == code.count
        else { return false }
        var difference: UInt8 = 0
        for index in code.indices { difference |= code[index] ^ expected[index] }
        return difference == 0
    }
}
