package import Kernel

/// Amounts of several currencies side by side; they are never added to one another.
package struct Amounts: Sendable, Equatable {
    /// Minor units by currency.
    package private(set) var minorByCurrency: [Currency: Int64]

    package init(_ minorByCurrency: [Currency: Int64] = [:]) {
        self.minorByCurrency = minorByCurrency
    }

    package subscript(currency: Currency) -> Int64 {
        get { minorByCurrency[currency] ?? 0 }
        set { minorByCurrency[currency] = newValue }
    }

    /// Each currency's amount, the largest first.
    package var sorted: [Money] {
        minorByCurrency.map { Money(minor: $0.value, currency: $0.key) }
            .sorted { ($0.minor, $1.currency) > ($1.minor, $0.currency) }
    }
}

/// The headline figures over all that was ordered (definitions: docs/metrics.md).
package struct OverviewFigures: Sendable, Equatable {
    /// Customers with at least one order.
    package var customers = 0
    /// All people known, with or without an order.
    package var people = 0
    /// Completed orders, those without a customer included.
    package var orders = 0
    package var ordersWithoutCustomer = 0
    /// What completed orders came to, before refunds, those without a customer included.
    package var revenue = Amounts()
    package var revenueWithoutCustomer = Amounts()
    /// What was given back, as positive amounts.
    package var refunded = Amounts()
    package var refunds = 0
    /// Customers with two orders or more over customers with one or more; nil without customers.
    package var repeatPurchaseRate: Double?
    /// Revenue over orders in minor units by currency.
    package var averageOrderValueMinor: [Currency: Double] = [:]
    /// Orders with a customer over customers; nil without customers.
    package var ordersPerCustomer: Double?
    package var firstOrderAt: Timestamp?
    package var lastOrderAt: Timestamp?
    /// Customers who ordered in the trailing `activeDays` before `asOf`.
    package var activeCustomers = 0
    package var activeDays = 90
    /// Active at the start of the last `activeDays` and not at its end, over active at its start; nil without any.
    package var churnRate: Double?
    /// The same for the period before, for the trend.
    package var churnRateBefore: Double?
    package var asOf: Timestamp?

    package init() {}
}

/// Customers by the calendar month of their first order, and how many of them ordered in each month after.
package struct CohortTable: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var cohort: CalendarMonth
        package var size: Int
        /// `retained[k]`: how many had an order in month cohort + k; from k = 0 to the month of the last order.
        package var retained: [Int]

        package init(cohort: CalendarMonth, size: Int, retained: [Int]) {
            self.cohort = cohort
            self.size = size
            self.retained = retained
        }
    }

    package var rows: [Row]

    package init(rows: [Row]) {
        self.rows = rows
    }
}

/// One month of the trend under the headline figures.
package struct MonthFigures: Sendable, Equatable {
    package var month: CalendarMonth
    package var orders: Int
    /// Distinct customers who ordered in the month.
    package var customers: Int
    /// Of these, those whose first order was in the month.
    package var newCustomers: Int
    package var revenue: Amounts
    package var refunded: Amounts
    /// Of the customers who ordered in the month, the share who had ordered before; nil without any.
    package var returningShare: Double?

    package init(
        month: CalendarMonth, orders: Int, customers: Int, newCustomers: Int, revenue: Amounts,
        refunded: Amounts, returningShare: Double?
    ) {
        self.month = month
        self.orders = orders
        self.customers = customers
        self.newCustomers = newCustomers
        self.revenue = revenue
        self.refunded = refunded
        self.returningShare = returningShare
    }
}

/// Where a customer stands, from recency and the churn probability (definitions: docs/metrics.md).
package enum LifecycleState: String, Sendable, CaseIterable {
    /// First order within the active window, no second one yet.
    case new
    /// Ordered within the active window, two orders or more.
    case active
    /// Ordered within the active window's double but not within the window.
    case atRisk = "at-risk"
    /// No order for more than twice the active window.
    case lapsed
    /// Known, but has never ordered.
    case prospect
}

/// Customers in one lifecycle state.
package struct LifecycleFigures: Sendable, Equatable {
    package var state: LifecycleState
    package var customers: Int
    /// What these customers were expected to spend in the next 365 days by the newest prediction, where there is one.
    package var expectedSpend: Amounts

    package init(state: LifecycleState, customers: Int, expectedSpend: Amounts) {
        self.state = state
        self.customers = customers
        self.expectedSpend = expectedSpend
    }
}

/// What a list of customers shows of each.
package struct CustomerRow: Sendable, Equatable {
    package var customer: ID<Customer>
    /// Name, else e-mail, else user id, else anonymous id: the best that is known to call them by.
    package var label: String
    package var email: String
    package var state: LifecycleState
    package var orders: Int
    package var revenue: Amounts
    package var firstOrderAt: Timestamp?
    package var lastOrderAt: Timestamp?
    package var firstSeenAt: Timestamp
    package var lastSeenAt: Timestamp
    /// From the newest model run; nil where the customer hasn't been scored.
    package var prediction: CustomerPrediction?

    package init(
        customer: ID<Customer>, label: String, email: String, state: LifecycleState, orders: Int,
        revenue: Amounts, firstOrderAt: Timestamp?, lastOrderAt: Timestamp?,
        firstSeenAt: Timestamp, lastSeenAt: Timestamp, prediction: CustomerPrediction?
    ) {
        self.customer = customer
        self.label = label
        self.email = email
        self.state = state
        self.orders = orders
        self.revenue = revenue
        self.firstOrderAt = firstOrderAt
        self.lastOrderAt = lastOrderAt
        self.firstSeenAt = firstSeenAt
        self.lastSeenAt = lastSeenAt
        self.prediction = prediction
    }
}

/// What one model run said of one customer.
package struct CustomerPrediction: Sendable, Equatable {
    package var run: ID<ModelRun>
    package var asOf: Timestamp
    /// Probability that the customer is still "alive" in the model's sense; not a churn score.
    package var probabilityAlive: Double
    /// P(no order in the 90 days after `asOf`).
    package var churnProbability: Double
    /// Nil for what was forecast before bands were kept.
    package var churnBand: ChurnBand?
    package var expectedOrders90: Double
    package var expectedOrders365: Double
    /// In minor units of `currency`; nil where spend isn't modelled (too few repeat orders).
    package var expectedSpend90Minor: Double?
    package var expectedSpend365Minor: Double?
    package var currency: Currency?
    /// Days after `asOf` until the next order: median and 80% interval; nil where it is never reached
    /// ("unlikely to return").
    package var nextOrderMedianDays: Double?
    package var nextOrderLowDays: Double?
    package var nextOrderHighDays: Double?
    /// 80 % ranges: of the churn probability by how well the parameters are known; of orders and spend by
    /// what may come in 365 days. Nil where there is none.
    package var churnRange: ClosedRange<Double>?
    package var orders365Range: ClosedRange<Double>?
    package var spend365RangeMinor: ClosedRange<Double>?

    package init(
        run: ID<ModelRun>, asOf: Timestamp, probabilityAlive: Double, churnProbability: Double,
        expectedOrders90: Double, expectedOrders365: Double
    ) {
        self.run = run
        self.asOf = asOf
        self.probabilityAlive = probabilityAlive
        self.churnProbability = churnProbability
        self.expectedOrders90 = expectedOrders90
        self.expectedOrders365 = expectedOrders365
    }
}
