import Kernel
import Testing

@testable import Messaging

@Suite struct SignedLinkTests {
    private func keys(_ numbers: Int...) throws -> SigningKeys {
        try #require(
            SigningKeys(
                numbers.map { (number: $0, bytes: Array(repeating: UInt8($0), count: 32)) }))
    }

    @Test func `a link says what it was made for`() throws {
        let keys = try keys(1)
        for purpose in SignedLink.Purpose.allCases {
            for target in ["https://example.com/a?b=c&d=%20#e", "https://bücher.example/ü"] {
                let link = try #require(
                    SignedLink(purpose, message: -5, target: target, place: 7))
                let token = link.token(keys)
                #expect(token.utf8.allSatisfy { isIdentifierByte($0) && $0 != 0x2E })
                #expect(SignedLink(token: token, purpose: purpose, keys: keys) == link)
                for other in SignedLink.Purpose.allCases where other != purpose {
                    #expect(SignedLink(token: token, purpose: other, keys: keys) == nil)
                }
            }
        }
    }

    @Test func `a link that was changed in any character is none`() throws {
        let keys = try keys(1)
        let link = try #require(
            SignedLink(.click, message: 4711, target: "https://example.com/", place: 2))
        let token = link.token(keys)
        for index in token.indices {
            for character in "AZaz09-_." where character != token[index] {
                var changed = token
                changed.replaceSubrange(index...index, with: [character])
                #expect(SignedLink(token: changed, purpose: .click, keys: keys) == nil)
            }
        }
        for changed in ["", "A", token + "A", token + "=", String(token.dropLast()), token + token]
        {
            #expect(SignedLink(token: changed, purpose: .click, keys: keys) == nil)
        }
        let long = String(repeating: "A", count: 5_000_000)
        #expect(SignedLink(token: long, purpose: .click, keys: keys) == nil)
    }

    @Test func `keys can be changed while links are out`() throws {
        let link = try #require(SignedLink(.unsubscribe, message: 1, target: "news"))
        let token = link.token(try keys(1))
        #expect(SignedLink(token: token, purpose: .unsubscribe, keys: try keys(2, 1)) == link)
        #expect(SignedLink(token: token, purpose: .unsubscribe, keys: try keys(2)) == nil)
    }

    @Test(arguments: [
        "", "/local", "//example.com", "javascript:alert(1)", "JavaScript:alert(1)",
        "data:text/html,x",
        "mailto:a@example.com", "https://", "https:///a", "https:\\\\example.com",
        "https://example.com\\@example.net", "https://user@example.com/", "https://exa mple.com",
        "https://example.com/\r\nSet-Cookie: a=b", "https://example.com/\u{85}",
        " https://example.com",
        "https://example.com/a b",
    ]) func `a click leads to a page of the web alone`(target: String) {
        #expect(SignedLink(.click, message: 1, target: target) == nil)
    }

    @Test func `a target has its limit`() {
        let most = "https://" + String(repeating: "a", count: 1_992)
        #expect(SignedLink(.click, message: 1, target: most) != nil)
        #expect(SignedLink(.click, message: 1, target: most + "a") == nil)
        #expect(SignedLink(.open, message: 1, place: 65_535) != nil)
        #expect(SignedLink(.open, message: 1, place: 65_536) == nil)
        #expect(SignedLink(.open, message: 1, place: -1) == nil)
    }

    @Test func `a return path's code is no link's`() throws {
        let keys = try keys(1)
        let data: [UInt8] = [1, 2, 3]
        let code = try #require(keys.code(number: 1, use: "a", data: data, count: 16))
        #expect(keys.isValid(code, number: 1, use: "a", data: data))
        #expect(!keys.isValid(code, number: 1, use: "b", data: data))
        #expect(!keys.isValid(code, number: 1, use: "a", data: data + [0]))
        #expect(!keys.isValid(code, number: 2, use: "a", data: data))
    }
}
