#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Why a fit can't be begun, checked alike for every model of repeat buying.
struct FitDemand {
    let customers: Int
    let repeaters: Int

    /// - Throws: `.tooFewCustomers`, `.noRepeats`.
    init(_ histories: GroupedHistories, _ options: FitOptions) throws(FitFailure) {
        customers = histories.groupOfCustomer.count
        let minimum = max(1, options.customersMin)
        guard customers >= minimum else {
            throw .tooFewCustomers(count: customers, minimum: minimum)
        }
        var repeaters = 0
        for group in 0..<histories.count where histories.frequency[group] > 0 {
            repeaters += histories.customers[group]
        }
        guard repeaters > 0 else { throw .noRepeats }
        self.repeaters = repeaters
    }
}

extension ModelFit where Model: BuyTillYouDieModel {
    /// Fits by the objective that the model makes of the rows.
    ///
    /// - Throws: As `BuyTillYouDieModel.fit(_:options:workers:)`.
    init(
        _ histories: GroupedHistories, options: FitOptions, workers: Workers,
        objective makeObjective: (ScaledRows) -> some LikelihoodObjective,
        model makeModel: (_ point: [Double], _ timeScale: Double) -> Model?,
        limits findLimits: (_ point: [Double], _ evidence: Double) -> [FitLimit]
    ) throws(FitFailure) {
        let demand = try FitDemand(histories, options)
        guard let rows = ScaledRows(histories) else { throw .noTime }
        let optimum = try BFGS.optimum(
            of: makeObjective(rows), evaluationsMax: options.evaluationsMax)
        guard let model = makeModel(optimum.point, rows.timeScale) else {
            throw .notConverged(evaluations: optimum.evaluations, slope: .infinity)
        }
        let still = NBDObjective(rows, workers: workers).optimum(
            evaluationsMax: options.evaluationsMax)
        let total = Double(demand.customers)
        let evidence = total * (still.value - optimum.meanLoss)
        var orders = 0.0
        for run in rows.runs { orders += run.frequency * run.customers }
        self.init(
            model: model, optimum: optimum,
            // Scaled time changes the density by one factor an order.
            logLikelihood: -total * optimum.meanLoss - orders * log(rows.timeScale),
            dropoutEvidence: evidence, limits: findLimits(optimum.point, evidence),
            customers: demand.customers, repeaters: demand.repeaters, groups: histories.count,
            evaluations: optimum.evaluations + still.evaluations, prior: options.prior)
    }
}
