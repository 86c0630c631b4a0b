/// Return paths that say which message came back (VERP), and that only we can make:
/// `bounce+<key and message>.<code>@bounces.example.com`.
///
/// A forged one would let anyone have an address suppressed. The part before the `@` has small letters and digits
/// alone, as servers on the way may change its case, and fewer than 64 bytes.
package struct ReturnPath: Sendable {
    /// 80 bits: who guesses must send 2^79 mails for one that fits.
    private static let codeBytes = 10
    private static let use: StaticString = "perennial return path"
    private static let bounces = "bounce"

    package let prefix: String
    package let domain: String
    private let keys: SigningKeys

    /// - Parameters:
    ///   - prefix: The mailbox that takes bounces; 1 to 20 of `a`–`z` and `0`–`9`.
    ///   - domain: Has an MX to where bounces are read.
    /// - Throws: `.localPart` for the prefix; whatever is wrong with the domain.
    package init(
        prefix: String = "bounce", domain: String, keys: SigningKeys
    ) throws(AddressRefusal) {
        guard (1...20).contains(prefix.utf8.count),
            prefix.utf8.allSatisfy({ $0 &- 0x30 < 10 || $0 &- 0x61 < 26 })
        else { throw .localPart }
        self.prefix = prefix
        self.domain = try EmailAddress(prefix + "@" + domain).domain
        self.keys = keys
        // The longest address that is made of it.
        _ = try EmailAddress(text(of: Int64.max))
    }

    /// The return path of a message.
    ///
    /// - Parameter message: The raw value of its id.
    package func address(of message: Int64) -> EmailAddress {
        EmailAddress(trusted: local(of: message), domain: domain)
    }

    /// Which message came back to an address; nil where the address isn't a return path of ours.
    package func message(in address: EmailAddress) -> Int64? {
        guard address.domain == domain else { return nil }
        return message(inLocal: address.local)
    }

    /// The same for a text that may be anything, such as a header of a report.
    package func message(in text: String) -> Int64? {
        // Read leniently: what doesn't parse isn't ours.
        guard let address = try? EmailAddress(text) else { return nil }
        return message(in: address)
    }

    private func text(of message: Int64) -> String { local(of: message) + "@" + domain }

    private func local(of message: Int64) -> String {
        let data = Self.bytes(keys.number, message)
        let code =
            keys.code(
                number: keys.number, use: Self.use, data: signed(data), count: Self.codeBytes) ?? []
        return prefix + "+" + Base32.encode(data) + "." + Base32.encode(code)
    }

    private func message(inLocal local: String) -> Int64? {
        let start = prefix + "+"
        guard local.lowercased().hasPrefix(start) else { return nil }
        let halves = local.dropFirst(start.count).split(
            separator: ".", omittingEmptySubsequences: false)
        guard halves.count == 2, let data = Base32.decode(halves[0]), data.count == 9,
            let code = Base32.decode(halves[1]), code.count == Self.codeBytes,
            keys.isValid(code, number: Int(data[0]), use: Self.use, data: signed(data))
        else { return nil }
        return Int64(bitPattern: data.dropFirst().reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// The domain is in the code: two workspaces of one key don't take each other's. So is a mailbox for something else,
    /// which nobody makes of a return path then.
    private func signed(_ data: [UInt8]) -> [UInt8] {
        data + Array(domain.utf8) + (prefix == Self.bounces ? [] : Array(("/" + prefix).utf8))
    }

    /// The key's number, then the message's, the highest byte first.
    private static func bytes(_ number: Int, _ message: Int64) -> [UInt8] {
        let bits = UInt64(bitPattern: message)
        return [UInt8(truncatingIfNeeded: number)]
            + stride(from: 56, through: 0, by: -8).map {
                UInt8(truncatingIfNeeded: bits >> UInt64($0))
            }
    }
}
