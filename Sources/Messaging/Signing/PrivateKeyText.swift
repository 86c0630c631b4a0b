/// A PEM file's first private key (RFC 7468).
struct PEMText {
    static let bytesMax = 16_384

    /// What stands between the dashes, such as `PRIVATE KEY`.
    let label: String
    /// DER.
    let bytes: [UInt8]

    init(_ text: String) throws(DKIMRefusal) {
        guard text.utf8.count <= Self.bytesMax else { throw .notPEM }
        var label: String?
        var isEncrypted = false
        var body = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let line = trimmed(line)
            if let open = label {
                if line == "-----END \(open)-----" {
                    if isEncrypted { throw .encrypted }
                    let bytes = Array(body.utf8)
                    self.bytes = decodedBase64(bytes.span)
                    self.label = open
                    guard !self.bytes.isEmpty else { throw .notPEM }
                    return
                }
                if line.hasPrefix("Proc-Type:"), line.hasSuffix("ENCRYPTED") { isEncrypted = true }
                if !line.contains(":") { body += line }
            } else if line.hasPrefix("-----BEGIN "), line.hasSuffix("-----") {
                label = String(line.dropFirst(11).dropLast(5))
            }
        }
        throw .notPEM
    }
}

/// The few things that are asked of a private key's DER (RFC 5208, RFC 8017 A.1.2, RFC 8410).
enum PKCS8 {
    private static let rsaOID: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
    private static let ed25519OID: [UInt8] = [0x2B, 0x65, 0x70]

    static func isRSA(_ der: [UInt8]) -> Bool { algorithm(der)?.oid == rsaOID }

    /// The 32 bytes of an Ed25519 key; nil for keys of other kinds.
    static func ed25519Seed(_ der: [UInt8]) -> [UInt8]? {
        guard let (oid, key) = algorithm(der), oid == ed25519OID else { return nil }
        var reader = DERReader(key)
        return reader.element(0x04)
    }

    static func pem(ed25519Seed seed: [UInt8]) -> String {
        let der: [UInt8] =
            [0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03] + ed25519OID
            + [0x04, 0x22, 0x04, 0x20] + seed
        return "-----BEGIN PRIVATE KEY-----\n" + base64(der.span) + "\n-----END PRIVATE KEY-----\n"
    }

    /// How many bits the modulus of an RSA key has, in either form; nil for other keys.
    static func modulusBits(_ der: [UInt8]) -> Int? {
        var reader = DERReader(algorithm(der)?.key ?? der)
        guard let content = reader.element(0x30) else { return nil }
        var numbers = DERReader(content)
        guard numbers.element(0x02) != nil, let modulus = numbers.element(0x02) else { return nil }
        let bytes = modulus.drop { $0 == 0 }
        guard let first = bytes.first else { return nil }
        return bytes.count * 8 - first.leadingZeroBitCount
    }

    /// Which algorithm a PKCS#8 key is for, and the octets that hold it.
    private static func algorithm(_ der: [UInt8]) -> (oid: [UInt8], key: [UInt8])? {
        var outer = DERReader(der)
        guard let content = outer.element(0x30) else { return nil }
        var reader = DERReader(content)
        guard reader.element(0x02) != nil, let algorithm = reader.element(0x30),
            let key = reader.element(0x04)
        else { return nil }
        var names = DERReader(algorithm)
        return names.element(0x06).map { ($0, key) }
    }
}

/// Reads elements of DER one after the other (X.690).
private struct DERReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The content of the next element; nil where it has another tag or isn't all there.
    mutating func element(_ tag: UInt8) -> [UInt8]? {
        guard index + 2 <= bytes.count, bytes[index] == tag else { return nil }
        var count = Int(bytes[index + 1])
        var start = index + 2
        if count >= 0x80 {
            let places = count & 0x7F
            guard (1...3).contains(places), start + places <= bytes.count else { return nil }
            count = bytes[start..<(start + places)].reduce(0) { $0 << 8 | Int($1) }
            start += places
        }
        guard start + count <= bytes.count else { return nil }
        index = start + count
        return Array(bytes[start..<index])
    }
}
