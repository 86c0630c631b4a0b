/// What of customers is followed period by period: contracts until they are cancelled.
public struct ContractSpells: Equatable, Sendable {
    /// Whole periods each has lasted; those that ended did so in the last of them.
    public let periods: [Int]
    /// False where the contract still lasted when last seen.
    public let ended: [Bool]
    /// By covariate, then by contract; what doesn't change over a contract's life.
    public let covariates: [[Double]]
    /// The plan of each contract, from 0.
    public let plans: [Int]
    /// How many plans there are, also those without a contract.
    public let planCount: Int

    /// Checks and keeps the columns.
    ///
    /// - Parameter plans: Empty where there are no plans to tell apart.
    /// - Throws: `.shape`, `.noRows`; `.duration` for a contract of no period or fewer, or of more
    ///   than 10,000; `.value` for a covariate that isn't finite, and for a plan out of range with
    ///   the number of covariates in place of a covariate.
    public init(
        periods: [Int], ended: [Bool], covariates: [[Double]] = [], plans: [Int] = [],
        planCount: Int = 0
    ) throws(SurvivalFault) {
        let count = periods.count
        let plans = plans.isEmpty && planCount <= 1 ? [Int](repeating: 0, count: count) : plans
        let planCount = max(planCount, 1)
        guard ended.count == count, plans.count == count,
            covariates.allSatisfy({ $0.count == count })
        else { throw .shape }
        guard count > 0 else { throw .noRows }
        if let row = periods.firstIndex(where: { !(1...10_000).contains($0) }) {
            throw .duration(row: row)
        }
        for (j, column) in covariates.enumerated() {
            if let row = column.firstIndex(where: { !$0.isFinite }) {
                throw .value(covariate: j, row: row)
            }
        }
        if let row = plans.firstIndex(where: { !(0..<planCount).contains($0) }) {
            throw .value(covariate: covariates.count, row: row)
        }
        self.periods = periods
        self.ended = ended
        self.covariates = covariates
        self.plans = plans
        self.planCount = planCount
    }
}

/// The probability that a contract is cancelled in its next period: logit of the hazard = level +
/// period + covariates + plan (Cox 1972, section 6; Singer & Willett 1993).
///
/// Periods and plans are partially pooled: each has its own effect as far as its data carries it,
/// and lies near the others where it has little. How much they differ, the data says (empirical
/// Bayes: the variance of the effects is fitted with them).
public struct DiscreteHazard: Equatable, Sendable {
    /// The log-odds of cancelling of a contract with all covariates at their means, in the first
    /// period and the mean plan.
    public let level: Double
    /// The change in log-odds for one unit, by covariate.
    public let coefficients: [Double]
    /// Of the coefficients.
    public let standardErrors: [Double]
    /// The effect of each period on the log-odds, the first at 0; beyond the last it stays.
    public let periodEffects: [Double]
    /// The standard deviation of the period effects over periods.
    public let periodDeviation: Double
    /// The effect of each plan on the log-odds; 0 for a plan without contracts.
    public let planEffects: [Double]
    /// How unsure each plan effect is, the level's share in it included.
    public let planErrors: [Double]
    /// The standard deviation of the plan effects over plans; 0 where there is but one plan.
    public let planDeviation: Double
    /// Of the data, without what pooling takes from it.
    public let logLikelihood: Double
    /// The means of the covariates in the data.
    public let means: [Double]

    /// The probability that a contract which has lasted `lasted` periods is cancelled in the next.
    public func hazard(lasted: Int, _ covariates: [Double] = [], plan: Int = 0) -> Double {
        precondition(covariates.count == coefficients.count, "one value for each coefficient")
        var score = level + periodEffects[min(max(lasted, 0), periodEffects.count - 1)]
        score += planEffects.indices.contains(plan) ? planEffects[plan] : 0
        for j in coefficients.indices { score += coefficients[j] * (covariates[j] - means[j]) }
        return probability(logOdds: score)
    }

    /// The probability that a contract which has lasted `lasted` periods is cancelled within the
    /// next `within`. A plan that wasn't there counts as the mean plan.
    public func probabilityOfCancelling(
        lasted: Int, within: Int, _ covariates: [Double] = [], plan: Int = 0
    ) -> Double {
        var survival = 1.0
        for period in 0..<max(within, 0) {
            survival *= 1 - hazard(lasted: max(lasted, 0) + period, covariates, plan: plan)
        }
        return 1 - survival
    }
}
