/// A model of repeat buying fitted to data, with what is needed to judge the fit.
public struct ModelFit<Model: ParametricModel>: Equatable, FittedModel {
    /// The fitted parameters, in the data's unit of time.
    public let model: Model
    /// The log-likelihood of the data at the parameters, with every constant, without the prior.
    public let logLikelihood: Double
    /// How sure the parameters are; nil where, without a prior, a limit makes
    /// that meaningless.
    public let standardErrors: StandardErrors<Model>?
    /// Covariance of the logarithms of the parameters, [parameter × parameter] by rows; nil as
    /// above.
    public let logCovariance: [Double]?
    /// The gain in log-likelihood over the model in which nobody ever leaves. Below about 1.35 a
    /// likelihood ratio test can't tell the two apart at 5 %.
    public let dropoutEvidence: Double
    /// Limits that the fit stands at; empty for an ordinary fit.
    public let limits: [FitLimit]
    /// Customers in the data.
    public let customers: Int
    /// Customers with one repeat purchase or more.
    public let repeaters: Int
    /// Distinct histories in the data.
    public let groups: Int
    /// How often the likelihood was evaluated.
    public let evaluations: Int
    /// What was assumed beforehand.
    public let prior: Prior

    /// Below this gain in log-likelihood, data is explained as well by nobody ever leaving.
    static var dropoutEvidenceMin: Double { 0.01 }
}

extension ModelFit {
    /// Puts a fit together: limits void the curvature, except where a prior bounds it.
    init(
        model: Model, optimum: Optimum, logLikelihood: Double, dropoutEvidence: Double,
        limits: [FitLimit], customers: Int, repeaters: Int, groups: Int, evaluations: Int,
        prior: Prior
    ) {
        var limits = limits
        var covariance = optimum.covariance
        if prior == .none {
            if covariance == nil, limits.isEmpty { limits.append(.flat) }
            // With a prior the curvature means something even where the data has none.
            if !limits.isEmpty { covariance = nil }
        }
        self.init(
            model: model, logLikelihood: logLikelihood,
            standardErrors: covariance.map { StandardErrors(model, logCovariance: $0) },
            logCovariance: covariance, dropoutEvidence: dropoutEvidence, limits: limits,
            customers: customers, repeaters: repeaters, groups: groups, evaluations: evaluations,
            prior: prior)
    }
}
