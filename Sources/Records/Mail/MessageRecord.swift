package import Kernel

/// How far an e-mail is.
package enum MessageState: String, Sendable, CaseIterable {
    /// It is being handed to the server, and may be on its way.
    case sending
    /// The server took it on.
    case accepted
    /// Not taken now; it is tried again.
    case deferred
    /// Not taken for good, and the address isn't at fault.
    case refused
    /// The address takes nothing, for good.
    case bounced
    /// It may have been sent: nobody answered, or the machine stopped meanwhile. It isn't sent again by itself.
    case inDoubt
    /// Not sent, as consent is withdrawn or the address gets no mail.
    case suppressed
    /// Not sent within its time.
    case expired
    /// It could not be made.
    case failed

    /// Whether the outbox keeps its item for somebody to look at.
    var isDead: Bool { self == .refused || self == .inDoubt || self == .failed }
}

/// Why a message is sent, which decides what may be done about it after a crash.
package enum MessageStream: String, Sendable, CaseIterable {
    case marketing, transactional
}

/// An e-mail as it is to be handed over, or why it isn't.
package struct MessageDraft: Sendable, Equatable {
    /// The outbox item's.
    package var id: ID<OutboxItem>
    package var customer: Int64
    /// Empty where the customer has none.
    package var address: String
    package var template: String
    package var version: Int64
    package var topic: String
    package var stream: MessageStream
    package var journey: String
    package var step: String
    /// Empty where no campaign sends it.
    package var campaign: String
    /// Of the campaign; empty where it has none.
    package var variant: String
    /// Whether chance gave it its variant, so that it counts for the comparison.
    package var isDrawn: Bool
    package var subject: String
    package var messageID: String
    /// What the template was filled in with, beside the item's payload: a JSON object.
    package var filled: [UInt8]
    /// How many links it has that are counted.
    package var links: Int
    package var createdAt: Timestamp
    /// By which way it goes: `email`, `sms`, `push`, `chat`, `inbox`.
    package var channel = "email"
    /// Whether it is handed over again where it is in doubt: not marketing, and not where the receiver wouldn't know a
    /// second copy.
    package var isRepeatable: Bool

    package init(
        id: ID<OutboxItem>, customer: Int64, address: String = "", template: String = "",
        version: Int64 = 0, topic: String = "", stream: MessageStream = .marketing,
        journey: String = "", step: String = "", campaign: String = "", variant: String = "",
        isDrawn: Bool = false, subject: String = "", messageID: String = "",
        filled: [UInt8] = Array("{}".utf8), links: Int = 0,
        createdAt: Timestamp
    ) {
        self.id = id
        self.customer = customer
        self.address = address
        self.template = template
        self.version = version
        self.topic = topic
        self.stream = stream
        self.journey = journey
        self.step = step
        self.campaign = campaign
        self.variant = variant
        self.isDrawn = isDrawn
        self.subject = subject
        self.messageID = messageID
        self.filled = filled
        self.links = links
        self.createdAt = createdAt
        isRepeatable = stream == .transactional
    }

    /// Whether somebody tried a template out: neither a journey nor a campaign sends it.
    package var isTest: Bool { journey.isEmpty && campaign.isEmpty }

    /// The address's, in small letters; empty where there is none. Of other messages than e-mails, the channel.
    package var domain: String {
        if channel != "email" { return channel }
        guard let at = address.lastIndex(of: "@") else { return "" }
        return address[address.index(after: at)...].lowercased()
    }
}

/// An e-mail as it is stored.
package struct MessageRecord: Sendable, Equatable {
    package var draft: MessageDraft
    package var state: MessageState
    /// What the server answered last, or why it is in its state.
    package var reply: String
    package var attempts: Int
    package var sendingAt: Timestamp?
    package var stateAt: Timestamp
    package var complainedAt: Timestamp?
    /// By a person, the first time.
    package var openedAt: Timestamp?
    package var clickedAt: Timestamp?
    /// Opens and clicks of programs.
    package var machineHits: Int

    package var id: ID<OutboxItem> { draft.id }
}

/// What came of one attempt at an e-mail.
package struct MessageResult: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// - reply: What the server said.
        case accepted(reply: String)
        /// The address takes nothing, for good.
        case bounced(reply: String)
        /// - isBounce: Whether it is held against the address, which after five in a row gets no more.
        case refused(reply: String, isBounce: Bool)
        /// Tried again then.
        case deferred(until: Timestamp, reply: String)
        /// As if it had not been begun: what kept it back isn't its own fault.
        case returned(until: Timestamp, reason: String)
        case inDoubt(reason: String)
        /// Its recipient said to the provider that they want none: no consent by that channel any more.
        case unsubscribed(reason: String)
        case suppressed(reason: String)
        case expired(reason: String)
        case failed(reason: String)

        package var state: MessageState? {
            switch self {
            case .accepted: .accepted
            case .bounced: .bounced
            case .refused: .refused
            case .deferred: .deferred
            case .returned: nil
            case .inDoubt: .inDoubt
            case .suppressed, .unsubscribed: .suppressed
            case .expired: .expired
            case .failed: .failed
            }
        }

        var reply: String {
            switch self {
            case .accepted(let text), .bounced(let text), .refused(let text, _),
                .deferred(_, let text), .returned(_, let text), .inDoubt(let text),
                .suppressed(let text), .unsubscribed(let text), .expired(let text),
                .failed(let text):
                text
            }
        }
    }

    package var message: MessageDraft
    /// Which attempt it was, as it was claimed.
    package var attempt: Int
    package var outcome: Outcome

    package init(message: MessageDraft, attempt: Int, outcome: Outcome) {
        self.message = message
        self.attempt = attempt
        self.outcome = outcome
    }
}

/// Why an address gets no mail.
package struct SuppressionRecord: Sendable, Equatable {
    package enum Reason: String, Sendable, CaseIterable {
        /// There is no such mailbox.
        case bounced
        /// Its owner called a message spam; what they ordered or asked for is sent still.
        case complained
        /// Five times in a row it took nothing.
        case softBounces
        /// Somebody said so.
        case manual
    }

    /// In small letters.
    package var address: String
    package var reason: Reason
    /// The server's words, or who said so.
    package var evidence: String
    /// The message that it came of; nil for none.
    package var message: ID<OutboxItem>?
    package var since: Timestamp

    package init(
        address: String, reason: Reason, evidence: String, message: ID<OutboxItem>? = nil,
        since: Timestamp
    ) {
        self.address = address.lowercased()
        self.reason = reason
        self.evidence = evidence
        self.message = message
        self.since = since
    }

    /// Whether it keeps a message of this stream from going.
    package func stops(_ stream: MessageStream) -> Bool {
        stream == .marketing || reason != .complained
    }
}

/// Something about a message that is to go onto the log as an event.
package struct MailTelling: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// `delivered`: its receiver took it; `confirmed`: the provider says that it is on the phone.
        case delivered, bounced, complained, opened, clicked, unsubscribed, confirmed
    }

    /// 0 before it is kept.
    package var number: Int64
    package var message: ID<OutboxItem>
    package var kind: Kind
    package var at: Timestamp
    /// The provider's words, or the address that was clicked.
    package var detail: String

    package init(
        number: Int64 = 0, message: ID<OutboxItem>, kind: Kind, at: Timestamp, detail: String = ""
    ) {
        self.number = number
        self.message = message
        self.kind = kind
        self.at = at
        self.detail = detail
    }
}
