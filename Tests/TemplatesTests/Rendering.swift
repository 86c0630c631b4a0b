import Kernel
import Templates

/// Compiles and renders at once.
func render(
    _ text: String, as format: TemplateFormat = .text, _ values: [(String, TemplateValue)] = [],
    language: String = "en", partials: [(String, String)] = [],
    limits: TemplateLimits = TemplateLimits()
) throws -> RenderedText {
    let set = try TemplateSet(
        partials.map { TemplateSource(name: $0.0, text: $0.1) }, limits: limits)
    let inputs = RenderInputs(
        values: .mapping(values), language: Language(language),
        now: Timestamp("2026-03-05T14:07:00Z"), currency: Currency("EUR"))
    return try set.compile(text, name: "t", as: format).render(inputs)
}

/// The problem that a template has; nil where it has none.
func problem(
    _ text: String, as format: TemplateFormat = .html, partials: [(String, String)] = [],
    limits: TemplateLimits = TemplateLimits()
) -> TemplateProblem? {
    do throws(TemplateProblem) {
        let set = try TemplateSet(
            partials.map { TemplateSource(name: $0.0, text: $0.1) }, limits: limits)
        _ = try set.compile(text, name: "t", as: format)
        return nil
    } catch {
        return error
    }
}
