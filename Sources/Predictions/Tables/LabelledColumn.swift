/// A column of a table of customers as it was written: the distinct texts, and which each row has.
package struct LabelledColumn: Equatable, Sendable {
    package let name: String
    /// Distinct, without blanks around them; empty for nothing.
    package let texts: [String]
    /// By row: the place of its text.
    package let places: [Int32]

    package init(name: String, texts: [String], places: [Int32]) {
        self.name = name
        self.texts = texts
        self.places = places
    }

    /// A column of few rows, such as a test's.
    package init(name: String, rows: [String]) {
        var found: [String: Int32] = [:]
        var texts: [String] = []
        let places = rows.map { text in
            if let place = found[text] { return place }
            let place = Int32(texts.count)
            found[text] = place
            texts.append(text)
            return place
        }
        self.init(name: name, texts: texts, places: places)
    }

    /// The row's text.
    package subscript(row: Int) -> String { texts[Int(places[row])] }

    /// How many rows have each text.
    var counts: [Int] {
        var counts = [Int](repeating: 0, count: texts.count)
        for place in places { counts[Int(place)] += 1 }
        return counts
    }

    /// The commonest texts, the commonest first, in quotes, with how many more there are.
    func commonest(_ most: Int) -> [String] {
        let counts = counts
        let order = texts.indices.sorted { (-counts[$0], texts[$0]) < (-counts[$1], texts[$1]) }
        let named = order.prefix(most).map { texts[$0].isEmpty ? "blank" : "'\(texts[$0])'" }
        return named + (order.count > most ? ["\(order.count - most) more"] : [])
    }
}

/// Why a table can't be used as it was asked to be.
package enum TableFault: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownColumn(String, columns: [String])
    /// The column never has the value.
    case valueNeverThere(column: String, value: String, values: [String])
    /// A column whose value to look for must be named, because it has others than yes and no.
    case valueNeeded(column: String, values: [String])
    /// A column of numbers has something else in a row, counted from 1.
    case noNumber(column: String, text: String, row: Int)
    /// Every row has the same.
    case oneOutcome(what: String, rows: Int)
    case tooFew(what: String, count: Int, minimum: Int)
    /// No column is left to learn from.
    case noFeatures

    package var description: String {
        switch self {
        case .unknownColumn(let name, let columns):
            "the file has no column '\(name)'; its columns are "
                + columns.prefix(40).joined(separator: ", ")
                + (columns.count > 40 ? " and \(columns.count - 40) more" : "")
        case .valueNeverThere(let column, let value, let values):
            "no row has '\(value)' in column '\(column)', which holds "
                + values.joined(separator: ", ")
        case .valueNeeded(let column, let values):
            "say which value of '\(column)' is meant, as \(column)=VALUE; it holds "
                + values.joined(separator: ", ")
        case .noNumber(let column, let text, let row):
            "column '\(column)' should hold numbers, but row \(row) has '\(text)'; to count how "
                + "often a value comes, name it as \(column)=VALUE"
        case .oneOutcome(let what, let rows):
            "all \(rows) rows have \(what): there is nothing to tell apart"
        case .tooFew(let what, let count, let minimum):
            "too few rows: \(count) with \(what), and \(minimum) are needed at the least"
        case .noFeatures: "no column is left to learn from"
        }
    }
}

/// A column and, where it is named, one of its values: `Churn=Yes`.
package struct ColumnChoice: Equatable, Sendable, CustomStringConvertible {
    package let column: String
    package let value: String?

    /// Parts the text at its first `=`.
    package init(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        column = String(parts[0])
        value = parts.count > 1 ? String(parts[1]) : nil
    }

    package init(column: String, value: String?) {
        self.column = column
        self.value = value
    }

    package var description: String { column + (value.map { "=" + $0 } ?? "") }

    /// Values that mean yes without being named.
    private static let yes: Set<String> = ["1", "yes", "true", "y", "t"]
    private static let no: Set<String> = ["0", "no", "false", "n", "f"]

    /// By row whether it has the value; nil where the column is blank.
    ///
    /// - Throws: `.valueNeverThere`, or `.valueNeeded` where none is named and the column holds
    ///   others than yes and no.
    package func matches(_ column: LabelledColumn) throws(TableFault) -> [Bool?] {
        let wanted: [Bool?]
        if let value {
            guard column.texts.contains(value) else {
                throw .valueNeverThere(
                    column: self.column, value: value, values: column.commonest(8))
            }
            wanted = column.texts.map { $0.isEmpty && !value.isEmpty ? nil : $0 == value }
        } else {
            let texts = column.texts.map { $0.lowercased() }
            guard texts.allSatisfy({ $0.isEmpty || Self.yes.contains($0) || Self.no.contains($0) })
            else { throw .valueNeeded(column: self.column, values: column.commonest(8)) }
            wanted = texts.map { $0.isEmpty ? nil : Self.yes.contains($0) }
        }
        return column.places.map { wanted[Int($0)] }
    }
}

extension [LabelledColumn] {
    /// - Throws: `.unknownColumn`.
    package func named(_ name: String) throws(TableFault) -> LabelledColumn {
        guard let column = first(where: { $0.name == name }) else {
            throw .unknownColumn(name, columns: map(\.name))
        }
        return column
    }
}
