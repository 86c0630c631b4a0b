import Kernel
import Testing

@testable import Messaging

@Suite struct ReturnPathTests {
    private func path(
        _ numbers: [Int] = [3], domain: String = "bounces.example.com"
    ) throws -> ReturnPath {
        let keys = numbers.map { (number: $0, bytes: Array(repeating: UInt8($0), count: 32)) }
        return try ReturnPath(domain: domain, keys: try #require(SigningKeys(keys)))
    }

    @Test func `a message is known by what its bounces are sent to`() throws {
        let path = try path()
        var random = SeededRandom(seed: 1)
        var known: Set<EmailAddress> = []
        for id in [0, 1, -1, Int64.max, Int64.min]
            + (0..<500).map({ _ in Int64(bitPattern: random.next()) })
        {
            let address = path.address(of: id)
            #expect(path.message(in: address) == id)
            #expect(path.message(in: address.description.uppercased()) == id)
            #expect(address.local.utf8.count <= 64)
            #expect(try EmailAddress(address.description) == address)
            #expect(known.insert(address).inserted)
        }
        // By Python's hmac and base64, from the description alone.
        #expect(
            path.address(of: 1).description
                == "bounce+0c0000000000008.fvdjxmtjha2m3mw9@bounces.example.com")
    }

    @Test func `no other address of the domain is one`() throws {
        let path = try path()
        let local = path.address(of: 4711).local
        let characters = Array("0123456789abcdefghijklmnopqrstuvwxyz.+-")
        for index in local.indices {
            for character in characters where character != local[index] {
                var changed = local
                changed.replaceSubrange(index...index, with: [character])
                #expect(path.message(in: changed + "@bounces.example.com") == nil, "\(changed)")
            }
        }
        for changed in [
            "bounce", "bounce+", "bounce+.", local + "0", local + ".", String(local.dropLast()),
            "x" + local,
            local.replacing("+", with: "+0"),
        ] {
            #expect(path.message(in: changed + "@bounces.example.com") == nil, "\(changed)")
        }
        #expect(path.message(in: local + "@example.com") == nil)
        #expect(path.message(in: "") == nil)
        #expect(path.message(in: "<>") == nil)
    }

    @Test func `keys can be changed while messages are out, and don't hold elsewhere`() throws {
        let old = try path([3])
        let new = try path([4, 3])
        let gone = try path([4])
        let address = old.address(of: 7)
        #expect(new.message(in: address) == 7)
        #expect(gone.message(in: address) == nil)
        #expect(new.address(of: 7) != address)
        #expect(gone.message(in: new.address(of: 7)) == 7)
        let elsewhere = try path([3], domain: "bounces.example.net")
        #expect(elsewhere.message(in: address.local + "@bounces.example.net") == nil)
    }

    @Test(arguments: ["", "Bounce", "a.b", "a+b", "a b", "abcdefghijklmnopqrstu", "é"])
    func `a mailbox that isn't one is refused`(prefix: String) throws {
        let keys = try #require(Samples.keys)
        #expect(throws: AddressRefusal.self) {
            try ReturnPath(prefix: prefix, domain: "bounces.example.com", keys: keys)
        }
    }

    @Test func `a domain that leaves no room is refused`() throws {
        let keys = try #require(Samples.keys)
        // A return path of this prefix has 39 bytes before the @.
        let labels = [63, 63, 63, 18].map { String(repeating: "a", count: $0) }
        let most = labels.joined(separator: ".") + ".com"
        let path = try ReturnPath(domain: most, keys: keys)
        #expect(path.address(of: 1).description.utf8.count == 254)
        #expect(throws: AddressRefusal.tooLong(.address, limit: 254)) {
            try ReturnPath(prefix: "bounces", domain: most, keys: keys)
        }
    }

    @Test func `keys that aren't fit to sign are refused`() {
        let bytes: [UInt8] = Array(repeating: 1, count: 32)
        #expect(SigningKeys([]) == nil)
        #expect(SigningKeys([(0, Array(bytes.dropLast()))]) == nil)
        #expect(SigningKeys([(32, bytes)]) == nil)
        #expect(SigningKeys([(-1, bytes)]) == nil)
        #expect(SigningKeys([(1, bytes), (1, bytes)]) == nil)
        #expect(SigningKeys([(0, bytes), (31, bytes)]) != nil)
    }
}
