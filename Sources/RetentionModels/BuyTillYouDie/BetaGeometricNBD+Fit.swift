#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension BetaGeometricNBD {
    /// Fits the model to histories that are grouped already; see the protocol.
    public static func fit(
        _ histories: GroupedHistories, options: FitOptions, workers: Workers
    ) throws(FitFailure) -> ModelFit<Self> {
        try ModelFit(
            histories, options: options, workers: workers,
            objective: {
                BetaGeometricObjective(
                    $0, firstChances: firstChances, prior: options.prior, workers: workers)
            },
            model: { point, timeScale in
                var point = point
                point[1] += log(timeScale)
                return Self(logParameters: point)
            },
            limits: limits)
    }

    private static func limits(at point: [Double], evidence: Double) -> [FitLimit] {
        let names = parameterNames
        let (low, high) = BFGS.ends(point)
        var limits: [FitLimit] = []
        var explained = [false, false, false, false]
        if evidence < ModelFit<Self>.dropoutEvidenceMin {
            limits.append(.noDropoutIdentifiable)
            explained[2] = true
            explained[3] = true
        } else if high[2] || high[3], point[2] > 4, point[3] > 4 {
            limits.append(.dropoutAlike)
            explained[2] = true
            explained[3] = true
        } else if low[2] || low[3], point[2] < -4, point[3] < -4 {
            limits.append(.dropoutAllOrNothing)
            explained[2] = true
            explained[3] = true
        }
        if high[0] || high[1], point[0] > 4 {
            limits.append(.ratesAlike)
            explained[0] = true
            explained[1] = true
        }
        for i in 0..<4 where (high[i] || low[i]) && !explained[i] {
            limits.append(.atRangeEnd(parameter: names[i]))
        }
        return limits
    }
}
