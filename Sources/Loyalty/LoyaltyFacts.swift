package import Kernel

/// What the rules may ask beyond the account itself: it comes from outside, and is the same when it is asked again.
package struct LoyaltyFacts: Sendable, Equatable {
    /// Segments of which the customer is a member.
    package var segments: Set<String> = []
    /// Of budgets, what all customers together have got so far.
    package var spent: [LoyaltyBudget: Int64] = [:]
    /// Draws who is lucky: nobody outside can tell before.
    package var draws = SipHash.Key(low: 0, high: 0)

    package init() {}

    /// Whether a rule of chance gives something for an order, or an event by its operation.
    func isDrawn(_ rule: EarnRule, for text: String, program: String) -> Bool {
        guard let chance = rule.chance else { return true }
        let digest = SipHash(key: draws).digest("\(program)\u{0}\(rule.name)\u{0}\(text)")
        return digest.first % 10_000 < UInt64(chance)
    }
}

/// A budget in one of its periods: what it may give is bounded for all customers together.
package struct LoyaltyBudget: Hashable, Sendable {
    /// The rule's name, or `awards`.
    package var rule: String
    /// As `EarnRule.Period.number(of:)` has it.
    package var period: Int64

    package init(rule: String, period: Int64) {
        self.rule = rule
        self.period = period
    }

    /// What gifts by hand, by keys and by journeys are counted under: no rule can be called so.
    package static let awards = "-awards"
}
