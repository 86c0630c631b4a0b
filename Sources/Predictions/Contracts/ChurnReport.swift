package import RetentionModels

/// What a table of contracts says of who leaves: how well customers were foretold by models that
/// hadn't seen them, by what, and whether to trust it.
package struct ChurnReport: Codable, Equatable, Sendable {
    /// A model of the contest, on customers it hadn't seen, before calibration.
    package struct Contestant: Codable, Equatable, Sendable {
        package var model: String
        package var logLoss: Double
        package var areaUnderCurve: Double
        package var brier: Double
        package var calibrationError: Double

        package init(
            model: String, logLoss: Double, areaUnderCurve: Double, brier: Double,
            calibrationError: Double
        ) {
            self.model = model
            self.logLoss = logLoss
            self.areaUnderCurve = areaUnderCurve
            self.brier = brier
            self.calibrationError = calibrationError
        }
    }

    /// A tenth of the customers by what was said of them, the likeliest to leave first.
    package struct Tenth: Codable, Equatable, Sendable {
        package var customers: Int
        /// The mean probability.
        package var predicted: Double
        /// The share that left.
        package var actual: Double
        /// That share over the share of all.
        package var lift: Double
        /// How many of all who left are in this and the tenths before.
        package var captured: Double
    }

    /// How customers were foretold who had been held back.
    package struct Figures: Codable, Equatable, Sendable {
        package var areaUnderCurve: Double
        /// 95% (Hanley & McNeil 1982).
        package var areaLow: Double
        package var areaHigh: Double
        package var brier: Double
        /// Over saying the base rate to everybody.
        package var brierSkill: Double
        package var logLoss: Double
        package var calibrationError: Double
        package var tenths: [Tenth]
    }

    /// What was asked, such as `Churn=Yes`.
    package var outcome: String
    /// Customers of whom it is known.
    package var customers: Int
    package var left: Int
    /// Customers of whom it isn't.
    package var unknown: Int
    package var folds: Int
    package var seed: UInt64
    package var figures: Figures
    package var contest: [Contestant]
    /// Who won when all customers were learnt from.
    package var winner: String
    package var calibration: String
    /// The strongest first.
    package var features: [FeatureStrength]
    package var columnsLeftOut: [FeatureReading.LeftOut]
    /// Columns that alone tell the outcome.
    package var giveaways: [Giveaway]
    package var tenure: TenureRetention?
    /// What else is to be known, in sentences.
    package var notes: [String]

    /// With fewer customers of the rarer outcome nothing can be held back and learnt from.
    package static let rarerMin = 40
    /// With fewer, figures are too wide to be trusted.
    static let rarerEnough = 100

    /// What the figures come to, in plain words.
    package enum Verdict: String, Codable, Sendable {
        case usable, weak
        case tooLittleData
        /// A column gives the outcome away.
        case givenAway
    }

    /// The verdict and why it isn't better.
    package var verdict: (verdict: Verdict, reasons: [String]) {
        if !giveaways.isEmpty {
            return (
                .givenAway,
                giveaways.map { "\($0.name) alone tells who left (AUC \(plain($0.area, 3)))" }
            )
        }
        let rarer = min(left, customers - left)
        if rarer < Self.rarerEnough {
            let what = left <= customers - left ? "who left" : "who stayed"
            return (
                .tooLittleData,
                ["\(rarer) customers \(what); \(Self.rarerEnough - rarer) more would do"]
            )
        }
        var reasons: [String] = []
        if figures.areaLow <= 0.5 {
            reasons.append("who left was told no better than by chance")
        } else if figures.areaUnderCurve < 0.65 {
            reasons.append("who left was told badly (AUC \(plain(figures.areaUnderCurve, 3)))")
        }
        if figures.brierSkill < 0.02 {
            reasons.append("the probabilities say hardly more than the base rate")
        }
        if figures.calibrationError > 0.05 {
            reasons.append(
                "the probabilities were off by \(plain(figures.calibrationError * 100, 0)) points "
                    + "on average")
        }
        return (reasons.isEmpty ? .usable : .weak, reasons)
    }
}

