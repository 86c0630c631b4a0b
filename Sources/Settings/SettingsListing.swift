/// Shows the settings with their values and where each came from: what `perennial config` prints.
package enum SettingsListing {
    /// What stands for a secret's value.
    package static let mask = "••••••"

    /// An aligned table, one setting a line, its meaning last.
    package static func table(_ rows: [LoadedSettings.Row]) -> String {
        let head = ["SETTING", "VALUE", "FROM", "MEANING"]
        let cells =
            [head]
            + rows.map { row in
                [row.setting.name, shownInTable(row), row.source.description, row.setting.meaning]
            }
        let widths = (0..<3).map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { line in
            (0..<3).map { column in
                let cell = line[column]
                return cell + String(repeating: " ", count: widths[column] - cell.count + 2)
            }.joined() + line[3] + "\n"
        }.joined()
    }

    /// `{"settings":[{"name":…,"value":…,"source":…,"variable":…,"default":…,"meaning":…},…]}`.
    package static func json(_ rows: [LoadedSettings.Row]) -> String {
        let objects = rows.map { row in
            let fields = [
                ("name", string(row.setting.name)), ("value", value(row)),
                ("source", string(row.source.description)),
                ("variable", string(row.setting.variable)),
                ("flag", string(row.setting.flagText)),
                ("default", string(row.setting.isSecret ? mask : row.setting.defaultText)),
                ("meaning", string(row.setting.meaning)),
            ]
            return "    {" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
        }
        return "{\n  \"settings\": [\n" + objects.joined(separator: ",\n") + "\n  ]\n}\n"
    }

    private static func shownInTable(_ row: LoadedSettings.Row) -> String {
        let text = row.value.text
        if text.isEmpty { return "-" }
        if row.setting.isSecret { return mask }
        // A value never breaks the table's lines.
        let line = String(
            String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? " " : $0 }))
        return line.count > 40 ? String(line.prefix(39)) + "…" : line
    }

    private static func value(_ row: LoadedSettings.Row) -> String {
        if row.setting.isSecret { return row.value.text.isEmpty ? "\"\"" : string(mask) }
        switch row.value {
        case .text(let text): return string(text)
        case .whole(let number): return String(number)
        case .list(let items): return "[" + items.map(string).joined(separator: ", ") + "]"
        }
    }

    private static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where isControl(scalar):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }
}
