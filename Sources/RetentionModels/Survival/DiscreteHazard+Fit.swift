extension DiscreteHazard {
    /// Fits level, effects and their variances.
    ///
    /// The coefficients are those of the highest posterior; the variances follow from them and
    /// from how much of each the data decides (MacKay 1992, section 4.3), in turn, until they
    /// stand.
    ///
    /// - Parameters:
    ///   - spells: The contracts; those alike in plan and covariates are counted together. An
    ///     iteration is linear in the different ones and their periods, and cubic in the number of
    ///     coefficients.
    ///   - periodsMax: Later periods share the effect of this one; 120 at most.
    /// - Throws: `.noEvents`; `.constant` for a covariate that is; `.notConverged`.
    public static func fit(
        _ spells: ContractSpells, periodsMax: Int = 60
    ) throws(SurvivalFault) -> DiscreteHazard {
        guard spells.ended.contains(true) else { throw .noEvents }
        let rows = try HazardRows(spells, periodsMax: min(max(periodsMax, 1), 120))
        var periods = Spread(of: rows.periodRange)
        var plans = Spread(of: rows.planRange)
        var newton = RidgeNewton(size: rows.size, penalty: 1e-6)
        newton.point[0] = rows.baseLogOdds
        var fitted: [Double]?
        for _ in 0..<100 {
            newton.penalties = rows.penalties(periods: periods.variance, plans: plans.variance)
            do {
                _ = try newton.maximise { point, slopes in rows.slopes(at: point, into: &slopes) }
            } catch {
                guard case .notConverged(let iterations) = error else { throw .shape }
                throw .notConverged(iterations: iterations)
            }
            guard let information = newton.information else { throw .notConverged(iterations: 0) }
            let inverse = information.inverse
            fitted = inverse
            let before = (periods, plans)
            periods.update(newton.point, inverse, rows.size)
            plans.update(newton.point, inverse, rows.size)
            if periods.isNear(before.0), plans.isNear(before.1) { break }
        }
        guard let fitted else { throw .notConverged(iterations: 0) }
        return rows.model(newton, fitted, periods, plans)
    }
}

/// How much the effects of a group differ.
private struct Spread {
    let range: Range<Int>
    private(set) var variance: Double

    /// Below this effects are alike to any digit that is read.
    static let varianceMin = 1e-6

    /// A group of one has nothing to be pooled with: its effect is the level.
    init(of range: Range<Int>) {
        self.range = range
        variance = range.count > 1 ? 1 : Self.varianceMin * 1e-6
    }

    mutating func update(_ point: [Double], _ inverse: [Double], _ size: Int) {
        guard range.count > 1 else { return }
        var (squares, decided) = (0.0, 0.0)
        for j in range {
            squares += point[j] * point[j]
            decided += 1 - inverse[j * size + j] / variance
        }
        variance = max(squares / max(decided, 1e-9), Self.varianceMin)
    }

    func isNear(_ other: Spread) -> Bool {
        abs(variance - other.variance) <= 1e-4 * other.variance
    }

    var deviation: Double { variance <= Self.varianceMin ? 0 : variance.squareRoot() }
}

/// Contracts laid out for the likelihood: coefficients stand as level, covariates, periods, plans.
private struct HazardRows {
    /// Contracts of one plan with the same covariates.
    private struct Alike {
        let plan: Int
        /// How many came to each period, the first at 0.
        var lasting: [Double] = []
        /// How many were cancelled in it.
        var cancelled: [Double] = []
    }

    let width: Int
    let periods: Int
    let planCount: Int
    let baseLogOdds: Double
    private(set) var means: [Double] = []
    private(set) var scales: [Double] = []
    private var alike: [Alike] = []
    /// [alike × covariate], standardised.
    private var values: [Double] = []

    var size: Int { 1 + width + periods + planCount }
    var periodRange: Range<Int> { (1 + width)..<(1 + width + periods) }
    var planRange: Range<Int> { (1 + width + periods)..<size }

    init(_ spells: ContractSpells, periodsMax: Int) throws(SurvivalFault) {
        width = spells.covariates.count
        periods = min(spells.periods.max() ?? 1, periodsMax)
        planCount = spells.planCount
        let events = Double(spells.ended.count { $0 })
        let exposures = spells.periods.reduce(0.0) { $0 + Double($1) }
        baseLogOdds = logOdds(events / exposures)
        for (j, column) in spells.covariates.enumerated() {
            var sum = CompensatedSum()
            for value in column { sum.add(value) }
            let mean = sum.value / Double(column.count)
            var squares = CompensatedSum()
            for value in column { squares.add((value - mean) * (value - mean)) }
            let deviation = (squares.value / Double(column.count)).squareRoot()
            guard deviation > 1e-12 * abs(mean), deviation > 0, deviation < .infinity else {
                throw .constant(covariate: j)
            }
            means.append(mean)
            scales.append(deviation)
        }
        group(spells)
    }

