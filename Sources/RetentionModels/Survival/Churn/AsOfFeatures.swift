/// What customers did, when: rows in any order.
public struct DatedEvents: Equatable, Sendable {
    /// The customer of each row, from 0.
    public let customers: [Int]
    /// When it was, in days since any day, the same for all rows.
    public let times: [Double]
    /// What it was: the place of its kind in `kindNames`.
    public let kinds: [Int]
    /// What it was worth; NaN or 0 for nothing.
    public let amounts: [Double]
    /// Such as `log-in`, `order`.
    public let kindNames: [String]

    /// Keeps the columns, which must be of one length, with finite times, customers from 0, and
    /// kinds that have a name.
    public init(
        customers: [Int], times: [Double], kinds: [Int], amounts: [Double], kindNames: [String]
    ) {
        precondition(
            customers.count == times.count && customers.count == kinds.count
                && customers.count == amounts.count, "columns differ in length")
        precondition(customers.allSatisfy { $0 >= 0 }, "customers are numbered from 0")
        precondition(times.allSatisfy(\.isFinite), "a time isn't finite")
        precondition(kinds.allSatisfy(kindNames.indices.contains), "a kind has no name")
        self.customers = customers
        self.times = times
        self.kinds = kinds
        self.amounts = amounts
        self.kindNames = kindNames
    }

    /// How many rows there are.
    public var count: Int { customers.count }
}

/// What was known of customers at a moment: features made of nothing that came after it.
///
/// Every row passes one gate, `time <= moment`, before anything is learnt from it; who is described
/// at all is decided behind that gate too. So no figure can hold a trace of the future, which a
/// test proves by shuffling it.
public struct AsOfFeatures: Equatable, Sendable {
    /// Features by customer: `tenure`, `silence` (days since the last event), `mean gap` (days
    /// between events; missing with one), `silence in gaps`; and for each kind `days since`, `in
    /// all`, and the number and worth in each window, such as `order count 30 d`, `order worth
    /// 30 d`.
    public let table: FeatureTable
    /// The customer in each row of the table, ascending: those with an event by the moment.
    public let customers: [Int]
    /// The moment.
    public let moment: Double

    /// Looks back from a moment. Linear time.
    ///
    /// - Parameters:
    ///   - moment: In the events' days; an event at the moment was known.
    ///   - windows: Days up to the moment, each above 0; an event just as long ago is outside.
    public init(
        _ events: DatedEvents, moment: Double, windows: [Double] = [7, 30, 90]
    ) throws(FeatureFault) {
        precondition(moment.isFinite && windows.allSatisfy { $0 > 0 }, "a window holds no time")
        let known = events.times.indices.filter { events.times[$0] <= moment }
        var seen = [Bool](
            repeating: false, count: (known.map { events.customers[$0] }.max() ?? -1) + 1)
        for row in known { seen[events.customers[row]] = true }
        let customers = seen.indices.filter { seen[$0] }
        var place = [Int](repeating: 0, count: seen.count)
        for (index, customer) in customers.enumerated() { place[customer] = index }

        let columns = Columns(kinds: events.kindNames, windows: windows)
        var values = [[Double]](
            repeating: [Double](repeating: 0, count: customers.count), count: columns.count)
        var (first, last) = (
            [Double](repeating: .infinity, count: customers.count),
            [Double](repeating: -.infinity, count: customers.count)
        )
        var eventCounts = [Double](repeating: 0, count: customers.count)
        for kind in events.kindNames.indices {
            values[columns.since(kind)] = [Double](repeating: .nan, count: customers.count)
        }
        for row in known {
            let (customer, time) = (place[events.customers[row]], events.times[row])
            let (kind, ago) = (events.kinds[row], moment - events.times[row])
            first[customer] = min(first[customer], time)
            last[customer] = max(last[customer], time)
            eventCounts[customer] += 1
            let since = values[columns.since(kind)][customer]
            values[columns.since(kind)][customer] = since.isNaN ? ago : min(since, ago)
            values[columns.total(kind)][customer] += 1
            for window in windows.indices where ago < windows[window] {
                values[columns.number(kind, window)][customer] += 1
                let amount = events.amounts[row]
                if amount.isFinite { values[columns.worth(kind, window)][customer] += amount }
            }
        }
        for customer in customers.indices {
            let silence = moment - last[customer]
            values[0][customer] = moment - first[customer]
            values[1][customer] = silence
            let gaps = eventCounts[customer] - 1
            let gap = gaps > 0 ? (last[customer] - first[customer]) / gaps : .nan
            values[2][customer] = gap
            // All at one time says nothing of how long a silence is usual.
            values[3][customer] = gap > 0 ? silence / gap : .nan
        }
        table = try FeatureTable(features: columns.features, columns: values)
        self.customers = customers
        self.moment = moment
    }

    /// Whether each of these customers had nothing of some kinds in the time after the moment: what
    /// a churn model is to foretell. An event at the moment is not after it, one at the end is.
    ///
    /// - Parameters:
    ///   - events: Must reach `horizon` beyond the moment; who calls knows that.
    ///   - horizon: In days.
    ///   - kinds: Places of the kinds that count; nil for all.
    public func leftWithin(
        _ horizon: Double, kinds: Set<Int>? = nil, of events: DatedEvents
    ) -> [Bool] {
        var place: [Int: Int] = [:]
        for (index, customer) in customers.enumerated() { place[customer] = index }
        var left = [Bool](repeating: true, count: customers.count)
        for row in events.times.indices {
            let after = events.times[row] - moment
            guard after > 0, after <= horizon, kinds?.contains(events.kinds[row]) ?? true,
                let customer = place[events.customers[row]]
            else { continue }
            left[customer] = false
        }
        return left
    }

    /// Where each feature stands.
    private struct Columns {
        let kinds: [String]
        let windows: [Double]

        private var each: Int { 2 + 2 * windows.count }
        var count: Int { 4 + kinds.count * each }
        func since(_ kind: Int) -> Int { 4 + kind * each }
        func total(_ kind: Int) -> Int { since(kind) + 1 }
        func number(_ kind: Int, _ window: Int) -> Int { since(kind) + 2 + 2 * window }
        func worth(_ kind: Int, _ window: Int) -> Int { number(kind, window) + 1 }

        var features: [Feature] {
            ["tenure", "silence", "mean gap", "silence in gaps"].map { Feature.number($0) }
                + kinds.flatMap { kind in
                    ["days since \(kind)", "\(kind) in all"].map { Feature.number($0) }
                        + windows.flatMap { window -> [Feature] in
                            let days = Int(exactly: window).map(String.init) ?? "\(window)"
                            return [
                                .number("\(kind) count \(days) d"),
                                .number("\(kind) worth \(days) d"),
                            ]
                        }
                }
        }
    }
}
