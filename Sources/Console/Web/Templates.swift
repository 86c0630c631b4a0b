import Mustache

/// The console's templates, read once at the start.
struct Templates: Sendable {
    private let library: MustacheLibrary

    /// - Throws: where a template can't be parsed.
    init() throws {
        MustacheContentTypes.register(EscapedHTML(), named: EscapedHTML.name)
        var library = MustacheLibrary()
        for name in ConsoleResources.templateNames {
            let text = ConsoleResources.text(name + ".mustache")
            try library.register("{{% CONTENT_TYPE:\(EscapedHTML.name)}}" + text, named: name)
        }
        self.library = library
    }

    /// The template filled with the value; nil where there is no such template.
    func render(_ name: String, _ value: Any) -> String? {
        library.render(value, withTemplate: name)
    }
}
