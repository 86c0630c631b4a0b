import Glibc
import Kernel

/// Orders of a made-up shop: every customer orders as a Poisson process of a rate of their own, which are
/// gamma-distributed (shape 0.8), from their own first day until the end of two years.
struct ShopSimulation {
    /// 2023-01-01 00:00:00 UTC.
    static let start: Int64 = 1_672_531_200_000
    /// Two years in milliseconds.
    static let length: Int64 = 731 * 86_400_000
    private static let rateShape = 0.8
    private static let customerBits: Int64 = 24

    /// Packed (millisecond since the start, customer), ascending.
    private let orders: [Int64]
    private let seed: UInt64

    var count: Int { orders.count }

    /// - Parameters:
    ///   - orderCount: Not below `customerCount`: everybody orders once.
    ///   - customerCount: Below 16,777,216.
    init(orderCount: Int, customerCount: Int, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let firsts = (0..<customerCount).map { _ in random.unit() }
        let weights = firsts.map { random.gamma(shape: Self.rateShape) * (1 - $0) }
        let total = weights.reduce(0, +)
        let repeats = Double(orderCount - customerCount)
        var orders: [Int64] = []
        orders.reserveCapacity(orderCount)
        var cumulative = 0.0
        var taken = 0
        for customer in 0..<customerCount {
            cumulative += weights[customer]
            let upTo = Int((repeats * cumulative / total).rounded())
            orders.append(Self.pack(firsts[customer], customer))
            // Given their number, the times of a Poisson process are uniform.
            for _ in taken..<max(upTo, taken) {
                let share = firsts[customer] + (1 - firsts[customer]) * random.unit()
                orders.append(Self.pack(share, customer))
            }
            taken = max(upTo, taken)
        }
        orders.sort()
        self.orders = orders
        self.seed = seed
    }

    private static func pack(_ share: Double, _ customer: Int) -> Int64 {
        let millisecond = min(Int64(share * Double(length)), length - 1)
        return millisecond << customerBits | Int64(customer)
    }

    /// The order at a place in time, from 0.
    subscript(index: Int) -> (customer: Int, at: Timestamp, totalMinor: Int64) {
        let packed = orders[index]
        var random = SeededRandom(seed: seed &+ UInt64(truncatingIfNeeded: index) &* 2 &+ 1)
        let exponent = 3.5 + 0.8 * (random.unit() + random.unit() + random.unit() - 1.5) * 2
        return (
            Int(packed & (1 << Self.customerBits - 1)),
            Timestamp(milliseconds: Self.start + packed >> Self.customerBits),
            max(1, Int64(exp(exponent) * 100))
        )
    }
}
