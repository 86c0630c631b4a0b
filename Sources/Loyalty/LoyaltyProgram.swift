package import Documents
package import Kernel

/// A loyalty program as a person wrote it: what earns points, how long they last, what tiers there are.
package struct LoyaltyProgram: Hashable, Sendable {
    /// How refunds take points back that were spent meanwhile.
    package enum RefundPolicy: String, Sendable, CaseIterable {
        /// Only what is still left of the order's own points, and only while they are pending.
        case onlyPending = "only pending"
        /// What the customer has; the rest is given up, and written down.
        case withinBalance = "within balance"
        /// What the customer has; the rest is owed, and paid off by later awards.
        case allowNegative = "allow negative"
    }

    /// When points can be spent.
    package enum Pending: Hashable, Sendable {
        case none
        case after(TimeSpan)
        /// Once an event of this name tells of the order.
        case until(event: String)
        /// From the beginning of a day on; orders from then on aren't held back.
        case untilDay(CalendarDay)
    }

    /// Which order a refund is of.
    package enum Returns: String, Sendable, CaseIterable {
        /// The one that it names.
        case byOrder = "by order"
        /// Where it names none of the customer's, as credit notes with numbers of their own: the newest orders that
        /// have its products.
        case byProduct = "by product"
    }

    /// What is given where several rules fit.
    package enum Combination: String, Sendable, CaseIterable {
        /// All of them give.
        case sum
        /// The one that gives most; of equal ones, the first.
        case best
        /// Each line of an order counts for the first rule that takes it, an event for the first rule.
        case first
    }

    /// What orders go by: the rules, and how they go together.
    struct Terms: Hashable, Sendable {
        var earn: [EarnRule]
        var combine: Combination
        var awardBudget: EarnRule.Limit?
    }

    /// Points of one operation; more are refused.
    package static let pointsMax: Int64 = 1_000_000_000_000

    package let name: String
    package let title: String
    /// What its points are called: `points`, `stamps`.
    package let unit: String
    /// Orders in other currencies earn nothing.
    package let currency: Currency
    /// What finance reckons a point with, in millionths of the currency's unit; nil where nobody said.
    package let worthE6: Int64?
    /// In this order limits are used up.
    package let earn: [EarnRule]
    package let combine: Combination
    package let pending: Pending
    package let expiry: ExpiryRule
    package let refunds: RefundPolicy
    package let returns: Returns
    /// The first day whose events count; nil: those from when it was first applied on.
    package let starts: CalendarDay?
    package let tiers: TierRules?
    /// How long before points end the log is told; nil for never.
    package let remind: TimeSpan?
    /// Whether each member's points and tier are traits of the customer, which segments and journeys can ask for.
    package let tellsTraits: Bool
    /// The most that is given by hand, by keys and by journeys to all customers; nil for no bound.
    package let awardBudget: EarnRule.Limit?
    /// Corrections by hand of more points than that are for a second person to approve; nil for none.
    package let approveAbove: Int64?
    package let earlyAccess: [EarlyAccess]
    /// The definition's version; 0 where it has none, as one that is only tried out.
    package var version: Int64 = 0
    /// The rules of earlier versions: orders that were placed under them go by them.
    private var earlierTerms: [Int64: Terms] = [:]
    private var earlierTiers: [Int64: TierRules] = [:]
    /// Segments that its rules ask about, also those of earlier versions: asked for with each operation.
    package private(set) var segmentNames: Set<String> = []

    /// Reads a program.
    ///
    /// - Throws: Where it isn't one, with the place.
    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        if let kind = members.optional("kind") {
            let found = try kind.text()
            guard found == "program" else { throw kind.problem("must be program, not \(found)") }
        }
        name = try members.required("name").definitionName()
        title =
            try members.optional("title").map { reader throws(DocumentProblem) in
                try reader.shortText()
            } ?? name
        unit =
            try members.optional("unit").map { reader throws(DocumentProblem) in
                try reader.shortText()
            } ?? "points"
        let code = try members.required("currency")
        guard let currency = Currency(try code.text()) else {
            throw code.problem("must be three letters such as GBP (ISO 4217)")
        }
        self.currency = currency
        let worth = members.optional("worth")
        worthE6 = try worth.map { reader throws(DocumentProblem) in
            try reader.decimal(digits: 6, upTo: 1_000_000_000_000)
        }
        if let worth, Currency(unit) != nil {
            throw worth.problem("is for points; credit in money is worth what it says")
        }
        let rules = try members.required("earn")
        var earn: [EarnRule] = []
        for element in try rules.elements() {
            let rule = try EarnRule(reading: element, currency: currency)
            guard !earn.contains(where: { $0.name == rule.name }) else {
                throw element.problem("there are two rules named \(rule.name); call one otherwise")
            }
            earn.append(rule)
        }
        guard (1...EarnRule.countMax).contains(earn.count) else {
            throw rules.problem("must have 1 to \(EarnRule.countMax) rules")
        }
        self.earn = earn
        combine =
            try members.optional("combine").map { reader throws(DocumentProblem) in
                try reader.choice(Combination.self)
            } ?? .sum
        pending = try members.optional("pending").map(Self.pending) ?? .none
        expiry = try members.optional("expiry").map(ExpiryRule.init(reading:)) ?? .never
        refunds =
            try members.optional("refunds").map { reader throws(DocumentProblem) in
                try reader.choice(RefundPolicy.self)
            } ?? .withinBalance
        returns =
            try members.optional("returns").map { reader throws(DocumentProblem) in
                try reader.choice(Returns.self)
            } ?? .byOrder
        starts = try members.optional("starts").map { reader throws(DocumentProblem) in
            try reader.day()
        }
        let tiers = try members.optional("tiers").map { reader throws(DocumentProblem) in
            try TierRules(reading: reader, currency: currency)
        }
        self.tiers = tiers
        let before = members.optional("remind")
        remind = try before.map { reader throws(DocumentProblem) in try reader.timeSpan() }
        if let before, expiry == .never {
            throw before.problem("says when points are about to end, and these never do")
        }
        tellsTraits =
            try members.optional("traits").map { reader throws(DocumentProblem) in
                try reader.boolean()
            } ?? false
        awardBudget = try members.optional("awards").map { reader throws(DocumentProblem) in
            var parts = try reader.members()
            let budget = try EarnRule.Limit(reading: try parts.required("budget"))
            try parts.end()
            return budget
        }
        approveAbove = try members.optional("adjustments").map { reader throws(DocumentProblem) in
            var parts = try reader.members()
            let above = try parts.required("approve above").integer(0...1_000_000_000_000)
            try parts.end()
            return Int64(above)
        }
        let access = members.optional("early access")
        earlyAccess =
            try access.map { reader throws(DocumentProblem) in
                try EarlyAccess.list(reading: reader)
            } ?? []
        try members.end()
        for rule in earn { segmentNames.formUnion(rule.multipliers.segments.keys) }
        let levels = Set(tiers?.levels.map(\.name) ?? [])
        for rule in earn {
            for level in rule.multipliers.tiers.keys.sorted() where !levels.contains(level) {
                throw rules.problem("rule \(rule.name) asks about tier \(level), which isn't there")
            }
        }
        for item in earlyAccess {
            for level in item.ahead.keys.sorted() where !levels.contains(level) {
                throw (access ?? reader).problem(
                    "\(item.name) asks about tier \(level), which isn't there")
            }
        }
    }

    private static func pending(_ reader: DocumentReader) throws(DocumentProblem) -> Pending {
        if case .text("none") = reader.node.value { return .none }
        if case .mapping = reader.node.value {
            var members = try reader.members()
            let event = try members.required("until").shortText()
            try members.end()
            if let day = CalendarDay(event) { return .untilDay(day) }
            return .until(event: event)
        }
        return .after(try reader.timeSpan())
    }

    /// A level's name; nil where there are no tiers.
    package func tierName(_ index: Int) -> String? {
        guard let tiers, tiers.levels.indices.contains(index) else { return nil }
        return tiers.levels[index].name
    }
}

