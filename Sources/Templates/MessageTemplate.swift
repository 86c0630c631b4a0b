/// A compiled message.
package struct MessageTemplate: Sendable {
    package let source: MessageSource
    let subject: Template
    let preheader: Template
    let html: Template?
    let text: Template?
    let url: Template?
    let image: Template?

    /// A subject is cut here: RFC 5322 §2.1.1 lets a line have 998, and encoding takes some of them.
    package static let subjectBytesMax = 640
    package static let preheaderBytesMax = 640
    static let addressBytesMax = 2_000

    /// Every variable that any part asks for.
    package var variables: [VariableUse] {
        [subject, preheader, html, text, url, image].flatMap { $0?.variables ?? [] }
    }

    /// Renders all parts. HTML and text see `message.subject`, `message.preheader` and `message.language`.
    ///
    /// - Throws: Where a required value isn't there, or a limit is reached.
    package func render(_ inputs: RenderInputs) throws(RenderFailure) -> RenderedMessage {
        for name in source.required where value(name, in: inputs.values).isBlank {
            throw .missing(
                name: name, TemplatePlace(template: source.name + " required", line: 1, column: 1))
        }
        let subjectText = try subject.render(inputs)
        let preheaderText = try preheader.render(inputs)
        let subjectLine = Self.line(subjectText.bytes, bytesMax: Self.subjectBytesMax)
        let preheaderLine = Self.line(preheaderText.bytes, bytesMax: Self.preheaderBytesMax)
        let extra = [
            TemplateValue.Member(
                "message",
                .mapping([
                    ("subject", .text(subjectLine)), ("preheader", .text(preheaderLine)),
                    ("language", .text(inputs.language.tag)),
                ]))
        ]
        var warnings = subjectText.warnings + preheaderText.warnings
        let rendered = try html?.render(inputs, extra: extra)
        warnings += rendered?.warnings ?? []
        let plain: [UInt8]
        if let text {
            let written = try text.render(inputs, extra: extra)
            warnings += written.warnings
            plain = written.bytes
        } else if let rendered {
            plain = HTMLToText.text(from: rendered.bytes.span)
        } else {
            plain = []
        }
        var message = RenderedMessage(
            subject: subjectLine, preheader: preheaderLine, html: rendered?.bytes, text: plain,
            warnings: warnings)
        if let url { message.url = try line(url, inputs, &message.warnings) }
        if let image { message.image = try line(image, inputs, &message.warnings) }
        return message
    }

    private func line(
        _ template: Template, _ inputs: RenderInputs, _ warnings: inout [RenderWarning]
    ) throws(RenderFailure) -> String {
        let rendered = try template.render(inputs)
        warnings += rendered.warnings
        return Self.line(rendered.bytes, bytesMax: Self.addressBytesMax)
    }

    private func value(_ path: String, in values: TemplateValue) -> TemplateValue {
        var value = values
        for name in path.split(separator: ".") {
            guard let next = value[String(name)] else { return .nothing }
            value = next
        }
        return value
    }

    /// One line: white space of any kind becomes single spaces, cut between characters.
    static func line(_ bytes: [UInt8], bytesMax: Int) -> String {
        var clean: [UInt8] = []
        Escaper.header(bytes.span, to: &clean)
        var line: [UInt8] = []
        for byte in clean where byte != 0x20 || line.last != 0x20 && !line.isEmpty {
            line.append(byte)
        }
        while line.last == 0x20 { line.removeLast() }
        guard line.count > bytesMax else { return String(decoding: line, as: UTF8.self) }
        var end = bytesMax
        while end > 0, line[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: line[..<end], as: UTF8.self)
    }
}

/// A message as it will be sent.
package struct RenderedMessage: Sendable {
    /// One line without control characters.
    package var subject: String
    package var preheader: String
    /// UTF-8.
    package var html: [UInt8]?
    /// UTF-8: the author's, or made from the HTML.
    package var text: [UInt8]
    package var warnings: [RenderWarning]
    /// Where a tap leads; empty for nowhere. One line, and nothing else is known of it.
    package var url = ""
    /// A picture's address; empty for none.
    package var image = ""
}
