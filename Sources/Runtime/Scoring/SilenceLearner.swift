import Boosting
import Predictions
import RetentionModels

/// Learns from what buyers had done by one day who ordered nothing in the time after it, and says the same of
/// another day: boosted trees.
struct SilenceLearner {
    /// What was known on a day, and the orders in the time after it.
    struct Examples {
        var table: BuyerTable
        var ordersAfter: [Int]
    }

    /// So many customers are foretold at a time.
    private static let chunk = 65_536

    /// With fewer examples, or fewer of either outcome, nothing is learnt.
    static let examplesMin = 500
    static let rarerMin = 50
    /// Why there is none.
    static let shortage =
        "too little to learn from: \(examplesMin) buyers are needed before the last half year, "
        + "\(rarerMin) of them ordering in the 90 days after, and \(rarerMin) not"
    /// More examples than this teach nothing more that is worth the time.
    static let examplesMax = 100_000
    /// Customers with so many repeat orders and more are one group.
    private static let largestGroup = 7

    private let trees: BoostedTrees
    /// Orders of those who ordered at all, by repeat orders before.
    private let ordersGivenAny: [Double]

    /// - Returns: Nil where there is too little to learn from.
    /// - Throws: What LightGBM refuses.
    init?(_ examples: Examples, seed: UInt64, library: BoostingLibrary) throws {
        let silent = examples.ordersAfter.count { $0 == 0 }
        let rarer = min(silent, examples.ordersAfter.count - silent)
        guard examples.table.count >= Self.examplesMin, rarer >= Self.rarerMin else { return nil }
        // One in five judges when to stop.
        var learning: [Int] = []
        var judging: [Int] = []
        var draws = SeededDraws(seed: seed)
        let share = Double(Self.examplesMax) / Double(examples.table.count)
        for row in 0..<examples.table.count where share >= 1 || draws.uniform() < share {
            if draws.uniform() < 0.2 { judging.append(row) } else { learning.append(row) }
        }
        // A sample may have too few of what the whole has enough of.
        for part in [learning, judging] {
            let silent = part.count { examples.ordersAfter[$0] == 0 }
            guard silent > 0, silent < part.count else { return nil }
        }
        var options = BoostingOptions()
        options.learningRate = 0.1
        options.treesMax = 150
        options.patience = 15
        options.seed = UInt32(truncatingIfNeeded: seed)
        trees = try BoostedTrees.grow(
            try examples.table.rows(learning),
            happened: learning.map { examples.ordersAfter[$0] == 0 },
            heldBack: (
                try examples.table.rows(judging), judging.map { examples.ordersAfter[$0] == 0 }
            ), options: options, library: library)
        ordersGivenAny = Self.ordersGivenAny(examples)
    }

    /// What it says of customers as they were on another day.
    func foretell(_ table: BuyerTable, workers: Workers) throws -> Challenger {
        let chunks = (table.count + Self.chunk - 1) / Self.chunk
        let parts = workers.map(chunks) { chunk in
            Result {
                let start = chunk * Self.chunk
                let scores = try trees.scores(
                    try table.rows(start..<min(start + Self.chunk, table.count)))
                return scores.map { probability(logOdds: $0) }
            }
        }
        let silent = try parts.flatMap { try $0.get() }
        let orders = zip(silent, table.frequency).map { silent, frequency in
            (1 - silent) * ordersGivenAny[min(max(frequency, 0), Self.largestGroup)]
        }
        return Challenger(silent: silent, orders: orders)
    }

    private static func ordersGivenAny(_ examples: Examples) -> [Double] {
        var orders = [Double](repeating: 0, count: largestGroup + 1)
        var customers = orders
        for (frequency, after) in zip(examples.table.frequency, examples.ordersAfter)
        where after > 0 {
            let group = min(max(frequency, 0), largestGroup)
            orders[group] += Double(after)
            customers[group] += 1
        }
        let mean = orders.reduce(0, +) / max(customers.reduce(0, +), 1)
        // Two customers' worth of the mean of all steadies groups of few.
        return zip(orders, customers).map { ($0 + 2 * mean) / ($1 + 2) }
    }
}
