package import Kernel

/// One model as its newest run left it.
package struct ModelCard: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case bgnbd = "bg-nbd"
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

        package init(name: String, value: Double, standardError: Double? = nil) {
            self.name = name
            self.value = value
            self.standardError = standardError
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
