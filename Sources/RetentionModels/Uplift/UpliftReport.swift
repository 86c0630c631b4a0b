#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whether people differ in what treating does to them, enough to choose whom to treat.
public enum UpliftVerdict: Hashable, Sendable {
    /// Treat the best share of people: by that, more is earned than by treating all or none.
    case treatBest(share: Double)
    /// No usable difference between people: treat all or none.
    case noUsableDifference(Advice)

    /// What to do with everybody.
    public enum Advice: Hashable, Sendable {
        /// Treating all earns more than it costs.
        case treatAll
        /// Treating all costs more than it earns.
        case treatNone
        /// The trial can't tell.
        case undecided
    }
}

/// What a trial says of whom to treat, with each person judged by a model that hadn't seen them.
public struct UpliftReport: Sendable {
    /// How the trial is judged.
    public struct Settings: Hashable, Sendable {
        /// Parts that people are dealt into, 2 to 20; each is judged by what the others teach.
        public var folds = 5
        /// Resamples behind the intervals, at least 100.
        public var resamples = 400
        /// The probability of the intervals.
        public var level = 0.95
        /// What one unit of outcome is worth.
        public var value = 1.0
        /// What treating one person costs.
        public var cost = 0.0
        /// Learners that this one was chosen from: the verdict asks for more evidence where the best
        /// of several is judged (Bonferroni).
        public var comparisons = 1
        /// Points of the curve and the policy chart after 0.
        public var points = 20
        /// Decides folds and resamples.
        public var seed: UInt64 = 1

        /// Five folds, 400 resamples, 95%.
        public init() {}

        var areInRange: Bool {
            (2...20).contains(folds) && resamples >= 100 && level > 0 && level < 1
                && value.isFinite && cost.isFinite && comparisons >= 1
                && (1...1000).contains(points)
        }
    }

    /// What treating the best share earns, for each person there is.
    public struct PolicyPoint: Hashable, Sendable {
        /// Of all people, from 0 to 1.
        public let share: Double
        /// Value of the outcomes gained less the cost of treating.
        public let gain: Double
        /// Where the gain lies.
        public let interval: PredictionInterval
    }

    /// How it was judged.
    public let settings: Settings
    /// The learner's method.
    public let method: UpliftLearner.Method
    /// Each person's uplift, by the model that hadn't seen them. [row]
    public let uplifts: [Double]
    /// What following the scores gains.
    public let curve: UpliftCurve
    /// Where the area under the gain lies.
    public let auucInterval: PredictionInterval
    /// Where Qini lies.
    public let qiniInterval: PredictionInterval
    /// The policy chart.
    public let policy: [PolicyPoint]
    /// How much more the best share earns than the better of all and none, and where that lies.
    public let advantage: PolicyPoint
    /// What to do.
    public let verdict: UpliftVerdict

