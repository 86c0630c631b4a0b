package import Kernel

extension Promotion {
    /// A period of the program's calendar, in its zone.
    package enum Period: String, Sendable, CaseIterable {
        case day, week, month, year

        /// Its first day; weeks begin on Monday.
        package func firstDay(of day: CalendarDay) -> CalendarDay {
            switch self {
            case .day: return day
            case .week:
                let rest = (day.daysSinceEpoch + 3) % 7
                return CalendarDay(
                    daysSinceEpoch: day.daysSinceEpoch - (rest < 0 ? rest + 7 : rest))
            case .month:
                return CalendarDay(
                    daysSinceEpoch: day.daysSinceEpoch - day.components.day + 1)
            case .year:
                return CalendarDay(year: day.components.year, month: 1, day: 1) ?? day
            }
        }

        /// The first day of the period after it.
        package func nextFirstDay(after day: CalendarDay) -> CalendarDay {
            let first = firstDay(of: day)
            // The longest of a kind, from the first day of any, ends within the next.
            let lengthMax =
                switch self {
                case .day: 1
                case .week: 7
                case .month: 31
                case .year: 366
                }
            return firstDay(of: CalendarDay(daysSinceEpoch: first.daysSinceEpoch + lengthMax))
        }
    }

    /// Whose uses are counted together.
    package enum CounterScope: Hashable, Sendable {
        case everybody
        case customer(String)
        /// The customer's in one period.
        case customerIn(String, Period, firstDay: CalendarDay)
    }

    /// The counts that a use by this customer at this time adds to: all uses, and the customer's, are counted also where
    /// nothing limits them, so that a limit that is set later knows of them.
    ///
    /// - Parameter customer: Nil where nobody knows; limits per customer then aren't among the counts, and
    ///   `Validation` refuses the use.
    package func counters(
        for customer: String?, at time: Timestamp, zone: ZoneRules
    ) -> [CounterScope] {
        guard let customer else { return [.everybody] }
        var counters: [CounterScope] = [.everybody, .customer(customer)]
        for period in Period.allCases where limits.perPeriod[period] != nil {
            let firstDay = period.firstDay(of: zone.day(of: time))
            counters.append(.customerIn(customer, period, firstDay: firstDay))
        }
        return counters
    }
}

/// How often a promotion was used or is reserved, as validation asks.
package struct UseCounts: Hashable, Sendable {
    /// By everybody.
    package var total: Int
    /// By the customer of the cart.
    package var ofCustomer: Int
    /// By that customer in the period that the cart's time is in.
    package var ofCustomerInPeriod: [Promotion.Period: Int]

    package init(
        total: Int = 0, ofCustomer: Int = 0, ofCustomerInPeriod: [Promotion.Period: Int] = [:]
    ) {
        self.total = total
        self.ofCustomer = ofCustomer
        self.ofCustomerInPeriod = ofCustomerInPeriod
    }
}
