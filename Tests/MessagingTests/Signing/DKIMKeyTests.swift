import Testing

@testable import Messaging

@Suite struct DKIMKeyTests {
    @Test func `a key of RSA is written and read, in both forms`() throws {
        let key = try DKIMKey(pem: KeySamples.rsa2048)
        #expect(key.algorithm == .rsaSHA256)
        #expect(key.bitCount == 2048)
        #expect(key.warning == nil)
        let read = try DKIMKey(pem: key.pem)
        #expect(read.record == key.record)
        let withNote = "a note before\n" + key.pem.replacing("\n", with: "\r\n")
        #expect(try DKIMKey(pem: withNote).record == key.record)
        #expect(key.record.hasPrefix("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"))
        #expect(key.recordStrings.joined() == key.record)
        #expect(key.recordStrings.allSatisfy { $0.utf8.count <= 255 })
        #expect(key.recordStrings.count == 2)
        let line = key.zoneLine(selector: "s1", domain: "example.com")
        #expect(line.hasPrefix("s1._domainkey.example.com. 3600 IN TXT ( \"v=DKIM1; k=rsa; p="))
    }

    @Test func `a short key of RSA is read with a warning, and one too short or long isn't`() throws
    {
        let short = try DKIMKey.newRSA(bits: 1024)
        #expect(short.warning?.contains("1024") == true)
        #expect(try DKIMKey(pem: short.pem).bitCount == 1024)
        #expect(throws: DKIMRefusal.tooShort(bits: 1016)) { try DKIMKey.newRSA(bits: 1016) }
        #expect(throws: DKIMRefusal.tooLong(bits: 4104)) { try DKIMKey.newRSA(bits: 4104) }
        #expect(throws: DKIMRefusal.tooShort(bits: 768)) { try DKIMKey(pem: KeySamples.rsa768) }
        #expect(throws: DKIMRefusal.tooShort(bits: 768)) {
            try DKIMKey(pem: KeySamples.rsa768PKCS1)
        }
    }

    @Test func `keys that openssl made are read`() throws {
        let old = try DKIMKey(pem: KeySamples.rsa1024PKCS1)
        let new = try DKIMKey(pem: KeySamples.rsa1024)
        #expect(old.record == new.record)
        #expect(old.record == "v=DKIM1; k=rsa; p=" + KeySamples.rsa1024Public)
        let edwards = try DKIMKey(pem: KeySamples.ed25519)
        #expect(edwards.algorithm == .ed25519SHA256)
        #expect(edwards.record == "v=DKIM1; k=ed25519; p=" + KeySamples.ed25519Public)
        #expect(edwards.pem == KeySamples.ed25519)
        #expect(edwards.warning != nil)
    }

    @Test(
        arguments: [
            ("", .notPEM), ("hello", .notPEM), ("-----BEGIN PRIVATE KEY-----", .notPEM),
            ("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", .notPEM),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", .otherKind),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", .otherKind),
            ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", .damaged),
            (
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
                .encrypted
            ),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nAAAA\n-----END RSA PRIVATE KEY-----",
                .encrypted
            ),
            (KeySamples.ecdsa, .otherKind),
        ] as [(String, DKIMRefusal)])
    func `what isn't a key is refused with its reason`(text: String, expected: DKIMRefusal) {
        #expect(throws: expected) { try DKIMKey(pem: text) }
        #expect(!expected.reason.isEmpty)
    }

    @Test func `a key that was changed or cut is refused or another`() throws {
        let lines = KeySamples.rsa1024.split(separator: "\n").map(String.init)
        for index in 1..<(lines.count - 1) {
            var cut = lines
            cut.remove(at: index)
            #expect(throws: DKIMRefusal.self) { try DKIMKey(pem: cut.joined(separator: "\n")) }
        }
        #expect(throws: DKIMRefusal.damaged) { try DKIMKey(ed25519Seed: [1, 2, 3]) }
    }
}
