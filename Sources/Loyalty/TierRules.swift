package import Documents
import Kernel

/// A program's tiers: what counts towards them, over which time, and how one leaves them.
package struct TierRules: Hashable, Sendable {
    /// Which of several metrics must reach a level.
    package enum Reach: String, Sendable, CaseIterable {
        case any, all
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
        /// For each of the metrics, in its own units; nil where the level doesn't ask for it.
        package let from: [Int64?]
        /// Points that are given once for entering it, also where it is jumped over.
        package let entryPoints: Int64
        /// What other parts may ask for, such as `free-shipping`.
        package let benefits: [String]
    }

    package static let levelsMax = 20

    package let metrics: [TierMetric]
    package let reach: Reach
    package let period: Period
    package let downgrade: Downgrade
    /// How long a tier is kept after it isn't reached any more.
    package let graceDays: Int
    /// How long ahead the log is told that a tier is lost; nil for never.
    package let remind: TimeSpan?
    /// The lowest first; everybody reaches it.
    package let levels: [Level]

    init(reading reader: DocumentReader, currency: Currency) throws(DocumentProblem) {
        var members = try reader.members()
        let metrics = try TierMetric.list(reading: try members.required("by"))
        self.metrics = metrics
        reach =
            try members.optional("reach").map { reader throws(DocumentProblem) in
                try reader.choice(Reach.self)
            } ?? .any
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
        remind = try members.optional("remind").map { reader throws(DocumentProblem) in
            try reader.timeSpan()
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
            let from = try Self.from(threshold, metrics, currency)
            let entry =
                try parts.optional("entry points").map { reader throws(DocumentProblem) in
                    Int64(try reader.integer(1...1_000_000_000))
                } ?? 0
            let benefits =
                try parts.optional("benefits").map { reader throws(DocumentProblem) in
                    try reader.shortTexts(atMost: 50)
                } ?? []
            try parts.end()
            if let before = levels.last, !Self.isHigher(from, than: before.from) {
                throw threshold.problem("must be above \(before.name)'s")
            }
            if levels.isEmpty, from.contains(where: { $0 != 0 }) {
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

    /// What a level asks for of each metric: one number where there is one metric, else by name.
    private static func from(
        _ reader: DocumentReader, _ metrics: [TierMetric], _ currency: Currency
    ) throws(DocumentProblem) -> [Int64?] {
        func amount(
            _ reader: DocumentReader, _ metric: TierMetric
        ) throws(DocumentProblem) -> Int64 {
            try reader.decimal(digits: metric.digits(currency), upTo: LoyaltyProgram.pointsMax)
        }
        guard case .mapping = reader.node.value else {
            let first = try amount(reader, metrics[0])
            guard metrics.count == 1 || first == 0 else {
                throw reader.problem(
                    "must say for which metric: { \(metrics[0].name): \(try reader.text()) }")
            }
            return metrics.map { _ in first }
        }
        var members = try reader.members()
        var found: [Int64?] = []
        for metric in metrics {
            guard let own = members.optional(metric.name) else {
                found.append(nil)
                continue
            }
            found.append(try amount(own, metric))
        }
        try members.end()
        guard found.contains(where: { $0 != nil }) else {
            throw reader.problem("must say at least one of \(metrics.map(\.name))")
        }
        return found
    }

    /// Whether a level asks for no less of any metric that both ask for, and for more of one, or for others.
    private static func isHigher(_ one: [Int64?], than other: [Int64?]) -> Bool {
        var isMore = false
        for case (let own?, let below?) in zip(one, other) {
            if own < below { return false }
            if own > below { isMore = true }
        }
        return isMore || zip(one, other).contains { ($0 == nil) != ($1 == nil) }
    }

    /// The highest level that amounts of the metrics reach.
    package func level(at amounts: [Int64]) -> Int {
        levels.lastIndex { level in
            switch reach {
            case .any:
                zip(level.from, amounts).contains { from, own in from.map { $0 <= own } ?? false }
            case .all:
                zip(level.from, amounts).allSatisfy { from, own in from.map { $0 <= own } ?? true }
            }
        } ?? 0
    }
}
