package import RetentionModels

/// The models of how often customers order, among which a workspace's data choose.
package enum FrequencyModel: String, Sendable, CaseIterable, Codable {
    case bgnbd = "BG/NBD"
    case mbgnbd = "MBG/NBD"
    case paretonbd = "Pareto/NBD"

    /// By the names of the literature, in its order.
    package var parameterNames: [String] {
        switch self {
        case .bgnbd: BGNBD.parameterNames
        case .mbgnbd: MBGNBD.parameterNames
        case .paretonbd: ParetoNBD.parameterNames
        }
    }

    /// The model with these parameters; nil where they aren't such.
    package func model(_ parameters: [String: Double]) -> (any BuyTillYouDieModel)? {
        let values = parameterNames.map { parameters[$0] ?? .nan }
        switch self {
        case .bgnbd: return BGNBD(parameters: values)
        case .mbgnbd: return MBGNBD(parameters: values)
        case .paretonbd: return ParetoNBD(parameters: values)
        }
    }

    /// Fits the model.
    ///
    /// - Parameter prior: `.weak` where the data are few.
    func fit(
        _ grouped: GroupedHistories, prior: Prior, workers: Workers
    ) throws(FitFailure) -> any FrequencyFit {
        switch self {
        case .bgnbd: try FittedFrequency<BGNBD>(self, grouped, prior, workers)
        case .mbgnbd: try FittedFrequency<MBGNBD>(self, grouped, prior, workers)
        case .paretonbd: try FittedFrequency<ParetoNBD>(self, grouped, prior, workers)
        }
    }
}

/// One of the models, fitted: what scoring and backtests need of it, whichever it is.
protocol FrequencyFit: Sendable {
    var kind: FrequencyModel { get }
    var logLikelihood: Double { get }
    var limits: [FitLimit] { get }
    /// In the order of `kind.parameterNames`.
    var parameters: [Double] { get }
    var standardErrors: [Double]? { get }
    /// 95 %; with weak priors where the data alone leave a direction open.
    var parameterIntervals: [PredictionInterval]? { get }

    func forecasts(
        _ histories: PurchaseHistories, _ grouped: GroupedHistories, spend: GammaGamma?,
        horizons: [Double]
    ) -> CustomerForecasts

    func ranges(
        _ histories: PurchaseHistories, _ grouped: GroupedHistories, spend: GammaGamma?,
        churnHorizon: Double, valueHorizon: Double, seed: UInt64, workers: Workers
    ) -> ForecastRanges

    /// By group.
    func churnProbability(_ grouped: GroupedHistories, within horizon: Double) -> [Double]
    func expectedOrders(_ grouped: GroupedHistories, within horizon: Double) -> [Double]
    func expectedRepeatOrders(starts: [Double], by times: [Double]) -> [Double]
}

struct FittedFrequency<Model: BuyTillYouDieModel>: FrequencyFit {
    let kind: FrequencyModel
    let fit: ModelFit<Model>
    /// The fit that says how well the parameters are known: where the data alone leave a direction open, one
    /// with weak priors.
    private let spread: ModelFit<Model>

    init(
        _ kind: FrequencyModel, _ grouped: GroupedHistories, _ prior: Prior, _ workers: Workers
    ) throws(FitFailure) {
        func fitted(_ prior: Prior) throws(FitFailure) -> ModelFit<Model> {
            try Model.fit(
                grouped, options: FitOptions(prior: prior, customersMin: Scoring.customersMin),
                workers: workers)
        }
        self.kind = kind
        fit = try fitted(prior)
        spread = fit.logCovariance == nil ? (try? fitted(.weak)) ?? fit : fit
    }

    var logLikelihood: Double { fit.logLikelihood }
    var limits: [FitLimit] { fit.limits }
    var parameters: [Double] { fit.model.parameters }
    var standardErrors: [Double]? { fit.standardErrors?.values }
    var parameterIntervals: [PredictionInterval]? { spread.parameterIntervals() }

    func forecasts(
        _ histories: PurchaseHistories, _ grouped: GroupedHistories, spend: GammaGamma?,
        horizons: [Double]
    ) -> CustomerForecasts {
        CustomerForecasts(
            histories, grouped: grouped, model: fit.model, spend: spend, horizons: horizons)
    }

    func ranges(
        _ histories: PurchaseHistories, _ grouped: GroupedHistories, spend: GammaGamma?,
        churnHorizon: Double, valueHorizon: Double, seed: UInt64, workers: Workers
    ) -> ForecastRanges {
        let alike = AlikeHistories(grouped)
        let draws = ParameterDraws(
            spread, count: ForecastRanges.modelDraws(histories: alike.histories.count), seed: seed)
        // Where even that gives no spread, the range is that of chance alone.
        return ForecastRanges(
            histories, grouped, alike: alike, model: fit.model,
            models: draws?.models ?? [fit.model], spend: spend,
            churnHorizon: churnHorizon, valueHorizon: valueHorizon, seed: seed, workers: workers)
    }

    func churnProbability(_ grouped: GroupedHistories, within horizon: Double) -> [Double] {
        (0..<grouped.count).map {
            fit.model.probabilityOfNoOrder(grouped[$0], within: horizon)
        }
    }

    func expectedOrders(_ grouped: GroupedHistories, within horizon: Double) -> [Double] {
        fit.model.expectedOrders(grouped, within: horizon)
    }

    func expectedRepeatOrders(starts: [Double], by times: [Double]) -> [Double] {
        fit.model.expectedRepeatOrders(starts: starts, by: times)
    }
}
