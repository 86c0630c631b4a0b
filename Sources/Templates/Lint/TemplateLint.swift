/// Finds what is wrong or unwise with a message before anybody gets it.
package struct TemplateLint: Sendable {
    /// What an inbox shows of a subject on a phone and on a desk, in characters.
    package static let subjectCharactersMax = 70
    package static let preheaderCharactersMax = 140
    /// Gmail shows this much of a message's HTML, and hides the rest behind a link; in bytes.
    package static let htmlBytesMax = 102 * 1024
    package static let findingsMax = 200

    private let set: TemplateSet
    private let schema: TemplateSchema?

    /// - Parameter schema: The names that may be used; nil asks for none.
    package init(set: TemplateSet, schema: TemplateSchema? = nil) {
        self.set = set
        self.schema = schema
    }

    /// What is found in a message's source; the gravest first, each part in the order of its lines.
    package func findings(in source: MessageSource) -> [LintFinding] {
        if source.channel != .email { return shortFindings(in: source) }
        var findings: [LintFinding] = []
        let subject = compile(source.subject, .subject, .header, source, &findings)
        let preheader = compile(source.preheader, .preheader, .header, source, &findings)
        let html = compile(source.html, .html, .html, source, &findings)
        let text = compile(source.text, .text, .text, source, &findings)
        let parts: [(LintFinding.Part, Template?)] = [
            (.subject, subject), (.preheader, preheader), (.html, html), (.text, text),
        ]
        for (part, template) in parts {
            guard let template else { continue }
            findings += names(of: template, part)
        }
        lines(of: source, &findings)
        if source.purpose == .marketing {
            for (part, template) in [(LintFinding.Part.html, html), (.text, text)] {
                guard let template else { continue }
                duties(of: template, part, &findings)
            }
        }
        if let written = source.html {
            HTMLLint(text: written, template: source.name + " html").find(&findings)
        }
        if let html, html.literalByteCount > Self.htmlBytesMax {
            findings.append(clipped(html.literalByteCount, html.name))
        }
        return Self.sorted(findings)
    }

    /// What is found in a rendered message: with a real customer's values, what only they show.
    package static func findings(
        in message: RenderedMessage, source: MessageSource
    ) -> [LintFinding] {
        var findings = message.warnings.map { warning in
            LintFinding(
                .warning, .rendering, .message, at: warning.place, warning.description,
                advice: "Give the value, or write a default.")
        }
        guard source.channel == .email else {
            return sorted(findings + shortFindings(in: message, source: source))
        }
        let place = TemplatePlace(template: source.name + " subject", line: 1, column: 1)
        if message.subject.isEmpty {
            findings.append(
                LintFinding(
                    .error, .noSubject, .subject, at: place,
                    "the subject is empty for this customer",
                    advice: "Write a default for the values in it."))
        } else if message.subject.count > subjectCharactersMax {
            findings.append(longSubject(message.subject.count, place))
        }
        if let html = message.html, html.count > htmlBytesMax {
            findings.append(clipped(html.count, source.name + " html"))
        }
        return sorted(findings)
    }

    static func sorted(_ findings: [LintFinding]) -> [LintFinding] {
        Array(
            findings.enumerated().sorted { left, right in
                if left.element.severity != right.element.severity {
                    return left.element.severity < right.element.severity
                }
                return left.offset < right.offset
            }.map(\.element).prefix(findingsMax))
    }

    func compile(
        _ text: String?, _ part: LintFinding.Part, _ format: TemplateFormat,
        _ source: MessageSource, _ findings: inout [LintFinding]
    ) -> Template? {
        guard let text else { return nil }
        do throws(TemplateProblem) {
            return try set.compile(text, name: "\(source.name) \(part.rawValue)", as: format)
        } catch {
            let (rule, advice) = Self.rule(of: error.kind)
            findings.append(
                LintFinding(.error, rule, part, at: error.place, error.reason, advice: advice))
            return nil
        }
    }

    private static func rule(of kind: TemplateProblem.Kind) -> (LintFinding.Rule, String) {
        switch kind {
        case .syntax: (.syntax, "Correct it; until then the message can't be sent.")
        case .unknownFilter: (.unknownFilter, "Take a filter that there is.")
        case .unknownTag: (.unknownTag, "Take a tag that there is.")
        case .unknownTemplate:
            (.unknownTemplate, "Make a partial of that name, or correct the name.")
        case .unclosed: (.unclosed, "Close what was opened.")
        case .unsafePlace:
            (
                .unsafePlace,
                "Move the value to where it can be made safe: text, or a quoted attribute."
            )
        case .tooLarge: (.tooLarge, "Take parts out, or into partials that are used once.")
        }
    }

    // MARK: Names

    func names(of template: Template, _ part: LintFinding.Part) -> [LintFinding] {
        var findings: [LintFinding] = []
        var seen: Set<String> = []
        for use in template.variables {
            // What a partial takes or leaves isn't a customer's: its own values, and members of what it lists.
            let isTaken = !use.path.contains(".") || use.path.contains("[].")
            let isOptional =
                use.hasFallback && use.place.template != template.name && isTaken
            if isOptional { continue }
            if let schema, !schema.knows(use.path) {
                guard seen.insert(use.path).inserted else { continue }
                let near = schema.suggestion(for: use.path)
                findings.append(
                    LintFinding(
                        .warning, .unknownVariable, part, at: use.place,
                        "there is no \(use.path) for any customer",
                        advice: near.map { "Did you mean \($0)?" } ?? "Take a name that there is."))
            } else if !use.hasFallback, use.root == "customer",
                seen.insert("default " + use.path).inserted
            {
                findings.append(
                    LintFinding(
                        .advice, .noDefault, part, at: use.place,
                        "\(use.path) may be missing for some customers",
                        advice: "Write what stands there then: {{ \(use.path) | default: \"…\" }}.")
                )
            }
        }
        return findings
    }

    // MARK: Lines

    private func lines(of source: MessageSource, _ findings: inout [LintFinding]) {
        let subjectPlace = TemplatePlace(template: source.name + " subject", line: 1, column: 1)
        let shown = HTMLLint(text: source.subject, template: "").literalCharacterCount
        if source.subject.allSatisfy(\.isWhitespace) {
            findings.append(
                LintFinding(
                    .error, .noSubject, .subject, at: subjectPlace, "there is no subject",
                    advice: "Write one: what the message is, in six words."))
        } else if shown > Self.subjectCharactersMax {
            findings.append(Self.longSubject(shown, subjectPlace))
        }
        let preheaderPlace = TemplatePlace(template: source.name + " preheader", line: 1, column: 1)
        let preheader = source.preheader ?? ""
        if preheader.allSatisfy(\.isWhitespace) {
            findings.append(
                LintFinding(
                    .warning, .noPreheader, .preheader, at: preheaderPlace, "there is no preheader",
                    advice: "Write one: inboxes else show the first words of the message."))
        } else {
            let count = HTMLLint(text: preheader, template: "").literalCharacterCount
            if count > Self.preheaderCharactersMax {
                findings.append(
                    LintFinding(
                        .advice, .longPreheader, .preheader, at: preheaderPlace,
                        "the preheader has \(count) characters",
                        advice: "Inboxes show about 40 to \(Self.preheaderCharactersMax)."))
            }
        }
        if source.text == nil, source.html != nil {
            findings.append(
                LintFinding(
                    .advice, .noText, .text,
                    at: TemplatePlace(template: source.name + " text", line: 1, column: 1),
                    "there is no text part, so it is made from the HTML",
                    advice: "Look at it in the preview; write one where it doesn't read well."))
        }
    }

    private static func longSubject(_ count: Int, _ place: TemplatePlace) -> LintFinding {
        LintFinding(
            .warning, .longSubject, .subject, at: place, "the subject has \(count) characters",
            advice: "Inboxes cut it after about \(subjectCharactersMax), phones after about 40.")
    }

    // MARK: Duties

    /// What the law and the big inboxes ask of marketing.
    private func duties(
        of template: Template, _ part: LintFinding.Part, _ findings: inout [LintFinding]
    ) {
        let place = TemplatePlace(template: template.name, line: 1, column: 1)
        if !template.variables.contains(where: { $0.path == "links.unsubscribe" }) {
            findings.append(
                LintFinding(
                    .error, .noUnsubscribe, part, at: place, "there is no link to unsubscribe",
                    advice: "Put {{ links.unsubscribe }} in, or extend the layout base."))
        }
        if !template.variables.contains(where: { $0.path == "company.address" }) {
            findings.append(
                LintFinding(
                    .warning, .noPostalAddress, part, at: place,
                    "the sender's postal address is missing",
                    advice: "Put {{ company.address }} in, or extend the layout base."))
        }
    }

    private func clipped(_ count: Int, _ name: String) -> LintFinding { Self.clipped(count, name) }

    private static func clipped(_ count: Int, _ name: String) -> LintFinding {
        LintFinding(
            .warning, .clipped, .html, at: TemplatePlace(template: name, line: 1, column: 1),
            "the HTML has \((count + 1023) / 1024) KB",
            advice: "Gmail hides what is beyond 102 KB, the way out with it: take parts out.")
    }
}
