package import Customers
package import Insights
package import Kernel

/// What conditions are evaluated on: all that is known of one customer at a moment.
package struct CustomerFacts: Sendable {
    /// Of all the customer's fragments, merged.
    package var behaviours: Behaviours
    /// As above.
    package var attributes: Attributes
    /// Of the newest run of the models; nil where the customer hasn't been scored.
    package var prediction: PredictionFacts?
    /// Nil before they were computed.
    package var quintiles: QuintileEdges?
    /// What conditions on other segments look at.
    package var memberships: SegmentMemberships

    package init(
        behaviours: Behaviours = Behaviours(), attributes: Attributes = Attributes(),
        prediction: PredictionFacts? = nil, quintiles: QuintileEdges? = nil,
        memberships: SegmentMemberships = SegmentMemberships()
    ) {
        self.behaviours = behaviours
        self.attributes = attributes
        self.prediction = prediction
        self.quintiles = quintiles
        self.memberships = memberships
    }
}

/// What the models foretold of a customer.
package struct PredictionFacts: Sendable, Equatable {
    /// The end of what the models saw.
    package var asOf: Timestamp
    package var probabilityAlive: Double
    /// P(no order in the 90 days after `asOf`).
    package var churnProbability: Double
    package var churnBand: ChurnBand?
    package var expectedOrders90: Double
    package var expectedOrders365: Double
    /// In minor units of `currency`; nil where spend isn't modelled.
    package var expectedSpend90Minor: Double?
    package var expectedSpend365Minor: Double?
    package var currency: Currency?
    /// Days after `asOf` until the next order, the median; nil where it is never reached.
    package var nextOrderMedianDays: Double?

    package init(
        asOf: Timestamp, probabilityAlive: Double, churnProbability: Double,
        churnBand: ChurnBand? = nil, expectedOrders90: Double, expectedOrders365: Double,
        expectedSpend90Minor: Double? = nil, expectedSpend365Minor: Double? = nil,
        currency: Currency? = nil, nextOrderMedianDays: Double? = nil
    ) {
        self.asOf = asOf
        self.probabilityAlive = probabilityAlive
        self.churnProbability = churnProbability
        self.churnBand = churnBand
        self.expectedOrders90 = expectedOrders90
        self.expectedOrders365 = expectedOrders365
        self.expectedSpend90Minor = expectedSpend90Minor
        self.expectedSpend365Minor = expectedSpend365Minor
        self.currency = currency
        self.nextOrderMedianDays = nextOrderMedianDays
    }

    package init(_ prediction: CustomerPrediction) {
        self.init(
            asOf: prediction.asOf, probabilityAlive: prediction.probabilityAlive,
            churnProbability: prediction.churnProbability, churnBand: prediction.churnBand,
            expectedOrders90: prediction.expectedOrders90,
            expectedOrders365: prediction.expectedOrders365,
            expectedSpend90Minor: prediction.expectedSpend90Minor,
            expectedSpend365Minor: prediction.expectedSpend365Minor,
            currency: prediction.currency, nextOrderMedianDays: prediction.nextOrderMedianDays)
    }

    /// The moment by which the next order comes with a probability of one half; nil where that is never reached.
    package var nextOrderAt: Timestamp? {
        nextOrderMedianDays.map {
            asOf.adding(milliseconds: Int64(min($0, 1_000_000) * 86_400_000))
        }
    }
}

/// Where the fifths of a workspace's buyers end, at one moment: a buyer's quintile is one more than the edges
/// that are passed, so that 5 is the best fifth.
///
/// The edges are of the buyers at `asOf` and stay until they are computed anew; so a buyer moves between
/// fifths by ordering, and by a new computation, and not from day to day.
package struct QuintileEdges: Sendable, Equatable {
    package var asOf: Timestamp
    /// Counts the computations.
    package var version: Int64
    /// Times of last orders, four, ascending.
    package var lastOrderAt: [Timestamp]
    /// Numbers of orders, four, ascending.
    package var orders: [Int64]
    /// Revenue in minor units, four in each currency, ascending.
    package var revenueMinor: [Currency: [Int64]]

    package init(
        asOf: Timestamp, version: Int64, lastOrderAt: [Timestamp], orders: [Int64],
        revenueMinor: [Currency: [Int64]]
    ) {
        self.asOf = asOf
        self.version = version
        self.lastOrderAt = lastOrderAt
        self.orders = orders
        self.revenueMinor = revenueMinor
    }

    static func quintile<Value: Comparable>(of value: Value, _ edges: [Value]) -> Int {
        1 + edges.count { value > $0 }
    }
}

/// Whether a condition holds for a customer, until when, and why.
package struct Verdict: Sendable, Equatable {
    package var holds: Bool
    /// The first moment at which the answer is another if nothing happens but time; nil for never.
    package var nextChange: Timestamp?
    /// In plain words: `ordered 3 times, last 12 days ago`.
    package var reason: String

    package init(holds: Bool, nextChange: Timestamp?, reason: String) {
        self.holds = holds
        self.nextChange = nextChange
        self.reason = reason
    }
}
