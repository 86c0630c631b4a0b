/// Looks at a template's HTML as it is written, with its outputs and tags blanked out, so that places stay right.
struct HTMLLint {
    private let template: String
    private let bytes: [UInt8]
    private let lines: LineTable

    /// Stands where the template puts something in.
    private static let blank: UInt8 = 1

    init(text: String, template: String) {
        self.template = template
        let source = Array(text.utf8)
        lines = LineTable(source)
        var cutter = TemplateCutter(source)
        var masked = [UInt8](repeating: Self.blank, count: source.count)
        for piece in cutter.cut() where piece.kind == .literal {
            for index in piece.range { masked[index] = source[index] }
        }
        for index in source.indices where source[index] == 0x0A { masked[index] = 0x0A }
        bytes = masked
    }

    /// How many characters stay the same in each rendering.
    var literalCharacterCount: Int {
        String(decoding: bytes.filter { $0 != Self.blank }, as: UTF8.self).count
    }

    func find(_ findings: inout [LintFinding]) {
        var scanner = HTMLScanner(bytes.span)
        while let token = scanner.next() {
            guard case .startTag(let tag) = token else { continue }
            look(at: tag, scanner, &findings)
        }
    }

    private static let stripped = [
        "script", "form", "input", "button", "iframe", "object", "embed", "video", "audio", "svg",
        "link",
    ]

    private func look(
        at tag: HTMLScanner.Tag, _ scanner: borrowing HTMLScanner,
        _ findings: inout [LintFinding]
    ) {
        let place = lines.place(tag.range.lowerBound, in: bytes, template: template)
        let name = String(decoding: bytes[tag.name], as: UTF8.self).lowercased()
        if Self.stripped.contains(name) {
            findings.append(
                LintFinding(
                    .warning, .strippedElement, .html, at: place,
                    "mail programs take \(name) out or don't run it",
                    advice: "Use a link to a page instead."))
        }
        if name == "img" {
            if scanner.value(of: "alt", in: tag) == nil {
                findings.append(
                    LintFinding(
                        .warning, .imageWithoutAlt, .html, at: place, "this image has no alt",
                        advice: "Say what it shows, or alt=\"\" where it only adorns."))
            }
            if let source = scanner.value(of: "src", in: tag) {
                look(atLink: source, place, isImage: true, &findings)
            }
        }
        if name == "a" || name == "area", let href = scanner.value(of: "href", in: tag) {
            look(atLink: href, place, isImage: false, &findings)
        }
    }

    private func look(
        atLink range: Range<Int>, _ place: TemplatePlace, isImage: Bool,
        _ findings: inout [LintFinding]
    ) {
        let link = String(decoding: bytes[range], as: UTF8.self)
        let lower = link.lowercased()
        func add(
            _ severity: LintFinding.Severity, _ rule: LintFinding.Rule, _ message: String,
            _ advice: String
        ) {
            findings.append(
                LintFinding(severity, rule, .html, at: place, message, advice: advice))
        }
        // What begins with a value is known only when it is rendered.
        if bytes[range].first == Self.blank { return }
        if lower.isEmpty || lower == "#" {
            if !isImage {
                add(.warning, .emptyLink, "this link leads nowhere", "Say where it leads.")
            }
        } else if lower.hasPrefix("http://") {
            add(
                .warning, .insecureLink, "\(shortened(link)) isn't https",
                "Take https: some mail programs warn, or don't load it.")
        } else if lower.hasPrefix("#") {
            return
        } else if !Escaper.isSafeLink(link.utf8Span.span) {
            add(
                .error, .unsafeLink, "\(shortened(link)) can't be opened from a message",
                "A link begins with https, mailto, tel or sms.")
        } else if !lower.contains(":") || lower.hasPrefix("/") {
            add(
                .error, .relativeLink, "\(shortened(link)) isn't a whole address",
                "In a message links need all of it: https://shop.example/…")
        }
    }

    private func shortened(_ link: String) -> String {
        let shown = link.map { $0 == "\u{1}" ? "…" : $0 }.prefix(60)
        return String(shown) + (link.count > 60 ? "…" : "")
    }
}
