package import RetentionModels

/// A column that alone tells an outcome, so that it may have been written afterwards.
package struct Giveaway: Codable, Equatable, Sendable {
    package var name: String
    /// How well it tells: the area under the curve of that column alone.
    package var area: Double

    /// Above this a column is suspected.
    static let areaMin = 0.99

    /// The columns of a table that alone tell the outcome.
    package static func find(in table: FeatureTable, happened: [Bool]) -> [Giveaway] {
        table.features.indices.compactMap { place in
            let area = area(table.columns[place], table.features[place], happened)
            return area >= areaMin ? Giveaway(name: table.features[place].name, area: area) : nil
        }
    }

    private static func area(
        _ values: [Double], _ feature: Feature, _ happened: [Bool]
    ) -> Double {
        func told(_ scores: [Double], _ happened: [Bool]) -> Double {
            let area = ProbabilityBacktest(predicted: scores, happened: happened).areaUnderCurve
            return area.map { max($0, 1 - $0) } ?? 0.5
        }
        switch feature.kind {
        case .number:
            // Known or not may tell by itself: a date of leaving that only those have who left.
            let known = values.indices.filter { !values[$0].isNaN }
            let whether = told(values.map { $0.isNaN ? 1 : 0 }, happened)
            guard known.count * 2 > values.count else { return whether }
            return max(whether, told(known.map { values[$0] }, known.map { happened[$0] }))
        case .category(let levels):
            var (sums, counts) = (
                [Double](repeating: 0, count: levels.count + 1),
                [Double](repeating: 0, count: levels.count + 1)
            )
            func level(_ value: Double) -> Int { value.isNaN ? levels.count : Int(value) }
            for (value, happened) in zip(values, happened) {
                sums[level(value)] += happened ? 1 : 0
                counts[level(value)] += 1
            }
            return told(values.map { sums[level($0)] / counts[level($0)] }, happened)
        }
    }
}

/// How much a feature moved the probabilities, and which way.
package struct FeatureStrength: Codable, Equatable, Sendable {
    /// What a part of its values did to the probability.
    package struct Part: Codable, Equatable, Sendable {
        /// Such as `up to 9` or `Two year`.
        package var values: String
        /// Mean percentage points.
        package var points: Double
    }

    package var name: String
    /// The mean size of what it adds or takes away, in percentage points.
    package var points: Double
    /// The part that raised the probability most, and the one that lowered it most.
    package var parts: [Part]

    /// The features of a table by strength, the strongest first.
    ///
    /// - Parameter points: Percentage points by customer, then by feature.
    package static func ranked(_ table: FeatureTable, points: [[Double]]) -> [FeatureStrength] {
        guard table.count > 0 else { return [] }
        let all = table.features.indices.map { place in
            let column = points.map { $0[place] }
            return FeatureStrength(
                name: table.features[place].name,
                points: column.reduce(0) { $0 + $1.magnitude } / Double(table.count),
                parts: parts(table.features[place], table.columns[place], column))
        }
        return all.sorted { (-$0.points, $0.name) < (-$1.points, $1.name) }
    }

    private static func parts(
        _ feature: Feature, _ values: [Double], _ points: [Double]
    ) -> [Part] {
        var parts: [Part] = []
        func add(_ name: String, _ rows: [Int]) {
            guard !rows.isEmpty else { return }
            let mean = rows.reduce(0) { $0 + points[$1] } / Double(rows.count)
            parts.append(Part(values: name, points: mean))
        }
        switch feature.kind {
        case .category(let levels):
            var rows = [[Int]](repeating: [], count: levels.count + 1)
            for (row, value) in values.enumerated() {
                rows[value.isNaN ? levels.count : Int(value)].append(row)
            }
            // A hundredth of the customers: a smaller level is no rule.
            for (level, rows) in rows.enumerated() where rows.count * 100 >= values.count {
                add(level < levels.count ? levels[level] : "unknown", rows)
            }
        case .number:
            let sorted = values.filter { !$0.isNaN }.sorted()
            guard let first = sorted.first, let last = sorted.last, first < last else { break }
            let low = min(sorted[sorted.count / 4], sorted[sorted.count / 2])
            var high = sorted[sorted.count * 3 / 4]
            if high <= low { high = sorted.first { $0 > low } ?? last }
            add(
                low == first ? "\(number(low))" : "up to \(number(low))",
                values.indices.filter { values[$0] <= low })
            add(
                high == last ? "\(number(high))" : "\(number(high)) and more",
                values.indices.filter { values[$0] >= high })
        }
        guard let highest = parts.max(by: { $0.points < $1.points }),
            let lowest = parts.min(by: { $0.points < $1.points }), highest != lowest
        else { return parts }
        return [highest, lowest]
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() ? plain(value, 0) : plain(value, 2)
    }
}
