package import Kernel

extension LoyaltyProgram {
    /// What a basket would earn a customer of a tier, by the rules themselves.
    ///
    /// - Parameter isFirst: Whether it is the customer's first order.
    /// - Returns: Points that can be spent, and the rules that give them.
    package func worth(
        of lines: [OrderLine], tier: String?, segments: Set<String> = [], isFirst: Bool = false,
        at now: Timestamp, zone: ZoneRules
    ) -> (points: Int64, rules: [String]) {
        var account = LoyaltyAccount()
        account.latest = now
        if let tier, let place = tiers?.levels.firstIndex(where: { $0.name == tier }) {
            account.tier = place
        }
        if !isFirst {
            var before = LoyaltyOrder(id: "-before")
            before.placedAt = .earliest
            account.orders.append(before)
        }
        var facts = LoyaltyFacts()
        facts.segments = segments
        var work = LoyaltyWork(account, self, zone, "basket", facts)
        var order = LoyaltyOrder(id: "basket")
        order.lines = lines
        order.isFirst = isFirst
        order.tier = tier ?? ""
        order.segments = segments.sorted()
        return work.grant(&order, order.rests(), now)
    }
}
