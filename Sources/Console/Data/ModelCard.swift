package import Kernel
package import Predictions

/// One model as its newest run left it.
package struct ModelCard: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case bgnbd = "bg-nbd"
        case mbgnbd = "mbg-nbd"
        case paretonbd = "pareto-nbd"
        case gammaGamma = "gamma-gamma"
    }

    package enum Unit: String, Sendable, CaseIterable {
        case day
        case week
    }

    package struct Parameter: Sendable, Equatable {
        package var name: String
        package var value: Double
        /// Nil where it could not be found.
        package var standardError: Double?
        /// 95 % interval; nil where it could not be found.
        package var interval: ClosedRange<Double>?

        package init(
            name: String, value: Double, standardError: Double? = nil,
            interval: ClosedRange<Double>? = nil
        ) {
            self.name = name
            self.value = value
            self.standardError = standardError
            self.interval = interval
        }
    }

    package var kind: Kind
    package var run: ID<ModelRun>
    /// Histories were cut off here.
    package var asOf: Timestamp
    package var fittedAt: Timestamp
    package var unit: Unit
    package var parameters: [Parameter]
    package var logLikelihood: Double
    /// Customers whose histories were fitted.
    package var customers: Int
    /// Of these, those with an order after their first.
    package var repeatCustomers: Int
    package var currency: Currency?
    /// Whether the search for the maximum ended at one.
    package var converged: Bool
    /// Whether forecasts are by this model.
    package var isChosen = false
    /// What to know before trusting it.
    package var notes: [String] = []

    package init(
        kind: Kind, run: ID<ModelRun>, asOf: Timestamp, fittedAt: Timestamp, unit: Unit,
        parameters: [Parameter], logLikelihood: Double, customers: Int, repeatCustomers: Int,
        currency: Currency? = nil, converged: Bool = true
    ) {
        self.kind = kind
        self.run = run
        self.asOf = asOf
        self.fittedAt = fittedAt
        self.unit = unit
        self.parameters = parameters
        self.logLikelihood = logLikelihood
        self.customers = customers
        self.repeatCustomers = repeatCustomers
        self.currency = currency
        self.converged = converged
    }
}

/// The page of models: their cards, and how they did on orders that were held back.
package struct ModelsPageData: Sendable {
    package var cards: [ModelCard]
    package var backtest: BacktestReport?
    package var drift: ModelReport.Drift?

    package init(
        cards: [ModelCard], backtest: BacktestReport? = nil, drift: ModelReport.Drift? = nil
    ) {
        self.cards = cards
        self.backtest = backtest
        self.drift = drift
    }
}
