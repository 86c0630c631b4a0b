package import Kernel

/// What one event changes about a customer's orders: a new order adds one and its total, an order that
/// replaces an earlier one adds the difference, a cancellation takes back what was added.
package struct OrderDelta: Sendable, Equatable {
    package var currency: Currency
    package var orders: Int64
    package var revenueMinor: Int64
    package var refunds: Int64
    /// A refund's amount is positive.
    package var refundedMinor: Int64

    package init(
        currency: Currency, orders: Int64 = 0, revenueMinor: Int64 = 0, refunds: Int64 = 0,
        refundedMinor: Int64 = 0
    ) {
        self.currency = currency
        self.orders = orders
        self.revenueMinor = revenueMinor
        self.refunds = refunds
        self.refundedMinor = refundedMinor
    }
}

/// How much a customer ordered and gave back.
package struct OrderFigures: Sendable, Equatable {
    /// The amounts in one currency.
    package struct Total: Sendable, Equatable {
        package let currency: Currency
        /// Completed orders' totals before refunds, in minor units. Sums wrap beyond an Int64.
        package var revenueMinor: Int64
        package var refundedMinor: Int64
    }

    package private(set) var orders: Int64 = 0
    package private(set) var refunds: Int64 = 0
    /// By currency, in order of the code. A currency stays when its amounts come back to zero.
    package private(set) var totals: [Total] = []
    /// The earliest and latest time of a delta that added an order; nil before the first. A cancellation
    /// doesn't take them back (the archive, which has the orders one by one, does).
    package private(set) var firstOrderAt: Timestamp?
    package private(set) var lastOrderAt: Timestamp?

    package init() {}

    mutating func apply(_ delta: OrderDelta, at time: Timestamp) {
        orders &+= delta.orders
        refunds &+= delta.refunds
        add(
            Total(
                currency: delta.currency, revenueMinor: delta.revenueMinor,
                refundedMinor: delta.refundedMinor))
        if delta.orders > 0 {
            firstOrderAt = earlier(firstOrderAt, time)
            lastOrderAt = later(lastOrderAt, time)
        }
    }

    mutating func merge(_ other: Self) {
        orders &+= other.orders
        refunds &+= other.refunds
        for total in other.totals { add(total) }
        firstOrderAt = earlier(firstOrderAt, other.firstOrderAt)
        lastOrderAt = later(lastOrderAt, other.lastOrderAt)
    }

    private mutating func add(_ total: Total) {
        let index = totals.firstIndex { $0.currency >= total.currency } ?? totals.count
        if index < totals.count, totals[index].currency == total.currency {
            totals[index].revenueMinor &+= total.revenueMinor
            totals[index].refundedMinor &+= total.refundedMinor
        } else {
            totals.insert(total, at: index)
        }
    }

    func write(to writer: inout ByteWriter) {
        writer.writeSigned(orders)
        writer.writeSigned(refunds)
        writer.write(firstOrderAt)
        writer.write(lastOrderAt)
        writer.writeVarint(UInt64(totals.count))
        for total in totals {
            writer.writeVarint(UInt64(total.currency.packed))
            writer.writeSigned(total.revenueMinor)
            writer.writeSigned(total.refundedMinor)
        }
    }

    init(reading reader: inout ByteReader) throws(ByteReader.Damaged) {
        orders = try reader.readSigned()
        refunds = try reader.readSigned()
        firstOrderAt = try reader.readTime()
        lastOrderAt = try reader.readTime()
        for _ in 0..<(try reader.readVarint()) {
            let start = reader.offset
            guard let packed = UInt32(exactly: try reader.readVarint()),
                let currency = Currency(packed: packed),
                totals.last.map({ $0.currency < currency }) ?? true
            else { throw ByteReader.Damaged(offset: start) }
            totals.append(
                Total(
                    currency: currency, revenueMinor: try reader.readSigned(),
                    refundedMinor: try reader.readSigned()))
        }
    }
}
