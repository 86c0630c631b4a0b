import Analytics
import RetentionModels

/// What a learner sees of buyers as they were at the end of a day; row i is the summary's customer i. Nothing in
/// it is made of anything after the day.
///
/// Features are made for the rows that are asked for: of a million customers at once they would take much room.
struct BuyerTable {
    let frequency: [Int]
    private let summaries: PurchaseSummaries
    private let features: BuyerFeatures
    /// The mean of customers' mean repeat spend, by currency: amounts are told as shares of it.
    private let usualSpend: [UInt32: Double]

    init(_ summaries: PurchaseSummaries, _ features: BuyerFeatures) {
        frequency = summaries.frequency
        self.summaries = summaries
        self.features = features
        var sums: [UInt32: (spend: Double, customers: Double)] = [:]
        for row in summaries.frequency.indices where summaries.meanRepeatSpendMinor[row] > 0 {
            sums[summaries.currency[row], default: (0, 0)].spend +=
                summaries.meanRepeatSpendMinor[row]
            sums[summaries.currency[row], default: (0, 0)].customers += 1
        }
        usualSpend = sums.mapValues { $0.spend / $0.customers }
    }

    var count: Int { frequency.count }

    func rows(_ rows: some Collection<Int>) throws(FeatureFault) -> FeatureTable {
        let unit = Double(summaries.unit.rawValue)
        var named: [(Feature, [Double])] = []
        func add(_ name: String, _ value: (Int) -> Double) {
            named.append((.number(name), rows.map(value)))
        }
        func gap(_ row: Int) -> Double {
            let repeats = summaries.frequency[row]
            return repeats > 0 ? summaries.recency[row] * unit / Double(repeats) : .nan
        }
        func silence(_ row: Int) -> Double {
            (summaries.age[row] - summaries.recency[row]) * unit
        }
        add("repeat orders") { Double(frequency[$0]) }
        add("days since first order") { summaries.age[$0] * unit }
        add("days since last order", silence)
        add("mean gap", gap)
        add("silence in gaps") { gap($0) > 0 ? silence($0) / gap($0) : .nan }
        add("last gap") { features.lastGapDays[$0] }
        add("repeat spend beside the usual") {
            guard frequency[$0] > 0, let usual = usualSpend[summaries.currency[$0]] else {
                return .nan
            }
            return summaries.meanRepeatSpendMinor[$0] / usual
        }
        for (window, days) in BuyerFeatures.windowsDays.enumerated() {
            add("orders in \(days) days") { features.orders[window][$0] }
        }
        add("refunds") { features.refunds[$0] }
        for (window, days) in BuyerFeatures.windowsDays.enumerated() {
            add("events in \(days) days") { features.events[window][$0] }
        }
        add("days since last event") { features.silenceDays[$0] }
        return try FeatureTable(features: named.map(\.0), columns: named.map(\.1))
    }
}
