package import Kernel

/// All orders that count, by customer and day: what everything that models see is worked out from, so that a
/// scoring reads the archive once.
///
/// Takes 14 bytes an order and 16 a customer.
package struct OrderHistories: Sendable {
    /// Ascending.
    let customers: [Int64]
    /// Where each customer's orders begin, and the end of the last one's.
    let starts: [Int]
    /// Local days; of each customer ascending.
    let days: [Int32]
    let totalsMinor: [Int64]
    /// Places in `currencies`.
    let currencyPlaces: [UInt16]
    /// `Currency.packed`, ascending.
    let currencies: [UInt32]

    package var customerCount: Int { customers.count }
    package var orderCount: Int { days.count }

    /// A customer's orders up to and including a day.
    @inline(__always)
    func orders(of customer: Int, until day: Int) -> Range<Int> {
        var end = starts[customer + 1]
        while end > starts[customer], Int(days[end - 1]) > day { end -= 1 }
        return starts[customer]..<end
    }

    /// The rows of the customers that a summary describes.
    func rows(of summaries: PurchaseSummaries) -> [Int] {
        var rows: [Int] = []
        rows.reserveCapacity(summaries.count)
        var row = 0
        for customer in summaries.customers {
            while row < customers.count, customers[row] < customer { row += 1 }
            guard row < customers.count, customers[row] == customer else { continue }
            rows.append(row)
        }
        return rows
    }
}

extension Archive {
    /// So many log positions are read at a time: a query's result is held in memory.
    private static let positionsPerRead = 1 << 20

    /// The orders of all customers up to and including a day.
    package func orderHistories(until end: CalendarDay) throws(ArchiveError) -> OrderHistories {
        try read { connection throws(ArchiveError) in
            let orders = try connection.ordersTable()
            let counts = "WHERE customer <> 0 AND NOT cancelled AND local_day <= ?"
            let day = Argument.integer(Int64(end.daysSinceEpoch))
            var filling = HistoriesFilling()
            let customers = try connection.rows(
                """
                SELECT customer, count(*) FROM \(orders) \(counts)
                GROUP BY customer ORDER BY customer
                """, [day])
            while customers.next() { filling.add(customers.int64(0), orders: customers.int(1)) }
            let currencies = try connection.rows(
                "SELECT DISTINCT currency FROM \(orders) \(counts) ORDER BY currency", [day])
            while currencies.next() {
                filling.currencies.append(try currencies.currency(0).packed)
            }
            filling.reserve()
            let last = Int(
                try connection.integer("SELECT coalesce(max(position), 0)::BIGINT FROM \(orders)"))
            for start in stride(from: 0, through: last, by: Self.positionsPerRead) {
                let rows = try connection.rows(
                    """
                    SELECT customer, local_day, currency, total_minor FROM \(orders) \(counts)
                        AND position > ? AND position <= ?
                    """,
                    [
                        day, .integer(Int64(start)),
                        .integer(Int64(start + Self.positionsPerRead)),
                    ])
                while let count = rows.nextChunk() {
                    let (customers, days) = (rows.bigints(0), rows.integers(1))
                    let (currencies, totals) = (rows.integers(2), rows.bigints(3))
                    for row in 0..<count {
                        filling.fill(
                            customers[row], day: days[row],
                            currency: UInt32(bitPattern: currencies[row]), totalMinor: totals[row])
                    }
                }
            }
            return filling.histories()
        }
    }
}

/// Puts orders, which come in any order, to their customers.
private struct HistoriesFilling {
    var customers: [Int64] = []
    var currencies: [UInt32] = []
    private var places = CustomerPlaces()
    private var starts: [Int] = [0]
    /// Where each customer's next order goes.
    private var next: [Int] = []
    private var days: [Int32] = []
    private var totals: [Int64] = []
    private var currencyPlaces: [UInt16] = []

    mutating func add(_ customer: Int64, orders: Int) {
        customers.append(customer)
        starts.append((starts.last ?? 0) + orders)
    }

    mutating func reserve() {
        let count = starts.last ?? 0
        places = CustomerPlaces(customers)
        next = Array(starts.dropLast())
        days = Array(repeating: 0, count: count)
        totals = Array(repeating: 0, count: count)
        currencyPlaces = Array(repeating: 0, count: count)
    }

    /// Both queries are of one moment, so each order has its place.
    mutating func fill(_ customer: Int64, day: Int32, currency: UInt32, totalMinor: Int64) {
        guard let row = places[customer], next[row] < starts[row + 1] else { return }
        let place = next[row]
        next[row] += 1
        days[place] = day
        totals[place] = totalMinor
        if currencies.count > 1 {
            currencyPlaces[place] = UInt16(
                truncatingIfNeeded: currencies.firstIndex(of: currency) ?? 0)
        }
    }

    /// In order of day, whatever order the log has.
    consuming func histories() -> OrderHistories {
        for row in customers.indices {
            let range = starts[row]..<starts[row + 1]
            var isSorted = true
            for place in range.dropFirst() where days[place] < days[place - 1] {
                isSorted = false
                break
            }
            if isSorted { continue }
            let order = range.sorted { (days[$0], $0) < (days[$1], $1) }
            let sorted = order.map { (days[$0], totals[$0], currencyPlaces[$0]) }
            for (place, values) in zip(range, sorted) {
                (days[place], totals[place], currencyPlaces[place]) = values
            }
        }
        return OrderHistories(
            customers: customers, starts: starts, days: days, totalsMinor: totals,
            currencyPlaces: currencyPlaces, currencies: currencies)
    }
}

/// The places of customers in a list, by their ids: a table that has room for every id where they lie close
/// enough together, which they do in a shop of orders; else a hash table.
private struct CustomerPlaces {
    private var dense: [Int32] = []
    private var sparse = NumberPlaces()
    /// A table may have so many times the room that customers need.
    private static let roomPerCustomer = 32

    init() {}

    /// - Parameter customers: Ascending, above 0.
    init(_ customers: [Int64]) {
        guard let last = customers.last else { return }
        if last < Int64(customers.count * Self.roomPerCustomer + 1024) {
            dense = Array(repeating: -1, count: Int(last) + 1)
            for (place, customer) in customers.enumerated() where customer >= 0 {
                dense[Int(customer)] = Int32(truncatingIfNeeded: place)
            }
        } else {
            for (place, customer) in customers.enumerated() { sparse.set(customer, place) }
        }
    }

    subscript(customer: Int64) -> Int? {
        if dense.isEmpty { return sparse[customer] }
        guard customer >= 0, customer < dense.count else { return nil }
        let place = dense[Int(customer)]
        return place < 0 ? nil : Int(place)
    }
}