extension LoyaltyProgram {
    /// What some points are worth in money; nil where nobody said.
    package func money(ofPoints points: Double) -> Money? {
        if let own = Currency(unit) {
            return abs(points) < 9e18 ? Money(minor: Int64(points.rounded()), currency: own) : nil
        }
        guard let worthE6, points.isFinite else { return nil }
        var scale = 1.0
        for _ in 0..<currency.minorDigits { scale *= 10 }
        let minor = (points * Double(worthE6) / 1_000_000 * scale).rounded()
        guard abs(minor) < 9e18 else { return nil }
        return Money(minor: Int64(minor), currency: currency)
    }

    /// The rules of a version; those of today where it isn't known.
    func terms(inVersion version: Int64) -> Terms {
        version == self.version ? terms : earlierTerms[version] ?? terms
    }

    /// How the rules of a version go together.
    func combination(inVersion version: Int64) -> Combination {
        version == self.version ? combine : earlierTerms[version]?.combine ?? combine
    }

    private var terms: Terms { Terms(earn: earn, combine: combine, awardBudget: awardBudget) }

    /// Whether its tiers, or what they ask, are others than an earlier version's.
    package func hasOtherTiers(thanVersion version: Int64) -> Bool {
        version != self.version && tiers != earlierTiers[version]
    }

    /// The place of the highest tier of those below one that is there no more, by the last version that had that; the
    /// lowest where none of them is there either. Nil where no version had it.
    func tier(below name: String) -> Int? {
        for (_, old) in earlierTiers.sorted(by: { $0.key > $1.key }) {
            guard let place = old.levels.firstIndex(where: { $0.name == name }) else { continue }
            for level in old.levels[..<place].reversed() {
                if let left = tiers?.levels.firstIndex(where: { $0.name == level.name }) {
                    return left
                }
            }
            return 0
        }
        return nil
    }

    /// Orders that were placed under an earlier version go by its rules.
    package mutating func remember(_ earlier: LoyaltyProgram, version: Int64) {
        earlierTerms[version] = earlier.terms
        earlierTiers[version] = earlier.tiers
        segmentNames.formUnion(earlier.segmentNames)
    }

    /// Whether anything that it gives, also by an earlier version, is taken from a budget of all customers.
    package var hasBudgets: Bool {
        ([terms] + earlierTerms.values).contains { terms in
            terms.awardBudget != nil || terms.earn.contains { $0.budget != nil }
        }
    }

    /// The most that any version lets a rule, or awards, give all customers in a period; nil where none says.
    package func budgetBound(of rule: String) -> Int64? {
        let all = [terms] + earlierTerms.values
        if rule == LoyaltyBudget.awards { return all.compactMap(\.awardBudget?.points).max() }
        return all.flatMap(\.earn).filter { $0.name == rule }.compactMap(\.budget?.points).max()
    }
}
