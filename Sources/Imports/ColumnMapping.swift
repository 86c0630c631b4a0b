/// Which column of the file each field is read from.
package struct ColumnMapping: Sendable, Equatable {
    /// By `ImportField.rawValue`; -1 for none.
    private var columns: [Int]
    /// The fields that `--map` named, not the header.
    private let explicit: Set<ImportField>
    /// The file's columns, trimmed.
    package private(set) var names: [String]
    /// For each column, whether a field takes it.
    package private(set) var isTaken: [Bool]

    /// Finds the columns of a file by its header.
    ///
    /// - Parameter leadingColumns: How many columns at the start no field may take.
    /// - Throws: `.unknownField`, `.unknownColumn`, `.ambiguousColumn` for what `--map` asks in vain.
    package init(
        header names: [String], options: ImportOptions, leadingColumns: Int = 0
    ) throws(ImportFailure) {
        self.names = names
        columns = Array(repeating: -1, count: ImportField.allCases.count)
        isTaken = names.indices.map { $0 < leadingColumns }
        let normalized = names.map(normalizedName)
        var explicit: Set<ImportField> = []
        for entry in options.mapping {
            guard let field = ImportField(entry.field, kind: options.kind) else {
                throw .unknownField(
                    entry.field, known: ImportField.fields(of: options.kind).map(\.text))
            }
            let column = try Self.column(entry, names: names, normalized: normalized)
            columns[field.rawValue] = column
            isTaken[column] = true
            explicit.insert(field)
        }
        self.explicit = explicit
        for (field, synonyms) in ImportField.synonyms(options.kind)
        where columns[field.rawValue] < 0 {
            for synonym in synonyms {
                guard let column = normalized.firstIndex(of: synonym), !isTaken[column],
                    field != .customer || !isNested(column)
                else { continue }
                columns[field.rawValue] = column
                isTaken[column] = true
                break
            }
        }
    }

    private static func column(
        _ entry: ImportOptions.MappedColumn, names: [String], normalized: [String]
    ) throws(ImportFailure) -> Int {
        for candidates in [
            names.indices.filter { names[$0] == entry.column },
            names.indices.filter { normalized[$0] == normalizedName(entry.column) },
        ] {
            if candidates.count > 1 {
                throw .ambiguousColumn(field: entry.field, column: entry.column)
            }
            if let column = candidates.first { return column }
        }
        throw .unknownColumn(field: entry.field, column: entry.column, columns: names)
    }

    /// The field's column; -1 for none.
    package func column(_ field: ImportField) -> Int { columns[field.rawValue] }

    package func has(_ field: ImportField) -> Bool { columns[field.rawValue] >= 0 }

    package func isExplicit(_ field: ImportField) -> Bool { explicit.contains(field) }

    /// The last column that a field is read from; -1 without any.
    package var lastColumn: Int { columns.max() ?? -1 }

    /// Adds columns that appeared later (JSON lines); they are found by fields that have none yet.
    mutating func extend(to names: [String], kind: ImportKind) {
        for column in self.names.count..<names.count {
            let wanted = normalizedName(names[column])
            let field = ImportField.synonyms(kind).first {
                columns[$0.field.rawValue] < 0 && $0.names.contains(wanted)
                    && ($0.field != .customer || !Self.isNested(column, names))
            }
            if let field { columns[field.field.rawValue] = column }
            isTaken.append(field != nil)
        }
        self.names = names
    }

    /// Whether the column is a member of an object that another column holds whole.
    func isNested(_ column: Int) -> Bool { Self.isNested(column, names) }

    private static func isNested(_ column: Int, _ names: [String]) -> Bool {
        guard let point = names[column].firstIndex(of: ".") else { return false }
        return names.contains(String(names[column][..<point]))
    }

    /// The columns of members that may be the id in an object that the field's column holds, best first.
    func nestedIDs(of field: ImportField) -> [Int] {
        guard has(field) else { return [] }
        let name = names[column(field)]
        return [".id", ".userId", ".user_id", ".customerId", ".customer_id", ".externalId"]
            .compactMap { names.firstIndex(of: name + $0) }
    }

    /// Frees the field's column, which the kind of file turned out not to use.
    mutating func drop(_ field: ImportField) {
        let column = columns[field.rawValue]
        guard column >= 0 else { return }
        isTaken[column] = false
        columns[field.rawValue] = -1
    }

    /// - Throws: `.missingField` if none of the fields has a column.
    func require(anyOf fields: ImportField...) throws(ImportFailure) {
        guard fields.contains(where: has) else {
            throw .missingField(anyOf: fields.map(\.text), columns: names)
        }
    }
}
