import Crypto
import CryptoExtras
import FoundationEssentials

/// Signs a SHA-256 by RSASSA-PKCS1-v1_5 (RFC 8017 §8.2), with a key that it knows; nil where it can't.
package typealias RSASigning = @Sendable (_ digest: [UInt8]) -> [UInt8]?

/// A private key that messages are signed with (RFC 6376, RFC 8301, RFC 8463).
package struct DKIMKey: Sendable {
    package enum Algorithm: String, Sendable {
        case rsaSHA256 = "rsa-sha256"
        case ed25519SHA256 = "ed25519-sha256"
    }

    /// Bits of RSA that are accepted (RFC 8301 §3.2).
    package static let rsaBits = 1024...4096
    /// Below this a key can be broken by who pays for it.
    package static let rsaBitsAdvised = 2048

    private enum Kind: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    private let kind: Kind
    /// Signs faster than BoringSSL, and the same; nil without one.
    private var fasterRSA: RSASigning?

    /// Whether something handed in signs by this key.
    package var isFaster: Bool { fasterRSA != nil }

    /// Reads PKCS#8 (`BEGIN PRIVATE KEY`; RSA and Ed25519) or PKCS#1 (`BEGIN RSA PRIVATE KEY`).
    ///
    /// - Parameter faster: What signs by a key of RSA in BoringSSL's place, from the key's DER in either form. It is
    ///   used where it signs as BoringSSL does, which is tried once.
    package init(
        pem: String, faster: (_ der: [UInt8]) -> RSASigning? = { _ in nil }
    ) throws(DKIMRefusal) {
        let file = try PEMText(pem)
        try self.init(file)
        guard case .rsa = kind, let signing = faster(file.bytes) else { return }
        let sample = SHA256.hash(data: [] as [UInt8])
        if let expected = try? signature(of: sample), signing(Array(sample)) == expected {
            fasterRSA = signing
        }
    }

    private init(_ file: PEMText) throws(DKIMRefusal) {
        switch file.label {
        case "RSA PRIVATE KEY": kind = .rsa(try Self.rsa(file.bytes))
        case "PRIVATE KEY":
            if let seed = PKCS8.ed25519Seed(file.bytes) {
                kind = .ed25519(try Self.ed25519(seed))
            } else if PKCS8.isRSA(file.bytes) {
                kind = .rsa(try Self.rsa(file.bytes))
            } else {
                throw .otherKind
            }
        case "ENCRYPTED PRIVATE KEY": throw .encrypted
        default: throw .otherKind
        }
    }

    /// - Parameter seed: 32 random bytes, which are the private key (RFC 8032 §5.1.5).
    /// - Throws: `.damaged` for another count.
    package init(ed25519Seed seed: [UInt8]) throws(DKIMRefusal) {
        kind = .ed25519(try Self.ed25519(seed))
    }

    private init(_ key: _RSA.Signing.PrivateKey) {
        kind = .rsa(key)
    }

    /// Makes a key of RSA. The one place here where randomness isn't handed in: BoringSSL draws it from the system.
    ///
    /// - Throws: `.tooShort`, `.tooLong`.
    package static func newRSA(bits: Int = rsaBitsAdvised) throws(DKIMRefusal) -> DKIMKey {
        guard bits >= rsaBits.lowerBound else { throw .tooShort(bits: bits) }
        guard bits <= rsaBits.upperBound, bits % 8 == 0 else { throw .tooLong(bits: bits) }
        do {
            return DKIMKey(try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: bits)))
        } catch {
            throw .damaged
        }
    }

    package var algorithm: Algorithm {
        switch kind {
        case .rsa: .rsaSHA256
        case .ed25519: .ed25519SHA256
        }
    }

    package var bitCount: Int {
        switch kind {
        case .rsa(let key): key.keySizeInBits
        case .ed25519: 256
        }
    }

    /// What its owner should know; nil where all is well.
    package var warning: String? {
        switch kind {
        case .rsa(let key) where key.keySizeInBits < Self.rsaBitsAdvised:
            "the key has \(key.keySizeInBits) bits; receivers may count messages signed by it "
                + "as unsigned, so make a new one of \(Self.rsaBitsAdvised)"
        case .rsa: nil
        case .ed25519: "not all receivers read Ed25519 yet; sign by a key of RSA too"
        }
    }

    /// PKCS#8, to be kept secret.
    package var pem: String {
        switch kind {
        case .rsa(let key): key.pkcs8PEMRepresentation + "\n"
        case .ed25519(let key): PKCS8.pem(ed25519Seed: Array(key.rawRepresentation))
        }
    }

    /// What stands in the DNS at `selector._domainkey.domain` (RFC 6376 §3.6.1).
    package var record: String {
        switch kind {
        case .rsa(let key):
            "v=DKIM1; k=rsa; p=" + base64(Array(key.publicKey.derRepresentation).span)
        case .ed25519(let key):
            "v=DKIM1; k=ed25519; p=" + base64(Array(key.publicKey.rawRepresentation).span)
        }
    }

    /// The record in the pieces that a TXT record is made of: 255 bytes at most.
    package var recordStrings: [String] {
        var strings: [String] = []
        var rest = Substring(record)
        while !rest.isEmpty {
            strings.append(String(rest.prefix(255)))
            rest = rest.dropFirst(255)
        }
        return strings
    }

    /// A line for a zone file (RFC 1035 §5).
    package func zoneLine(selector: String, domain: String) -> String {
        selector + "._domainkey." + domain + ". 3600 IN TXT ( "
            + recordStrings.map { "\"" + $0 + "\"" }.joined(separator: " ") + " )"
    }

    /// The signature of data that was hashed: RSASSA-PKCS1-v1_5, or Ed25519 over the hash (RFC 8463 §3).
    ///
    /// - Throws: What the library says where it can't sign. It can with every key that was read, but for want of memory.
    func signature(of hash: SHA256.Digest) throws -> [UInt8] {
        if let signed = fasterRSA?(Array(hash)) { return signed }
        return switch kind {
        case .rsa(let key):
            Array(try key.signature(for: hash, padding: .insecurePKCS1v1_5).rawRepresentation)
        case .ed25519(let key): Array(try key.signature(for: Array(hash)))
        }
    }

    private static func rsa(_ der: [UInt8]) throws(DKIMRefusal) -> _RSA.Signing.PrivateKey {
        let key: _RSA.Signing.PrivateKey
        do {
            key = try _RSA.Signing.PrivateKey(unsafeDERRepresentation: der)
        } catch {
            if let bits = PKCS8.modulusBits(der), bits < rsaBits.lowerBound {
                throw .tooShort(bits: bits)
            }
            throw .damaged
        }
        guard key.keySizeInBits <= rsaBits.upperBound else {
            throw .tooLong(bits: key.keySizeInBits)
        }
        return key
    }

    private static func ed25519(
        _ seed: [UInt8]
    ) throws(DKIMRefusal) -> Curve25519.Signing.PrivateKey {
        do {
            return try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        } catch {
            throw .damaged
        }
    }
}
