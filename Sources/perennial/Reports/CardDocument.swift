/// A card of headings, sentences and tables, for a terminal or as Markdown.
struct CardDocument {
    private enum Part {
        case heading(String)
        case sentence(String)
        case table(TextTable)
    }

    private let title: String
    private var parts: [Part] = []

    /// Columns of a terminal.
    private static let width = 80

    init(title: String) {
        self.title = Self.plain(title)
    }

    mutating func heading(_ text: String) { parts.append(.heading(Self.plain(text))) }

    mutating func sentence(_ text: String) { parts.append(.sentence(Self.plain(text))) }

    mutating func table(_ table: TextTable) {
        var table = table
        table.headings = table.headings.map(Self.plain)
        table.rows = table.rows.map { $0.map(Self.plain) }
        parts.append(.table(table))
    }

    /// For a terminal.
    func text() -> String {
        var lines = Self.wrapped(title)
        for part in parts {
            switch part {
            case .heading(let text): lines += ["", text.uppercased()]
            case .sentence(let text): lines += Self.wrapped(text)
            case .table(let table): lines.append(table.table())
            }
        }
        return lines.joined(separator: "\n")
    }

    func markdown() -> String {
        var lines = ["# \(title)"]
        for part in parts {
            switch part {
            case .heading(let text): lines += ["", "## \(text)"]
            case .sentence(let text): lines += ["", text]
            case .table(let table):
                lines += ["", Self.row(table.headings)]
                lines.append(
                    Self.row(
                        table.headings.indices.map { table.numeric.contains($0) ? "---:" : "---" })
                )
                lines += table.rows.map(Self.row)
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ cells: [String]) -> String {
        "| "
            + cells.map {
                $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
            }
            .joined(separator: " | ") + " |"
    }

    /// Names and values come from files: nothing in them may steer a terminal.
    private static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }
}
