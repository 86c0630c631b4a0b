package import Kernel

/// What the purchase models are fitted to: one row for each customer, in columns.
package struct PurchaseSummaries: Sendable, Equatable {
    /// The unit that times are counted in.
    package enum Unit: Int, Sendable {
        case day = 1
        case week = 7
    }

    package var calibrationEnd: CalendarDay
    package var unit: Unit
    package var customers: [Int64] = []
    /// Days with an order, less the first.
    package var frequency: [Int] = []
    /// From the first day to the last, in units.
    package var recency: [Double] = []
    /// From the first day to the end of the calibration, in units.
    package var age: [Double] = []
    /// `Currency.packed` of the currency that most orders were in; amounts are of these orders
    /// only.
    package var currency: [UInt32] = []
    /// What was ordered after the first day, in minor units, before refunds.
    package var repeatSpendMinor: [Int64] = []
    /// The mean of a repeat day's total in minor units, over the days with an order in `currency`;
    /// 0 where there is none.
    package var meanRepeatSpendMinor: [Double] = []

    package var count: Int { customers.count }

    private mutating func reserve(_ count: Int) {
        customers.reserveCapacity(count)
        frequency.reserveCapacity(count)
        recency.reserveCapacity(count)
        age.reserveCapacity(count)
        currency.reserveCapacity(count)
        repeatSpendMinor.reserveCapacity(count)
        meanRepeatSpendMinor.reserveCapacity(count)
    }

    fileprivate init(_ end: CalendarDay, _ unit: Unit, reserving count: Int) {
        calibrationEnd = end
        self.unit = unit
        reserve(count)
    }
}

/// What customers did after the day up to which a model saw them, in columns.
package struct HoldoutSummaries: Sendable, Equatable {
    /// Days with an order after the cut, until the end; row i is that of the summaries' customer i.
    package var ordersAfter: [Int] = []
    /// What was ordered then in the customer's main currency, in minor units, before refunds.
    package var spendAfterMinor: [Int64] = []
    /// Repeat orders (days with one, of the summaries' customers) of each day from the first order of all to
    /// the end.
    package var repeatsByDay: [Int] = []
}

extension Archive {
    /// Each customer's days of purchase up to and including `calibrationEnd`, in order of customer;
    /// the orders of one day are one transaction. Customers who came later have no row.
    package func purchaseSummaries(
        calibrationEnd: CalendarDay, unit: PurchaseSummaries.Unit
    ) throws(ArchiveError) -> PurchaseSummaries {
        try orderHistories(until: calibrationEnd).summaries(until: calibrationEnd, unit: unit)
    }
}

extension OrderHistories {
    /// Each customer's days of purchase up to and including a day, in order of customer; the orders of one day
    /// are one transaction. Customers who came later have no row.
    ///
    /// - Throws: `.amountOutOfRange` where a customer's spend has no room in 64 bits.
    package func summaries(
        until end: CalendarDay, unit: PurchaseSummaries.Unit
    ) throws(ArchiveError) -> PurchaseSummaries {
        var summaries = PurchaseSummaries(end, unit, reserving: customers.count)
        let length = Double(unit.rawValue)
        let last = end.daysSinceEpoch
        for row in customers.indices {
            let orders = orders(of: row, until: last)
            guard let first = orders.first else { continue }
            let currency = mainCurrency(orders)
            let firstDay = days[first]
            var (distinct, before) = (0, Int32.min)
            var (spend, spendDays, spendBefore) = (Int64(0), 0, Int32.min)
            for place in orders {
                let day = days[place]
                if day != before {
                    distinct += 1
                    before = day
                }
                guard day > firstDay, currencyPlaces[place] == currency else { continue }
                let (sum, overflow) = spend.addingReportingOverflow(totalsMinor[place])
                guard !overflow else { throw .amountOutOfRange }
                spend = sum
                if day != spendBefore {
                    spendDays += 1
                    spendBefore = day
                }
            }
            summaries.customers.append(customers[row])
            summaries.frequency.append(distinct - 1)
            summaries.recency.append(Double(before - firstDay) / length)
            summaries.age.append(Double(last - Int(firstDay)) / length)
            summaries.currency.append(currencies[Int(currency)])
            summaries.repeatSpendMinor.append(spend)
            summaries.meanRepeatSpendMinor.append(
                spendDays == 0 ? 0 : Double(spend) / Double(spendDays))
        }
        return summaries
    }

    /// What came after `summaries.calibrationEnd` up to and including `end`, of the customers who had
    /// ordered by then.
    ///
    /// - Throws: `.amountOutOfRange` where a customer's spend has no room in 64 bits.
    package func holdout(
        after summaries: PurchaseSummaries, until end: CalendarDay
    ) throws(ArchiveError) -> HoldoutSummaries {
        let cut = summaries.calibrationEnd.daysSinceEpoch
        let last = end.daysSinceEpoch
        var holdout = HoldoutSummaries(
            ordersAfter: Array(repeating: 0, count: summaries.count),
            spendAfterMinor: Array(repeating: 0, count: summaries.count))
        let rows = rows(of: summaries)
        let origin = rows.lazy.map { Int(days[starts[$0]]) }.min() ?? 0
        for (index, row) in rows.enumerated() {
            let main = summaries.currency[index]
            let firstDay = days[starts[row]]
            var before = Int32.min
            for place in orders(of: row, until: last) {
                let day = days[place]
                if Int(day) > cut, currencies[Int(currencyPlaces[place])] == main {
                    let (sum, overflow) = holdout.spendAfterMinor[index]
                        .addingReportingOverflow(totalsMinor[place])
                    guard !overflow else { throw .amountOutOfRange }
                    holdout.spendAfterMinor[index] = sum
                }
                if day == before { continue }
                before = day
                if Int(day) > cut { holdout.ordersAfter[index] += 1 }
                guard day > firstDay else { continue }
                let offset = Int(day) - origin
                while holdout.repeatsByDay.count <= offset { holdout.repeatsByDay.append(0) }
                holdout.repeatsByDay[offset] += 1
            }
        }
        return holdout
    }

    /// The place of the currency that most of these orders are in; of several, the first by its letters.
    private func mainCurrency(_ orders: Range<Int>) -> UInt16 {
        guard currencies.count > 1, let first = orders.first else { return 0 }
        guard orders.contains(where: { currencyPlaces[$0] != currencyPlaces[first] }) else {
            return currencyPlaces[first]
        }
        var counts = [Int](repeating: 0, count: currencies.count)
        for place in orders { counts[Int(currencyPlaces[place])] += 1 }
        let most = counts.max() ?? 0
        return UInt16(counts.firstIndex(of: most) ?? 0)
    }
}
