#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How much less a later order counts than one now.
public enum Discounting: Hashable, Sendable {
    /// An order counts the same whenever it comes.
    case none
    /// Time is cut into steps, and the orders of a step count as if they came at its end, each step
    /// (1 + rate) times less than the one before: how spreadsheets do it, and `lifetimes`, with
    /// steps of 30 days. `step` is in the unit of the histories and above 0; `rate` above −1.
    case stepwise(step: Double, rate: Double)
    /// An order at time t counts e^(−rate t): the limit of short steps. `rate` is by unit of time.
    case continuous(rate: Double)
}

extension BuyTillYouDieModel {
    /// The discounted number of orders to expect in the next `time`: times what an order earns, the
    /// customer's lifetime value over that horizon.
    ///
    /// - Parameter time: From the end of the observation, finite; below zero counts as zero.
    /// - Complexity: O(1), with steps O(time / step).
    public func discountedOrders(
        _ history: PurchaseHistory, within time: Double, _ discounting: Discounting
    ) -> Double {
        let odds = oddsOfHavingLeft(history)
        guard time > 0, odds.isFinite else { return time.isNaN ? .nan : 0 }
        return discountedOrdersWhileAlive(history, within: time, discounting) / (1 + odds)
    }

    /// The discounted orders of each group's customers; see the same of one history.
    public func discountedOrders(
        _ histories: GroupedHistories, within time: Double, _ discounting: Discounting
    ) -> [Double] {
        let orders = histories.byFrequencyAndAge {
            time > 0 ? discountedOrdersWhileAlive($0, within: time, discounting) : 0
        }
        return orders.indices.map {
            let odds = oddsOfHavingLeft(histories[$0])
            return odds.isFinite ? orders[$0] / (1 + odds) : 0
        }
    }

    private func discountedOrdersWhileAlive(
        _ history: PurchaseHistory, within time: Double, _ discounting: Discounting
    ) -> Double {
        switch discounting {
        case .none:
            return ordersWhileAlive(history, within: time)
        case .stepwise(let step, let rate):
            precondition(step > 0 && rate > -1 && time < .infinity, "steps never end")
            var (sum, before, discount) = (0.0, 0.0, 1.0)
            var end = 0.0
            var index = 0.0
            while end < time {
                index += 1
                end = min(time, index * step)
                let orders = ordersWhileAlive(history, within: end)
                discount /= 1 + rate
                sum += (orders - before) * discount
                before = orders
            }
            return sum
        case .continuous(let rate):
            // By parts: e^(−δh) EY(h) + δ ∫ e^(−δt) EY(t) dt. Expected orders bend most at the
            // beginning, so the panels double.
            var sum = exp(-rate * time) * ordersWhileAlive(history, within: time)
            var (start, end) = (0.0, time / 1024)
            while start < time {
                let length = min(end, time) - start
                sum += discountRule.integral(to: length) {
                    let t = start + $0
                    return rate * exp(-rate * t) * ordersWhileAlive(history, within: t)
                }
                (start, end) = (start + length, 2 * end)
            }
            return sum
        }
    }
}

/// Ten nodes a panel: expected orders are smooth, and a panel is at most as long as what precedes it.
private let discountRule = GaussLegendre(count: 10)
