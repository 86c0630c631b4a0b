/// What is looked at in messages that aren't e-mails: they have no HTML, and little room.
extension TemplateLint {
    /// What phones show of a pushed message's title and text, in characters.
    package static let pushTitleCharactersMax = 50
    package static let pushTextCharactersMax = 180

    func shortFindings(in source: MessageSource) -> [LintFinding] {
        var findings: [LintFinding] = []
        let hasTitle = source.channel == .push || source.channel == .inbox
        let parts: [(LintFinding.Part, String?, TemplateFormat)] = [
            (.title, hasTitle ? source.subject : nil, .header), (.text, source.text, .text),
            (.url, source.url, .header), (.image, source.image, .header),
        ]
        for (part, text, format) in parts {
            guard let template = compile(text, part, format, source, &findings) else { continue }
            findings += names(of: template, part)
        }
        if hasTitle, source.subject.allSatisfy(\.isWhitespace) {
            findings.append(
                LintFinding(
                    .error, .noTitle, .title, at: Self.start(source, .title), "there is no title",
                    advice: "Write one: what the message is, in four words."))
        }
        if (source.text ?? "").allSatisfy(\.isWhitespace) {
            findings.append(
                LintFinding(
                    .error, .noText, .text, at: Self.start(source, .text), "there is no text",
                    advice: "Write what there is to say."))
        }
        return Self.sorted(findings)
    }

    /// With a real customer's values.
    static func shortFindings(
        in message: RenderedMessage, source: MessageSource
    ) -> [LintFinding] {
        var findings: [LintFinding] = []
        let hasTitle = source.channel == .push || source.channel == .inbox
        if hasTitle, message.subject.isEmpty {
            findings.append(
                LintFinding(
                    .error, .noTitle, .title, at: start(source, .title),
                    "the title is empty for this customer",
                    advice: "Write a default for the values in it."))
        }
        let text = String(decoding: message.text, as: UTF8.self)
        if text.allSatisfy(\.isWhitespace) {
            findings.append(
                LintFinding(
                    .error, .noText, .text, at: start(source, .text),
                    "the text is empty for this customer",
                    advice: "Write a default for the values in it."))
        }
        guard source.channel == .push else { return findings }
        if message.subject.count > pushTitleCharactersMax {
            findings.append(
                LintFinding(
                    .warning, .longText, .title, at: start(source, .title),
                    "the title has \(message.subject.count) characters",
                    advice: "Phones cut it after about \(pushTitleCharactersMax)."))
        }
        if text.count > pushTextCharactersMax {
            findings.append(
                LintFinding(
                    .warning, .longText, .text, at: start(source, .text),
                    "the text has \(text.count) characters",
                    advice: "Phones cut it after about \(pushTextCharactersMax)."))
        }
        return findings
    }

    private static func start(_ source: MessageSource, _ part: LintFinding.Part) -> TemplatePlace {
        TemplatePlace(template: "\(source.name) \(part.rawValue)", line: 1, column: 1)
    }
}
