#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// When people need the same again: repeat intervals per product and customer.
///
/// The logarithms of a customer's intervals with a product are normal about the customer's own mean,
/// the customers' means are normal about the product's, and the products' about the shop's. So a
/// customer with one interval is mostly the product, and one with ten mostly themselves. Variances
/// are estimated by moments (Gelman & Hill 2007, chapter 12, for the shape; the within-variance is
/// pooled over the shop).
public struct Replenishment: Sendable {
    /// Rows to learn from: one for each time a customer bought a product.
    public struct Purchases: Sendable {
        /// [row]
        public var customers: [Int]
        /// [row]
        public var products: [Int]
        /// In any unit, the same for all. [row]
        public var times: [Double]

        /// Keeps the columns, in any order of rows.
        public init(customers: [Int], products: [Int], times: [Double]) {
            self.customers = customers
            self.products = products
            self.times = times
        }
    }

    /// When a customer is due to buy a product again.
    public struct Due: Hashable, Sendable {
        /// The customer's number.
        public let customer: Int
        /// The product's number.
        public let product: Int
        /// The last purchase.
        public let lastTime: Double
        /// When half of the next purchases have come, if they come.
        public let median: Double
        /// When they come with the probability asked for; it holds the customer's own variation and
        /// how little is known of them.
        public let interval: PredictionInterval
        /// The customer's own intervals behind it; 0 leans on other customers alone.
        public let ownIntervals: Int

        /// How much of the time until due has gone: 1 is due today.
        public func progress(at now: Double) -> Double {
            median > lastTime ? (now - lastTime) / (median - lastTime) : .infinity
        }
    }

    /// Why there is nothing to learn from.
    public enum Failure: Error, Hashable, Sendable {
        /// Columns of different lengths.
        case columnsDiffer
        /// A time that is infinite or not a number.
        case timeInvalid(row: Int)
        /// Nobody bought anything twice at different times.
        case noRepeats
        /// A gap, level or support that isn't in its range.
        case settingOutOfRange
    }

    /// The median interval of a product's typical customer, for products with enough repeats.
    public let medianIntervals: [Int: Double]
    private let products: [Int: Level]
    private let within: Double
    private let between: Double
    private let minimumGap: Double
    private let pairs: [Pair]

    private struct Level {
        var mean: Double
        var variance: Double
    }

    private struct Pair {
        var customer: Int
        var product: Int
        var last: Double
        var logs: [Double]
    }

    /// Learns the intervals.
    ///
    /// - Parameters:
    ///   - minimumGap: Purchases closer together count as one; above 0. A day, for example.
    ///   - minimumRepeats: Products with fewer intervals over all customers are not judged: many
    ///     things are bought once.
    /// - Throws: `Failure`.
    /// - Complexity: O(rows log rows).
    public init(
        _ purchases: Purchases, minimumGap: Double, minimumRepeats: Int = 5
    ) throws(Failure) {
        guard minimumGap > 0, minimumGap < .infinity, minimumRepeats >= 1 else {
            throw .settingOutOfRange
        }
        let count = purchases.times.count
        guard purchases.customers.count == count, purchases.products.count == count else {
            throw .columnsDiffer
        }
        if let row = purchases.times.firstIndex(where: { !$0.isFinite }) {
            throw .timeInvalid(row: row)
        }
        let all = Self.pairs(purchases, minimumGap)
        let logs = Dictionary(grouping: all, by: \.product).mapValues { $0.map(\.logs) }
        guard logs.values.contains(where: { $0.contains { !$0.isEmpty } }) else {
            throw .noRepeats
        }
        // Within a customer and product: pooled squared distances from own means.
        var (squares, freedom) = (CompensatedSum(), 0.0)
        for pair in all where pair.logs.count > 1 {
            let mean = pair.logs.reduce(0, +) / Double(pair.logs.count)
            for value in pair.logs { squares.add((value - mean) * (value - mean)) }
            freedom += Double(pair.logs.count - 1)
        }
        // A quarter is intervals that vary by a factor of e^½: two intervals' worth of that belief
        // stands in where nobody bought three times.
        let within = (squares.value + 2 * 0.25) / (freedom + 2)
        let between = Self.between(logs, within)
        let grand = Self.grand(logs)
        var (found, medians) = ([Int: Level](), [Int: Double]())
        for (product, customers) in logs {
            let repeats = customers.reduce(0) { $0 + $1.count }
            guard repeats >= minimumRepeats else { continue }
            // The product's mean, its customers weighed by how much each says.
            var (sum, weight) = (grand.mean / grand.variance, 1 / grand.variance)
            for own in customers where !own.isEmpty {
                let says = 1 / (between + within / Double(own.count))
                sum += says * own.reduce(0, +) / Double(own.count)
                weight += says
            }
            found[product] = Level(mean: sum / weight, variance: 1 / weight)
            medians[product] = exp(sum / weight)
        }
        products = found
        medianIntervals = medians
        self.within = within
        self.between = between
        self.minimumGap = minimumGap
        pairs = all.filter { found[$0.product] != nil }
    }

