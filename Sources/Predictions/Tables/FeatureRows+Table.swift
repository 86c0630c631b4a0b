package import RetentionModels

extension FeatureTable {
    /// The table as plain numbers, a row a customer: categories as one column a level, a missing
    /// number as the mean, with a column of its own that says so.
    ///
    /// - Returns: Nil never for a table whose numbers are finite, which every one's are.
    package var rowsOfNumbers: FeatureRows? {
        var parts: [[Double]] = []
        for (feature, column) in zip(features, columns) {
            switch feature.kind {
            case .category(let levels):
                for level in levels.indices {
                    parts.append(column.map { $0 == Double(level) ? 1 : 0 })
                }
            case .number:
                let known = column.filter { !$0.isNaN }
                let mean = known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
                parts.append(column.map { $0.isNaN ? mean : $0 })
                if known.count < column.count { parts.append(column.map { $0.isNaN ? 1 : 0 }) }
            }
        }
        var values: [Double] = []
        values.reserveCapacity(count * parts.count)
        for row in 0..<count {
            for part in parts { values.append(part[row]) }
        }
        return FeatureRows(rowCount: count, columnCount: parts.count, values: values)
    }
}
