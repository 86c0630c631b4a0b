import Foundation
import Kernel
import Templates
import Testing

/// Every hostile text as every value of a message: what it brings along is text.
@Suite struct HostileValueTests {
    static let texts: [String] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures/mail/hostile.ndjson")
        // Where there is no file there are no texts, which the first test sees.
        let lines = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return lines.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(String.self, from: Data($0.utf8))
        }
    }()

    private static let source = MessageSource(
        name: "m", subject: "Hello {{ v }}", preheader: "{{ v }} and more",
        html: """
            {% extends "base" %}
            {% block content %}
            {% include "title", title: v %}
            <p title="{{ v }}" data-x='{{ v }}'>Hello {{ v }}, {{ v | upper }} {{ v | raw }} {{ v | append: v }}</p>
            <p style="color:{{ v }}">x<!-- {{ v }} --></p>
            <a href="{{ v }}">a</a> <a href="https://x.test/{{ v }}/b?c={{ v }}#{{ v }}">b</a> <a href="mailto:{{ v }}">c</a>
            <img src="{{ v }}" alt="{{ v }}">
            {% include "lines", items: items, total: v, unit: "major", currency: v %}
            {% include "coupon", code: v, label: v, expires: v, until: v %}
            {% include "products", items: items, heading: v %}
            {% include "button", url: links.shop, label: v %}
            {% include "answer", url: v, label: v %}
            {% include "step", number: v, title: v, words: v %}
            {% endblock %}
            """)

    private static func values(_ text: String) -> TemplateValue {
        let v = TemplateValue.text(text)
        let item = TemplateValue.mapping([
            ("name", v), ("url", v), ("image", v), ("price", v), ("quantity", v),
        ])
        return .mapping([
            ("v", v), ("items", .list([item])),
            ("links", .mapping([("shop", v), ("unsubscribe", v), ("preferences", v)])),
            ("message", .mapping([("language", v)])),
            (
                "company",
                .mapping([
                    ("name", v), ("address", v), ("url", v), ("logo", v), ("colour", v),
                    ("buttonText", v), ("footer", v),
                    ("labels", .mapping([("unsubscribe", v), ("preferences", v)])),
                ])
            ),
        ])
    }

    /// Elements, the names of their attributes, and the ends of comments in their order, as a reader of HTML finds
    /// them: values don't count.
    private func skeleton(_ html: String) -> [String] {
        html.matches(of: /<!--|-->|<\/?[a-zA-Z](?:[^<>"']|"[^"]*"|'[^']*')*>/).map { tag in
            String(tag.output).replacing(/"[^"]*"|'[^']*'/, with: "")
        }
    }

    @Test func `no value brings an element, an attribute, a program or a line of a header`() throws
    {
        #expect(Self.texts.count > 90)
        let template = try TemplateSet.withBuiltIn().compile(Self.source)
        let plain = try template.render(RenderInputs(values: Self.values("https://x.test/plain")))
        let wanted = skeleton(String(decoding: plain.html ?? [], as: UTF8.self))
        #expect(wanted.contains("<title>") && wanted.count > 100)
        for text in Self.texts where !text.allSatisfy(\.isWhitespace) {
            let message = try template.render(RenderInputs(values: Self.values(text)))
            let note = "\(text.debugDescription.prefix(80))"
            for line in [message.subject, message.preheader] {
                #expect(
                    line.unicodeScalars.allSatisfy {
                        $0.properties.generalCategory != .control && $0 != "\u{2028}"
                            && $0 != "\u{2029}"
                    }, "\(note): \(line.debugDescription)")
            }
            let html = String(decoding: message.html ?? [], as: UTF8.self)
            // Line ends of an address become <br>, which is what it asks for.
            let found = skeleton(html).filter { $0 != "<br>" }
            #expect(found == wanted.filter { $0 != "<br>" }, "\(note)")
            for link in html.matches(of: /(?:href|src)="([^"]*)"/) {
                let target = link.output.1.lowercased()
                let isKnown =
                    target.isEmpty || target == "#"
                    || ["https:", "http:", "mailto:"].contains { target.hasPrefix($0) }
                    || target.firstMatch(of: /^[a-z+.\-]*:/) == nil
                #expect(isKnown, "\(note): \(target)")
            }
            for style in html.matches(of: /style="([^"]*)"/) {
                let words = style.output.1.lowercased()
                #expect(!words.contains("url(") && !words.contains("expression"), "\(note)")
            }
            #expect(!html.contains("49") || text.contains("49"), "\(note)")
        }
    }
}
