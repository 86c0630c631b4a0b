package import Kernel

/// The newest known form of an order: what a repeat, an update, a cancellation or a refund is held against.
package struct KnownOrder: Sendable, Equatable {
    package enum Status: Int64, Sendable {
        case completed = 1
        case cancelled = 3
    }

    /// A hash of the order's id.
    package var key: Int64
    package var orderID: String
    /// The fragment that it counts for; 0 without a customer.
    package var customer: Int64
    package var status: Status
    package var orderedAt: Timestamp
    /// `Currency.packed`.
    package var currency: UInt32
    package var totalMinor: Int64
    /// The position of the first event about it.
    package var place: Int64

    package init(
        key: Int64, orderID: String, customer: Int64, status: Status, orderedAt: Timestamp,
        currency: UInt32, totalMinor: Int64, place: Int64
    ) {
        self.key = key
        self.orderID = orderID
        self.customer = customer
        self.status = status
        self.orderedAt = orderedAt
        self.currency = currency
        self.totalMinor = totalMinor
        self.place = place
    }
}
