import JSONParsing
package import Kernel
import Messaging

/// An SMS to be sent.
package struct SMSDraft: Sendable, Equatable {
    /// E.164.
    package var to: String
    package var text: String
    /// By which a provider that looks knows a message that comes again.
    package var key: String
    /// The message's number, which Twilio says again when it tells what became of it.
    package var message: String

    package init(to: String, text: String, key: String, message: String = "") {
        self.to = to
        self.text = text
        self.key = key
        self.message = message
    }
}

/// Twilio's Messages resource, API of 2010-04-01.
package struct TwilioProvider: Sendable {
    /// Without a slash at its end: `https://api.twilio.com`.
    let url: String
    let account: String
    let token: String
    /// A number, a name, or a messaging service (`MG…`).
    let from: String
    /// Where Twilio tells what became of messages; empty for nowhere.
    let callback: String

    package init(url: String, account: String, token: String, from: String, callback: String) {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.account = account
        self.token = token
        self.from = from
        self.callback = callback
    }

    package func request(_ draft: SMSDraft) -> ProviderRequest {
        let isService = from.hasPrefix("MG") && from.utf8.count == 34
        var fields = [
            ("To", draft.to), (isService ? "MessagingServiceSid" : "From", from),
            ("Body", draft.text),
        ]
        if !callback.isEmpty {
            fields.append(("StatusCallback", callback + "?message=" + draft.message))
        }
        let credentials = plainBase64(Array("\(account):\(token)".utf8))
        return ProviderRequest(
            url: "\(url)/2010-04-01/Accounts/\(ProviderText.escaped(account))/Messages.json",
            headers: [
                .init("Authorization", "Basic " + credentials),
                .init("Content-Type", "application/x-www-form-urlencoded"),
                .init("Accept", "application/json"),
            ], body: ProviderText.form(fields))
    }

    package func outcome(_ answer: ProviderAnswer) -> ProviderOutcome {
        if (200...299).contains(answer.status) {
            return .accepted(id: ProviderText.text(at: "sid", in: answer.body))
        }
        let code = ProviderText.text(at: "code", in: answer.body)
        var message = ProviderText.text(at: "message", in: answer.body)
        if !code.isEmpty { message = "\(code) \(message)" }
        let words = ProviderText.words(answer, message)
        switch code {
        case "21610": return .unsubscribed(reason: words)
        // Not a number; not one that takes SMS.
        case "21211", "21614", "21217", "21421": return .unknownAddress(reason: words)
        case "20429":
            return .deferred(reason: words, retryAfterSeconds: answer.retryAfterSeconds)
        case "20003", "21603", "21606", "21659", "21660":
            return .misconfigured(reason: words)
        // There is no such account, or nothing of Twilio's is at this address.
        case _ where answer.status == 404 || answer.status == 405:
            return .misconfigured(reason: words)
        default: return ProviderText.outcome(answer, words)
        }
    }

    /// Whether a request to us is Twilio's: HMAC-SHA1 over the address and its parameters, sorted by name.
    ///
    /// - Parameter url: As Twilio was told it, with the query.
    package func isSigned(
        url: String, parameters: [(name: String, value: String)], signature: String
    ) -> Bool {
        var text = url
        for (name, value) in parameters.sorted(by: { $0.name < $1.name }) { text += name + value }
        let expected = ProviderSignature.hmacSHA1(Array(text.utf8), key: Array(token.utf8))
        let (left, right) = (Array(expected.utf8), Array(signature.utf8))
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}

/// Any gateway that takes JSON, as docs/channels.md says.
package struct GatewayProvider: Sendable {
    let url: String
    let token: String
    let from: String

    package init(url: String, token: String, from: String) {
        self.url = url
        self.token = token
        self.from = from
    }

    package func request(_ draft: SMSDraft) -> ProviderRequest {
        var json = JSONWriter()
        json.beginObject()
        json.member("id", draft.key)
        json.member("to", draft.to)
        if !from.isEmpty { json.member("from", from) }
        json.member("text", draft.text)
        json.endObject()
        var headers: [ProviderRequest.Field] = [
            .init("Content-Type", "application/json"), .init("Idempotency-Key", draft.key),
        ]
        if !token.isEmpty { headers.append(.init("Authorization", "Bearer " + token)) }
        return ProviderRequest(url: url, headers: headers, body: json.bytes)
    }

    package func outcome(_ answer: ProviderAnswer) -> ProviderOutcome {
        if (200...299).contains(answer.status) {
            return .accepted(id: ProviderText.text(at: "id", in: answer.body))
        }
        let words = ProviderText.words(
            answer, ProviderText.text(at: "error", in: answer.body))
        switch answer.status {
        case 410:
            let isWanted = ProviderText.text(at: "code", in: answer.body) != "unsubscribed"
            return isWanted ? .unknownAddress(reason: words) : .unsubscribed(reason: words)
        // The same key is being worked on.
        case 409: return .held(reason: words, retryAfterSeconds: answer.retryAfterSeconds)
        // No gateway is at this address, where it isn't the gateway's own word about a number.
        case 404, 405:
            let isItsOwn = ["error", "code"].contains {
                !ProviderText.text(at: $0, in: answer.body).isEmpty
            }
            return isItsOwn ? .refused(reason: words) : .misconfigured(reason: words)
        default: return ProviderText.outcome(answer, words)
        }
    }
}
