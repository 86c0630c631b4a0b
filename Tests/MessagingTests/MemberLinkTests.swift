import Kernel
import Testing

@testable import Messaging

/// Links to members' pages: nobody else can make one, and each ends.
struct MemberLinkTests {
    private static let end = Timestamp(milliseconds: 1_800_000_000_000)

    private static func keys(_ seed: UInt8 = 7, number: Int = 0) throws -> SigningKeys {
        try #require(SigningKeys([(number, [UInt8](repeating: seed, count: 32))]))
    }

    private static func link(
        _ program: String = "club", customer: Int64 = 42
    ) throws -> MemberLink {
        try #require(
            MemberLink(program: program, customer: ID(rawValue: customer), expiresAt: end))
    }

    @Test(
        arguments: [
            ("club", 42, 1_800_000_000_000), ("a", 1, 0), ("kaffee-klüb", .max, .max),
            (String(repeating: "p", count: 64), 0, -1),
        ] as [(String, Int64, Int64)])
    func `a link says again what it was made for, in letters that need no escaping`(
        program: String, customer: Int64, expiresMs: Int64
    ) throws {
        let link = try #require(
            MemberLink(
                program: program, customer: ID(rawValue: customer),
                expiresAt: Timestamp(milliseconds: expiresMs)))
        let token = link.token(try Self.keys())
        #expect(MemberLink(token: token, keys: try Self.keys()) == link)
        #expect(
            token.utf8.allSatisfy {
                $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 || $0 == 0x2D || $0 == 0x5F
            })
    }

    @Test(arguments: [(-1, false), (0, true), (1, true)] as [(Int64, Bool)])
    func `a link is good up to the last millisecond before its end`(
        offsetMs: Int64, isExpired: Bool
    ) throws {
        #expect(
            try Self.link().isExpired(at: Self.end.adding(milliseconds: offsetMs)) == isExpired)
    }

    @Test func `a link with any bit changed, and one that is cut or longer, isn't ours`() throws {
        let keys = try Self.keys()
        let token = try Self.link().token(keys)
        let bytes = try #require(Base64URL.decode(token))
        for place in bytes.indices {
            for bit in 0..<8 {
                var forged = bytes
                forged[place] ^= 1 << UInt8(bit)
                #expect(MemberLink(token: Base64URL.encode(forged), keys: keys) == nil)
            }
        }
        for count in 0..<token.count {
            #expect(MemberLink(token: token.prefix(count), keys: keys) == nil)
        }
        for more in ["A", "AA", "AAAA", "=", " ", "\n"] {
            #expect(MemberLink(token: token + more, keys: keys) == nil)
        }
        let long = String(repeating: "A", count: 10_000)
        #expect(MemberLink(token: long, keys: keys) == nil)
    }

    @Test func `another key's link isn't ours, and an older key's is while it is kept`() throws {
        let old = try Self.keys()
        let token = try Self.link().token(old)
        #expect(MemberLink(token: token, keys: try Self.keys(8)) == nil)
        let both = try #require(
            SigningKeys([
                (1, [UInt8](repeating: 8, count: 32)), (0, [UInt8](repeating: 7, count: 32)),
            ]))
        #expect(MemberLink(token: token, keys: both) == (try Self.link()))
        #expect(try Self.link().token(both) != token)
    }

    @Test func `a link of a message is none to a member's page, nor the other way round`() throws {
        let keys = try Self.keys()
        for purpose in SignedLink.Purpose.allCases {
            let target = purpose == .click ? "https://shop.example/" : "club"
            let link = try #require(SignedLink(purpose, message: 42, target: target))
            #expect(MemberLink(token: link.token(keys), keys: keys) == nil)
            let member = try Self.link().token(keys)
            #expect(SignedLink(token: member, purpose: purpose, keys: keys) == nil)
        }
    }

    @Test func `a program's name of none or more than 64 bytes has no link`() {
        for name in ["", String(repeating: "p", count: 65)] {
            #expect(
                MemberLink(program: name, customer: ID(rawValue: 1), expiresAt: Self.end) == nil)
        }
    }
}
