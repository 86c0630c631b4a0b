/// How often a customer orders, and for how long they haven't: why a forecast is what it is, in one sentence.
package struct PurchaseRhythm: Sendable, Equatable {
    /// Days with an order.
    package let orderDays: Int
    /// From the last of them to the day of the forecast.
    package let silenceDays: Int
    /// Between one day with an order and the next, on average; nil with one.
    package let meanGapDays: Double?

    /// - Parameters:
    ///   - days: Days with an order, in any order, counted from any day.
    ///   - asOf: The day of the forecast; orders after it don't count.
    /// - Returns: Nil where nothing was ordered by then.
    package init?(days: some Sequence<Int>, asOf: Int) {
        let known = Set(days.lazy.filter { $0 <= asOf })
        guard let first = known.min(), let last = known.max() else { return nil }
        orderDays = known.count
        silenceDays = asOf - last
        meanGapDays = known.count > 1 ? Double(last - first) / Double(known.count - 1) : nil
    }

    /// Such as `Ordered on 6 days, every 24 days on average, and not for 71 days: 3.0 times the usual gap.`
    package var sentence: String {
        let ago =
            switch silenceDays {
            case 0: "on the very day of this forecast"
            case 1: "one day before this forecast"
            default: "\(silenceDays) days before this forecast"
            }
        guard let gap = meanGapDays else {
            return "Ordered once, \(ago), and not again: there is no rhythm to go by yet."
        }
        let usual = gap.rounded() == 1 ? "every day" : "every \(Int(gap.rounded())) days"
        let start = "Ordered on \(orderDays) days, \(usual) on average, and last \(ago): "
        let ratio = gap > 0 ? Double(silenceDays) / gap : 0
        switch ratio {
        case ..<0.75: return start + "sooner than the next order is usually due."
        case ..<1.25: return start + "about when the next order is usually due."
        default:
            let tenths = Int((ratio * 10).rounded())
            return start + "\(tenths / 10).\(tenths % 10) times the usual gap."
        }
    }
}
