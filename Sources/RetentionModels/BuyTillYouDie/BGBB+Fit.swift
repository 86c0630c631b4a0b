#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension BGBB {
    /// Fits the model to histories, each shared by a number of customers.
    ///
    /// - Parameter customers: How many customers share each history; 0 or more, as many numbers as
    ///   histories.
    /// - Throws: `.tooFewCustomers`, `.noRepeats`, `.noTime` (no opportunity yet): the data can't
    ///   tell; `.notConverged`: the search ended without an optimum.
    public static func fit(
        _ histories: [OpportunityHistory], customers: [Int], options: FitOptions = FitOptions()
    ) throws(FitFailure) -> BGBBFit {
        precondition(histories.count == customers.count, "columns differ in length")
        let count = customers.reduce(0, +)
        let minimum = max(1, options.customersMin)
        guard count >= minimum else { throw .tooFewCustomers(count: count, minimum: minimum) }
        guard zip(histories, customers).contains(where: { $0.opportunities > 0 && $1 > 0 }) else {
            throw .noTime
        }
        let repeaters = zip(histories, customers).reduce(0) { $0 + ($1.0.frequency > 0 ? $1.1 : 0) }
        guard repeaters > 0 else { throw .noRepeats }
        let objective = BGBBObjective(histories, customers, prior: options.prior)
        let optimum = try BFGS.optimum(of: objective, evaluationsMax: options.evaluationsMax)
        guard let model = BGBB(logParameters: optimum.point) else {
            throw .notConverged(evaluations: optimum.evaluations, slope: .infinity)
        }
        let still = BFGS(box: BFGS.logParameterBox, evaluationsMax: options.evaluationsMax)
            .minimize(from: [0, 0], objective.withoutLeaving)
        let evidence = Double(count) * (still.value - optimum.meanLoss)
        return BGBBFit(
            model: model, optimum: optimum, logLikelihood: -Double(count) * optimum.meanLoss,
            dropoutEvidence: evidence, limits: limits(at: optimum.point, evidence: evidence),
            customers: count, repeaters: repeaters, groups: objective.rowCount,
            evaluations: optimum.evaluations + still.evaluations, prior: options.prior)
    }

    private static func limits(at point: [Double], evidence: Double) -> [FitLimit] {
        let (low, high) = BFGS.ends(point)
        var limits: [FitLimit] = []
        var explained = [false, false, false, false]
        if evidence < BGBBFit.dropoutEvidenceMin {
            limits.append(.noDropoutIdentifiable)
            (explained[2], explained[3]) = (true, true)
        } else if high[2] || high[3], point[2] > 4 || point[3] > 4 {
            limits.append(.dropoutAlike)
            (explained[2], explained[3]) = (true, true)
        } else if low[2] || low[3], point[2] < -4, point[3] < -4 {
            limits.append(.dropoutAllOrNothing)
            (explained[2], explained[3]) = (true, true)
        }
        if high[0] || high[1], point[0] > 4, point[1] > 4 {
            limits.append(.ratesAlike)
            (explained[0], explained[1]) = (true, true)
        }
        for i in 0..<4 where (high[i] || low[i]) && !explained[i] {
            limits.append(.atRangeEnd(parameter: parameterNames[i]))
        }
        return limits
    }
}

/// The negative mean log-likelihood of BG/BB, with its exact gradient by the logarithms of the
/// parameters.
struct BGBBObjective: LikelihoodObjective {
    let centre = [0.0, 0, 0, 0]
    let prior: Prior
    let total: Double
    var rowCount: Int { rows.count }

    private let rows: [(history: OpportunityHistory, customers: Double)]

    init(_ histories: [OpportunityHistory], _ customers: [Int], prior: Prior) {
        var counts: [OpportunityHistory: Int] = [:]
        for (history, count) in zip(histories, customers) where count > 0 {
            counts[history, default: 0] += count
        }
        rows = counts.map { ($0.key, Double($0.value)) }.sorted {
            let (a, b) = ($0.0, $1.0)
            return (a.opportunities, a.frequency, a.recency)
                < (b.opportunities, b.frequency, b.recency)
        }
        total = rows.reduce(0) { $0 + $1.customers }
        self.prior = prior
    }

