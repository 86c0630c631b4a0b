import Console
import Documents
import Templates

/// Where a template's parts stand in the YAML that it is written in.
struct TemplateLines {
    private let name: String
    /// The line of the YAML that each part's first line is on.
    private var starts: [String: Int] = [:]

    init(_ document: DocumentNode, of name: String, yaml: String) {
        self.name = name
        let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
        for part in ["subject", "preheader", "html", "text"] {
            guard let place = document[part]?.place, place.line >= 1, place.line <= lines.count
            else { continue }
            // After `|` and `>` a text begins on the next line.
            let line = lines[place.line - 1].unicodeScalars
            let mark = line.dropFirst(place.column - 1).first
            starts[part] = mark == "|" || mark == ">" ? place.line + 1 : place.line
        }
    }

    /// Nil where it isn't in the template's own text.
    private func line(_ place: TemplatePlace) -> Int? {
        guard place.template.hasPrefix(name + " "),
            let start = starts[String(place.template.dropFirst(name.count + 1))]
        else { return nil }
        return start + place.line - 1
    }

    func finding(_ finding: LintFinding) -> TemplateFinding {
        TemplateFinding(
            severity: TemplateFinding.Severity(rawValue: finding.severity.rawValue) ?? .warning,
            line: line(finding.place), text: finding.message, advice: finding.advice)
    }

    func problem(_ place: TemplatePlace, _ reason: String) -> DocumentProblem {
        DocumentProblem(
            path: "",
            place: line(place).map { DocumentNode.Place(line: $0, column: place.column) },
            reason: reason)
    }
}
