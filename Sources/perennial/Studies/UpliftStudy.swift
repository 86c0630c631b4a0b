import Boosting
import Predictions
import RetentionModels

/// Learns from a trial whom to treat, and judges that on people held back.
struct UpliftStudy {
    /// What is said of one customer.
    struct Prediction {
        /// From 0, as in the file.
        let row: Int
        /// Outcome if treated less outcome if not.
        let uplift: Double
        /// Whether they were of the trial; a model that hadn't seen them spoke then.
        let isHeldBack: Bool
        let isToBeTreated: Bool
    }

    let report: TreatmentReport
    /// In the order of the rows.
    let predictions: [Prediction]

    /// What is asked of the table.
    struct Question {
        var treatment: ColumnChoice
        /// Of the treatment's column, who was held out; nil for everybody else.
        var control: String?
        var outcome: ColumnChoice
        /// Columns that nothing is learnt from.
        var ignored: Set<String> = []
        var settings = UpliftReport.Settings()
    }

    private struct Arms {
        /// By row; nil where it isn't of the trial.
        var isTreated: [Bool?]
        var note: String?
    }

    /// - Parameter say: Told how far it is.
    init(
        _ file: TableFile, _ question: Question, library: TreeLibrary, say: (String) -> Void
    ) throws {
        let arms = try Self.arms(file, question)
        let outcomes = try Self.outcomes(file, question.outcome)
        for name in question.ignored { _ = try file.columns.named(name) }
        let known = arms.isTreated.indices.filter {
            arms.isTreated[$0] != nil && !outcomes[$0].isNaN
        }
        let treatmentColumn = try file.columns.named(question.treatment.column)
        let unknown = arms.isTreated.indices.filter { treatmentColumn[$0].isEmpty }
        let isTreated = known.map { arms.isTreated[$0] == true }
        for (isTreatedArm, name) in [(true, "the treatment"), (false, "no treatment")] {
            let count = isTreated.count { $0 == isTreatedArm }
            guard count >= TreatmentReport.armMin else {
                throw TableFault.tooFew(
                    what: name, count: count, minimum: TreatmentReport.armMin)
            }
        }
        let reading = try FeatureReading(
            file.columns,
            except: question.ignored.union([question.treatment.column, question.outcome.column]))
        let table = reading.table.rows(known)
        // All rows at once, so that a level or a blank that only some have has its column for all.
        guard let rows = reading.table.rowsOfNumbers else { throw TableFault.noFeatures }
        let trial = try TreatmentTrial(
            features: rows.rows(known), isTreated: isTreated, outcomes: known.map { outcomes[$0] })

        say("asking whether chance decided who was treated …")
        let balance = try Self.balance(table, isTreated, library)
        let learners = Self.learners(library)
        var settings = question.settings
        settings.comparisons = learners.count
        var reports: [(name: String, report: UpliftReport, learner: UpliftLearner)] = []
        for (place, (name, learner)) in learners.enumerated() {
            say("learner \(place + 1) of \(learners.count): \(name) …")
            reports.append((name, try UpliftReport(trial, learner, settings), learner))
        }
        guard
            var report = TreatmentReport(
                treatment: question.treatment.description, outcome: question.outcome.description,
                trial: trial, reports: reports.map { ($0.name, $0.report) }, balance: balance),
            let best = reports.first(where: { $0.name == report.learners.first?.name })
        else { throw TableFault.noFeatures }
        report.columnsLeftOut = reading.leftOut
        let lost = arms.isTreated.count { $0 != nil } - known.count
        report.notes = [
            file.note, arms.note,
            lost > 0 ? "\(Figures.grouped(lost)) rows without an outcome were left out." : nil,
            library.absence.map { "There are no boosted trees among the learners: \($0)." },
        ].compactMap { $0 }
        self.report = report

        var uplifts = zip(known, best.report.uplifts).map { ($0, $1, true) }
        if !unknown.isEmpty {
            let predict = try best.learner.fit(trial, seed: settings.seed)
            uplifts += zip(unknown, predict(rows.rows(unknown))).map { ($0, $1, false) }
        }
        let isToBeTreated = Self.rule(report, best.report.uplifts)
        predictions = uplifts.map { row, uplift, isHeldBack in
            Prediction(
                row: row, uplift: uplift, isHeldBack: isHeldBack,
                isToBeTreated: isToBeTreated(uplift))
        }.sorted { $0.row < $1.row }
    }

