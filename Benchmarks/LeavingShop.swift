import Glibc
import Kernel

/// Orders of a made-up shop whose customers leave unseen, as Pareto/NBD has it, over three years: first
/// orders on any day; then a Poisson process of a rate of the customer's own (gamma, shape 0.8), until
/// the customer leaves, at a rate of their own too (gamma, shape 0.6, rate one year). What an order is
/// worth varies between customers and between the orders of one.
struct LeavingShop {
    /// 2023-01-01 00:00:00 UTC.
    private static let start: Int64 = 1_672_531_200_000
    /// Three years, of which one is a leap year, in days.
    private static let days = 1096.0
    private static let customerBits: Int64 = 24
    private static let rateShape = 0.8
    private static let leaving = (shape: 0.6, rate: 365.25)

    /// Packed (millisecond since the start, customer), ascending.
    private let orders: [Int64]
    private let seed: UInt64

    var count: Int { orders.count }

    /// - Parameters:
    ///   - orderCount: The orders to expect; there are so many but for chance, with ten million a
    ///     thousandth more or less. Above `customerCount`.
    ///   - customerCount: Below 16,777,216.
    init(aboutOrders orderCount: Int, customerCount: Int, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let customers = (0..<customerCount).map { _ in
            let first = random.unit() * Self.days
            let rate = random.gamma(shape: Self.rateShape)
            let leaving = random.gamma(shape: Self.leaving.shape) / Self.leaving.rate
            return (first: first, rate: rate, end: first + random.exponential() / leaving)
        }
        var repeats = 0.0
        for one in customers { repeats += one.rate * (min(one.end, Self.days) - one.first) }
        let scale = Double(orderCount - customerCount) / repeats
        var orders: [Int64] = []
        orders.reserveCapacity(orderCount + orderCount / 100)
        for (customer, one) in customers.enumerated() {
            var day = one.first
            let end = min(one.end, Self.days)
            while day < end {
                orders.append(Int64(day * 86_400_000) << Self.customerBits | Int64(customer))
                day += random.exponential() / (one.rate * scale)
            }
        }
        orders.sort()
        self.orders = orders
        self.seed = seed
    }

    /// The order at a place in time, from 0.
    subscript(index: Int) -> (customer: Int, at: Timestamp, totalMinor: Int64) {
        let packed = orders[index]
        let customer = packed & (1 << Self.customerBits - 1)
        var order = SeededRandom(seed: seed &+ UInt64(truncatingIfNeeded: index) &* 2 &+ 1)
        var person = SeededRandom(seed: seed &+ UInt64(truncatingIfNeeded: customer) &* 2)
        let exponent = 3.5 + 0.5 * person.normal() + 0.5 * order.normal()
        return (
            Int(customer),
            Timestamp(milliseconds: Self.start + packed >> Self.customerBits),
            max(1, Int64(exp(exponent) * 100))
        )
    }
}
