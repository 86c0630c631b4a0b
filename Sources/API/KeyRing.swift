package import Access
import Kernel
package import Records
import Synchronization

/// The API keys that are in use, by the digest of their text; kept in memory, read again when they change.
package final class KeyRing: Sendable {
    private let records: RecordsStore
    private let scopes = Mutex<[[UInt8]: APIScopes]>([:])

    package init(records: RecordsStore) throws {
        self.records = records
        try reload()
    }

    /// Reads the keys anew; call it after one was made or revoked.
    package func reload() throws {
        // Read under the lock, so that an older reading never replaces a newer one.
        try scopes.withLock { scopes in
            scopes = [:]
            for key in try records.apiKeys() where key.revokedAt == nil {
                var granted = APIScopes()
                for name in key.scope.split(separator: ",") {
                    if let scope = APIScopes(name: String(name)) { granted.formUnion(scope) }
                }
                scopes[key.secretHash] = granted
            }
        }
    }

    /// What a key may do; nil where it isn't one, or was revoked.
    ///
    /// Found by digest, so that how long it takes tells nothing about other keys' texts.
    package func scopes(of text: String) -> APIScopes? {
        guard let key = APIKeyText(text) else { return nil }
        return scopes.withLock { $0[key.digest.bytes] }
    }
}
