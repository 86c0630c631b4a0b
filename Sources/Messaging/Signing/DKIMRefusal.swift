/// Why a key or a signer of DKIM can't be made, or a message not be signed.
package enum DKIMRefusal: Error, Equatable, Sendable {
    /// The text has no `-----BEGIN … PRIVATE KEY-----` with base64.
    case notPEM
    /// The key is protected by a passphrase.
    case encrypted
    /// It is a public key, or a key of a kind that DKIM has no name for.
    case otherKind
    /// The numbers of the key don't make one.
    case damaged
    /// RSA of fewer bits than receivers take (RFC 8301 §3.2).
    case tooShort(bits: Int)
    /// RSA of more bits than receivers must take (RFC 8301 §3.2).
    case tooLong(bits: Int)
    case domain(AddressRefusal)
    /// Not one to three labels of a domain.
    case selector
    /// The library couldn't sign by this key.
    case notSigned(selector: String, domain: String, algorithm: String)

    /// In words for who set it up.
    package var reason: String {
        switch self {
        case .notPEM: "this isn't a private key in PEM (-----BEGIN PRIVATE KEY-----)"
        case .encrypted: "the key is protected by a passphrase; save it without one"
        case .otherKind: "the key isn't a private key of RSA or Ed25519"
        case .damaged: "the key can't be read: a part of it is missing or changed"
        case .tooShort(let bits): "an RSA key of \(bits) bits isn't accepted by receivers; use 2048"
        case .tooLong(let bits): "an RSA key of \(bits) bits isn't read by all receivers; use 2048"
        case .domain(let refusal): refusal.reason
        case .selector: "a selector has letters, digits and hyphens, such as s1 or 2026-05"
        case .notSigned(let selector, let domain, let algorithm):
            "the message couldn't be signed by the key \(selector) of \(domain) (\(algorithm))"
        }
    }
}
