import Kernel
import RetentionModels

/// Purchase histories in columns, in weeks.
struct PurchaseColumns {
    var frequency: [Int] = []
    var recency: [Double] = []
    var age: [Double] = []
    var spend: [Double] = []

    func histories() throws(InvalidRow) -> PurchaseHistories {
        try PurchaseHistories(
            frequency: frequency, recency: recency, age: age,
            meanRepeatSpend: spend.isEmpty ? nil : spend)
    }

    func write(_ name: String, to folder: ColumnFolder) throws(BenchmarkFailure) {
        try folder.write("\(name).frequency", frequency)
        try folder.write("\(name).recency", recency)
        try folder.write("\(name).age", age)
        if !spend.isEmpty { try folder.write("\(name).spend", spend) }
    }
}

/// Customers as CDNOW's were: the published parameters of its sample, first orders on one of 84 days,
/// 27 weeks or longer before the end. Later orders come at any time, not by the day: so few
/// histories are shared, which is the harder case for a fit that groups them.
struct PurchaseSimulation {
    private static let spend = (p: 6.25, q: 3.744, gamma: 15.44)
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    private mutating func age() -> Double {
        Double(189 + Int(random.unit() * 84)) / 7
    }

    /// BG/NBD for how often, Gamma–Gamma for how much.
    mutating func betaGeometric(_ customers: Int) -> PurchaseColumns {
        var columns = PurchaseColumns()
        for _ in 0..<customers {
            let rate = random.gamma(shape: 0.2426) / 4.414
            let leaving = random.beta(0.7929, 2.426)
            let end = age()
            var (orders, last, time) = (0, 0.0, 0.0)
            while true {
                time += random.exponential() / rate
                if time > end { break }
                (orders, last) = (orders + 1, time)
                if random.unit() < leaving { break }
            }
            columns.frequency.append(orders)
            columns.recency.append(last)
            columns.age.append(end)
            columns.spend.append(orders == 0 ? 0 : meanSpend(of: Double(orders)))
        }
        return columns
    }

    private mutating func meanSpend(of orders: Double) -> Double {
        let rate = random.gamma(shape: Self.spend.q) / Self.spend.gamma
        return random.gamma(shape: Self.spend.p * orders) / rate / orders
    }

    mutating func pareto(_ customers: Int) -> PurchaseColumns {
        var columns = PurchaseColumns()
        for _ in 0..<customers {
            let rate = random.gamma(shape: 0.5533) / 10.578
            let leaving = random.gamma(shape: 0.6062) / 11.668
            let end = age()
            let gone = min(end, random.exponential() / leaving)
            var (orders, last, time) = (0, 0.0, 0.0)
            while true {
                time += random.exponential() / rate
                if time > gone { break }
                (orders, last) = (orders + 1, time)
            }
            columns.frequency.append(orders)
            columns.recency.append(last)
            columns.age.append(end)
        }
        return columns
    }
}
