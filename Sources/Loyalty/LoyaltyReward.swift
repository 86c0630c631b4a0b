package import Documents
package import Kernel

/// Something that points are good for, as a person wrote it.
///
/// ```yaml
/// kind: reward
/// name: tote-bag
/// program: club
/// cost: 500
/// stock: 200
/// perCustomer: 1
/// tiers: [gold]
/// ```
package struct LoyaltyReward: Hashable, Sendable {
    package static let stockMax = 1_000_000
    package static let namesMax = 100
    package static let holdDefault = TimeSpan(milliseconds: 1_800_000)
    package static let holdMax = TimeSpan.days(30)

    package let name: String
    package let title: String
    package let description: String?
    /// The loyalty program whose points it costs.
    package let program: String
    package let cost: Int64
    /// How many there are; nil for as many as come.
    package let stock: Int?
    package let perCustomer: Int?
    /// For members with one of these tiers; empty for anybody.
    package let tiers: [String]
    /// For customers in one of these segments; empty for anybody.
    package let segments: [String]
    /// Its first day and its last one.
    package let starts: CalendarDay?
    package let ends: CalendarDay?
    /// How long one is kept for somebody who hasn't taken it yet.
    package let hold: TimeSpan
    /// A promotion of whose unique codes one is issued with it; nil for none.
    package let code: String?

    /// Reads a reward.
    ///
    /// - Throws: Where it isn't one, with the place.
    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        try members.take(kind: "reward")
        name = try members.required("name").definitionName()
        title = try members.optional("title")?.shortText() ?? name
        description = try members.optional("description")?.shortText()
        program = try members.required("program").definitionName()
        cost = try members.required("cost").points()
        stock = try members.optional("stock")?.integer(0...Self.stockMax)
        perCustomer = try members.optional("perCustomer")?.integer(1...Self.stockMax)
        tiers = try Self.names(members.optional("tiers"))
        segments = try Self.names(members.optional("segments"))
        starts = try members.optional("starts")?.day()
        let last = members.optional("ends")
        ends = try last?.day()
        if let starts, let ends, ends < starts, let last {
            throw last.problem("must not be before starts (\(starts)); it is \(ends)")
        }
        if let span = members.optional("hold") {
            hold = try span.timeSpan()
            guard hold <= Self.holdMax else {
                throw span.problem("must be at most \(Self.holdMax)")
            }
        } else {
            hold = Self.holdDefault
        }
        code = try members.optional("code")?.definitionName()
        try members.end()
    }

    private static func names(_ reader: DocumentReader?) throws(DocumentProblem) -> [String] {
        guard let reader else { return [] }
        var names: [String] = []
        for element in try reader.elementsOrSelf() { names.append(try element.definitionName()) }
        guard (1...namesMax).contains(names.count) else {
            throw reader.problem("must name 1 to \(namesMax)")
        }
        return names
    }

    /// What is known of who wants it.
    package struct Claimant: Hashable, Sendable {
        /// Points that can be spent now.
        package var available: Int64
        package var tier: String?
        package var segments: Set<String>
        /// How many this customer has or is kept.
        package var taken: Int

        package init(
            available: Int64, tier: String? = nil, segments: Set<String> = [], taken: Int = 0
        ) {
            self.available = available
            self.tier = tier
            self.segments = segments
            self.taken = taken
        }
    }

    /// Why somebody can't have it.
    package enum Refusal: Hashable, Sendable {
        case notStarted(CalendarDay)
        case ended(CalendarDay)
        case tierNotMatched([String])
        case segmentNotMatched
        case outOfStock
        case customerLimitReached(Int)
        case notEnoughPoints(cost: Int64, available: Int64)

        package var code: String {
            switch self {
            case .notStarted: "not_started"
            case .ended: "ended"
            case .tierNotMatched: "tier_not_matched"
            case .segmentNotMatched: "segment_not_matched"
            case .outOfStock: "out_of_stock"
            case .customerLimitReached: "customer_limit_reached"
            case .notEnoughPoints: "not_enough_points"
            }
        }

        package func sentence(unit: String) -> String {
            switch self {
            case .notStarted(let day): "It can be had from \(day)."
            case .ended(let day): "It could be had to the end of \(day)."
            case .tierNotMatched(let tiers):
                "It is for the tier \(tiers.joined(separator: " or "))."
            case .segmentNotMatched: "It isn't for this customer."
            case .outOfStock: "None is left."
            case .customerLimitReached(let limit):
                "The customer has had it \(limit == 1 ? "once" : "\(limit) times"), as often as one can."
            case .notEnoughPoints(let cost, let available):
                "It costs \(LoyaltyWords.plural(cost, unit)) and \(available) can be spent."
            }
        }
    }

    /// Why somebody can't have it now; nil where they can.
    ///
    /// - Parameter taken: How many anybody has or is kept.
    package func refusal(
        for claimant: Claimant, taken: Int, on day: CalendarDay
    ) -> Refusal? {
        if let starts, day < starts { return .notStarted(starts) }
        if let ends, day > ends { return .ended(ends) }
        if !tiers.isEmpty, !(claimant.tier.map(tiers.contains) ?? false) {
            return .tierNotMatched(tiers)
        }
        if !segments.isEmpty, claimant.segments.isDisjoint(with: segments) {
            return .segmentNotMatched
        }
        if let stock, taken >= stock { return .outOfStock }
        if let perCustomer, claimant.taken >= perCustomer {
            return .customerLimitReached(perCustomer)
        }
        if claimant.available < cost {
            return .notEnoughPoints(cost: cost, available: claimant.available)
        }
        return nil
    }
}
