import JSONParsing

/// Something said in a room of colleagues.
package struct ChatDraft: Sendable, Equatable {
    package var text: String
    package var url: String

    package init(text: String, url: String) {
        self.text = text
        self.url = url
    }
}

/// A room's incoming webhook.
package struct ChatRoom: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case slack, teams
    }

    package let kind: Kind
    /// A secret: who has it can write there.
    let url: String

    package init(kind: Kind, url: String) {
        self.kind = kind
        self.url = url
    }

    package func request(_ draft: ChatDraft) -> ProviderRequest {
        var json = JSONWriter()
        switch kind {
        case .slack: Self.slack(draft, &json)
        case .teams: Self.card(draft, &json)
        }
        return ProviderRequest(
            url: url, headers: [.init("Content-Type", "application/json")], body: json.bytes)
    }

    package func outcome(_ answer: ProviderAnswer) -> ProviderOutcome {
        if (200...299).contains(answer.status) { return .accepted(id: "") }
        // Both answer in plain words, such as `invalid_token`.
        let words = ProviderText.words(
            answer, String(decoding: answer.body.prefix(200), as: UTF8.self))
        switch ProviderText.outcome(answer, words) {
        // Its webhook is gone, or it has had enough for now; other rooms have webhooks of their own.
        case .misconfigured(let reason): return .held(reason: reason)
        case .deferred(let reason, let seconds):
            return .held(reason: reason, retryAfterSeconds: seconds)
        case .refused where answer.status == 404 || answer.status == 410:
            return .held(reason: words)
        case let outcome: return outcome
        }
    }

    /// The three signs that mean something in Slack's texts, so that values ping nobody and make no links.
    private static func slack(_ draft: ChatDraft, _ json: inout JSONWriter) {
        var text = draft.text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;")
        if !draft.url.isEmpty {
            let url = draft.url.replacing("&", with: "&amp;").replacing("<", with: "%3C")
                .replacing(">", with: "%3E").replacing("|", with: "%7C")
            text += "\n<\(url)>"
        }
        json.beginObject()
        json.member("text", text)
        json.endObject()
    }

    /// An Adaptive Card, version 1.4.
    private static func card(_ draft: ChatDraft, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("type", "message")
        json.key("attachments")
        json.beginArray()
        json.beginObject()
        json.member("contentType", "application/vnd.microsoft.card.adaptive")
        json.key("content")
        json.beginObject()
        json.member("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
        json.member("type", "AdaptiveCard")
        json.member("version", "1.4")
        json.key("body")
        json.beginArray()
        json.beginObject()
        // A text run isn't read as Markdown, as a text block is.
        json.member("type", "RichTextBlock")
        json.key("inlines")
        json.beginArray()
        json.beginObject()
        json.member("type", "TextRun")
        json.member("text", draft.text)
        json.endObject()
        json.endArray()
        json.endObject()
        json.endArray()
        if !draft.url.isEmpty {
            json.key("actions")
            json.beginArray()
            json.beginObject()
            json.member("type", "Action.OpenUrl")
            json.member("title", "Open")
            json.member("url", draft.url)
            json.endObject()
            json.endArray()
        }
        json.endObject()
        json.endObject()
        json.endArray()
        json.endObject()
    }
}
