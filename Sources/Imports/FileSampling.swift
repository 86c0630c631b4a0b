import Kernel

/// Finds out from a file's first rows how it writes dates and amounts, before any row is taken.
struct FileSampling {
    private var dates: DateSampling?
    private var marks: MarkSampling
    private var bytesSeen = 0

    /// - Parameters:
    ///   - dateColumn: Where dates are; nil where their order is known or there are none.
    ///   - amountColumns: Where amounts are, money first; none where their mark is known.
    /// - Returns: nil where there is nothing to find out.
    init?(dateColumn: Int?, amountColumns: [Int]) {
        if dateColumn == nil, amountColumns.isEmpty { return nil }
        dates = dateColumn.map(DateSampling.init)
        marks = MarkSampling(columns: amountColumns)
    }

    /// Whether no further row is needed.
    var isDone: Bool {
        (dates?.isDecided ?? true) && marks.isDecided || bytesSeen >= ImportLimits.sampleBytesMax
    }

    mutating func look(at row: borrowing ImportRow, zone: ZoneRules) {
        bytesSeen += row.end - row.start + 1
        dates?.look(at: row, zone: zone)
        if !marks.isDecided { marks.look(at: row) }
    }

    /// What the rows show; nil for what they don't and needn't.
    ///
    /// - Throws: `.ambiguousDates`, `.ambiguousAmounts`.
    func result(
        columns: [String]
    ) throws(ImportFailure) -> (dateOrder: DateOrder?, mark: DecimalMark?) {
        if let dates, !dates.isDecided, let example = dates.example {
            throw .ambiguousDates(column: columns[dates.column], example: example)
        }
        if marks.isAmbiguous, let example = marks.example {
            throw .ambiguousAmounts(column: columns[example.column], example: example.text)
        }
        return (dates?.order, marks.mark)
    }
}