extension ChurnReport {
    /// What was asked, and how.
    package struct Question: Sendable {
        package var outcome: String
        package var unknown: Int
        package var folds: Int
        package var seed: UInt64

        package init(outcome: String, unknown: Int, folds: Int, seed: UInt64) {
            self.outcome = outcome
            self.unknown = unknown
            self.folds = folds
            self.seed = seed
        }
    }

    /// Judges what was said of customers held back; nil where all or none left.
    ///
    /// - Parameters:
    ///   - table: Customers of whom it is known whether they `left`.
    ///   - predicted: The probability of each by a model that hadn't seen them.
    ///   - points: By customer, what each feature added to that, in percentage points.
    ///   - contest: Of all customers, with its `winner` and that one's `calibration`.
    package init?(
        _ question: Question, table: FeatureTable, left: [Bool], predicted: [Double],
        points: [[Double]], contest: [Contestant], winner: String, calibration: String
    ) {
        guard let figures = Figures(predicted: predicted, left: left) else { return nil }
        outcome = question.outcome
        customers = left.count
        self.left = left.count { $0 }
        unknown = question.unknown
        folds = question.folds
        seed = question.seed
        self.figures = figures
        self.contest = contest
        self.winner = winner
        self.calibration = calibration
        features = FeatureStrength.ranked(table, points: points)
        giveaways = Giveaway.find(in: table, happened: left)
        columnsLeftOut = []
        tenure = nil
        notes = []
    }
}

extension ChurnReport.Figures {
    /// Judges what was said of each customer by a model that hadn't seen them; nil where all or none
    /// left.
    package init?(predicted: [Double], left: [Bool]) {
        let backtest = ProbabilityBacktest(predicted: predicted, happened: left)
        guard let area = backtest.areaUnderCurve, let brier = backtest.brier,
            let skill = backtest.brierSkill, let logLoss = backtest.logLoss,
            let error = backtest.expectedCalibrationError(), let baseRate = backtest.baseRate
        else { return nil }
        let yes = Double(left.count { $0 })
        let no = Double(left.count) - yes
        // Hanley & McNeil, Radiology 143 (1982), eq. 2 with their exponential approximation.
        let q1 = area / (2 - area)
        let q2 = 2 * area * area / (1 + area)
        let variance =
            (area * (1 - area) + (yes - 1) * (q1 - area * area) + (no - 1) * (q2 - area * area))
            / (yes * no)
        let width = 1.96 * max(0, variance).squareRoot()
        var captured = 0.0
        areaUnderCurve = area
        areaLow = max(0, area - width)
        areaHigh = min(1, area + width)
        self.brier = brier
        brierSkill = skill
        self.logLoss = logLoss
        calibrationError = error
        tenths = backtest.calibration().reversed().map { bin in
            captured += bin.actual * Double(bin.customers) / yes
            return ChurnReport.Tenth(
                customers: bin.customers, predicted: bin.predicted, actual: bin.actual,
                lift: bin.actual / baseRate, captured: min(1, captured))
        }
    }
}

/// A number with so many digits after the point.
func plain(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    guard let scaled = Int((value.magnitude * scale).rounded(), within: 1 << 52) else {
        return "\(value)"
    }
    var text = String(scaled)
    if digits > 0 {
        while text.count <= digits { text = "0" + text }
        text.insert(".", at: text.index(text.endIndex, offsetBy: -digits))
    }
    return (value < 0 && scaled != 0 ? "−" : "") + text
}

extension Int {
    /// Nil where the number is above the limit.
    fileprivate init?(_ value: Double, within limit: Int) {
        guard value <= Double(limit) else { return nil }
        self = Int(value)
    }
}
