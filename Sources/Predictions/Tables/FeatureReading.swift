package import RetentionModels

/// What of a table's columns can be learnt from: which are numbers, which categories, and which
/// neither. Pure; the same whatever the order of the rows.
package struct FeatureReading: Sendable {
    /// A column that nothing is learnt from.
    package struct LeftOut: Codable, Equatable, Sendable {
        package var name: String
        package var reason: String
    }

    /// One customer a row, blanks missing.
    package let table: FeatureTable
    package let leftOut: [LeftOut]

    /// More texts than these are joined in one level, the rarest.
    package static let levelsMax = 30
    static let otherLevel = "(other)"

    /// Reads the columns but those that are named.
    ///
    /// - Throws: `.noFeatures`.
    package init(
        _ columns: [LabelledColumn], except: Set<String>
    ) throws(TableFault) {
        var (features, values, leftOut) = ([Feature](), [[Double]](), [LeftOut]())
        for column in columns where !except.contains(column.name) {
            switch Self.reading(of: column) {
            case .number(let numbers):
                features.append(.number(column.name))
                values.append(column.places.map { numbers[Int($0)] })
            case .category(let levels, let codes):
                features.append(.category(column.name, levels: levels))
                values.append(column.places.map { codes[Int($0)] })
            case .unusable(let reason):
                leftOut.append(LeftOut(name: column.name, reason: reason))
            }
        }
        guard !features.isEmpty else { throw .noFeatures }
        do {
            table = try FeatureTable(features: features, columns: values)
        } catch {
            // Finite numbers and places of levels, of as many rows each, under names that differ.
            preconditionFailure("columns that were read are a table: \(error)")
        }
        self.leftOut = leftOut
    }

    private enum Reading {
        /// By distinct text.
        case number([Double])
        case category(levels: [String], codes: [Double])
        case unusable(String)
    }

    private static func reading(of column: LabelledColumn) -> Reading {
        let counts = column.counts
        let known = column.texts.indices.filter { !column.texts[$0].isEmpty }
        let rows = known.reduce(0) { $0 + counts[$1] }
        guard rows > 0 else { return .unusable("blank in every row") }
        guard known.count > 1 || rows < column.places.count else {
            return .unusable("the same in every row")
        }
        if let numbers = NumberText.read(column.texts) {
            return isIdentifier(column.name, numbers, rows: rows)
                ? .unusable("an identifier: another number in every row") : .number(numbers)
        }
        if known.allSatisfy({ isDate(column.texts[$0]) }) {
            return .unusable("dates; give the days or months since instead")
        }
        if rows >= 20, known.count * 2 > rows {
            return .unusable("an identifier or free text: most rows have one of their own")
        }
        return category(column.texts, known, counts)
    }

    private static func category(
        _ texts: [String], _ known: [Int], _ counts: [Int]
    ) -> Reading {
        var kept = known
        if known.count > levelsMax {
            kept = Array(
                known.sorted { (-counts[$0], texts[$0]) < (-counts[$1], texts[$1]) }
                    .prefix(levelsMax - 1))
        }
        let hasOthers = kept.count < known.count
        let levels = kept.map { texts[$0] }.sorted() + (hasOthers ? [otherLevel] : [])
        // A file's own "(other)" and ours are one.
        let places = Dictionary(
            levels.enumerated().map { ($0.element, Double($0.offset)) },
            uniquingKeysWith: { first, _ in first })
        let codes = texts.map { text in
            text.isEmpty ? .nan : places[text] ?? places[otherLevel] ?? .nan
        }
        return .category(levels: levels, codes: codes)
    }

    /// Whole numbers without a repeat that say what they are, or that leave no gap.
    private static func isIdentifier(_ name: String, _ numbers: [Double], rows: Int) -> Bool {
        let known = numbers.filter { !$0.isNaN }
        guard rows >= 20, known.count == rows, known.allSatisfy({ $0 == $0.rounded() }),
            let low = known.min(), let high = known.max()
        else { return false }
        let lower = name.lowercased()
        return high - low + 1 == Double(rows)
            || ["id", "number", "key", "uuid"].contains { lower.hasSuffix($0) }
    }

    /// `2024-01-31…` or `31/1/2024`.
    private static func isDate(_ text: String) -> Bool {
        let parts = text.prefix(10).split(whereSeparator: { "-/.".contains($0) })
        guard parts.count >= 3, parts.prefix(3).allSatisfy({ Int($0.prefix(4)) != nil }) else {
            return false
        }
        return parts[0].count == 4 || parts[2].count == 4
    }
}
