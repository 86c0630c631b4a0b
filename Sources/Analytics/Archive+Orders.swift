import Kernel

/// What a batch does to the tables of orders, worked out before anything is written.
struct OrderChanges {
    /// Indices into the batch's orders: of each key the last completed one, in the order given.
    private(set) var completed: [Int] = []
    private(set) var refunds: [Int] = []
    private(set) var cancellations: [Int] = []
    /// Positions in the batch whose lines have been replaced within the batch.
    private(set) var replacedPositions: Set<Int64> = []
    private(set) var cancelledKeys: Set<Int64> = []
    private(set) var completedKeys: Set<Int64> = []

    /// - Parameter areFirst: Whether each key is that of one completed order, and of nothing else.
    init(_ orders: [ArchivedOrder], areFirst: Bool) {
        if areFirst {
            completed = Array(orders.indices)
            return
        }
        var last: [Int64: Int] = [:]
        last.reserveCapacity(orders.count)
        for (index, order) in orders.enumerated() {
            switch order.kind {
            case .completed:
                var replaced: Int?
                if let other = last[order.key] {
                    let isOlder = order.position < orders[other].position
                    replaced = isOlder ? index : other
                    if !isOlder { last[order.key] = index }
                } else {
                    last[order.key] = index
                }
                if let replaced { replacedPositions.insert(orders[replaced].position) }
            case .refunded: refunds.append(index)
            case .cancelled:
                cancellations.append(index)
                cancelledKeys.insert(order.key)
            }
        }
        completed = last.values.sorted()
        completedKeys = Set(last.keys)
    }
}

extension Connection {
    /// - Parameter changed: Gets the customers whose figures change.
    func writeOrders(_ batch: ArchiveBatch, _ changed: inout [Int64]) throws(ArchiveError) {
        guard !batch.orders.isEmpty || !batch.lines.isEmpty else { return }
        let orders = batch.orders
        let areFirst =
            batch.repeatedKeys?.isEmpty ?? false && orders.allSatisfy { $0.kind == .completed }
        let changes = OrderChanges(orders, areFirst: areFirst)
        changed.append(contentsOf: changes.completed.map { orders[$0].customer })

        var keys = changes.completedKeys.union(changes.cancelledKeys)
        if let repeated = batch.repeatedKeys { keys = keys.intersection(repeated) }
        let earlier = try earlierOrders(keys, changes)
        changed.append(contentsOf: earlier.customers)
        if !earlier.replaced.isEmpty {
            try stage(earlier.replaced)
            try execute("DELETE FROM orders WHERE position IN (SELECT number FROM staged)")
            try execute("DELETE FROM order_lines WHERE position IN (SELECT number FROM staged)")
        }
        if !earlier.cancelled.isEmpty {
            try stage(earlier.cancelled)
            try execute(
                """
                UPDATE orders SET cancelled = true
                WHERE position IN (SELECT number FROM staged)
                """)
        }
        let cancelled = changes.cancelledKeys.union(try earlierCancellations(keys))
        try appendCompleted(orders, changes.completed, cancelled)
        try appendRefunds(orders, changes.refunds)
        let cancellations = changes.cancellations
        if !cancellations.isEmpty {
            try appender(for: "cancellations", [.bigint, .bigint])
                .append(cancellations.count) { slice in
                    slice.bigints(0) { orders[cancellations[$0]].position }
                    slice.bigints(1) { orders[cancellations[$0]].key }
                }
        }
        let replaced = changes.replacedPositions
        try appendLines(
            replaced.isEmpty
                ? batch.lines : batch.lines.filter { !replaced.contains($0.position) })
    }

    private struct EarlierOrders {
        /// Positions of orders that the batch has anew.
        var replaced: [Int64] = []
        /// Positions of orders that the batch cancels.
        var cancelled: [Int64] = []
        var customers: [Int64] = []
    }

