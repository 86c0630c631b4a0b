/// What one run of the models found, as it is kept beside its predictions and reported.
package struct ModelReport: Codable, Sendable, Equatable {
    /// One model's fit, or why there is none.
    package struct Model: Codable, Sendable, Equatable {
        /// `FrequencyModel`'s name, or `Gamma-Gamma`.
        package var model: String
        /// The currency that amounts are in, as major units; absent for models of frequency.
        package var currency: String?
        /// By the names of the literature; absent where the fit failed.
        package var parameters: [String: Double]?
        package var standardErrors: [String: Double]?
        /// 95 % interval of each parameter; an end that isn't finite is absent.
        package var parameterLows: [String: Double]?
        package var parameterHighs: [String: Double]?
        package var logLikelihood: Double?
        /// Customers that were fitted: all with an order, or for spend those with a repeat order.
        package var customers: Int
        package var repeatCustomers: Int
        /// `none` for the maximum of the likelihood alone, `weak` for small data.
        package var prior: String
        /// What to know before trusting it, in plain words; empty where all is well.
        package var notes: [String]

        package init(
            model: String, currency: String? = nil, customers: Int, repeatCustomers: Int,
            prior: String
        ) {
            self.model = model
            self.currency = currency
            self.customers = customers
            self.repeatCustomers = repeatCustomers
            self.prior = prior
            notes = []
        }
    }

    /// The last day that the models saw, `yyyy-mm-dd` in the workspace's time zone.
    package var asOf: String
    package var unit: PurchaseColumns.Unit
    /// Customers with an order up to that day.
    package var customers: Int
    package var repeatCustomers: Int
    package var models: [Model]
    /// The model of frequency that the forecasts are by; absent where none could be fitted.
    package var chosen: String?
    /// Whom the churn probability is by, where that isn't `chosen`: one of `Challenger`'s names.
    package var churnBy: String?
    /// The contest that chose it; absent where the data didn't reach for one.
    package var backtest: BacktestReport?
    /// How yesterday's promise did; absent before there was one.
    package var drift: Drift?

    /// What an earlier run expected by now, beside what came.
    package struct Drift: Codable, Sendable, Equatable {
        /// The last day that the earlier run saw.
        package var since: String
        package var days: Int
        package var expectedOrders: Double
        package var actualOrders: Int

        package init(since: String, days: Int, expectedOrders: Double, actualOrders: Int) {
            self.since = since
            self.days = days
            self.expectedOrders = expectedOrders
            self.actualOrders = actualOrders
        }
    }

    /// The chosen model's fit.
    package var frequency: Model? { models.first { $0.model == chosen } }

    package init(
        asOf: String, unit: PurchaseColumns.Unit, customers: Int, repeatCustomers: Int,
        models: [Model]
    ) {
        self.asOf = asOf
        self.unit = unit
        self.customers = customers
        self.repeatCustomers = repeatCustomers
        self.models = models
    }
}
