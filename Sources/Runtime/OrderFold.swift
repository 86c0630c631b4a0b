import Analytics
import Customers
import Events
import Kernel
import Records

/// What an event about an order changes: pure, from the order as it was known to the order as it is now.
struct OrderFold {
    /// The order to store; nil leaves it as it was.
    var record: KnownOrder?
    /// What customers' figures change by; at most two (an order that changed hands).
    var deltas: [(customer: Int64, delta: OrderDelta)] = []
    /// What the archive is told; nil for nothing.
    var archived: (kind: ArchivedOrder.Kind, customer: Int64, at: Timestamp, totalMinor: Int64)?

    /// - Parameters:
    ///   - order: What the event says.
    ///   - known: The order with this id as it was before; nil for the first that is heard of it.
    ///   - customer: Whose the event is; 0 for nobody's.
    init(
        _ order: CommerceOrder, known: KnownOrder?, key: Int64, customer: Int64,
        at: Timestamp, position: Int64
    ) {
        switch order.action {
        case .completed, .updated:
            complete(order, known, key, customer, at, position)
        case .refunded:
            refund(order, known, customer, at)
        case .cancelled:
            cancel(order, known, key, customer, at, position)
        }
    }

    private mutating func complete(
        _ order: CommerceOrder, _ known: KnownOrder?, _ key: Int64, _ customer: Int64,
        _ at: Timestamp, _ position: Int64
    ) {
        // A cancellation stands, whichever of the two arrived first.
        if known?.status == .cancelled { return }
        guard let total = order.totalMinor else { return }
        let owner = customer != 0 ? customer : known?.customer ?? 0
        // An update tells what the order is now, not when it was made.
        let orderedAt = order.action == .updated ? known?.orderedAt ?? at : at
        if let known, known.customer != 0, let currency = Currency(packed: known.currency) {
            deltas.append(
                (
                    known.customer,
                    OrderDelta(currency: currency, orders: -1, revenueMinor: -known.totalMinor)
                ))
        }
        if owner != 0 {
            deltas.append(
                (owner, OrderDelta(currency: order.currency, orders: 1, revenueMinor: total)))
        }
        record = KnownOrder(
            key: key, orderID: order.orderID, customer: owner, status: .completed,
            orderedAt: orderedAt, currency: order.currency.packed, totalMinor: total,
            place: known?.place ?? position)
        archived = (.completed, owner, orderedAt, total)
    }

    private mutating func refund(
        _ order: CommerceOrder, _ known: KnownOrder?, _ customer: Int64, _ at: Timestamp
    ) {
        // A refund that names no amount is of the whole order, which must be known then.
        let ofSameCurrency = known?.currency == order.currency.packed
        guard let amount = order.totalMinor ?? (ofSameCurrency ? known?.totalMinor : nil) else {
            return
        }
        let owner = customer != 0 ? customer : known?.customer ?? 0
        if owner != 0 {
            deltas.append(
                (owner, OrderDelta(currency: order.currency, refunds: 1, refundedMinor: amount)))
        }
        archived = (.refunded, owner, at, amount)
    }

    private mutating func cancel(
        _ order: CommerceOrder, _ known: KnownOrder?, _ key: Int64, _ customer: Int64,
        _ at: Timestamp, _ position: Int64
    ) {
        if known?.status == .cancelled { return }
        if let known, known.customer != 0, let currency = Currency(packed: known.currency) {
            deltas.append(
                (
                    known.customer,
                    OrderDelta(currency: currency, orders: -1, revenueMinor: -known.totalMinor)
                ))
        }
        let owner = known?.customer ?? customer
        record = KnownOrder(
            key: key, orderID: order.orderID, customer: owner, status: .cancelled,
            orderedAt: known?.orderedAt ?? at, currency: known?.currency ?? order.currency.packed,
            totalMinor: known?.totalMinor ?? 0, place: known?.place ?? position)
        archived = (.cancelled, owner, at, known?.totalMinor ?? order.totalMinor ?? 0)
    }
}
