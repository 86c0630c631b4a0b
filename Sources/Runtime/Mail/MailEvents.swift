import Events
import JSONParsing
import Kernel
import Records

/// What comes of e-mails, as events on the log (names of Segment's e-mail spec). Of opens and clicks only people's are
/// told.
enum MailEvents {
    static func draft(_ telling: MailTelling, of message: MessageRecord) -> EventDraft {
        var json = JSONWriter(reserving: 384)
        // What is said to a provider is said of the channel, whatever the topic.
        begin(message, &json, topic: telling.kind == .unsubscribed ? nil : Self.topic(message))
        switch telling.kind {
        case .bounced, .complained:
            if !telling.detail.isEmpty { json.member("reason", telling.detail) }
        case .clicked: json.member("url", telling.detail)
        case .unsubscribed:
            json.member("channel", message.draft.channel)
            json.member("source", "provider")
        case .delivered, .confirmed, .opened: break
        }
        json.endObject()
        var draft = EventDraft(
            kind: .track, occurredAt: telling.at,
            // A provider may say the same again.
            messageID: "mail/\(message.id.rawValue)/\(telling.kind.rawValue)/"
                + (telling.kind == .confirmed ? "" : "\(telling.at.milliseconds)"))
        draft.flags = .system
        draft.name = name(of: telling.kind, by: message.draft.channel)
        draft.properties = json.bytes
        return draft
    }

    /// That a customer takes no more messages of a topic (nil: of any), or takes them again.
    ///
    /// - Parameter source: How it was said: `one-click`, `page`, `preferences`, `reply`.
    static func consent(
        _ isGiven: Bool, topic: String?, source: String, message: MessageRecord,
        now: Timestamp
    ) -> EventDraft {
        var json = JSONWriter(reserving: 256)
        begin(message, &json, topic: topic)
        // The page of preferences is about e-mail, whichever message led to it.
        json.member("channel", source == "preferences" ? "email" : message.draft.channel)
        json.member("source", source)
        json.endObject()
        var draft = EventDraft(
            kind: .track, occurredAt: now,
            messageID: "consent/\(message.id.rawValue)/\(topic ?? "")/\(isGiven)/"
                + "\(now.milliseconds)")
        draft.flags = .system
        draft.name = isGiven ? "Subscribed" : "Unsubscribed"
        draft.properties = json.bytes
        return draft
    }

    /// What a customer texted: that they want no SMS, or want them again, or something else.
    ///
    /// - Parameters:
    ///   - consent: Nil where it says neither.
    ///   - id: The provider's own number of it.
    static func texted(
        _ text: String, consent: Bool?, customer: ID<Customer>, id: String, at now: Timestamp
    ) -> EventDraft {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("customerId", customer.description)
        json.member("channel", "sms")
        if consent == nil {
            json.member("text", String(text.prefix(1600)))
        } else {
            json.member("source", "reply")
        }
        json.endObject()
        var draft = EventDraft(
            kind: .track, occurredAt: now, messageID: "sms/" + String(id.prefix(100)))
        draft.flags = .system
        draft.name = consent.map { $0 ? "Subscribed" : "Unsubscribed" } ?? "SMS Replied"
        draft.properties = json.bytes
        return draft
    }

    /// That a customer read what lies in their inbox.
    static func inboxRead(_ message: MessageRecord, at now: Timestamp) -> EventDraft {
        var json = JSONWriter(reserving: 256)
        begin(message, &json, topic: topic(message))
        json.endObject()
        var draft = EventDraft(
            kind: .track, occurredAt: now, messageID: "inbox/\(message.id.rawValue)/read")
        draft.flags = .system
        draft.name = "Inbox Message Read"
        draft.properties = json.bytes
        return draft
    }

    private static func topic(_ message: MessageRecord) -> String? {
        message.draft.topic.isEmpty ? nil : message.draft.topic
    }

    private static func begin(
        _ message: MessageRecord, _ json: inout JSONWriter, topic: String?
    ) {
        let draft = message.draft
        json.beginObject()
        json.member("customerId", ID<Customer>(rawValue: draft.customer).description)
        json.member("message", message.id.description)
        json.member("template", draft.template)
        if let topic { json.member("topic", topic) }
        if !draft.journey.isEmpty { json.member("journey", draft.journey) }
        if !draft.step.isEmpty { json.member("step", draft.step) }
        if !draft.campaign.isEmpty { json.member("campaign", draft.campaign) }
        if !draft.variant.isEmpty { json.member("variant", draft.variant) }
    }

    /// Names of Segment's specs, where they have one.
    private static func name(of kind: MailTelling.Kind, by channel: String) -> String {
        let thing =
            switch channel {
            case "sms": "SMS"
            case "push": "Push Notification"
            case "chat": "Chat Message"
            case "inbox": "Inbox Message"
            default: "Email"
            }
        // E-mail's and the inbox's receiver has it; of the others, the provider has.
        let isThere = channel == "email" || channel == "inbox"
        return switch kind {
        case .delivered: thing + (isThere ? " Delivered" : " Sent")
        case .confirmed: thing + " Delivered"
        case .bounced: thing + " Bounced"
        case .complained: thing + " Marked as Spam"
        case .opened: thing + " Opened"
        case .clicked: thing + " Link Clicked"
        case .unsubscribed: "Unsubscribed"
        }
    }
}
