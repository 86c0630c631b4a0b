import Crypto

/// A key of RSA that assertions are signed with (RFC 7518 §3.3, RFC 7515).
package struct RS256Key: Sendable {
    private let key: DKIMKey

    /// Reads PKCS#8 or PKCS#1.
    ///
    /// - Throws: Also for a key that isn't one of RSA.
    package init(pem: String) throws(DKIMRefusal) {
        key = try DKIMKey(pem: pem)
        guard key.algorithm == .rsaSHA256 else { throw .otherKind }
    }

    /// RSASSA-PKCS1-v1_5 over SHA-256.
    package func signature(of bytes: [UInt8]) throws -> [UInt8] {
        try key.signature(of: SHA256.hash(data: bytes))
    }
}

/// Checks of what a provider says about itself.
package enum ProviderSignature {
    /// HMAC-SHA1 as base64 (RFC 2104), as Twilio signs what it posts.
    package static func hmacSHA1(_ text: [UInt8], key: [UInt8]) -> String {
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: text, using: SymmetricKey(data: key))
        return base64(Array(code).span)
    }
}

/// Bytes as base64url without padding (RFC 4648 §5).
package func base64URL(_ bytes: [UInt8]) -> String {
    base64(bytes.span).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}

/// Bytes as base64 in one line.
package func plainBase64(_ bytes: [UInt8]) -> String { base64(bytes.span) }
