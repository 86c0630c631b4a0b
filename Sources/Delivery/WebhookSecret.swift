import Crypto
import FoundationEssentials

/// What a receiver's messages are signed with: `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks).
package struct WebhookSecret: Sendable, Equatable {
    package static let prefix = "whsec_"
    package static let byteCounts = 24...64

    /// As people copy it.
    package let text: String
    private let bytes: [UInt8]

    /// Nil where the text isn't a secret of this form.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix),
            let data = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
            Self.byteCounts.contains(data.count)
        else { return nil }
        self.text = text
        bytes = Array(data)
    }

    /// - Parameter bytes: Random ones.
    package init(bytes: [UInt8]) {
        precondition(Self.byteCounts.contains(bytes.count), "a secret has 24 to 64 bytes")
        self.bytes = bytes
        text = Self.prefix + Data(bytes).base64EncodedString()
    }

    /// The header `webhook-signature` of a message: `v1,` and the base64 of the HMAC-SHA256 of its id, its
    /// timestamp and its body, with dots between.
    package func signature(id: String, timestamp: String, body: [UInt8]) -> String {
        var hmac = HMAC<SHA256>(key: SymmetricKey(data: bytes))
        hmac.update(data: Array("\(id).\(timestamp).".utf8))
        hmac.update(data: body)
        return "v1," + Data(hmac.finalize()).base64EncodedString()
    }
}
