/// What is to be expected of the customers of each distinct history, in columns by group.
struct GroupForecasts {
    private(set) var probabilityAlive: [Double] = []
    /// [horizon × group].
    private(set) var churnProbability: [[Double]]
    /// [horizon × group].
    private(set) var expectedOrders: [[Double]]
    private(set) var nextOrderMedian: [Double?] = []
    private(set) var nextOrderEarly: [Double?] = []
    private(set) var nextOrderLate: [Double?] = []

    init(_ histories: GroupedHistories, model: some BuyTillYouDieModel, horizons: [Double]) {
        let odds = (0..<histories.count).map { model.oddsOfHavingLeft(histories[$0]) }
        probabilityAlive = odds.map { 1 / (1 + $0) }
        churnProbability = []
        expectedOrders = []
        for horizon in horizons {
            let silence = histories.byFrequencyAndAge {
                horizon > 0 ? model.silenceWhileAlive($0, within: horizon) : 1
            }
            churnProbability.append(
                zip(odds, silence).map { model.noOrder(odds: $0, silence: $1) })
            expectedOrders.append(
                Self.expectedOrders(histories, model: model, within: horizon, odds: odds))
        }
        func times(_ quantile: Double) -> [Double?] {
            (0..<histories.count).map {
                model.timeToNextOrder(histories[$0], quantile: quantile, odds: odds[$0])
            }
        }
        nextOrderMedian = times(0.5)
        nextOrderEarly = times(0.1)
        nextOrderLate = times(0.9)
    }

    fileprivate static func expectedOrders(
        _ histories: GroupedHistories, model: some BuyTillYouDieModel, within time: Double,
        odds: [Double]
    ) -> [Double] {
        let orders = histories.byFrequencyAndAge {
            time > 0 ? model.ordersWhileAlive($0, within: time) : 0
        }
        return zip(odds, orders).map { $0.isFinite ? $1 / (1 + $0) : 0 }
    }
}

extension BuyTillYouDieModel {
    /// The orders to expect of each group's customers in the next `time`; many times faster than
    /// one history after another, because what those who are still there will order depends on
    /// their frequency and age alone.
    public func expectedOrders(
        _ histories: GroupedHistories, within time: Double, workers: Workers = .one
    ) -> [Double] {
        let odds = histories.count.inPieces(workers) { rows in
            rows.map { oddsOfHavingLeft(histories[$0]) }
        }
        return GroupForecasts.expectedOrders(histories, model: self, within: time, odds: odds)
    }

    /// The orders to expect of each customer in the next `time`, of histories that haven't been
    /// grouped: for a single prediction, grouping takes longer than it saves.
    public func expectedOrders(
        _ histories: PurchaseHistories, within time: Double, workers: Workers = .one
    ) -> [Double] {
        guard time > 0 else { return [Double](repeating: 0, count: histories.count) }
        return histories.count.inPieces(workers) { rows in
            var known = FrequencyAndAgeCache()
            return rows.map { customer in
                let history = histories[customer]
                // Without a repeat there is no recency either: all depends on the age.
                if history.frequency == 0 {
                    return known.value(history) { expectedOrders($0, within: time) }
                }
                let odds = oddsOfHavingLeft(history)
                guard odds.isFinite else { return 0 }
                return known.value(history) { ordersWhileAlive($0, within: time) } / (1 + odds)
            }
        }
    }
}

extension Int {
    /// The values of 0..<self, computed piece by piece.
    fileprivate func inPieces(
        _ workers: Workers, _ values: @Sendable (_ rows: Range<Int>) -> [Double]
    ) -> [Double] {
        if workers.areOne { return values(0..<self) }
        let piece = 1 << 15
        let pieces = workers.map((self + piece - 1) / piece) {
            values($0 * piece..<Swift.min(self, ($0 + 1) * piece))
        }
        return pieces.flatMap(\.self)
    }
}

/// Values that depend on frequency and age alone: ages are days, so there are few, and the last of
/// each slot is kept.
private struct FrequencyAndAgeCache {
    private static let count = 1 << 13
    private var frequencies = [Int](repeating: -1, count: count)
    private var ages = [Double](repeating: 0, count: count)
    private var values = [Double](repeating: 0, count: count)

    mutating func value(
        _ history: PurchaseHistory, _ compute: (PurchaseHistory) -> Double
    ) -> Double {
        let mixed =
            (history.age.bitPattern ^ UInt64(truncatingIfNeeded: history.frequency) << 17)
            &* 0x9E37_79B9_7F4A_7C15
        let slot = Int(mixed >> 51)
        if frequencies[slot] != history.frequency || ages[slot] != history.age {
            frequencies[slot] = history.frequency
            ages[slot] = history.age
            values[slot] = compute(history)
        }
        return values[slot]
    }
}

extension GroupedHistories {
    /// A value of each group that depends on frequency and age alone.
    ///
    /// Ages are days, so there are few: the last thousand are kept by a hash of the age.
    func byFrequencyAndAge(_ value: (PurchaseHistory) -> Double) -> [Double] {
        var keys = [Double](repeating: -1, count: 1024)
        var values = [Double](repeating: 0, count: 1024)
        var found = [Double](repeating: 0, count: count)
        var last = -1
        for group in 0..<count {
            if frequency[group] != last {
                last = frequency[group]
                for slot in keys.indices { keys[slot] = -1 }
            }
            let age = age[group]
            let slot = Int(((age.bitPattern &* 0x9E37_79B9_7F4A_7C15) >> 54) & 1023)
            if keys[slot] != age {
                keys[slot] = age
                values[slot] = value(self[group])
            }
            found[group] = values[slot]
        }
        return found
    }
}
