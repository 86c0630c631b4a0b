import RetentionModels

/// Distinct histories, where they are few; where they are many, one for all that are alike: the same number of
/// orders (beyond ten, within some percent), and age and silence within some percent.
///
/// Ranges are drawn for these. Forecasts themselves are of each history exactly.
struct AlikeHistories {
    /// One history for each set of those that are alike, each a customer's own.
    let histories: [PurchaseHistory]
    /// The place of each customer's in `histories`.
    let placeOfCustomer: [Int]

    /// So many histories aren't too many.
    static let enough = 20_000
    /// Within so much at first, as a share.
    private static let firstStep = 0.04

    init(_ grouped: GroupedHistories) {
        guard grouped.count > Self.enough else {
            histories = (0..<grouped.count).map { grouped[$0] }
            placeOfCustomer = grouped.groupOfCustomer
            return
        }
        var step = Self.firstStep
        var found = Self.cells(grouped, step: step)
        while found.histories.count > Self.enough, step < 0.5 {
            step *= 1.5
            found = Self.cells(grouped, step: step)
        }
        histories = found.histories
        placeOfCustomer = grouped.groupOfCustomer.map { found.places[$0] }
    }

    private static func cells(
        _ grouped: GroupedHistories, step: Double
    ) -> (histories: [PurchaseHistory], places: [Int]) {
        // The unit may be a day or a week: steps are counted from a hundredth of the longest age.
        let unit = (grouped.age.max() ?? 1) / 100
        let scale = 0.693 / step
        func cell(_ time: Double) -> UInt64 {
            UInt64(max(0, (binaryLogarithm(1 + time / unit) * scale).rounded()))
        }
        var places: [UInt64: Int] = [:]
        var histories: [PurchaseHistory] = []
        var placeOfGroup: [Int] = []
        placeOfGroup.reserveCapacity(grouped.count)
        for group in 0..<grouped.count {
            let history = grouped[group]
            let count = history.frequency
            let orders =
                count <= 10
                ? UInt64(max(count, 0))
                : 10 + UInt64((binaryLogarithm(Double(count) / 10) * scale).rounded())
            let key =
                orders << 40 | cell(history.age) << 20 | cell(history.age - history.recency)
            if let place = places[key] {
                placeOfGroup.append(place)
            } else {
                places[key] = histories.count
                placeOfGroup.append(histories.count)
                histories.append(history)
            }
        }
        return (histories, placeOfGroup)
    }

    /// The logarithm to base 2 of a number from 1 on, between the powers of 2 on a straight line: exact enough
    /// for steps.
    private static func binaryLogarithm(_ value: Double) -> Double {
        value.isFinite ? Double(value.exponent) + value.significand - 1 : 0
    }
}
