import JSONParsing
package import Kernel
package import Messaging

/// A notification to one device.
package struct PushDraft: Sendable, Equatable {
    /// As the device's app got it from FCM.
    package var token: String
    package var title: String
    package var text: String
    package var url: String
    package var image: String
    /// The message's number, given to the app.
    package var message: String

    package init(
        token: String, title: String, text: String, url: String, image: String, message: String
    ) {
        self.token = token
        self.title = title
        self.text = text
        self.url = url
        self.image = image
        self.message = message
    }
}

/// Firebase Cloud Messaging, HTTP v1.
package struct FCMProvider: Sendable {
    /// What FCM takes of a message.
    package static let bytesMax = 4_000

    let url: String
    let project: String

    package init(url: String, project: String) {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.project = project
    }

    /// Without the access token, which is added when it is sent.
    package func request(_ draft: PushDraft) -> ProviderRequest {
        var json = JSONWriter()
        json.beginObject()
        json.key("message")
        json.beginObject()
        json.member("token", draft.token)
        json.key("notification")
        json.beginObject()
        json.member("title", draft.title)
        json.member("body", draft.text)
        if !draft.image.isEmpty { json.member("image", draft.image) }
        json.endObject()
        json.key("data")
        json.beginObject()
        json.member("message", draft.message)
        if !draft.url.isEmpty { json.member("url", draft.url) }
        json.endObject()
        // Browsers open it by themselves; only https is taken there.
        if draft.url.hasPrefix("https://") {
            json.key("webpush")
            json.beginObject()
            json.key("fcm_options")
            json.beginObject()
            json.member("link", draft.url)
            json.endObject()
            json.endObject()
        }
        json.endObject()
        json.endObject()
        return ProviderRequest(
            url: "\(url)/v1/projects/\(ProviderText.escaped(project))/messages:send",
            headers: [.init("Content-Type", "application/json")], body: json.bytes)
    }

    package func outcome(_ answer: ProviderAnswer) -> ProviderOutcome {
        if (200...299).contains(answer.status) {
            return .accepted(id: ProviderText.text(at: "name", in: answer.body))
        }
        let status = ProviderText.text(at: "error", "status", in: answer.body)
        let message = ProviderText.text(at: "error", "message", in: answer.body)
        let code = Self.errorCode(answer.body)
        let name = code.isEmpty ? status : code
        let words = ProviderText.words(answer, name.isEmpty ? message : "\(name) \(message)")
        switch (code, answer.status) {
        case ("UNREGISTERED", _): return .unknownAddress(reason: words)
        // Google's own word; another server's 404 says nothing of the device.
        case (_, 404) where status == "NOT_FOUND": return .unknownAddress(reason: words)
        // The device belongs to another project's app.
        case ("SENDER_ID_MISMATCH", _): return .refused(reason: words)
        // Firebase lacks a certificate or key for devices of this kind; those of others go on.
        case ("THIRD_PARTY_AUTH_ERROR", _): return .held(reason: words)
        case ("QUOTA_EXCEEDED", _), ("UNAVAILABLE", _):
            return .deferred(reason: words, retryAfterSeconds: answer.retryAfterSeconds)
        default: return ProviderText.outcome(answer, words)
        }
    }

    /// FCM's own word among the details.
    private static func errorCode(_ body: [UInt8]) -> String {
        guard let details = try? JSONLookup.value(at: ["error", "details"], in: body.span),
            details.kind == .array
        else { return "" }
        var reader = JSONReader(body.span.extracting(details.range))
        do {
            try reader.beginArray()
            while try reader.nextElement() {
                let element = try reader.readValue()
                guard element.kind == .object else { continue }
                let start = details.range.lowerBound
                let range = element.range.lowerBound + start..<element.range.upperBound + start
                let object = Array(body[range])
                let found = ProviderText.text(at: "errorCode", in: object)
                if !found.isEmpty { return found }
            }
        } catch {
            // Not as FCM writes it: the status says enough.
        }
        return ""
    }
}

/// Google's account for programs, as its console hands it out: a JSON file with a private key.
package struct ServiceAccount: Sendable {
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    package let project: String
    package let tokenURL: String
    private let email: String
    private let keyID: String
    private let key: RS256Key

    private static let scope = "https://www.googleapis.com/auth/firebase.messaging"
    private static let goodSeconds: Int64 = 3600

    package init(json: [UInt8]) throws(Problem) {
        func text(_ name: String) throws(Problem) -> String {
            let found = ProviderText.text(at: name, in: json)
            guard !found.isEmpty else {
                throw Problem(description: "it has no \(name): it isn't a service account's file")
            }
            return found
        }
        project = try text("project_id")
        tokenURL = try text("token_uri")
        email = try text("client_email")
        keyID = ProviderText.text(at: "private_key_id", in: json)
        let pem = try text("private_key")
        do {
            key = try RS256Key(pem: pem)
        } catch {
            throw Problem(description: "its private_key: \(error.reason)")
        }
    }

    /// Asks for an access token (RFC 7523 §2.1).
    package func tokenRequest(now: Timestamp) throws -> ProviderRequest {
        var header = JSONWriter()
        header.beginObject()
        header.member("alg", "RS256")
        header.member("typ", "JWT")
        if !keyID.isEmpty { header.member("kid", keyID) }
        header.endObject()
        let seconds = now.milliseconds / 1000
        var claims = JSONWriter()
        claims.beginObject()
        claims.member("iss", email)
        claims.member("scope", Self.scope)
        claims.member("aud", tokenURL)
        claims.member("iat", seconds)
        claims.member("exp", seconds + Self.goodSeconds)
        claims.endObject()
        let text = base64URL(header.bytes) + "." + base64URL(claims.bytes)
        let assertion = text + "." + base64URL(try key.signature(of: Array(text.utf8)))
        return ProviderRequest(
            url: tokenURL, headers: [.init("Content-Type", "application/x-www-form-urlencoded")],
            body: ProviderText.form([
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", assertion),
            ]))
    }
}
