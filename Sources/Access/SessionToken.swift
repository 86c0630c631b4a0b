private import Crypto
package import Kernel

/// What a browser proves with that somebody has signed in: 256 random bits, in a cookie.
///
/// Stored is `digest` alone, so that who reads the store can't sign in. A new one is made at each
/// signing in (ASVS 7.2.4).
package struct SessionToken: Sendable, Equatable {
    /// 43 characters of base64url.
    package let text: String

    package init(random: RandomSource) {
        text = Base64.encode(random.bytes(32), .url)
    }

    /// Reads a cookie's value; nil where it isn't a token.
    package init?(_ text: String) {
        guard text.utf8.count == 43, Base64.decode(text, .url) != nil else { return nil }
        self.text = text
    }

    /// What the session is stored and found by.
    package var digest: SecretDigest { SecretDigest(of: text) }

    package static func == (left: Self, right: Self) -> Bool { left.digest == right.digest }
}

/// Makes and checks the token that a form or a script must send along with a change.
///
/// It is HMAC-SHA-256 of the session's token under the workspace's key, so that it needs no storage
/// and another site, which can't read pages, can't know it.
package struct CSRFGuard: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: 32 secret bytes of the workspace.
    package init(key: [UInt8]) {
        precondition(key.count >= 32, "a key has 32 bytes or more")
        self.key = SymmetricKey(data: key)
    }

    package func token(for session: SessionToken) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(("csrf:" + session.text).utf8), using: key)
        return Base64.encode(Array(code), .url)
    }

    /// Whether the token belongs to the session; compares in constant time.
    package func accepts(_ token: String, for session: SessionToken) -> Bool {
        let expected = Array(self.token(for: session).utf8)
        let given = Array(token.utf8)
        return areEqualInConstantTime(expected.span, given.span)
    }
}

/// How long a session lasts (ASVS 7.3.1, 7.3.2).
package struct SessionPolicy: Sendable, Equatable {
    /// Without a request: 12 hours.
    package var idleMs: Int64 = 12 * 3_600_000
    /// From signing in, whatever happens: 7 days.
    package var absoluteMs: Int64 = 7 * 86_400_000
    /// How often the time of the last request is written, so that not every request writes.
    package var touchEveryMs: Int64 = 60_000

    package init() {}

    package func isAlive(signedInAt: Timestamp, lastUsedAt: Timestamp, now: Timestamp) -> Bool {
        now.milliseconds - signedInAt.milliseconds < absoluteMs
            && now.milliseconds - lastUsedAt.milliseconds < idleMs
    }

    package func needsTouch(lastUsedAt: Timestamp, now: Timestamp) -> Bool {
        now.milliseconds - lastUsedAt.milliseconds >= touchEveryMs
    }
}
