/// A customer's prediction taken apart: where everybody starts, and what each feature adds.
public struct Explanation: Equatable, Sendable {
    /// The log-odds before anything is known of the customer.
    public let base: Double
    /// What each feature adds to the log-odds, such as its SHAP value.
    public let contributions: [Double]

    /// Keeps the parts.
    public init(base: Double, contributions: [Double]) {
        self.base = base
        self.contributions = contributions
    }

    /// The log-odds of the customer.
    public var score: Double {
        var sum = CompensatedSum()
        sum.add(base)
        for contribution in contributions { sum.add(contribution) }
        return sum.value
    }

    /// By how much each feature changes the probability; together, exactly from that of the base
    /// to that of the customer.
    ///
    /// Along the straight way from base to score all contributions grow at once, so each has its
    /// part of the whole change (Aumann & Shapley 1974). Where they cancel to nothing, that is its
    /// size times the steepness of the calibrated curve there.
    public func changes(_ calibration: Calibration = .asIs) -> [Double] {
        let (from, to) = (base, score)
        let distance = to - from
        let steepness: Double
        if abs(distance) > 1e-6 {
            steepness = (calibration.probability(to) - calibration.probability(from)) / distance
        } else {
            let width = 0.05
            let rise =
                calibration.probability(from + width) - calibration.probability(from - width)
            steepness = rise / (2 * width)
        }
        return contributions.map { $0 * steepness }
    }
}

/// One reason why a customer's probability is what it is.
public struct Reason: Equatable, Sendable {
    /// The feature's place in the table.
    public let feature: Int
    /// What the customer has of it, in words: "no log-in for 21 days".
    public let phrase: String
    /// Percentage points that it adds to the probability, or takes away; unrounded.
    public let points: Double

    /// In words: "no log-in for 21 days: +14 points".
    public var text: String {
        let rounded = Int(points.rounded())
        let sign = rounded < 0 ? "−" : "+"
        return "\(phrase): \(sign)\(abs(rounded)) point\(abs(rounded) == 1 ? "" : "s")"
    }
}

/// Says what a customer has of each feature.
public struct PhraseBook: Sendable {
    /// Puts a value into words; nil where that is nothing one would say.
    public typealias Phrase = @Sendable (FeatureValue) -> String?

    private let phrases: [String: Phrase]

    /// - Parameter phrases: By the feature's name; features that aren't here are said plainly
    ///   ("tenure 12", "contract: Two year", "age unknown").
    public init(_ phrases: [String: Phrase] = [:]) { self.phrases = phrases }

    /// What the customer has; nil where it isn't to be said.
    public func phrase(_ feature: Feature, _ value: FeatureValue) -> String? {
        if let phrase = phrases[feature.name] { return phrase(value) }
        return switch value {
        case .missing: "\(feature.name) unknown"
        case .number(let number): "\(feature.name) \(Self.plain(number))"
        case .category(let level): "\(feature.name): \(level)"
        }
    }

    /// The main reasons, the strongest first.
    ///
    /// - Parameters:
    ///   - most: So many at most.
    ///   - leastPoints: A weaker one isn't worth saying.
    public func reasons(
        _ explanation: Explanation, row: Int, of table: FeatureTable,
        calibration: Calibration = .asIs, most: Int = 3, leastPoints: Double = 1
    ) -> [Reason] {
        precondition(
            explanation.contributions.count == table.features.count,
            "the explanation is of other features")
        let points = explanation.changes(calibration).map { $0 * 100 }
        let order = points.indices.sorted { (-abs(points[$0]), $0) < (-abs(points[$1]), $1) }
        var reasons: [Reason] = []
        for feature in order where reasons.count < most && abs(points[feature]) >= leastPoints {
            let value = table.value(row: row, feature: feature)
            guard let phrase = phrase(table.features[feature], value) else { continue }
            reasons.append(Reason(feature: feature, phrase: phrase, points: points[feature]))
        }
        return reasons
    }

    /// A number with two decimals at most.
    private static func plain(_ number: Double) -> String {
        guard let hundredths = Int(exactly: (number * 100).rounded()) else { return "\(number)" }
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = hundredths < 0 ? "−" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        if rest % 10 == 0 { return "\(sign)\(whole).\(rest / 10)" }
        return "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
