package import Kernel

/// The promotions of one order, from the checkout at which they were reserved until it was paid or given up.
///
/// A value: the store keeps it with its uses, and changes it in one commit with the counts and codes that it takes.
package struct Checkout: Hashable, Sendable {
    /// As the shop calls it: its cart, or its order.
    package let id: String
    /// Who; empty where nobody knows.
    package var customer: String
    package var state: State
    /// The first moment at which a reservation is over.
    package var expiresAt: Timestamp
    /// What each applied promotion takes, in their order.
    package var uses: [Use]

    package init(
        id: String, customer: String, state: State, expiresAt: Timestamp, uses: [Use]
    ) {
        self.id = id
        self.customer = customer
        self.state = state
        self.expiresAt = expiresAt
        self.uses = uses
    }

    package enum State: Int64, Sendable, CaseIterable {
        case reserved = 1
        case confirmed = 2
        case released = 3
        case expired = 4
        case refunded = 5

        package var word: String {
            switch self {
            case .reserved: "reserved"
            case .confirmed: "confirmed"
            case .released: "released"
            case .expired: "expired"
            case .refunded: "refunded"
            }
        }
    }

    /// One use of a promotion.
    package struct Use: Hashable, Sendable {
        package let promotion: String
        /// In normal form; empty for one that needs no code.
        package let code: String
        /// Nil for a public code.
        package let key: CodeKey?
        /// The counts that it is in.
        package let counters: [Promotion.CounterScope]
        /// What it gives on the order, in the cart's minor units.
        package let discountMinor: Int64
        /// What it gives in a loyalty program once it is paid.
        package let points: Int
        /// Whether a refund made it free again.
        package var isBack = false

        package init(
            promotion: String, code: String = "", key: CodeKey? = nil,
            counters: [Promotion.CounterScope] = [], discountMinor: Int64 = 0, points: Int = 0
        ) {
            self.promotion = promotion
            self.code = code
            self.key = key
            self.counters = counters
            self.discountMinor = discountMinor
            self.points = points
        }
    }

    /// The uses that count now: of a refunded order those that stay used.
    package var heldUses: [Use] { uses.filter(isHeld) }

    /// Whether one of its uses counts now.
    package func isHeld(_ use: Use) -> Bool {
        switch state {
        case .reserved, .confirmed: true
        case .released, .expired: false
        case .refunded: !use.isBack
        }
    }
}

/// What a decision changes, all of it or nothing.
package struct CheckoutChange: Hashable, Sendable {
    /// As it is afterwards; nil where it stays as it is.
    package var checkout: Checkout?
    /// How much each count grows or shrinks by; none by 0.
    package var counts: [CounterKey: Int] = [:]
    /// What counts that grow may come to at most.
    package var limits: [CounterKey: Int] = [:]
    /// Codes that change hands.
    package var codes: [CodeKey: IssuedCode.State] = [:]
    /// Uses that became definite.
    package var redeemed: [Checkout.Use] = []
    /// Uses of a refunded order that were definite.
    package var givenBack: [Checkout.Use] = []

    package init() {}

    package mutating func count(_ use: Checkout.Use, _ delta: Int) {
        for scope in use.counters {
            let key = CounterKey(promotion: use.promotion, scope: scope)
            let sum = counts[key, default: 0] + delta
            counts[key] = sum == 0 ? nil : sum
        }
    }
}

/// One promotion's count of uses by somebody.
package struct CounterKey: Hashable, Sendable {
    package let promotion: String
    package let scope: Promotion.CounterScope

    package init(promotion: String, scope: Promotion.CounterScope) {
        self.promotion = promotion
        self.scope = scope
    }
}

extension Promotion.CounterScope {
    /// The count's name, one for each; `init(text:)` reads it.
    package var text: String {
        switch self {
        case .everybody: "all"
        case .customer(let id): "customer \(id)"
        case .customerIn(let id, let period, let firstDay): "\(period.rawValue) \(firstDay) \(id)"
        }
    }

    /// The same count, of another customer where it was of this one.
    package func moved(from loser: String, to winner: String) -> Self {
        switch self {
        case .everybody: self
        case .customer(let id): id == loser ? .customer(winner) : self
        case .customerIn(let id, let period, let firstDay):
            id == loser ? .customerIn(winner, period, firstDay: firstDay) : self
        }
    }

    package init?(text: String) {
        let words = text.split(separator: " ", maxSplits: 2).map(String.init)
        switch words.first {
        case "all" where words.count == 1: self = .everybody
        case "customer" where words.count > 1:
            self = .customer(words.dropFirst().joined(separator: " "))
        case let name?:
            guard words.count == 3, let period = Promotion.Period(rawValue: name),
                let day = CalendarDay(words[1])
            else { return nil }
            self = .customerIn(words[2], period, firstDay: day)
        case nil: return nil
        }
    }
}
