/// Writes rejections as a CSV file that is safe to open in a spreadsheet.
///
/// Columns: `row_number,error_code,error_message,row`. Cells that a spreadsheet would run as a formula get
/// an apostrophe before them (OWASP ASVS 5.0, 1.2.10).
package struct RejectionWriter: Sendable {
    /// The text so far; the shell writes it away and calls `removeAll`.
    package private(set) var bytes: [UInt8] = []

    package init() {
        bytes.append(contentsOf: "row_number,error_code,error_message,row\n".utf8)
    }

    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    package mutating func append(_ rejection: RowRejection) {
        bytes.append(contentsOf: String(rejection.rowNumber).utf8)
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: rejection.code.rawValue.utf8)
        bytes.append(UInt8(ascii: ","))
        appendCell(rejection.message)
        bytes.append(UInt8(ascii: ","))
        appendCell(rejection.rowText)
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func appendCell(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        switch text.utf8.first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"),
            UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0:
            bytes.append(UInt8(ascii: "'"))
        default: break
        }
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
