#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension ParetoNBD {
    /// Fits the model to histories that are grouped already; see the protocol.
    public static func fit(
        _ histories: GroupedHistories, options: FitOptions, workers: Workers
    ) throws(FitFailure) -> ModelFit<ParetoNBD> {
        try ModelFit(
            histories, options: options, workers: workers,
            objective: { ParetoNBDObjective($0, prior: options.prior, workers: workers) },
            model: { point, timeScale in
                let unit = log(timeScale)
                return ParetoNBD(
                    logParameters: [point[0], point[1] + unit, point[2], point[3] + unit])
            },
            limits: limits)
    }

    private static func limits(at point: [Double], evidence: Double) -> [FitLimit] {
        let (low, high) = BFGS.ends(point)
        var limits: [FitLimit] = []
        var explained = [false, false, false, false]
        if evidence < ModelFit<Self>.dropoutEvidenceMin {
            limits.append(.noDropoutIdentifiable)
            (explained[2], explained[3]) = (true, true)
        } else if high[2] || high[3], point[2] > 4 {
            // s and beta run off together: everybody leaves at the rate s / beta.
            limits.append(.dropoutAlike)
            (explained[2], explained[3]) = (true, true)
        } else if low[2] || low[3], point[3] < -4 {
            // Rates of leaving of 0 or without bound.
            limits.append(.dropoutAllOrNothing)
            (explained[2], explained[3]) = (true, true)
        }
        if high[0] || high[1], point[0] > 4 {
            limits.append(.ratesAlike)
            (explained[0], explained[1]) = (true, true)
        }
        for i in 0..<4 where (high[i] || low[i]) && !explained[i] {
            limits.append(.atRangeEnd(parameter: parameterNames[i]))
        }
        return limits
    }
}
