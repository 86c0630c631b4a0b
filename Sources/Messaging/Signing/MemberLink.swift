package import Kernel

/// A link to a loyalty member's own page: whose, in which program, and until when; nobody else can make one.
///
/// It is signed as the links in messages are, for a use of its own: neither is taken for the other. Its text is its bytes
/// and their code in base64url and needs no escaping in a path.
package struct MemberLink: Sendable, Equatable {
    package static let programBytesMax = 64
    /// 128 bits.
    private static let codeBytes = 16
    private static let headerBytes = 18
    private static let version: UInt8 = 1
    private static let use: StaticString = "perennial member"

    package let program: String
    package let customer: ID<Customer>
    /// The first moment at which it isn't taken any more.
    package let expiresAt: Timestamp

    /// - Returns: nil for a program's name that is empty or too long.
    package init?(program: String, customer: ID<Customer>, expiresAt: Timestamp) {
        guard (1...Self.programBytesMax).contains(program.utf8.count) else { return nil }
        self.program = program
        self.customer = customer
        self.expiresAt = expiresAt
    }

    package func isExpired(at now: Timestamp) -> Bool { now >= expiresAt }

    /// The link's text: letters, digits, `-` and `_`.
    package func token(_ keys: SigningKeys) -> String {
        var data: [UInt8] = [Self.version, UInt8(truncatingIfNeeded: keys.number)]
        for number in [expiresAt.milliseconds, customer.rawValue] {
            let bits = UInt64(bitPattern: number)
            for shift in stride(from: 56 as UInt64, through: 0, by: -8) {
                data.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        data.append(contentsOf: program.utf8)
        let code =
            keys.code(number: keys.number, use: Self.use, data: data, count: Self.codeBytes) ?? []
        return Base64URL.encode(code + data)
    }

    /// Reads a link's text, also of one that has expired.
    ///
    /// - Returns: nil where we didn't make it, for whatever reason.
    package init?(token: some StringProtocol, keys: SigningKeys) {
        guard token.utf8.count <= (Self.codeBytes + Self.headerBytes + Self.programBytesMax) * 2,
            let bytes = Base64URL.decode(token), bytes.count > Self.codeBytes + Self.headerBytes
        else { return nil }
        let code = Array(bytes.prefix(Self.codeBytes))
        let data = Array(bytes.dropFirst(Self.codeBytes))
        guard data[0] == Self.version,
            keys.isValid(code, number: Int(data[1]), use: Self.use, data: data),
            let program = String(validating: data[Self.headerBytes...], as: UTF8.self)
        else { return nil }
        func number(at start: Int) -> Int64 {
            Int64(bitPattern: data[start..<(start + 8)].reduce(0) { $0 << 8 | UInt64($1) })
        }
        self.init(
            program: program, customer: ID(rawValue: number(at: 10)),
            expiresAt: Timestamp(milliseconds: number(at: 2)))
    }
}
