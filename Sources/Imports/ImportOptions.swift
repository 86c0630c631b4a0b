package import Kernel

/// What the rows of a file are.
package enum ImportKind: String, Sendable, CaseIterable {
    case orders, events, customers
}

/// Which part of a numeric date comes first.
package enum DateOrder: String, Sendable, CaseIterable {
    case dayFirst = "dmy"
    case monthFirst = "mdy"
    case yearFirst = "ymd"
}

/// How a file is to be read; the command line fills it.
package struct ImportOptions: Sendable {
    /// `--map field=column`.
    package struct MappedColumn: Sendable, Equatable {
        package var field: String
        package var column: String

        package init(field: String, column: String) {
            self.field = field
            self.column = column
        }

        /// Reads `field=column`; nil without `=` or with either side empty.
        package init?(_ argument: String) {
            guard let split = argument.firstIndex(of: "=") else { return nil }
            field = String(argument[..<split])
            column = String(argument[argument.index(after: split)...])
            guard !field.isEmpty, !column.isEmpty else { return nil }
        }
    }

    package var kind: ImportKind
    package var mapping: [MappedColumn] = []
    /// For amounts whose row names no currency.
    package var currency: Currency?
    /// For times without a zone.
    package var zone = ZoneRules.utc
    /// nil: found out from the file.
    package var dateOrder: DateOrder?
    /// Whether `1,234` is a little more than one; nil: such an amount is rejected as ambiguous.
    package var decimalComma: Bool?
    /// Record without triggering anything.
    package var isHistory = false
    /// Columns that no field takes become properties too.
    package var keepsColumns = false
    /// The name of every event of a file without a column for it.
    package var eventName: String?
    /// When rows without a time of their own (customers) are taken to have been true: the import's start.
    package var importedAt: Timestamp

    package init(kind: ImportKind, importedAt: Timestamp) {
        self.kind = kind
        self.importedAt = importedAt
    }
}
