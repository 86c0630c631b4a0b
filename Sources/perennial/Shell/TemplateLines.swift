import Console
import Documents
import Templates

/// Where a template's parts stand in the YAML that it is written in.
struct TemplateLines {
    private let name: String
    private var starts: [String: Start] = [:]

    /// Where a part's text begins in the YAML.
    private struct Start {
        /// The line that its first line is on.
        var line: Int
        /// Characters before its first line, and before each further one.
        var before: Int
        var indent: Int
    }

    init(_ document: DocumentNode, of name: String, yaml: String) {
        self.name = name
        let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
        for part in ["subject", "preheader", "html", "text", "title", "url", "image"] {
            guard let place = document[part]?.place, place.line >= 1, place.line <= lines.count
            else { continue }
            // After `|` and `>` a text begins on the next line.
            let line = lines[place.line - 1].unicodeScalars
            let mark = line.dropFirst(place.column - 1).first
            if mark == "|" || mark == ">" {
                let texts = lines[place.line...].lazy.filter { $0.contains { $0 != " " } }
                let indent = texts.first.map { $0.prefix { $0 == " " }.count } ?? 0
                starts[part] = Start(line: place.line + 1, before: indent, indent: indent)
            } else {
                let isQuoted = mark == "'" || mark == "\""
                starts[part] = Start(
                    line: place.line, before: place.column - (isQuoted ? 0 : 1), indent: 0)
            }
        }
    }

    /// Nil where it isn't in the template's own text.
    private func place(_ place: TemplatePlace) -> DocumentNode.Place? {
        guard place.template.hasPrefix(name + " "),
            let start = starts[String(place.template.dropFirst(name.count + 1))]
        else { return nil }
        return DocumentNode.Place(
            line: start.line + place.line - 1,
            column: place.column + (place.line == 1 ? start.before : start.indent))
    }

    func finding(_ finding: LintFinding) -> TemplateFinding {
        TemplateFinding(
            severity: TemplateFinding.Severity(rawValue: finding.severity.rawValue) ?? .warning,
            line: place(finding.place)?.line, text: text(of: finding), advice: finding.advice)
    }

    /// Without the place, which is one in the template's own part and not in the YAML.
    private func text(of finding: LintFinding) -> String {
        let start = finding.place.description + ": "
        guard self.place(finding.place) != nil, finding.message.hasPrefix(start) else {
            return finding.message
        }
        return String(finding.message.dropFirst(start.count))
    }

    func problem(_ place: TemplatePlace, _ reason: String) -> DocumentProblem {
        DocumentProblem(path: "", place: self.place(place), reason: reason)
    }
}
