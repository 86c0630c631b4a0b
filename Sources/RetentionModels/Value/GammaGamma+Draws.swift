extension GammaGamma {
    /// A customer's own mean spend, drawn from what the model says of such a customer: p/ν with
    /// ν ~ Gamma(p x + q, γ + x z̄), and of the population where there is no repeat order.
    public func drawMeanSpend(
        frequency: Int, meanSpend: Double, _ draws: inout SeededDraws
    ) -> Double {
        let x = meanSpend > 0 ? Double(max(frequency, 0)) : 0
        return p / draws.gamma(shape: p * x + q, rate: gamma + x * meanSpend)
    }
}