    /// When each customer is due with each product they bought, soonest first; products with too few
    /// repeats are not among them.
    ///
    /// - Parameter level: The probability of the interval, between 0 and 1.
    public func due(level: Double = 0.8) -> [Due] { due(pairs, level) }

    /// When one customer is due with each product they bought, soonest first: they needn't have been
    /// there when the intervals were learnt, and their number is 0.
    ///
    /// - Parameters:
    ///   - products: Of each purchase, in any order; those with too few repeats are passed over.
    ///   - times: In the unit that was learnt from; purchases without a finite time are passed over.
    public func due(for products: [Int], times: [Double], level: Double = 0.8) -> [Due] {
        let rows = zip(products, times).filter { $1.isFinite }
        let own = Purchases(
            customers: rows.map { _ in 0 }, products: rows.map(\.0), times: rows.map(\.1))
        return due(Self.pairs(own, minimumGap), level)
    }

    private func due(_ pairs: [Pair], _ level: Double) -> [Due] {
        let reach = standardNormalQuantile((1 + min(max(level, 0), 1)) / 2)
        let due = pairs.compactMap { pair -> Due? in
            guard let product = products[pair.product] else { return nil }
            let prior = between + product.variance
            let own = Double(pair.logs.count)
            let precision = 1 / prior + own / within
            let mean = (product.mean / prior + pair.logs.reduce(0, +) / within) / precision
            let deviation = (within + 1 / precision).squareRoot()
            return Due(
                customer: pair.customer, product: pair.product, lastTime: pair.last,
                median: pair.last + exp(mean),
                interval: PredictionInterval(
                    lower: pair.last + exp(mean - reach * deviation),
                    upper: pair.last + exp(mean + reach * deviation)),
                ownIntervals: pair.logs.count)
        }
        return due.sorted {
            ($0.median, $0.customer, $0.product) < ($1.median, $1.customer, $1.product)
        }
    }

    /// Who is due now: the interval has begun, and not yet ended. Who is past its end has most
    /// likely gone elsewhere, and wants winning back rather than reminding.
    public func dueNow(at now: Double, level: Double = 0.8) -> [Due] {
        due(level: level).filter { $0.interval.lower <= now && now <= $0.interval.upper }
    }

    private static func pairs(_ purchases: Purchases, _ minimumGap: Double) -> [Pair] {
        let order = purchases.times.indices.sorted {
            (purchases.customers[$0], purchases.products[$0], purchases.times[$0])
                < (purchases.customers[$1], purchases.products[$1], purchases.times[$1])
        }
        var pairs: [Pair] = []
        for row in order {
            let (customer, product) = (purchases.customers[row], purchases.products[row])
            let time = purchases.times[row]
            guard var pair = pairs.last, pair.customer == customer, pair.product == product else {
                pairs.append(Pair(customer: customer, product: product, last: time, logs: []))
                continue
            }
            guard time - pair.last >= minimumGap else { continue }
            pair.logs.append(log(time - pair.last))
            pair.last = time
            pairs[pairs.count - 1] = pair
        }
        return pairs
    }

    /// The variance of customers' means about their product's, by moments; at least a hundredth.
    private static func between(_ logs: [Int: [[Double]]], _ within: Double) -> Double {
        var (squares, noise, freedom) = (CompensatedSum(), CompensatedSum(), 0.0)
        for product in logs.keys.sorted() {
            let means = (logs[product] ?? []).filter { !$0.isEmpty }.map {
                (mean: $0.reduce(0, +) / Double($0.count), count: Double($0.count))
            }
            guard means.count > 1 else { continue }
            let centre = means.reduce(0) { $0 + $1.mean } / Double(means.count)
            let share = Double(means.count - 1) / Double(means.count)
            for own in means {
                squares.add((own.mean - centre) * (own.mean - centre))
                noise.add(share * within / own.count)
            }
            freedom += Double(means.count - 1)
        }
        guard freedom > 0 else { return 0.25 }
        return max(0.01, (squares.value - noise.value) / freedom)
    }

    /// The shop's mean and the variance of products about it, at least a hundredth.
    private static func grand(_ logs: [Int: [[Double]]]) -> Level {
        let means = logs.keys.sorted().compactMap { product -> Double? in
            let all = (logs[product] ?? []).flatMap { $0 }
            return all.isEmpty ? nil : all.reduce(0, +) / Double(all.count)
        }
        let mean = means.reduce(0, +) / Double(means.count)
        let squares = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return Level(
            mean: mean, variance: means.count > 1 ? max(0.01, squares / Double(means.count - 1)) : 1
        )
    }
}
