import ArgumentParser
import JSONParsing

/// How a report is written.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, csv
}

/// Rows of text under headings, as a table for people or as CSV.
struct TextTable {
    var headings: [String]
    /// Which columns are numbers, and stand to the right in a table.
    var numeric: Set<Int> = []
    var rows: [[String]] = []

    func table() -> String {
        let all = [headings] + rows
        var widths = [Int](repeating: 0, count: headings.count)
        for row in all {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) }
        }
        return all.map { row in
            var line = ""
            for (index, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                line += numeric.contains(index) ? padding + cell : cell + padding
                if index < row.count - 1 { line += "  " }
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    /// RFC 4180, and safe to open in a spreadsheet: a cell that would be a formula gets a quote in front.
    func csv() -> String {
        ([headings] + rows).map { row in row.map(Self.cell).joined(separator: ",") }
            .joined(separator: "\n")
    }

    private static func cell(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\0\r".unicodeScalars.contains(first),
            Double(text) == nil
        {
            text = "'" + text
        }
        // By scalars: a quote with a combining mark after it is a quote all the same.
        let scalars = text.unicodeScalars
        guard scalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else {
            return text
        }
        var quoted = "\"".unicodeScalars
        for scalar in scalars {
            if scalar == "\"" { quoted.append("\"") }
            quoted.append(scalar)
        }
        quoted.append("\"")
        return String(quoted)
    }
}
