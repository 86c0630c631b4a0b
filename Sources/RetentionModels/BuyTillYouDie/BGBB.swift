#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What one customer did at opportunities that come one after another: yearly donations, monthly
/// mailings, matches of a season.
public struct OpportunityHistory: Hashable, Sendable {
    /// Opportunities taken, after the one that made the customer.
    public let frequency: Int
    /// The number of the last opportunity taken; 0 where none was.
    public let recency: Int
    /// Opportunities there have been.
    public let opportunities: Int

    /// A customer of whom nothing has been seen yet.
    public static let new = OpportunityHistory(unchecked: 0, 0, 0)

    /// Keeps the counts; nil unless 0 ≤ frequency ≤ recency ≤ opportunities, and frequency is 0
    /// exactly where recency is.
    public init?(frequency: Int, recency: Int, opportunities: Int) {
        guard frequency >= 0, frequency <= recency, recency <= opportunities,
            (frequency == 0) == (recency == 0)
        else { return nil }
        self.init(unchecked: frequency, recency, opportunities)
    }

    private init(unchecked frequency: Int, _ recency: Int, _ opportunities: Int) {
        self.frequency = frequency
        self.recency = recency
        self.opportunities = opportunities
    }
}

/// The beta-geometric/beta-Bernoulli model of buying at discrete opportunities (Fader, Hardie &
/// Shang 2010).
///
/// A customer who is there takes an opportunity with a probability p of the customer's own, and
/// before each leaves for good with a probability θ of the customer's own. Over customers p is beta
/// distributed with `alpha` and `beta`, θ with `gamma` and `delta`.
public struct BGBB: ParametricModel {
    /// The model's name in the literature.
    public static let name = "BG/BB"
    /// The parameters' names in the literature.
    public static let parameterNames = ["alpha", "beta", "gamma", "delta"]

    /// The first parameter of buying; its mean over customers is alpha / (alpha + beta).
    public let alpha: Double
    /// The second parameter of buying.
    public let beta: Double
    /// The first parameter of leaving; its mean over customers is gamma / (gamma + delta).
    public let gamma: Double
    /// The second parameter of leaving.
    public let delta: Double

    /// The parameters, in the order of their names.
    public var parameters: [Double] { [alpha, beta, gamma, delta] }

    /// Keeps the parameters; nil unless all four are finite and above zero.
    public init?(alpha: Double, beta: Double, gamma: Double, delta: Double) {
        guard Self.arePositive([alpha, beta, gamma, delta], count: 4) else { return nil }
        self.alpha = alpha
        self.beta = beta
        self.gamma = gamma
        self.delta = delta
    }

    /// Keeps the parameters, in the order of their names; nil where they can't be.
    public init?(parameters: [Double]) {
        guard parameters.count == 4 else { return nil }
        self.init(
            alpha: parameters[0], beta: parameters[1], gamma: parameters[2], delta: parameters[3])
    }

    /// The log-likelihood of one history, in which opportunities were taken in one given order
    /// (Fader, Hardie & Shang 2010, eq. 5).
    public func logLikelihood(_ history: OpportunityHistory) -> Double {
        let paths = BGBBPaths(self, history)
        return paths.logScale + log(paths.left + paths.alive)
    }

    /// The probability of being there at the next opportunity (Fader, Hardie & Shang 2010, eq. 11).
    public func probabilityAlive(_ history: OpportunityHistory) -> Double {
        let paths = BGBBPaths(self, history)
        let next = stays(after: Double(history.opportunities))
        return paths.alive * next / (paths.left + paths.alive)
    }

    /// The orders to expect at the next so many opportunities (Fader, Hardie & Shang 2010, eq. 13,
    /// as a sum, which has no corner at gamma = 1).
    ///
    /// - Complexity: O(opportunities to come).
    public func expectedOrders(
        _ history: OpportunityHistory, within opportunities: Int
    ) -> Double {
        let paths = BGBBPaths(self, history)
        let (x, n) = (Double(history.frequency), Double(history.opportunities))
        var stay = paths.alive / (paths.left + paths.alive)
        var sum = 0.0
        for step in stride(from: 0, to: opportunities, by: 1) {
            stay *= stays(after: n + Double(step))
            sum += stay
        }
        return sum * (alpha + x) / (alpha + beta + n)
    }

    /// The probability that none of the next so many opportunities is taken: the churn probability
    /// over them. Equal to exp(ll(x, t_x, n + opportunities) − ll(x, t_x, n)).
    public func probabilityOfNoOrder(
        _ history: OpportunityHistory, within opportunities: Int
    ) -> Double {
        guard opportunities > 0 else { return 1 }
        let paths = BGBBPaths(self, history)
        return min(1, silence(history, paths) { step, _ in step >= opportunities })
    }

    /// The number of the next opportunities by which an order comes with probability `quantile`;
    /// nil where it isn't reached within 100,000.
    public func opportunitiesToNextOrder(
        _ history: OpportunityHistory, quantile: Double
    ) -> Int? {
        guard quantile >= 0, quantile < 1 else { return nil }
        guard quantile > 0 else { return 0 }
        let paths = BGBBPaths(self, history)
        var reached: Int?
        _ = silence(history, paths) { step, silence in
            if 1 - silence >= quantile {
                reached = step
                return true
            }
            return step >= 100_000
        }
        return reached
    }

    /// Walks on through opportunities not taken until `done`, with the probability of that so far.
    private func silence(
        _ history: OpportunityHistory, _ paths: BGBBPaths,
        until done: (_ step: Int, _ silence: Double) -> Bool
    ) -> Double {
        let (x, n) = (Double(history.frequency), Double(history.opportunities))
        let total = paths.left + paths.alive
        var (left, alive) = (paths.left / total, paths.alive / total)
        var step = 0
        while true {
            let now = n + Double(step)
            left += alive * (1 - stays(after: now))
            alive *= stays(after: now) * (beta + now - x) / (alpha + beta + now)
            step += 1
            if done(step, left + alive) { return left + alive }
        }
    }

    /// The probability of staying once more, having stayed so many times.
    private func stays(after times: Double) -> Double {
        (delta + times) / (gamma + delta + times)
    }
}

/// How likely the ways are in which a history came about, relative to exp(`logScale`).
struct BGBBPaths {
    /// ln of the probability of what was done until the last order.
    let logScale: Double
    /// Having left after the last order.
    let left: Double
    /// Being there still, or at least until the last opportunity.
    let alive: Double

    init(_ model: BGBB, _ history: OpportunityHistory) {
        let (x, t) = (Double(history.frequency), Double(history.recency))
        logScale =
            logGammaRise(model.alpha, by: x) + logGammaRise(model.beta, by: t - x)
            - logGammaRise(model.alpha + model.beta, by: t)
            + logGammaRise(model.delta, by: t) - logGammaRise(model.gamma + model.delta, by: t)
        var (left, alive) = (0.0, 1.0)
        for passed in history.recency..<history.opportunities {
            let now = Double(passed)
            let all = model.gamma + model.delta + now
            left += alive * model.gamma / all
            alive *=
                (model.delta + now) / all * (model.beta + now - x)
                / (model.alpha + model.beta + now)
        }
        self.left = left
        self.alive = alive
    }
}

/// BG/BB fitted to data.
public typealias BGBBFit = ModelFit<BGBB>
