/// What stands before the decimals of a file's amounts.
package enum DecimalMark: Sendable, Equatable {
    case point, comma

    /// What the text of one number tells about the file's mark.
    enum Evidence: Equatable, Sendable {
        /// It has neither mark, or isn't a number.
        case none
        /// `1.234`: a little more than one, or more than a thousand.
        case ambiguous
        case mark(DecimalMark)
    }

    /// How it is asked for on the command line.
    var flag: String { self == .comma ? "--decimal-comma" : "--decimal-point" }
    var name: String { self == .comma ? "a decimal comma" : "a decimal point" }
}

/// Looks at a file's first amounts for what they show about the decimal mark.
///
/// The majority of those that show anything decides, so that one slip of the pen doesn't turn a whole file
/// round; those that then contradict it are rejected one by one.
struct MarkSampling {
    let columns: [Int]
    private(set) var points = 0
    private(set) var commas = 0
    /// An amount that can be read either way, and its column.
    private(set) var example: (column: Int, text: String)?

    /// So far ahead, one side has won.
    static let leadMin = 8

    /// Whether there is nothing more to find out.
    var isDecided: Bool { columns.isEmpty || abs(points - commas) >= Self.leadMin }

    /// Nil where as much speaks for one as for the other, or nothing for either.
    var mark: DecimalMark? {
        points == commas ? nil : points > commas ? .point : .comma
    }

    /// Whether nothing tells how the example, or the two kinds of amount, are meant.
    var isAmbiguous: Bool { mark == nil && (example != nil || points > 0) }

    init(columns: [Int]) {
        self.columns = columns
    }

    mutating func look(at row: borrowing ImportRow) {
        for column in columns {
            let text = row.trimmed(column)
            switch AmountText.evidence(text) {
            case .none: continue
            case .mark(.point): points += 1
            case .mark(.comma): commas += 1
            case .ambiguous:
                if example == nil { example = (column, String(copying: text)) }
                continue
            }
            // Where both kinds of amount are, any of them is an example.
            if points > 0, commas > 0, example == nil { example = (column, String(copying: text)) }
        }
    }
}
