import COpenSSL
package import Messaging

/// Signatures of RSA by the system's OpenSSL, which makes about twice as many a second as BoringSSL does
/// (docs/benchmarks.md). Where there is none, keys sign by BoringSSL.
package struct SystemRSA: Sendable {
    /// The names under which the library is looked for.
    private static let names = ["libcrypto.so.3", "libcrypto.3.dylib"]

    /// The system's own; nil where it has none that serves.
    package static let system: SystemRSA? =
        names.contains { perennial_openssl_load($0) } ? SystemRSA() : nil

    private init() {}

    /// - Parameter der: A private key of RSA, PKCS#1 or PKCS#8.
    /// - Returns: What signs by it; nil for what OpenSSL can't read.
    package func signing(der: [UInt8]) -> RSASigning? {
        guard let key = Key(der: der) else { return nil }
        return { digest in key.signature(of: digest) }
    }

    /// OpenSSL counts references to a key and locks what its threads share: it may be used by several at once.
    private final class Key: @unchecked Sendable {
        private let key: UnsafeMutableRawPointer

        init?(der: [UInt8]) {
            guard let key = perennial_openssl_rsa_key(der, der.count) else { return nil }
            self.key = key
        }

        deinit { perennial_openssl_free(key) }

        func signature(of digest: [UInt8]) -> [UInt8]? {
            guard digest.count == 32 else { return nil }
            var isSigned = false
            let signature = [UInt8](unsafeUninitializedCapacity: DKIMKey.rsaBits.upperBound / 8) {
                buffer, count in
                var room = buffer.count
                isSigned = perennial_openssl_sign(key, digest, buffer.baseAddress, &room)
                count = isSigned ? room : 0
            }
            return isSigned ? signature : nil
        }
    }
}
