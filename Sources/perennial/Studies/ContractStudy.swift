import Boosting
import Predictions
import RetentionModels

/// Learns from what customers did, up to three months ago, whose contract ended since; and says
/// whose will end in the next three.
struct ContractStudy {
    /// A contract that lasts.
    struct Risk {
        let contract: Contract
        let probability: Double
        let reasons: [Reason]
    }

    /// How contracts were foretold that were held back.
    let figures: ChurnReport.Figures
    let contracts: Int
    let ended: Int
    let winner: String
    /// The likeliest to end first.
    let risks: [Risk]

    static let days = 91

    /// Nil where too few ended to learn from.
    init?(_ activity: ContractActivity, seed: UInt64, library: TreeLibrary) throws {
        let before = activity.endMs - Int64(Self.days) * 86_400_000
        guard let known = activity.snapshot(atMs: before),
            let now = activity.snapshot(atMs: activity.endMs)
        else { return nil }
        let ended = activity.ended(known.rows, afterMs: before, withinDays: Self.days)
        let count = ended.count { $0 }
        guard min(count, ended.count - count) >= ChurnReport.rarerMin else { return nil }
        var options = ChurnClassifier.Options()
        options.seed = seed
        let judged = try ChurnClassifier.crossValidated(
            known.table, happened: ended,
            folds: StratifiedFolds(ended, count: 5, seed: seed), options: options,
            library: library.library)
        guard
            let figures = ChurnReport.Figures(predicted: judged.probabilities, left: ended)
        else { return nil }
        let classifier = try ChurnClassifier.train(
            known.table, happened: ended, options: options, library: library.library)
        let probabilities = try classifier.probabilities(now.table)
        let explanations = try classifier.explanations(now.table)
        let book = PhraseBook(Self.phrases(now.table.features))
        self.figures = figures
        contracts = ended.count
        self.ended = count
        winner = classifier.winner.rawValue
        risks = now.rows.indices.map { place in
            Risk(
                contract: activity.contracts[now.rows[place]], probability: probabilities[place],
                reasons: book.reasons(
                    explanations[place], row: place, of: now.table,
                    calibration: classifier.calibration))
        }.sorted {
            (-$0.probability, $0.contract.customer, $0.contract.subscription)
                < (-$1.probability, $1.contract.customer, $1.contract.subscription)
        }
    }

    /// `no Logged In for 126 days`, `2 Ticket Opened in 30 days`.
    private static func phrases(_ features: [Feature]) -> [String: PhraseBook.Phrase] {
        var phrases: [String: PhraseBook.Phrase] = [:]
        for feature in features.map(\.name) {
            for (text, days) in [(" count 30 d", 30), (" count 90 d", 90)]
            where feature.hasSuffix(text) {
                let name = feature.dropLast(text.count)
                phrases[feature] = { number($0).map { "\($0) \(name) in \(days) days" } }
            }
            if feature.hasPrefix("days since ") {
                let name = feature.dropFirst("days since ".count)
                phrases[feature] = {
                    number($0).map { "no \(name) for \($0) days" } ?? "never \(name)"
                }
            } else if feature.hasSuffix(" in all") {
                let name = feature.dropLast(" in all".count)
                phrases[feature] = { number($0).map { "\($0) \(name) in all" } }
            }
        }
        phrases["months of contract"] = { number($0).map { "month \($0) of the contract" } }
        phrases["silence"] = { number($0).map { "silent for \($0) days" } }
        phrases["tenure"] = { number($0).map { "known for \($0) days" } }
        phrases["mean gap"] = { number($0).map { "\($0) days between events" } }
        phrases["silence in gaps"] = { value in
            guard case .number(let gaps) = value else { return nil }
            return "silent for \(Figures.fixed(gaps, digits: 1)) times the usual gap"
        }
        phrases["plan"] = { value in
            if case .category(let plan) = value { return plan.isEmpty ? nil : "plan \(plan)" }
            return nil
        }
        return phrases
    }

    /// Whole; nil where it isn't known.
    private static func number(_ value: FeatureValue) -> String? {
        guard case .number(let number) = value else { return nil }
        return Figures.fixed(number, digits: 0)
    }
}
