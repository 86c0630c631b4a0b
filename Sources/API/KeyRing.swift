package import Access
package import Kernel
package import Records
import Synchronization

/// The API keys that are in use, by the digest of their text; kept in memory, read again when they change.
package final class KeyRing: Sendable {
    /// Headers that are remembered, so that their keys needn't be hashed for every request.
    private static let headersMax = 1024

    private struct Known {
        var scopes: [[UInt8]: APIScopes] = [:]
        /// What headers that named a key granted, by the workspace's keyed hash of their text.
        var headers: [SipHash.Digest: APIScopes] = [:]
    }

    private let records: RecordsStore
    private let hash: SipHash
    private let known = Mutex(Known())

    /// - Parameter hash: Keyed with a secret, so that nobody can make a header that is taken for another.
    package init(records: RecordsStore, hash: SipHash) throws {
        self.records = records
        self.hash = hash
        try reload()
    }

    /// Reads the keys anew; call it after one was made or revoked.
    package func reload() throws {
        // Read under the lock, so that an older reading never replaces a newer one.
        try known.withLock { known in
            known = Known()
            for key in try records.apiKeys() where key.revokedAt == nil {
                var granted = APIScopes()
                for name in key.scope.split(separator: ",") {
                    if let scope = APIScopes(name: String(name)) { granted.formUnion(scope) }
                }
                known.scopes[key.secretHash] = granted
            }
        }
    }

    /// What a key may do; nil where it isn't one, or was revoked.
    ///
    /// Found by digest, so that how long it takes tells nothing about other keys' texts.
    package func scopes(of text: String) -> APIScopes? {
        guard let key = APIKeyText(text) else { return nil }
        let digest = key.digest.bytes
        return known.withLock { $0.scopes[digest] }
    }

    /// What the key in an `Authorization` header may do; nil where there is none, or none that is in use.
    package func scopes(ofHeader header: String) -> APIScopes? {
        let digest = hash.digest(header, domain: Self.headerDomain)
        if let scopes = known.withLock({ $0.headers[digest] }) { return scopes }
        guard let key = AuthorizationHeader.key(header).flatMap({ APIKeyText($0) }) else {
            return nil
        }
        let secret = key.digest.bytes
        return known.withLock { known in
            guard let scopes = known.scopes[secret] else { return nil }
            if known.headers.count >= Self.headersMax { known.headers = [:] }
            known.headers[digest] = scopes
            return scopes
        }
    }

    /// Keeps hashes of headers apart from the other uses of the workspace's hash key.
    private static let headerDomain: UInt8 = 17
}
