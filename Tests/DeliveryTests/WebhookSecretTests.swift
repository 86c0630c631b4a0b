import Kernel
import Testing

@testable import Delivery

struct WebhookSecretTests {
    /// Computed with Python's hmac over the decoded secret.
    @Test func `a message is signed as the receivers' libraries verify it`() throws {
        let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signature = secret.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330",
            body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `a secret of random bytes is read again as the same`() throws {
        let secret = WebhookSecret(bytes: (0..<32).map { UInt8($0) })
        #expect(secret.text.hasPrefix("whsec_"))
        #expect(WebhookSecret(secret.text) == secret)
    }

    @Test(arguments: [
        "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_not base64!",
        "whsec_" + String(repeating: "A", count: 88),
    ])
    func `what isn't 24 to 64 bytes of base64 after whsec_ is no secret`(text: String) {
        #expect(WebhookSecret(text) == nil)
    }

    @Test func `a message's body is its type, its time and its data`() {
        let message = WebhookMessage(
            id: "msg_1", type: "journey.webhook", time: Timestamp(milliseconds: 1_500),
            data: Array(#"{"code":"A \"b\""}"#.utf8).span)
        let body = String(decoding: message.body, as: UTF8.self)
        #expect(
            body
                == #"{"type":"journey.webhook","timestamp":"1970-01-01T00:00:01.500Z","#
                + #""data":{"code":"A \"b\""}}"#)
    }
}
