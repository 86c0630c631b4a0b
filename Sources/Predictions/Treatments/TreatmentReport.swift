package import RetentionModels

/// What a trial says of whom to treat: the mean effect, how well learners tell whom it is larger
/// for, what treating the best of them earns, and what to do.
package struct TreatmentReport: Codable, Equatable, Sendable {
    /// A figure and where it lies (95%).
    package struct Range: Codable, Equatable, Sendable {
        package var value: Double
        package var low: Double
        package var high: Double

        package init(_ value: Double, _ low: Double, _ high: Double) {
            (self.value, self.low, self.high) = (value, low, high)
        }

        init(_ value: Double, _ interval: PredictionInterval) {
            self.init(value, interval.lower, interval.upper)
        }
    }

    /// A learner, judged on people it hadn't seen.
    package struct Learner: Codable, Equatable, Sendable {
        package var name: String
        package var qini: Range
        package var auuc: Range
    }

    /// What treating the best share earns, for each person there is.
    package struct Policy: Codable, Equatable, Sendable {
        package var share: Double
        package var gain: Range
    }

    /// Whether chance decided who was treated, as far as the columns show.
    package struct Balance: Codable, Equatable, Sendable {
        /// How well the columns tell who was treated, held back; 0.5 where chance decided.
        package var areaUnderCurve: Double
        /// The standard deviation of that if chance had decided.
        package var deviation: Double
        /// The column whose means differ most between the arms, in standard deviations.
        package var column: String
        package var difference: Double

        package init(
            areaUnderCurve: Double, deviation: Double, column: String, difference: Double
        ) {
            self.areaUnderCurve = areaUnderCurve
            self.deviation = deviation
            self.column = column
            self.difference = difference
        }

        /// Trees choose their number by who judges, so a little above chance is nothing.
        package var looksRandom: Bool {
            areaUnderCurve < max(0.52, 0.5 + 4 * deviation)
        }
    }

    package enum Verdict: String, Codable, Sendable {
        case treatBest, treatAll, treatNone, undecided
        /// Chance didn't decide who was treated.
        case notRandom
    }

    /// One arm of the trial.
    package struct Arm: Codable, Equatable, Sendable {
        package var people: Int
        package var mean: Double
    }

    package var treatment: String
    package var outcome: String
    /// Whether outcomes are 0 and 1.
    package var isBinary: Bool
    package var treated: Arm
    package var untreated: Arm
    /// The mean outcome if treated less that if not.
    package var effect: Range
    /// The best by Qini first.
    package var learners: [Learner]
    package var policy: [Policy]
    /// How much more the best share earns than the better of all and none.
    package var advantage: Policy
    package var value: Double
    package var cost: Double
    package var balance: Balance?
    package var seed: UInt64
    /// Before it is asked whether chance decided.
    package var told: Verdict
    package var columnsLeftOut: [FeatureReading.LeftOut] = []
    package var notes: [String] = []

    package var verdict: Verdict { balance?.looksRandom ?? true ? told : .notRandom }

    /// With fewer people in an arm there is nothing to learn from and judge by.
    package static let armMin = 50

    /// - Parameter reports: One of each learner, by name; nil where there is none.
    package init?(
        treatment: String, outcome: String, trial: TreatmentTrial,
        reports: [(name: String, report: UpliftReport)], balance: Balance?
    ) {
        let ordered = reports.sorted {
            ($1.report.curve.qini, $0.name) < ($0.report.curve.qini, $1.name)
        }
        guard let best = ordered.first?.report else { return nil }
        self.treatment = treatment
        self.outcome = outcome
        isBinary = trial.outcomes.allSatisfy { $0 == 0 || $0 == 1 }
        let with = Moments(trial, isTreated: true)
        let without = Moments(trial, isTreated: false)
        treated = Arm(people: with.count, mean: with.mean)
        untreated = Arm(people: without.count, mean: without.mean)
        // Welch's: the arms' variances may differ.
        let width = 1.96 * (with.squaredError + without.squaredError).squareRoot()
        let difference = with.mean - without.mean
        effect = Range(difference, difference - width, difference + width)
        learners = ordered.map { name, report in
            Learner(
                name: name, qini: Range(report.curve.qini, report.qiniInterval),
                auuc: Range(report.curve.auuc, report.auucInterval))
        }
        policy = best.policy.map { Policy(share: $0.share, gain: Range($0.gain, $0.interval)) }
        advantage = Policy(
            share: best.advantage.share, gain: Range(best.advantage.gain, best.advantage.interval))
        value = best.settings.value
        cost = best.settings.cost
        seed = best.settings.seed
        self.balance = balance
        told =
            switch best.verdict {
            case .treatBest: .treatBest
            case .noUsableDifference(.treatAll): .treatAll
            case .noUsableDifference(.treatNone): .treatNone
            case .noUsableDifference(.undecided): .undecided
            }
    }

    private struct Moments {
        let count: Int
        let mean: Double
        /// Of the mean.
        let squaredError: Double

        init(_ trial: TreatmentTrial, isTreated: Bool) {
            let rows = trial.isTreated.indices.filter { trial.isTreated[$0] == isTreated }
            count = rows.count
            let mean = rows.reduce(0) { $0 + trial.outcomes[$1] } / Double(max(1, rows.count))
            self.mean = mean
            let squares = rows.reduce(0) {
                $0 + (trial.outcomes[$1] - mean) * (trial.outcomes[$1] - mean)
            }
            squaredError = squares / Double(max(1, rows.count - 1)) / Double(max(1, rows.count))
        }
    }
}

extension TreatmentReport.Balance {
    /// - Parameter areaUnderCurve: Of who was treated, told from the columns, held back.
    package init(areaUnderCurve: Double, table: FeatureTable, isTreated: [Bool]) {
        let treated = Double(isTreated.count { $0 })
        let others = Double(isTreated.count) - treated
        var worst = (column: "", difference: 0.0)
        for (feature, column) in zip(table.features, table.columns) {
            let parts: [(String, [Double])] =
                switch feature.kind {
                case .number: [(feature.name, column)]
                case .category(let levels):
                    levels.enumerated().map { level, name in
                        ("\(feature.name) \(name)", column.map { $0 == Double(level) ? 1 : 0 })
                    }
                }
            for (name, values) in parts {
                let difference = Self.difference(values, isTreated)
                if difference.magnitude > worst.difference.magnitude { worst = (name, difference) }
            }
        }
        self.init(
            areaUnderCurve: areaUnderCurve,
            // Of Mann & Whitney's statistic.
            deviation: ((treated + others + 1) / (12 * treated * others)).squareRoot(),
            column: worst.column, difference: worst.difference)
    }

    /// Of the means, in standard deviations of all.
    private static func difference(_ values: [Double], _ isTreated: [Bool]) -> Double {
        var (count, sum) = ((with: 0.0, without: 0.0), (with: 0.0, without: 0.0))
        var squares = 0.0
        for (value, isTreated) in zip(values, isTreated) where !value.isNaN {
            squares += value * value
            if isTreated {
                count.with += 1
                sum.with += value
            } else {
                count.without += 1
                sum.without += value
            }
        }
        guard count.with > 0, count.without > 0 else { return 0 }
        let all = count.with + count.without
        let mean = (sum.with + sum.without) / all
        let variance = squares / all - mean * mean
        guard variance > 1e-12 * max(1, mean * mean) else { return 0 }
        return (sum.with / count.with - sum.without / count.without) / variance.squareRoot()
    }
}
