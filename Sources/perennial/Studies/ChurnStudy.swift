import Boosting
import Predictions
import RetentionModels

/// Learns from a table of contracts who leaves, and judges that on customers held back.
struct ChurnStudy {
    /// What is said of one customer.
    struct Prediction {
        /// From 0, as in the file.
        let row: Int
        let probability: Double
        /// Whether it was known if the customer left; a model that hadn't seen them spoke then.
        let isHeldBack: Bool
        let reasons: [Reason]
    }

    let report: ChurnReport
    /// In the order of the rows.
    let predictions: [Prediction]

    /// What is asked of the table.
    struct Question {
        var outcome: ColumnChoice
        var tenure: String?
        var group: String?
        /// Columns that nothing is learnt from.
        var ignored: Set<String> = []
        var seed: UInt64 = 1
    }

    private static let folds = 5

    /// - Parameter say: Told how far it is.
    init(
        _ file: TableFile, _ question: Question, library: TreeLibrary, say: (String) -> Void
    ) throws {
        let outcomes = try question.outcome.matches(
            file.columns.named(question.outcome.column))
        let known = outcomes.indices.filter { outcomes[$0] != nil }
        let unknown = outcomes.indices.filter { outcomes[$0] == nil }
        let happened = known.map { outcomes[$0] == true }
        try Self.check(happened, question.outcome)
        let tenures = try question.tenure.map { try file.columns.named($0).numbers() }
        let group = try question.group.map { try file.columns.named($0) }
        for name in question.ignored { _ = try file.columns.named(name) }
        let reading = try FeatureReading(
            file.columns, except: question.ignored.union([question.outcome.column]))
        let table = reading.table.rows(known)

        var options = ChurnClassifier.Options()
        options.seed = question.seed
        let folds = StratifiedFolds(happened, count: Self.folds, seed: question.seed)
        var answers:
            [(row: Int, probability: Double, explanation: Explanation, reasons: [Reason])] =
                []
        var points: [[Double]] = Array(repeating: [], count: known.count)
        func ask(_ classifier: ChurnClassifier, _ table: FeatureTable, _ rows: [Int]) throws {
            let probabilities = try classifier.probabilities(table)
            for (place, explanation) in try classifier.explanations(table).enumerated() {
                let reasons = Self.phrases(table.features).reasons(
                    explanation, row: place, of: table, calibration: classifier.calibration)
                answers.append((rows[place], probabilities[place], explanation, reasons))
            }
        }
        for fold in 0..<folds.count {
            say(
                "learning from four fifths, judging by the fifth part \(fold + 1) of \(folds.count) …"
            )
            let (inside, outside) = (folds.inside(fold), folds.outside(fold))
            let classifier = try ChurnClassifier.train(
                table.rows(outside), happened: outside.map { happened[$0] }, options: options,
                library: library.library)
            let first = answers.count
            try ask(classifier, table.rows(inside), inside.map { known[$0] })
            for (row, answer) in zip(inside, answers[first...]) {
                points[row] = answer.explanation.changes(classifier.calibration).map { $0 * 100 }
            }
        }
        say("learning from all …")
        let whole = try ChurnClassifier.train(
            table, happened: happened, options: options, library: library.library)
        let judged = answers.count
        if !unknown.isEmpty { try ask(whole, reading.table.rows(unknown), unknown) }

        predictions = answers.enumerated().map { place, answer in
            Prediction(
                row: answer.row, probability: answer.probability, isHeldBack: place < judged,
                reasons: answer.reasons)
        }.sorted { $0.row < $1.row }
        guard
            var report = ChurnReport(
                ChurnReport.Question(
                    outcome: question.outcome.description, unknown: unknown.count,
                    folds: folds.count, seed: question.seed), table: table, left: happened,
                predicted: predictions.filter(\.isHeldBack).map(\.probability), points: points,
                contest: whole.contest.map(Self.contestant), winner: whole.winner.rawValue,
                calibration: whole.calibration.kind.rawValue)
        else { throw TableFault.oneOutcome(what: question.outcome.description, rows: known.count) }
        report.columnsLeftOut = reading.leftOut
        report.notes = [
            file.note, library.absence.map { "Logistic regression stood alone: \($0)." },
        ].compactMap { $0 }
        if let tenures {
            report.tenure = TenureRetention(
                column: question.tenure ?? "", tenures: known.map { tenures[$0] }, ended: happened,
                groupColumn: question.group, groups: group.map { group in known.map { group[$0] } })
        }
        self.report = report
    }

    private static func check(_ happened: [Bool], _ outcome: ColumnChoice) throws(TableFault) {
        let left = happened.count { $0 }
        guard left > 0, left < happened.count else {
            let what = left == 0 ? "another value than \(outcome)" : "\(outcome)"
            throw .oneOutcome(what: what, rows: happened.count)
        }
        let rarer = min(left, happened.count - left)
        guard rarer >= ChurnReport.rarerMin else {
            let what = rarer == left ? "\(outcome)" : "another value than \(outcome)"
            throw .tooFew(what: what, count: rarer, minimum: ChurnReport.rarerMin)
        }
    }

    private static func contestant(_ result: ChurnClassifier.Result) -> ChurnReport.Contestant {
        ChurnReport.Contestant(
            model: result.contestant.rawValue, logLoss: result.logLoss,
            areaUnderCurve: result.areaUnderCurve, brier: result.brier,
            calibrationError: result.calibrationError)
    }

    /// `Contract Month-to-month` rather than `Contract: Month-to-month`: the points stand after a colon.
    private static func phrases(_ features: [Feature]) -> PhraseBook {
        var phrases: [String: PhraseBook.Phrase] = [:]
        for feature in features {
            guard case .category = feature.kind else { continue }
            phrases[feature.name] = { value in
                if case .category(let level) = value { return "\(feature.name) \(level)" }
                return "\(feature.name) unknown"
            }
        }
        return PhraseBook(phrases)
    }
}
