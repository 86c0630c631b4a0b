import Crypto
import Testing

@testable import Delivery
@testable import Messaging

@Suite struct SystemRSATests {
    private let library: SystemRSA

    init() throws {
        library = try #require(SystemRSA.system, "the machine's libcrypto 3 is missing")
    }

    @Test(arguments: [1024, 2048, 3072])
    func `the system's OpenSSL signs as BoringSSL does, in many threads at once`(
        bits: Int
    ) async throws {
        let slow = try DKIMKey.newRSA(bits: bits)
        let fast = try DKIMKey(pem: slow.pem, faster: library.signing)
        #expect(fast.isFaster)
        #expect(!slow.isFaster)
        try await withThrowingTaskGroup { group in
            for number in 0..<64 {
                group.addTask {
                    let hash = SHA256.hash(data: [UInt8(number)])
                    let signed = try fast.signature(of: hash)
                    #expect(signed.count == bits / 8)
                    #expect(try signed == slow.signature(of: hash))
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `what isn't a key of RSA is none to OpenSSL`() throws {
        #expect(library.signing(der: []) == nil)
        #expect(library.signing(der: [0x30, 0x03, 0x02, 0x01, 0x00]) == nil)
        #expect(library.signing(der: Array("none".utf8)) == nil)
        let other = try DKIMKey(ed25519Seed: [UInt8](repeating: 7, count: 32))
        #expect(try !DKIMKey(pem: other.pem, faster: library.signing).isFaster)
    }

    @Test func `a hash of another length isn't signed`() throws {
        let pem = try PEMText(DKIMKey.newRSA().pem)
        let signing = try #require(library.signing(der: pem.bytes))
        #expect(signing([1, 2, 3]) == nil)
        #expect(signing([UInt8](repeating: 1, count: 32))?.count == 256)
    }

    @Test func `what signs otherwise than BoringSSL is never used`() throws {
        let key = try DKIMKey.newRSA()
        let lying = try DKIMKey(pem: key.pem) { _ in { _ in [UInt8](repeating: 0, count: 256) } }
        #expect(!lying.isFaster)
        let silent = try DKIMKey(pem: key.pem) { _ in { _ in nil } }
        #expect(!silent.isFaster)
    }
}