    /// Learns and judges by cross-fitting.
    ///
    /// Scores of different folds come from different models, so people are put in order by their
    /// rank within their fold. Intervals are of people drawn anew (Poisson bootstrap) with the
    /// scores held, and √2 times as wide in what depends on the order: where people don't differ,
    /// the scores of fold j and the outcomes of fold k err with the same product as those of k and
    /// j, so that each product counts twice. (With scores held alone, the 95% interval of Qini was
    /// above 0 in 9 of 100 trials without a difference.) The verdict says that people differ only where Qini's interval is above 0 and
    /// so is the advantage's, at a level made stricter by the comparisons.
    ///
    /// - Throws: `.tooFew` where a fold would leave fewer than ten of an arm to learn from;
    ///   `.settingOutOfRange`; `.learner`.
    public init(
        _ trial: TreatmentTrial, _ learner: UpliftLearner, _ settings: Settings = Settings()
    ) throws(UpliftFailure) {
        guard settings.areInRange else { throw .settingOutOfRange }
        let folds = UpliftFolds(trial, count: settings.folds, seed: settings.seed)
        let treated = trial.isTreated.count { $0 }
        // Each half of what is outside a fold still has ten of each arm.
        let needed = 20 * settings.folds / (settings.folds - 1) + 2
        guard min(treated, trial.count - treated) >= needed else {
            throw .tooFew(treated: treated, untreated: trial.count - treated, needed: needed)
        }
        var uplifts = [Double](repeating: 0, count: trial.count)
        var ranks = uplifts
        for fold in 0..<settings.folds {
            let rows = folds.rows(in: fold)
            let predict = try learner.fit(
                trial.rows(folds.rows(outside: fold)), seed: settings.seed &+ UInt64(fold))
            let found = predict(trial.features.rows(rows))
            for (row, uplift) in zip(rows, found) { uplifts[row] = uplift }
            for (row, rank) in zip(rows, Self.relativeRanks(found)) { ranks[row] = rank }
        }
        let order = UpliftOrder(trial, scores: ranks)
        guard let curve = order.curve(nil, points: settings.points) else {
            throw .tooFew(treated: treated, untreated: trial.count - treated, needed: needed)
        }
        var draws = SeededDraws(seed: settings.seed ^ 0x5DEE_CE66_D1CE_4E5B)
        var resampled: [UpliftCurve] = []
        while resampled.count < settings.resamples {
            let counts = (0..<trial.count).map { _ in draws.poissonOfOne() }
            // An empty arm needs e^−22 of luck: another draw then.
            if let one = order.curve(counts, points: settings.points) {
                resampled.append(one.widened(about: curve))
            }
        }
        self.settings = settings
        method = learner.method
        self.uplifts = uplifts
        self.curve = curve
        let strict = 1 - (1 - settings.level) / Double(settings.comparisons)
        let none = PredictionInterval(lower: 0, upper: 0)
        func interval(_ level: Double, _ figure: (UpliftCurve) -> Double) -> PredictionInterval {
            PredictionInterval(resampled.map(figure), level: level) ?? none
        }
        auucInterval = interval(settings.level) { $0.auuc }
        qiniInterval = interval(settings.level) { $0.qini }
        let qini = interval(strict) { $0.qini }
        func earned(_ curve: UpliftCurve, _ point: Int) -> Double {
            settings.value * curve.gains[point] - settings.cost * curve.shares[point]
        }
        policy = curve.shares.indices.map { point in
            PolicyPoint(
                share: curve.shares[point], gain: earned(curve, point),
                interval: interval(settings.level) { earned($0, point) })
        }
        var best = 0
        for point in policy.indices where policy[point].gain > policy[best].gain { best = point }
        let last = policy.count - 1
        func advantage(_ curve: UpliftCurve) -> Double {
            earned(curve, best) - max(0, earned(curve, last))
        }
        self.advantage = PolicyPoint(
            share: policy[best].share, gain: advantage(curve),
            interval: interval(settings.level, advantage))
        if qini.lower > 0, interval(strict, advantage).lower > 0, best > 0, best < last {
            verdict = .treatBest(share: policy[best].share)
        } else if policy[last].interval.lower > 0 {
            verdict = .noUsableDifference(.treatAll)
        } else if policy[last].interval.upper < 0 {
            verdict = .noUsableDifference(.treatNone)
        } else {
            verdict = .noUsableDifference(.undecided)
        }
    }

    /// Ranks from 0 to 1, equal values sharing their mean.
    private static func relativeRanks(_ values: [Double]) -> [Double] {
        let order = ascendingOrder(values)
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end {
                ranks[order[place]] = Double(start + end) / 2 / Double(values.count)
            }
            start = end
        }
        return ranks
    }
}

extension UpliftCurve {
    /// A resampled curve, with the part that depends on the order √2 times as far from the sample's.
    fileprivate func widened(about sample: UpliftCurve) -> UpliftCurve {
        func wide(_ value: Double, _ centre: Double) -> Double {
            centre + 2.0.squareRoot() * (value - centre)
        }
        return UpliftCurve(
            shares: shares,
            gains: shares.indices.map { point in
                let share = shares[point]
                return share * gainOfAll
                    + wide(
                        gains[point] - share * gainOfAll,
                        sample.gains[point] - share * sample.gainOfAll)
            },
            auuc: gainOfAll / 2
                + wide(auuc - gainOfAll / 2, sample.auuc - sample.gainOfAll / 2),
            qini: wide(qini, sample.qini))
    }
}

extension SeededDraws {
    /// Poisson of mean 1, by inversion.
    mutating func poissonOfOne() -> Int {
        var (count, share) = (0, exp(-1.0))
        var left = uniform() - share
        while left > 0, count < 20 {
            count += 1
            share /= Double(count)
            left -= share
        }
        return count
    }
}
