/// Turns the Markdown of docs/metrics.md into HTML: headings, paragraphs, lists, tables, code, bold
/// and links.
///
/// Only what that page uses. All text is escaped; a heading's anchor is its text in lower case with
/// hyphens,
/// as code hosts make them, so the same links work there.
struct MarkdownPage {
    struct Heading: Equatable {
        let level: Int
        let text: String
        let anchor: String
    }

    private(set) var html = ""
    private(set) var headings: [Heading] = []

    init(_ text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        while let line = lines.first {
            if line.allSatisfy(\.isWhitespace) {
                lines.removeFirst()
            } else if line.hasPrefix("#") {
                lines.removeFirst()
                appendHeading(line)
            } else if line.hasPrefix("|") {
                appendTable(Self.take(&lines) { $0.hasPrefix("|") })
            } else if line.hasPrefix("- ") {
                appendList(Self.take(&lines) { $0.hasPrefix("- ") || $0.hasPrefix("  ") })
            } else if line.hasPrefix("```") {
                lines.removeFirst()
                let code = Self.take(&lines) { !$0.hasPrefix("```") }
                lines = lines.dropFirst()
                html += "<pre><code>\(HTMLText.escape(code.joined(separator: "\n")))</code></pre>\n"
            } else {
                let part = Self.take(&lines) {
                    !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("#") && !$0.hasPrefix("|")
                        && !$0.hasPrefix("- ") && !$0.hasPrefix("```")
                }
                html += "<p>\(Self.inline(part.joined(separator: " ")))</p>\n"
            }
        }
    }

    /// `Repeat purchase rate` as `repeat-purchase-rate`.
    static func anchor(_ text: String) -> String {
        var result = ""
        for character in text.lowercased() {
            if character.isLetter || character.isNumber || character == "-" || character == "_" {
                result.append(character)
            } else if character == " " {
                result.append("-")
            }
        }
        return result
    }

    private static func take(
        _ lines: inout ArraySlice<Substring>, while matches: (Substring) -> Bool
    ) -> [Substring] {
        let part = lines.prefix(while: matches)
        lines = lines.dropFirst(part.count)
        return Array(part)
    }

    private mutating func appendHeading(_ line: Substring) {
        let level = line.prefix { $0 == "#" }.count
        let text = trimmed(line.dropFirst(level))
        let heading = Heading(level: level, text: text, anchor: Self.anchor(text))
        headings.append(heading)
        // The page's own heading is its h1; the template writes it.
        guard level > 1 else { return }
        html += "<h\(level) id=\"\(HTMLText.escape(heading.anchor))\">"
        html += "\(Self.inline(text))</h\(level)>\n"
    }

    private mutating func appendList(_ lines: [Substring]) {
        var items: [String] = []
        for line in lines {
            if line.hasPrefix("- ") {
                items.append(trimmed(line.dropFirst(2)))
            } else if let last = items.popLast() {
                items.append(last + " " + trimmed(line))
            }
        }
        html += "<ul>" + items.map { "<li>\(Self.inline($0))</li>" }.joined() + "</ul>\n"
    }

    private mutating func appendTable(_ lines: [Substring]) {
        let rows = lines.map { line in
            line.split(separator: "|", omittingEmptySubsequences: false)
                .dropFirst().dropLast().map { Self.inline(trimmed($0)) }
        }
        guard let head = rows.first else { return }
        html += "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>"
        html += head.map { "<th scope=\"col\">\($0)</th>" }.joined()
        html += "</tr></thead><tbody>"
        for row in rows.dropFirst(2) {
            html += "<tr>" + row.map { "<td>\($0)</td>" }.joined() + "</tr>"
        }
        html += "</tbody></table></div>\n"
    }

    /// Code spans first (nothing inside them counts), then links, bold and italics of the rest.
    private static func inline(_ text: String) -> String {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        return parts.enumerated().map { index, part in
            index % 2 == 1 && index < parts.count - 1
                ? "<code>\(HTMLText.escape(String(part)))</code>" : spans(String(part))
        }.joined()
    }

    private static func spans(_ text: String) -> String {
        let linked = HTMLText.escape(text).replacing(/\[([^\]]+)\]\(([^)\s"]+)\)/) { match in
            "<a href=\"\(match.output.2)\">\(match.output.1)</a>"
        }
        let bold = linked.replacing(/\*\*([^*]+)\*\*/) { "<strong>\($0.output.1)</strong>" }
        return bold.replacing(/\*([^*\s][^*]*)\*/) { "<em>\($0.output.1)</em>" }
    }
}
