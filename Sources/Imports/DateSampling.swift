import Kernel

/// Looks at a file's first dates for one that shows whether days or months come first.
struct DateSampling {
    let column: Int
    private(set) var order: DateOrder?
    /// Whether there is nothing more to find out.
    private(set) var isDecided = false
    /// A date that can be read either way.
    private(set) var example: String?

    init(column: Int) {
        self.column = column
    }

    mutating func look(at row: borrowing ImportRow, zone: ZoneRules) {
        if isDecided { return }
        let text = row.trimmed(column)
        switch TimeReader.evidence(text) {
        case .order(let evident):
            order = evident
            isDecided = true
        case .ambiguous:
            if example == nil { example = String(copying: text) }
        case .none:
            // A date that needs no order says that the file's dates don't; anything else says nothing.
            if case .time = TimeReader(zone: zone, order: nil).read(text) { isDecided = true }
        }
    }
}