    /// Distinct histories of opportunities are few.
    func thinned(every stride: Double) -> BGBBObjective? { nil }

    func meanLoss(_ point: [Double], _ gradient: inout [Double]) -> Double {
        guard let model = BGBB(logParameters: point) else { return .infinity }
        return loss(model, leaves: true, &gradient)
    }

    /// The loss of the model in which nobody leaves, by (ln alpha, ln beta).
    func withoutLeaving(_ point: [Double], _ gradient: inout [Double]) -> Double {
        guard let model = BGBB(logParameters: [point[0], point[1], 0, 0]) else { return .infinity }
        var all = [0.0, 0, 0, 0]
        let value = loss(model, leaves: false, &all)
        (gradient[0], gradient[1]) = (all[0], all[1])
        return value
    }

    private func loss(_ model: BGBB, leaves: Bool, _ gradient: inout [Double]) -> Double {
        var value = CompensatedSum()
        var sums = [CompensatedSum](repeating: CompensatedSum(), count: 4)
        for (history, customers) in rows {
            var slopes = SIMD4<Double>()
            value.add(customers * Self.row(model, history, leaves: leaves, &slopes))
            for i in 0..<4 { sums[i].add(customers * slopes[i]) }
        }
        for i in 0..<4 { gradient[i] = -sums[i].value * model.parameters[i] / total }
        return -value.value / total
    }

    /// A row's log-likelihood and its slopes by (alpha, beta, gamma, delta), walked as the customer
    /// walked: each factor of a path adds to the path's logarithmic slopes.
    private static func row(
        _ model: BGBB, _ history: OpportunityHistory, leaves: Bool, _ slopes: inout SIMD4<Double>
    ) -> Double {
        let (x, t) = (Double(history.frequency), Double(history.recency))
        let (alpha, beta) = (model.alpha, model.beta)
        let (gamma, delta) = (model.gamma, model.delta)
        let psiAll = digamma(alpha + beta + t) - digamma(alpha + beta)
        slopes[0] = digamma(alpha + x) - digamma(alpha) - psiAll
        slopes[1] = digamma(beta + t - x) - digamma(beta) - psiAll
        if leaves {
            let psiStay = digamma(gamma + delta + t) - digamma(gamma + delta)
            slopes[2] = -psiStay
            slopes[3] = digamma(delta + t) - digamma(delta) - psiStay
        }
        var (sum, path) = (0.0, 1.0)
        var (sumSlopes, pathSlopes) = (SIMD4<Double>(), SIMD4<Double>())
        for passed in history.recency..<history.opportunities {
            let now = Double(passed)
            if leaves {
                let all = gamma + delta + now
                let leave = path * gamma / all
                sum += leave
                sumSlopes += leave * (pathSlopes + SIMD4(0, 0, 1 / gamma - 1 / all, -1 / all))
                path *= (delta + now) / all
                pathSlopes += SIMD4(0, 0, -1 / all, 1 / (delta + now) - 1 / all)
            }
            let both = alpha + beta + now
            path *= (beta + now - x) / both
            pathSlopes += SIMD4(-1 / both, 1 / (beta + now - x) - 1 / both, 0, 0)
        }
        sum += path
        sumSlopes += path * pathSlopes
        slopes += sumSlopes / sum
        let start =
            logGammaRise(alpha, by: x) + logGammaRise(beta, by: t - x)
            - logGammaRise(alpha + beta, by: t)
        let stays = leaves ? logGammaRise(delta, by: t) - logGammaRise(gamma + delta, by: t) : 0
        return start + stays + log(sum)
    }
}

extension StandardErrors where Model == BGBB {
    /// Of `alpha`.
    public var alpha: Double { values[0] }
    /// Of `beta`.
    public var beta: Double { values[1] }
    /// Of `gamma`.
    public var gamma: Double { values[2] }
    /// Of `delta`.
    public var delta: Double { values[3] }
}
