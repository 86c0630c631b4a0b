package import RetentionModels

/// How long contracts last: the share still there by tenure, by group, and what may be expected
/// further on.
package struct TenureRetention: Codable, Equatable, Sendable {
    /// The share that lasts longer than a tenure.
    package struct Point: Codable, Equatable, Sendable {
        package var tenure: Double
        package var share: Double
        /// 95%, log–log; nil where the formula says nothing.
        package var low: Double?
        package var high: Double?
        /// How many contracts lasted so long or longer; beyond few, the share is little more than a guess.
        package var atRisk: Int
    }

    /// Contracts that are alike, or all of them.
    package struct Group: Codable, Equatable, Sendable {
        package var name: String
        package var contracts: Int
        package var ended: Int
        /// By which half have ended; nil where more than half last.
        package var median: Double?
        package var curve: [Point]
        /// Shifted beta-geometric; nil where it has no fit.
        package var projection: Projection?
    }

    /// Retention as Fader & Hardie (2007) project it.
    package struct Projection: Codable, Equatable, Sendable {
        package var alpha: Double
        package var beta: Double
        /// The largest distance from the curve where that is known.
        package var largestGap: Double
        /// The same from the curve's 95% interval.
        package var largestExcess: Double
        /// Beyond the longest tenure: the curve's end, and what the model says becomes of those.
        package var points: [Point]

        /// Whether it follows the curve well enough to be followed further.
        package var isNear: Bool { largestGap <= 0.03 || largestExcess <= 0.005 }
    }

    /// The probability that a contract of a group ends within the next periods, groups partially
    /// pooled: one with few contracts lies near the others.
    package struct Hazard: Codable, Equatable, Sendable {
        package var name: String
        package var contracts: Int
        /// By `startedAt`.
        package var ends: [Double]
    }

    package var column: String
    package var groupColumn: String?
    /// Rows without a tenure, or below zero.
    package var rowsLeftOut: Int
    package var tenures: [Double]
    /// All together first, then the groups with the most contracts.
    package var groups: [Group]
    /// Within so many periods.
    package var within: Int
    /// Tenures that contracts have reached when looked at.
    package var startedAt: [Int]
    package var hazards: [Hazard]
    /// Of the groups' effects on the log-odds; nil without groups.
    package var groupDeviation: Double?
    package var notes: [String]

    /// More groups than these aren't shown.
    static let groupsMax = 8

    /// Nil where no contract has a tenure.
    ///
    /// - Parameters:
    ///   - tenures: By contract; NaN where it isn't known.
    ///   - groups: By contract; nil where there are none to tell apart.
    package init?(
        column: String, tenures all: [Double], ended allEnded: [Bool],
        groupColumn: String? = nil, groups allGroups: [String]? = nil
    ) {
        let rows = all.indices.filter { all[$0] >= 0 && all[$0] < .infinity }
        let (tenures, ended) = (rows.map { all[$0] }, rows.map { allEnded[$0] })
        guard let longest = tenures.max(), longest > 0,
            let whole = try? Self.group("all", tenures, ended, Self.shown(longest))
        else { return nil }
        self.column = column
        self.groupColumn = groupColumn
        rowsLeftOut = all.count - rows.count
        self.tenures = Self.shown(longest)
        groups = [whole]
        notes = []
        within = min(12, max(1, Int(longest) / 2))
        startedAt = []
        hazards = []
        let names = allGroups.map { names in rows.map { names[$0].isEmpty ? "blank" : names[$0] } }
        if let names {
            var members: [String: [Int]] = [:]
            for (row, name) in names.enumerated() { members[name, default: []].append(row) }
            let order = members.keys.sorted {
                (-(members[$0]?.count ?? 0), $0) < (-(members[$1]?.count ?? 0), $1)
            }
            for name in order.prefix(Self.groupsMax) {
                let rows = members[name] ?? []
                if let group = try? Self.group(
                    name, rows.map { tenures[$0] }, rows.map { ended[$0] }, self.tenures)
                {
                    groups.append(group)
                }
            }
            if order.count > Self.groupsMax {
                notes.append("\(order.count - Self.groupsMax) smaller groups aren't shown.")
            }
        }
        addHazards(tenures, ended, names)
    }

    private mutating func addHazards(_ tenures: [Double], _ ended: [Bool], _ names: [String]?) {
        guard let longest = tenures.max(), longest <= Double(Self.periodsMax) else {
            notes.append(
                "\(column) has more than \(Self.periodsMax) periods; in months there would also be "
                    + "the probability to end within the next ones.")
            return
        }
        let order = names.map { Array(Set($0)).sorted() } ?? ["all"]
        let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        // Who hasn't been through a whole period yet says nothing of one.
        let rows = tenures.indices.filter { tenures[$0] >= 1 || ended[$0] }
        do {
            let spells = try ContractSpells(
                periods: rows.map { Self.periods(tenures[$0], ended: ended[$0]) },
                ended: rows.map { ended[$0] },
                plans: names.map { names in rows.map { places[names[$0]] ?? 0 } } ?? [],
                planCount: order.count)
            let model = try DiscreteHazard.fit(spells, periodsMax: Self.periodsMax)
            startedAt = [0, within, 2 * within].filter { $0 == 0 || Double($0 + within) <= longest }
            groupDeviation = order.count > 1 ? model.planDeviation : nil
            let counts = names.map { names in
                Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
            }
            let all = order.enumerated().map { plan, name in
                Hazard(
                    name: name, contracts: counts.map { $0[name] ?? 0 } ?? tenures.count,
                    ends: startedAt.map {
                        model.probabilityOfCancelling(lasted: $0, within: within, plan: plan)
                    })
            }
            let largest = all.sorted { (-$0.contracts, $0.name) < (-$1.contracts, $1.name) }
            hazards = Array(largest.prefix(Self.groupsMax))
        } catch {
            notes.append("There is no hazard by period: \(error).")
        }
    }

    /// The period that a contract ended in, from 1, or how many whole ones it has lasted.
    static func periods(_ tenure: Double, ended: Bool) -> Int {
        ended ? max(1, Int(tenure.rounded(.up))) : Int(tenure.rounded(.down))
    }

    /// As many as the hazard tells apart.
    static let periodsMax = 120

    private static func group(
        _ name: String, _ tenures: [Double], _ ended: [Bool], _ shown: [Double]
    ) throws(SurvivalFault) -> Group {
        let curve = try KaplanMeier(durations: tenures, ended: ended)
        let sorted = tenures.sorted()
        let points = shown.filter { $0 <= curve.observedUntil }.map { tenure in
            let interval = curve.interval(at: tenure)
            return Point(
                tenure: tenure, share: curve.survival(at: tenure), low: interval?.lowerBound,
                high: interval?.upperBound, atRisk: sorted.count - firstPlace(sorted, tenure))
        }
        return Group(
            name: name, contracts: tenures.count, ended: ended.count { $0 }, median: curve.time(),
            curve: points, projection: projection(curve, tenures, ended))
    }

    private static func firstPlace(_ sorted: [Double], _ value: Double) -> Int {
        sorted.firstIndex { $0 >= value } ?? sorted.count
    }

    private static func projection(
        _ curve: KaplanMeier, _ tenures: [Double], _ ended: [Bool]
    ) -> Projection? {
        let longest = Int(curve.observedUntil.rounded(.up))
        guard longest >= 2, longest <= 1200, ended.contains(true) else { return nil }
        var (cancelled, renewed) = (
            [Int](repeating: 0, count: longest), [Int](repeating: 0, count: longest)
        )
        for (tenure, ended) in zip(tenures, ended) {
            let periods = Self.periods(tenure, ended: ended)
            if ended {
                cancelled[periods - 1] += 1
            } else if periods > 0 {
                renewed[periods - 1] += 1
            }
        }
        guard let counts = RenewalCounts(cancelled: cancelled, renewed: renewed),
            let fit = try? ShiftedBetaGeometric.fit(counts, options: FitOptions(prior: .weak))
        else { return nil }
        var (gap, excess) = (0.0, 0.0)
        for tenure in 1...longest {
            let (told, time) = (fit.model.survival(after: tenure), Double(tenure))
            gap = max(gap, (told - curve.survival(at: time)).magnitude)
            guard let interval = curve.interval(at: time) else { continue }
            excess = max(excess, told - interval.upperBound, interval.lowerBound - told)
        }
        return Projection(
            alpha: fit.model.alpha, beta: fit.model.beta, largestGap: gap,
            largestExcess: excess,
            points: [longest * 3 / 2, longest * 2].map { tenure in
                let further = fit.model.probabilityOfCancelling(
                    after: longest, within: tenure - longest)
                return Point(
                    tenure: Double(tenure),
                    share: curve.survival(at: Double(longest)) * (1 - further), atRisk: 0)
            })
    }

    /// Round tenures up to the longest, eight at most.
    private static func shown(_ longest: Double) -> [Double] {
        let steps: [Double] =
            longest <= 12
            ? [1, 2, 3, 4, 6, 8, 10, 12]
            : longest <= 36
                ? [1, 3, 6, 9, 12, 18, 24, 36]
                : longest <= 120
                    ? [1, 3, 6, 12, 24, 36, 48, 60, 72, 96, 120]
                    : [30, 60, 90, 180, 365, 730, 1095, 1460, 1825, 2555, 3650]
        let reached = steps.filter { $0 <= longest }
        return reached.isEmpty ? [longest] : reached
    }
}