    private mutating func group(_ spells: ContractSpells) {
        var places: [[UInt64]: Int] = [:]
        for row in spells.periods.indices {
            // Adding 0 makes one of -0 and 0.
            let key =
                [UInt64(spells.plans[row])] + spells.covariates.map { ($0[row] + 0).bitPattern }
            let place = places[key] ?? alike.count
            if place == alike.count {
                places[key] = place
                alike.append(Alike(plan: spells.plans[row]))
                for j in 0..<width {
                    values.append((spells.covariates[j][row] - means[j]) / scales[j])
                }
            }
            for period in 0..<spells.periods[row] {
                let slot = min(period, periods - 1)
                if slot == alike[place].lasting.count {
                    alike[place].lasting.append(0)
                    alike[place].cancelled.append(0)
                }
                alike[place].lasting[slot] += 1
            }
            if spells.ended[row] {
                alike[place].cancelled[min(spells.periods[row], periods) - 1] += 1
            }
        }
    }

    func penalties(periods periodVariance: Double, plans planVariance: Double) -> [Double] {
        var penalties = [Double](repeating: 1e-6, count: size)
        // The level is free but for a trace that keeps it finite where all leave at once.
        penalties[0] = 1e-9
        for j in periodRange { penalties[j] = 1 / periodVariance }
        for j in planRange { penalties[j] = 1 / planVariance }
        return penalties
    }

    func slopes(at point: [Double], into slopes: inout NewtonSlopes) {
        let (size, width) = (size, width)
        let firstPeriod = periodRange.lowerBound
        var (value, gradient, hessian) = (CompensatedSum(), slopes.gradient, slopes.hessian)
        for (row, contracts) in alike.enumerated() {
            let plan = planRange.lowerBound + contracts.plan
            var fixed = point[0] + point[plan]
            for j in 0..<width { fixed += point[1 + j] * values[row * width + j] }
            var (residuals, weights) = (0.0, 0.0)
            for period in contracts.lasting.indices {
                let (lasting, cancelled) = (contracts.lasting[period], contracts.cancelled[period])
                let place = firstPeriod + period
                let score = fixed + point[place]
                value.add(cancelled * score - lasting * softplus(score))
                let p = probability(logOdds: score)
                let (residual, weight) = (cancelled - lasting * p, lasting * p * (1 - p))
                residuals += residual
                weights += weight
                gradient[place] += residual
                let line = place * size
                hessian[line] += weight
                for j in 0..<width { hessian[line + 1 + j] += weight * values[row * width + j] }
                hessian[line + place] += weight
                hessian[plan * size + place] += weight
            }
            gradient[0] += residuals
            gradient[plan] += residuals
            hessian[0] += weights
            hessian[plan * size] += weights
            hessian[plan * size + plan] += weights
            for j in 0..<width {
                let x = values[row * width + j]
                gradient[1 + j] += residuals * x
                let line = (1 + j) * size
                hessian[line] += weights * x
                for k in 0...j { hessian[line + 1 + k] += weights * x * values[row * width + k] }
                hessian[plan * size + 1 + j] += weights * x
            }
        }
        slopes.value = value.value
        slopes.gradient = gradient
        slopes.hessian = hessian
    }

    func model(
        _ newton: RidgeNewton, _ inverse: [Double], _ periodSpread: Spread, _ planSpread: Spread
    ) -> DiscreteHazard {
        let point = newton.point
        func error(_ j: Int) -> Double { inverse[j * size + j].squareRoot() }
        let first = point[periodRange.lowerBound]
        let hasPlans = planCount > 1
        return DiscreteHazard(
            level: point[0] + first + (hasPlans ? 0 : point[planRange.lowerBound]),
            coefficients: (0..<width).map { point[1 + $0] / scales[$0] },
            standardErrors: (0..<width).map { error(1 + $0) / scales[$0] },
            periodEffects: periodRange.map { point[$0] - first },
            periodDeviation: periodSpread.deviation,
            planEffects: planRange.map { hasPlans ? point[$0] : 0 },
            planErrors: planRange.map { hasPlans ? error($0) : 0 },
            planDeviation: planSpread.deviation, logLikelihood: newton.value, means: means)
    }
}