    /// Finds the orders of these keys that were written before.
    private func earlierOrders(
        _ keys: Set<Int64>, _ changes: OrderChanges
    ) throws(ArchiveError) -> EarlierOrders {
        var earlier = EarlierOrders()
        guard !keys.isEmpty else { return earlier }
        try stage(Array(keys))
        let rows = try rows(
            """
            SELECT key, position, customer FROM orders
            WHERE key IN (SELECT number FROM staged)
            """)
        while rows.next() {
            let isReplaced = changes.completedKeys.contains(rows.int64(0))
            if isReplaced {
                earlier.replaced.append(rows.int64(1))
            } else {
                earlier.cancelled.append(rows.int64(1))
            }
            earlier.customers.append(rows.int64(2))
        }
        return earlier
    }

    /// Which of these keys were cancelled before.
    private func earlierCancellations(_ keys: Set<Int64>) throws(ArchiveError) -> Set<Int64> {
        guard !keys.isEmpty, try integer("SELECT count(*) FROM cancellations") > 0 else {
            return []
        }
        try stage(Array(keys))
        let rows = try rows(
            "SELECT key FROM cancellations WHERE key IN (SELECT number FROM staged)")
        var found: Set<Int64> = []
        while rows.next() { found.insert(rows.int64(0)) }
        return found
    }

    private func appendCompleted(
        _ orders: [ArchivedOrder], _ kept: [Int], _ cancelled: Set<Int64>
    ) throws(ArchiveError) {
        guard !kept.isEmpty else { return }
        let columns: [ColumnType] = [
            .bigint, .bigint, .bigint, .varchar, .bigint, .integer, .integer, .integer, .bigint,
            .boolean,
        ]
        try appender(for: "orders", columns).append(kept.count) { slice in
            fillOrders(slice, orders, kept)
            slice.booleans(9) {
                !cancelled.isEmpty && cancelled.contains(orders[kept[$0]].key)
            }
        }
    }

    private func appendRefunds(
        _ orders: [ArchivedOrder], _ kept: [Int]
    ) throws(ArchiveError) {
        guard !kept.isEmpty else { return }
        let columns: [ColumnType] = [
            .bigint, .bigint, .bigint, .varchar, .bigint, .integer, .integer, .integer, .bigint,
        ]
        try appender(for: "refunds", columns).append(kept.count) { slice in
            fillOrders(slice, orders, kept)
        }
    }

    private func appendLines(_ lines: [ArchivedOrderLine]) throws(ArchiveError) {
        guard !lines.isEmpty else { return }
        let columns: [ColumnType] = [
            .bigint, .integer, .varchar, .varchar, .varchar, .bigint, .bigint,
        ]
        try appender(for: "order_lines", columns).append(lines.count) { slice in
            slice.bigints(0) { lines[$0].position }
            slice.integers(1) { lines[$0].index }
            slice.texts(2) { lines[$0].productID }
            slice.texts(3) { lines[$0].name }
            slice.texts(4) { lines[$0].category }
            slice.bigints(5) { lines[$0].quantityMilli }
            slice.bigints(6) { lines[$0].unitPriceMinor }
        }
    }
}

/// The columns that orders and refunds have in common.
private func fillOrders(
    _ slice: Appender.Slice, _ orders: [ArchivedOrder], _ kept: [Int]
) {
    slice.bigints(0) { orders[kept[$0]].position }
    slice.bigints(1) { orders[kept[$0]].key }
    slice.bigints(2) { orders[kept[$0]].customer }
    slice.texts(3) { orders[kept[$0]].orderID }
    slice.bigints(4) { orders[kept[$0]].occurredAt.milliseconds }
    slice.integers(5) { orders[kept[$0]].localDay }
    slice.integers(6) { orders[kept[$0]].localMonth }
    slice.integers(7) { Int32(bitPattern: orders[kept[$0]].currency.packed) }
    slice.bigints(8) { orders[kept[$0]].totalMinor }
}
