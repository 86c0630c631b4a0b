import Documents

/// Where messages are sent.
package enum MessageChannel: String, Hashable, Sendable, CaseIterable {
    case email
    case sms
    case push
    case whatsapp
    case inApp
    case inbox
    case post

    /// The trait that says whether a customer may be written to, as shops export it.
    package var consentTrait: String { rawValue + "_subscription_status" }

    /// The track events that say that a message was opened or clicked (Segment's names, and plain ones).
    package var engagementEvents: [String] {
        switch self {
        case .email: ["Email Opened", "Email Link Clicked", "Email Clicked"]
        case .sms: ["SMS Link Clicked", "SMS Clicked", "SMS Replied"]
        case .push:
            ["Push Notification Tapped", "Push Notification Opened", "Push Opened", "Push Clicked"]
        case .whatsapp: ["WhatsApp Read", "WhatsApp Link Clicked", "WhatsApp Replied"]
        case .inApp: ["In-App Message Opened", "In-App Message Clicked"]
        case .inbox: ["Inbox Message Read", "Inbox Message Clicked"]
        case .post: []
        }
    }
}

/// Whether a customer agreed to be written to.
///
/// The newest word counts, by when it happened and then by its place in the log: of `Subscribed` and
/// `Unsubscribed` events of the channel (an event without a channel is of all), and of the trait
/// `email_subscription_status` (each channel has its own). With a topic, events of the topic and events of no
/// topic count; without one, only events of no topic.
package struct ConsentTest: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        case given
        case withdrawn
        /// Nothing was said.
        case unknown
    }

    package let channel: MessageChannel
    package let topic: String?
    package let state: State
    package let given: EventTrace
    package let withdrawn: EventTrace

    package static let givenEvent = "Subscribed"
    package static let withdrawnEvent = "Unsubscribed"
    /// What a trait says in words, in small letters.
    package static let givenWords = ["subscribed", "opted_in", "opted-in", "true", "yes"]
    package static let withdrawnWords = [
        "unsubscribed", "not_subscribed", "opted_out", "opted-out", "false", "no", "invalid",
    ]

    package init(_ channel: MessageChannel, topic: String? = nil, is state: State = .given) {
        self.channel = channel
        self.topic = topic
        self.state = state
        var tests: [PropertyTest] = []
        func test(_ name: String, _ comparison: Comparison) {
            guard let path = PropertyPath(name) else { return }
            tests.append(PropertyTest(path: path, comparison: comparison))
        }
        test("channel", .missingOr(Literal(channel.rawValue)))
        test("topic", topic.map { .missingOr(Literal($0)) } ?? .exists(false))
        given = EventTrace(.track(Self.givenEvent), where: tests)
        withdrawn = EventTrace(.track(Self.withdrawnEvent), where: tests)
    }

    /// What a trait's text says; nil where it says neither.
    package static func state(_ text: String) -> State? {
        let word = text.lowercased()
        if givenWords.contains(word) { return .given }
        return withdrawnWords.contains(word) ? .withdrawn : nil
    }
}

/// Opened or clicked a message of a channel.
package struct EngagementTest: Hashable, Sendable {
    package let channel: MessageChannel
    package let window: EventWindow
    package let traces: [EventTrace]

    package init(_ channel: MessageChannel, window: EventWindow = .ever) {
        self.channel = channel
        self.window = window
        traces = channel.engagementEvents.map { EventTrace(.track($0)) }
    }
}
