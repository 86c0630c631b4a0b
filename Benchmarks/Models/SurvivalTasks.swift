import Glibc
import Kernel
import RetentionModels

/// How long contracts last: simulated durations, with covariates and ties for Cox.
struct SurvivalTasks {
    private static let effects = [0.5, -0.3, 0, 0.8, -0.1]

    /// Continuous, hardly any two alike.
    private var durations: [Double] = []
    private var ended: [Bool] = []
    /// Rounded up to whole units, so that many end together.
    private var tied: [Double] = []
    private var tiedEnded: [Bool] = []
    private var covariates: [[Double]]
    private(set) var summary = ModelAnswer()

    /// `durations customers= seed=`.
    init(_ request: ModelRequest, _ folder: ColumnFolder) throws {
        let customers = try request.count("customers")
        var random = SeededRandom(seed: UInt64(try request.count("seed")))
        covariates = Self.effects.map { _ in (0..<customers).map { _ in random.unit() * 2 - 1 } }
        for row in 0..<customers {
            let (duration, seen) = (10 * random.exponential(), 15 * random.exponential())
            durations.append(min(duration, seen))
            ended.append(duration <= seen)
            var score = 0.0
            for (effect, column) in zip(Self.effects, covariates) { score += effect * column[row] }
            let (long, seenLong) = (30 * random.exponential() * exp(-score), 3 * seen)
            tied.append(min(long, seenLong).rounded(.up))
            tiedEnded.append(long <= seenLong)
        }
        try folder.write("durations", durations)
        try folder.write("ended", ended.map { $0 ? 1 : 0 })
        try folder.write("tied", tied)
        try folder.write("tied.ended", tiedEnded.map { $0 ? 1 : 0 })
        for (place, column) in covariates.enumerated() {
            try folder.write("covariate.\(place)", column)
        }
        summary.add("customers", customers)
        summary.add("ended", ended.count { $0 })
        summary.add("distinct", Set(tied).count)
    }

    func answer(_ request: ModelRequest) throws -> ModelAnswer {
        request.name == "km" ? try kaplanMeier() : try cox()
    }

    /// The curve and its 95 % interval at each time, as the rival's fit has it.
    private func kaplanMeier() throws -> ModelAnswer {
        var curve: KaplanMeier?
        var intervals: [ClosedRange<Double>?] = []
        let duration = try ContinuousClock().measure {
            let fitted = try KaplanMeier(durations: durations, ended: ended)
            intervals = fitted.intervals()
            curve = fitted
        }
        var answer = ModelAnswer(duration)
        guard let curve else { return answer }
        answer.add("survival", [5, 10, 20].map { curve.survival(at: $0) })
        answer.add("intervals", intervals.count)
        return answer
    }

    private func cox() throws -> ModelAnswer {
        var fit: CoxRegression?
        let duration = try ContinuousClock().measure {
            fit = try CoxRegression.fit(
                durations: tied, ended: tiedEnded, covariates: covariates)
        }
        var answer = ModelAnswer(duration)
        guard let fit else { return answer }
        answer.add("likelihood", fit.logLikelihood)
        answer.add("parameters", fit.coefficients)
        return answer
    }
}
