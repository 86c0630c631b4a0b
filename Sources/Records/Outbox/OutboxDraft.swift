package import Kernel

/// What an item of the outbox makes happen.
package enum OutboxKind: String, Sendable, CaseIterable {
    /// A message to the customer; kept as what would be sent where nothing sends its channel.
    case send
    /// Points for the customer, in a loyalty program.
    case award
    case webhook
    case coupon
    case task
    /// Attributes of the customer are set.
    case attribute
    /// An order came with a code of ours.
    case redemption
}

/// How far an item of the outbox is.
package enum OutboxState: String, Sendable, CaseIterable {
    /// Due at its time, for the first time or again.
    case pending
    /// Somebody is at it, until its claim runs out.
    case sending
    case done
    /// Written down only, as nothing carries this kind out yet.
    case kept
    /// Not carried out, as the customer is held out.
    case withheld
    /// Tried as often as it may be, or impossible; it can be replayed.
    case dead
}

/// Which decision an effect comes from. Texts are empty and the version 0 for what no journey decided.
package struct OutboxOrigin: Sendable, Equatable {
    /// A journey's name.
    package var journey: String
    package var version: Int64
    package var run: String
    package var step: String

    package init(journey: String = "", version: Int64 = 0, run: String = "", step: String = "") {
        self.journey = journey
        self.version = version
        self.run = run
        self.step = step
    }
}

/// What a code takes off.
package enum CouponValue: Sendable, Equatable {
    /// A hundredth of a percent each: 1000 is 10%.
    case basisPoints(Int64)
    case amount(Money)
}

/// An effect as the fold decides it.
package struct OutboxDraft: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        /// The message as a JSON object, and the lane that it is sent by: `email`; empty where nothing sends it.
        case send(lane: String, message: [UInt8])
        /// What is awarded as a JSON object.
        case award([UInt8])
        /// To a receiver by its name: what happened, such as `journey.webhook`, and its data as a JSON object.
        case webhook(receiver: String, type: String, data: [UInt8])
        case coupon(code: String, value: CouponValue, expiresAt: Timestamp)
        /// A unique code of a promotion's.
        case promotionCode(code: String, promotion: String, expiresAt: Timestamp?)
        case task(title: String, owner: String, dueAt: Timestamp)
        /// Attributes as a JSON object.
        case attributes([UInt8])
    }

    /// Says which effect this is: a second draft with the same key is none. At most 200 bytes.
    package var key: String
    /// The id that the customer has at the time.
    package var customer: Int64
    package var origin: OutboxOrigin
    package var content: Content
    /// When it was decided.
    package var createdAt: Timestamp
    /// When it is to leave.
    package var dueAt: Timestamp
    /// Whether the customer is held out, so that it is only written down.
    package var isWithheld: Bool

    package init(
        key: String, customer: ID<Customer>, origin: OutboxOrigin = OutboxOrigin(),
        content: Content, createdAt: Timestamp, dueAt: Timestamp? = nil, isWithheld: Bool = false
    ) {
        self.key = key
        self.customer = customer.rawValue
        self.origin = origin
        self.content = content
        self.createdAt = createdAt
        self.dueAt = dueAt ?? createdAt
        self.isWithheld = isWithheld
    }
}
