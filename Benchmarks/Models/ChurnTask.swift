import Boosting
import RetentionModels

/// Who cancels at the telecom, by five-fold cross-validation in which each fold's classifier knows
/// nothing of the fold: contest, choice and calibration are done anew without it.
struct ChurnTask {
    private static let numbers: Set<Substring> = ["tenure", "MonthlyCharges", "TotalCharges"]

    private let table: FeatureTable
    private let happened: [Bool]
    private let seed: UInt64
    private let library: BoostingLibrary
    private let folder: ColumnFolder

    /// `churn file= library= seed=`.
    init(_ request: ModelRequest, _ folder: ColumnFolder) throws {
        let rows = TextFile.lines(try TextFile.read(try request.text("file")))
            .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        var (features, columns) = ([Feature](), [[Double]]())
        for (place, name) in (rows.first ?? []).enumerated()
        where name != "customerID" && name != "Churn" {
            let texts = rows.dropFirst().map { $0[place] }
            if Self.numbers.contains(name) {
                features.append(.number(String(name)))
                columns.append(texts.map { Double($0) ?? .nan })
            } else {
                let levels = Set(texts).sorted()
                features.append(.category(String(name), levels: levels.map(String.init)))
                columns.append(texts.map { Double(levels.firstIndex(of: $0) ?? 0) })
            }
        }
        table = try FeatureTable(features: features, columns: columns)
        happened = rows.dropFirst().map { $0.last == "Yes" }
        seed = UInt64(try request.count("seed"))
        library = try BoostingLibrary(chosen: try request.text("library"), candidates: [])
        self.folder = folder
    }

    /// Leaves the folds, which the rival takes over, and the probabilities.
    func answer() throws -> ModelAnswer {
        let folds = StratifiedFolds(happened, count: 5, seed: seed)
        var probabilities: [Double] = []
        let duration = try ContinuousClock().measure {
            probabilities = try ChurnClassifier.crossValidated(
                table, happened: happened, folds: folds, library: library
            ).probabilities
        }
        try folder.write("churn.fold", folds.fold)
        try folder.write("churn.probability", probabilities)
        let backtest = ProbabilityBacktest(predicted: probabilities, happened: happened)
        var answer = ModelAnswer(duration)
        answer.add("customers", happened.count)
        answer.add("auc", backtest.areaUnderCurve ?? 0)
        answer.add("brier", backtest.brier ?? 1)
        answer.add("error", backtest.expectedCalibrationError() ?? 1)
        return answer
    }
}