    private static func arms(_ file: TableFile, _ question: Question) throws -> Arms {
        let column = try file.columns.named(question.treatment.column)
        let isTreated = try question.treatment.matches(column)
        guard let value = question.treatment.value else { return Arms(isTreated: isTreated) }
        let values = column.texts.filter { !$0.isEmpty }
        if let control = question.control {
            let isControl = try ColumnChoice(column: column.name, value: control).matches(column)
            let arms = zip(isTreated, isControl).map { treated, control -> Bool? in
                treated == true ? true : control == true ? false : nil
            }
            let others = zip(arms, column.places).count { arm, place in
                arm == nil && !column.texts[Int(place)].isEmpty
            }
            return Arms(
                isTreated: arms,
                note: others > 0
                    ? "\(Figures.grouped(others)) rows are of neither arm and were left out." : nil)
        }
        guard values.count <= 2 else {
            throw ValidationFailure(
                "'\(column.name)' has \(values.count) values; say beside \(column.name)=\(value) which "
                    + "is the holdout, with --control VALUE: "
                    + values.filter { $0 != value }.sorted().prefix(8).joined(separator: ", "))
        }
        return Arms(isTreated: isTreated)
    }

    /// By row; NaN where it isn't known.
    private static func outcomes(
        _ file: TableFile, _ outcome: ColumnChoice
    ) throws(TableFault) -> [Double] {
        let column = try file.columns.named(outcome.column)
        if outcome.value == nil, let numbers = try? column.numbers() { return numbers }
        return try outcome.matches(column).map { $0.map { $0 ? 1 : 0 } ?? .nan }
    }

    /// Three on trees, and a plain one that they must beat; without trees all are plain.
    private static func learners(_ library: TreeLibrary) -> [(String, UpliftLearner)] {
        let plain = ("doubly robust, linear", UpliftLearner(.doublyRobust))
        guard let library = library.library else {
            return [
                ("two models, linear", UpliftLearner(.twoModels)),
                ("class transformation, linear", UpliftLearner(.classTransformation)), plain,
            ]
        }
        let outcome = BaseLearner.trees(library: library)
        let effect = BaseLearner.trees(differences: true, library: library)
        func trees(_ method: UpliftLearner.Method) -> UpliftLearner {
            UpliftLearner(method, outcome: outcome, effect: effect)
        }
        return [
            ("two models, trees", trees(.twoModels)),
            ("class transformation, trees", trees(.classTransformation)),
            ("doubly robust, trees", trees(.doublyRobust)), plain,
        ]
    }

    private static func balance(
        _ table: FeatureTable, _ isTreated: [Bool], _ library: TreeLibrary
    ) throws -> TreatmentReport.Balance {
        var options = ChurnClassifier.Options()
        options.boosting.treesMax = 100
        options.boosting.patience = 10
        let found = try ChurnClassifier.train(
            table, happened: isTreated, options: options, library: library.library)
        return TreatmentReport.Balance(
            areaUnderCurve: found.contest.map(\.areaUnderCurve).max() ?? 0.5, table: table,
            isTreated: isTreated)
    }

    /// Whom to treat by the verdict: by uplift where people differ, else all or none.
    private static func rule(
        _ report: TreatmentReport, _ uplifts: [Double]
    ) -> (Double) -> Bool {
        switch report.verdict {
        case .treatAll: return { _ in true }
        case .treatNone, .undecided, .notRandom: return { _ in false }
        case .treatBest:
            let sorted = uplifts.sorted(by: >)
            let last = Int((report.advantage.share * Double(sorted.count)).rounded()) - 1
            guard sorted.indices.contains(last) else { return { _ in false } }
            return { $0 >= sorted[last] }
        }
    }
}
