import Documents
import Kernel

/// A program's tiers: what counts towards them, over which time, and how one leaves them.
package struct TierRules: Hashable, Sendable {
    package enum Metric: String, Sendable, CaseIterable {
        /// Points earned, less those taken back.
        case points
        /// Money of orders after discount and refunds.
        case spend
        /// Orders that weren't cancelled or refunded whole.
        case orders
    }

    package enum Period: Hashable, Sendable {
        /// The time up to now.
        case rolling(ExpiryRule.Length)
        /// A calendar year: what was reached in one holds to the end of the next.
        case calendarYear
        case life
    }

    package enum Downgrade: String, Sendable, CaseIterable {
        /// To the tier that is reached.
        case immediate
        /// One step down at a time; after each the grace begins anew.
        case oneStep = "one step"
        case never
    }

    package struct Level: Hashable, Sendable {
        package let name: String
        package let title: String
        /// Points, minor units of money, or orders.
        package let from: Int64
        /// Points that are given once for entering it, also where it is jumped over.
        package let entryPoints: Int64
        /// What other parts may ask for, such as `free-shipping`.
        package let benefits: [String]
    }

    package static let levelsMax = 20

    package let metric: Metric
    package let period: Period
    package let downgrade: Downgrade
    /// How long a tier is kept after it isn't reached any more.
    package let graceDays: Int
    /// The lowest first; its `from` is 0.
    package let levels: [Level]

    init(reading reader: DocumentReader, currency: Currency) throws(DocumentProblem) {
        var members = try reader.members()
        let metric = try members.required("by").choice(Metric.self)
        self.metric = metric
        let span = try members.required("period")
        switch try span.text() {
        case "calendar year": period = .calendarYear
        case "life": period = .life
        default:
            do throws(DocumentProblem) {
                period = .rolling(try ExpiryRule.Length(reading: span))
            } catch {
                throw span.problem("must be calendar year, life, or a length such as 12 months")
            }
        }
        downgrade =
            try members.optional("downgrade").map { reader throws(DocumentProblem) in
                try reader.choice(Downgrade.self)
            } ?? .immediate
        graceDays =
            try members.optional("grace").map { reader throws(DocumentProblem) in
                let span = try reader.timeSpan()
                guard span.milliseconds % 86_400_000 == 0, span.milliseconds <= 86_400_000 * 366
                else {
                    throw reader.problem("must be whole days, at most 366")
                }
                return Int(span.milliseconds / 86_400_000)
            } ?? 0
        if downgrade == .oneStep, graceDays == 0 {
            throw members.problem(
                "one step at a time needs a grace, such as grace: 90 days, between the steps")
        }
        let list = try members.required("levels")
        var levels: [Level] = []
        for element in try list.elements() {
            var parts = try element.members()
            let name = try parts.required("name").definitionName()
            let title =
                try parts.optional("title").map { reader throws(DocumentProblem) in
                    try reader.shortText()
                } ?? name
            let threshold = try parts.required("from")
            let from = try threshold.decimal(
                digits: metric == .spend ? currency.minorDigits : 0,
                upTo: LoyaltyProgram.pointsMax)
            let entry =
                try parts.optional("entry points").map { reader throws(DocumentProblem) in
                    Int64(try reader.integer(1...1_000_000_000))
                } ?? 0
            let benefits =
                try parts.optional("benefits").map { reader throws(DocumentProblem) in
                    try reader.shortTexts(atMost: 50)
                } ?? []
            try parts.end()
            if let before = levels.last, from <= before.from {
                throw threshold.problem("must be above \(before.name)'s")
            }
            if levels.isEmpty, from != 0 {
                throw threshold.problem("must be 0 of the lowest tier, which everybody has")
            }
            guard !levels.contains(where: { $0.name == name }) else {
                throw element.problem("there are two tiers named \(name)")
            }
            levels.append(
                Level(
                    name: name, title: title, from: from, entryPoints: entry, benefits: benefits))
        }
        guard (1...Self.levelsMax).contains(levels.count) else {
            throw list.problem("must have 1 to \(Self.levelsMax) tiers, the lowest first")
        }
        self.levels = levels
        try members.end()
    }

    /// The highest level that an amount reaches.
    package func level(at amount: Int64) -> Int {
        levels.lastIndex { $0.from <= amount } ?? 0
    }
}
