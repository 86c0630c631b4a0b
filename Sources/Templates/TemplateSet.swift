/// Layouts and partials, parsed once; what messages are compiled with.
package struct TemplateSet: Sendable {
    package let limits: TemplateLimits
    private let templates: [String: ParsedTemplate]

    /// - Throws: Where one of them can't be read; what a message makes of them is known when it is compiled.
    package init(
        _ sources: [TemplateSource] = [], limits: TemplateLimits = TemplateLimits()
    ) throws(TemplateProblem) {
        var templates: [String: ParsedTemplate] = [:]
        for source in sources {
            templates[source.name] = try TemplateParser.parse(source, limits: limits)
        }
        self.templates = templates
        self.limits = limits
    }

    private init(_ templates: [String: ParsedTemplate], limits: TemplateLimits) {
        self.templates = templates
        self.limits = limits
    }

    /// The layouts' and partials' names, sorted.
    package var names: [String] { templates.keys.sorted() }

    /// This set with more templates; one of the same name takes the place of the one that is there.
    package func adding(_ sources: [TemplateSource]) throws(TemplateProblem) -> TemplateSet {
        var templates = templates
        for source in sources {
            templates[source.name] = try TemplateParser.parse(source, limits: limits)
        }
        return TemplateSet(templates, limits: limits)
    }

    /// Compiles one text.
    ///
    /// - Parameter name: What problems call it.
    package func compile(
        _ text: String, name: String, as format: TemplateFormat
    ) throws(TemplateProblem) -> Template {
        let parsed = try TemplateParser.parse(
            TemplateSource(name: name, text: text), limits: limits)
        let program = try Compiler.compile(parsed, as: format, partials: templates, limits: limits)
        return Template(program: program, limits: limits)
    }

    /// Compiles a message's parts.
    package func compile(_ source: MessageSource) throws(TemplateProblem) -> MessageTemplate {
        MessageTemplate(
            source: source,
            subject: try compile(
                source.subject,
                name: source.name + (source.channel == .email ? " subject" : " title"),
                as: .header),
            preheader: try compile(
                source.preheader ?? "", name: source.name + " preheader", as: .header),
            html: try compile(part: source.html, name: source.name + " html", as: .html),
            text: try compile(part: source.text, name: source.name + " text", as: .text),
            url: try compile(part: source.url, name: source.name + " url", as: .header),
            image: try compile(part: source.image, name: source.name + " image", as: .header))
    }

    private func compile(
        part text: String?, name: String, as format: TemplateFormat
    ) throws(TemplateProblem) -> Template? {
        guard let text else { return nil }
        return try compile(text, name: name, as: format)
    }
}

/// One compiled text, ready to be rendered any number of times from any thread.
package struct Template: Sendable {
    let program: Program
    let limits: TemplateLimits

    package var name: String { program.name }
    /// Every variable that it asks for, with its layout's and partials'.
    package var variables: [VariableUse] { program.variables }

    /// What stays the same in every rendering, in bytes.
    package var literalByteCount: Int { program.literals.count }

    /// - Throws: Where a required value isn't there, or a limit is reached.
    package func render(_ inputs: RenderInputs) throws(RenderFailure) -> RenderedText {
        try render(inputs, extra: [])
    }

    func render(
        _ inputs: RenderInputs, extra: [TemplateValue.Member]
    ) throws(RenderFailure) -> RenderedText {
        var renderer = Renderer(program, inputs, limits, extra: extra)
        let bytes = try renderer.run()
        return RenderedText(bytes: bytes, warnings: renderer.warnings)
    }
}

/// What became of a template: UTF-8, and what was left out.
package struct RenderedText: Sendable {
    package var bytes: [UInt8]
    package var warnings: [RenderWarning]

    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
