package import Insights
package import Kernel

/// What the page of one customer shows.
package struct CustomerPageData: Sendable {
    package var row: CustomerRow
    package var identifiers: [IdentifierRow]
    package var attributes: [AttributeRow]
    package var refunded: Amounts
    /// The newest orders, newest first.
    package var orders: [OrderRow]
    package var timeline: TimelinePage
    package var merges: [MergeRow]
    /// P(alive) over time, from the first order to the day of scoring and on; empty leaves the
    /// curve out.
    package var aliveCurve: [AlivePoint]
    /// What the runs of the models said, newest first.
    package var predictions: [PastPrediction]
    /// Why the prediction is what it is, in one sentence; empty for none.
    package var why: String
    /// Segments that they are in.
    package var segments: [MembershipRow]
    /// Journeys that they are on, then those that ended last.
    package var runs: [RunRow]
    /// Open tasks, then those done last.
    package var tasks: [TaskRow]
    /// How they stand in loyalty programs.
    package var loyalty: [MemberStanding]

    package init(
        row: CustomerRow, identifiers: [IdentifierRow], attributes: [AttributeRow],
        refunded: Amounts, orders: [OrderRow], timeline: TimelinePage, merges: [MergeRow],
        aliveCurve: [AlivePoint] = [], predictions: [PastPrediction] = [], why: String = "",
        segments: [MembershipRow] = [], runs: [RunRow] = [], tasks: [TaskRow] = [],
        loyalty: [MemberStanding] = []
    ) {
        self.row = row
        self.identifiers = identifiers
        self.attributes = attributes
        self.refunded = refunded
        self.orders = orders
        self.timeline = timeline
        self.merges = merges
        self.aliveCurve = aliveCurve
        self.predictions = predictions
        self.why = why
        self.segments = segments
        self.runs = runs
        self.tasks = tasks
        self.loyalty = loyalty
    }
}

/// One thing a customer is known by.
package struct IdentifierRow: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case userID = "user-id"
        case email
        case phone
        case anonymousID = "anonymous-id"
    }

    package var kind: Kind
    package var value: String
    package var firstSeenAt: Timestamp?

    package init(kind: Kind, value: String, firstSeenAt: Timestamp?) {
        self.kind = kind
        self.value = value
        self.firstSeenAt = firstSeenAt
    }
}

/// One attribute and the event that set it.
package struct AttributeRow: Sendable, Equatable {
    package var name: String
    /// As text: a string without its quotes, anything else as JSON.
    package var value: String
    package var setAt: Timestamp?
    /// The name of the event that set it; empty where it isn't known.
    package var setBy: String

    package init(name: String, value: String, setAt: Timestamp?, setBy: String) {
        self.name = name
        self.value = value
        self.setAt = setAt
        self.setBy = setBy
    }
}

/// One order, refund or cancellation.
package struct OrderRow: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case completed
        case refunded
        case cancelled
    }

    package struct Line: Sendable, Equatable {
        package var name: String
        package var sku: String
        /// Thousandths of a unit.
        package var quantityMilli: Int64
        package var unitPrice: Money

        package init(name: String, sku: String, quantityMilli: Int64, unitPrice: Money) {
            self.name = name
            self.sku = sku
            self.quantityMilli = quantityMilli
            self.unitPrice = unitPrice
        }
    }

    package var orderID: String
    package var kind: Kind
    package var occurredAt: Timestamp
    /// Refunds as positive amounts.
    package var total: Money
    package var lines: [Line]

    package init(
        orderID: String, kind: Kind, occurredAt: Timestamp, total: Money, lines: [Line]
    ) {
        self.orderID = orderID
        self.kind = kind
        self.occurredAt = occurredAt
        self.total = total
        self.lines = lines
    }
}

/// One thing that happened to a customer.
package struct TimelineEntry: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case order
        case refund
        case cancellation
        case visit
        case profile
        case merge
        case event
        /// Entered or left a segment.
        case segment
        /// What a journey decided.
        case decision
        case task
    }

    package struct Fact: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package var kind: Kind
    /// The event's name as it was sent, or what the system calls it.
    package var title: String
    package var occurredAt: Timestamp
    package var amount: Money?
    package var facts: [Fact]
    /// Why an automatic act was done; empty for what others did.
    package var why: String

    package init(
        kind: Kind, title: String, occurredAt: Timestamp, amount: Money? = nil,
        facts: [Fact] = [], why: String = ""
    ) {
        self.kind = kind
        self.title = title
        self.occurredAt = occurredAt
        self.amount = amount
        self.facts = facts
        self.why = why
    }
}

/// A stretch of a customer's timeline, newest first.
package struct TimelinePage: Sendable, Equatable {
    package var entries: [TimelineEntry]
    /// Hand this to the next call as `before`; nil at the beginning of time.
    package var next: String?

    package init(entries: [TimelineEntry], next: String?) {
        self.entries = entries
        self.next = next
    }
}

/// Two customers that became one.
package struct MergeRow: Sendable, Equatable {
    package var merge: ID<Merge>
    /// The customer that remains.
    package var into: ID<Customer>
    package var intoLabel: String
    package var fromLabel: String
    /// In plain words, such as `alias call` or `same e-mail`.
    package var reason: String
    package var at: Timestamp
    package var undoneAt: Timestamp?

    package init(
        merge: ID<Merge>, into: ID<Customer>, intoLabel: String, fromLabel: String,
        reason: String, at: Timestamp, undoneAt: Timestamp? = nil
    ) {
        self.merge = merge
        self.into = into
        self.intoLabel = intoLabel
        self.fromLabel = fromLabel
        self.reason = reason
        self.at = at
        self.undoneAt = undoneAt
    }
}

/// P(alive) on one day.
package struct AlivePoint: Sendable, Equatable {
    package var day: CalendarDay
    /// 0...1.
    package var probability: Double
    package var ordered: Bool

    package init(day: CalendarDay, probability: Double, ordered: Bool) {
        self.day = day
        self.probability = probability
        self.ordered = ordered
    }
}
