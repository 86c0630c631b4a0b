/// What is assumed of the parameters before the data speaks.
public enum Prior: Equatable, Sendable {
    /// Nothing: the maximum of the likelihood, as publications give it.
    case none
    /// Each logarithm is normal with standard deviation 2, which is a factor of seven either way.
    ///
    /// Invisible beside thousands of customers; beside a hundred it keeps the parameters off their
    /// limits.
    case weak
}

/// How to fit a model.
public struct FitOptions: Equatable, Sendable {
    /// What is assumed of the parameters beforehand.
    public var prior: Prior
    /// With fewer customers nothing is fitted.
    public var customersMin: Int
    /// The search ends after so many evaluations of the likelihood.
    public var evaluationsMax: Int

    /// The defaults give the maximum of the likelihood for 30 customers or more.
    public init(prior: Prior = .none, customersMin: Int = 30, evaluationsMax: Int = 500) {
        self.prior = prior
        self.customersMin = customersMin
        self.evaluationsMax = evaluationsMax
    }
}

/// Why there is no fit.
public enum FitFailure: Error, Equatable, Sendable {
    /// Fewer usable customers than `FitOptions.customersMin`.
    case tooFewCustomers(count: Int, minimum: Int)
    /// Nobody bought a second time, so nothing can be learnt about buying again.
    case noRepeats
    /// The histories have no column of mean repeat spend.
    case noSpend
    /// Every history has age 0, so no rate can be told.
    case noTime
    /// The search ended away from an optimum; `slope` is the largest component of the gradient of
    /// the mean log-likelihood by the logarithm of a parameter, at the end.
    case notConverged(evaluations: Int, slope: Double)
}

/// A limit of the model that the data pushed the fit against.
///
/// Predictions stay finite and usable; what the limit makes meaningless is the single parameter.
public enum FitLimit: Equatable, Sendable {
    /// The data is explained as well without anybody ever leaving: `a` and `b` mean nothing.
    case noDropoutIdentifiable
    /// Customers don't differ in how likely they leave: only a / (a + b) means something.
    case dropoutAlike
    /// A customer leaves at once or never, hardly anything between: only a / (a + b) means something.
    case dropoutAllOrNothing
    /// Customers don't differ in how often they buy: only r / alpha means something.
    case ratesAlike
    /// The mean spend over customers has no finite estimate (q of Gamma–Gamma came down to 1).
    case meanSpendUnbounded
    /// Customers don't differ in what they spend an order: only the mean spend means something.
    case spendAlike
    /// The likelihood hardly changes along some way through the parameters: other parameters would
    /// explain the data as well.
    case flat
    /// The parameter stands at the end of the range that is searched.
    case atRangeEnd(parameter: String)
}
