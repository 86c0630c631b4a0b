import Templates
import Testing

@Suite struct EscapingTests {
    private func html(_ template: String, _ value: String) throws -> RenderedText {
        try render(template, as: .html, [("x", .text(value)), ("h", .html("<b>&</b>"))])
    }

    @Test(arguments: [
        ("<p>{{ x }}</p>", "<b>\"&'", "<p>&lt;b&gt;&#34;&amp;&#39;</p>"),
        ("<p title=\"{{ x }}\">", "\" onclick=\"a", "<p title=\"&#34; onclick=&#34;a\">"),
        ("<p title='{{ x }}'>", "' a", "<p title='&#39; a'>"),
        ("<p>{{ x | escape }}</p>", "<", "<p>&lt;</p>"),
        ("<p>{{ x | raw }}</p>", "<i>", "<p>&lt;i&gt;</p>"),
        ("<p>{{ h | raw }}</p>", "", "<p><b>&</b></p>"),
        ("<p>{{ h }}</p>", "", "<p>&lt;b&gt;&amp;&lt;/b&gt;</p>"),
        ("{{ x | newline_to_br }}", "a\n<b>", "a<br>\n&lt;b&gt;"),
        ("{% capture c %}<i>{{ x }}</i>{% endcapture %}{{ c }}", "<", "<i>&lt;</i>"),
        (
            "{% capture c %}<i>{{ x }}</i>{% endcapture %}<a title=\"{{ c }}\">", "<",
            "<a title=\"&lt;i&gt;&amp;lt;&lt;/i&gt;\">"
        ),
        (
            "<title>{{ x }}</title>", "</title><script>",
            "<title>&lt;/title&gt;&lt;script&gt;</title>"
        ),
        ("<!-- {{ x }} --><p>", "--><script>", "<!-- --&gt;&lt;script&gt; --><p>"),
        (
            "<a href=\"{{ x }}\">", "https://a.test/b?c=d&e=\"f",
            "<a href=\"https://a.test/b?c=d&amp;e=%22f\">"
        ),
        ("<a href=\"{{ x }}\">", "mailto:a@example.com", "<a href=\"mailto:a@example.com\">"),
        ("<a href=\"{{ x }}\">", "/ä b", "<a href=\"/%C3%A4%20b\">"),
        (
            "<a href=\"https://a.test/{{ x }}\">", "b/c?d#e",
            "<a href=\"https://a.test/b/c%3Fd%23e\">"
        ),
        (
            "<a href=\"https://a.test/?q={{ x }}\">", "a&b=c/d",
            "<a href=\"https://a.test/?q=a%26b%3Dc%2Fd\">"
        ),
        (
            "<a href=\"https://a.test/?q={{ x | url_encode }}\">", "a b",
            "<a href=\"https://a.test/?q=a%20b\">"
        ),
        ("<a href=\"https://{{ x }}/\">", "shop.test", "<a href=\"https://shop.test/\">"),
        (
            "<a href=\"{{ x }}?a={{ x }}\">", "https://a.test",
            "<a href=\"https://a.test?a=https%3A%2F%2Fa.test\">"
        ),
        ("<p style=\"color:{{ x }}\">", "#0b6e4f", "<p style=\"color:#0b6e4f\">"),
        ("<style>p{color:{{ x }}}</style>", "red", "<style>p{color:red}</style>"),
        ("<p{% if x %} class=\"a\"{% endif %}>", "y", "<p class=\"a\">"),
        (
            "<!--[if mso]><a href=\"{{ x }}\"><![endif]-->", "https://a.test",
            "<!--[if mso]><a href=\"https://a.test\"><![endif]-->"
        ),
    ])
    func `a value is escaped by where it stands`(
        template: String, value: String, expected: String
    ) throws {
        #expect(try html(template, value).text == expected)
    }

    @Test(arguments: [
        "javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "\u{1}javascript:a",
        "data:text/html,<script>", "vbscript:x", "javascript\n:x", "file:///etc/passwd", "blob:x",
        "JAVASCRIPT:x//https://", String(repeating: "a", count: 100) + ":",
    ])
    func `a link that runs something becomes a harmless one, wherever it stands`(
        value: String
    ) throws {
        for template in [
            "<a href=\"{{ x }}\">", "<img src='{{ x }}'>", "<a HREF=\"{{ x }}\">",
            "<a\nhref = \"{{ x }}\">", "<table background=\"{{ x }}\">",
            "<!--[if mso]><v:roundrect href=\"{{ x }}\"><![endif]-->",
            "<!-- --><a href=\"{{ x }}\">",
            "<!--[if !mso]><!--><a href=\"{{ x }}\"><!--<![endif]-->",
            "{% if x %}<a href=\"{% else %}<a href=\"{% endif %}{{ x }}\">",
        ] {
            let rendered = try html(template, value)
            #expect(rendered.text.contains("#"), "\(template): \(rendered.text)")
            #expect(!rendered.text.lowercased().contains("script:"), "\(rendered.text)")
            #expect(rendered.warnings.map(\.kind) == [.refusedLink])
        }
    }

    @Test func `a scheme can't be put together of two parts`() throws {
        for template in ["<a href=\"{{ x }}{{ y }}\">", "<a href=\"java{{ y }}\">"] {
            let text = try render(
                template, as: .html, [("x", .text("javascript")), ("y", .text("script:alert(1)"))]
            ).text
            #expect(!text.contains(":") && text.contains("script%3Aalert"), "\(text)")
        }
        for template in [
            "<a href=\"{{ x }}:{{ y }}\">", "<a href=\"{{ x }}:alert(1)\">",
            "<a href=\"{{ x }}script:alert(1)\">",
            "<a href=\"{% if x %}{{ x }}{% else %}{{ x }}{% endif %}:a\">",
        ] {
            #expect(problem(template)?.kind == .unsafePlace)
        }
    }

    @Test(arguments: [
        "expression(alert(1))", "url(javascript:x)", "red;background:url(x)",
        "red}body{display:none",
        "\\65xpression", "a\"b", String(repeating: "a", count: 65), "</style><script>",
    ])
    func `a style that is more than a word is left out`(value: String) throws {
        for template in ["<p style=\"color:{{ x }}\">", "<style>p{color:{{ x }}}</style>"] {
            let rendered = try html(template, value)
            #expect(rendered.text == template.replacing("{{ x }}", with: ""))
            #expect(rendered.warnings.map(\.kind) == [.refusedStyle])
        }
    }

    @Test(arguments: [
        "<a href={{ x }}>", "<{{ x }}>", "<p {{ x }}>", "<p {{ x }}=\"a\">",
        "<p onclick=\"{{ x }}\">",
        "<p ONMOUSEOVER='{{ x }}'>", "<script>{{ x }}</script>", "<img srcset=\"{{ x }}\">",
        "<a href=\"javascript:{{ x }}\">", "<a href=\"vbscript:f({{ x }})\">", "<!DOCTYPE {{ x }}>",
        "<meta http-equiv=\"refresh\" content=\"0;url={{ x }}\">", "<iframe srcdoc=\"{{ x }}\">",
        "<script src=\"{{ x }}\">", "<link href=\"{{ x }}\">",
        "<base href=\"{{ x }}\">", "<animate to=\"{{ x }}\">",
        "{% if x %}<a href=\"{% endif %}{{ x }}", "{% if x %}<p title=\"{% endif %}\">",
        "{% for y in x %}<p title=\"{% endfor %}", "<p title=\"{% if x %}\">{% endif %}",
        "{% if x %}<!--{% endif %} {{ x }} -->", "<p title=\"{{ x }}", "<style>{{ x }}",
        "<p title=\"{{ x | raw }}\">", "{% capture c %}<p {% endcapture %}{{ c }}",
        "<a href=\"{% if x %}https://a.test/{% endif %}{{ x }}\">",
    ])
    func `a value may not stand where nothing makes it safe`(template: String) throws {
        let found = try #require(problem(template))
        #expect([.unsafePlace, .unclosed].contains(found.kind), "\(found)")
    }

    @Test(arguments: [
        "a\r\nBcc: b@example.com", "a\nb", "a\rb", "a\u{0}b", "a\u{85}b", "a\u{2028}b",
        "a\u{2029}b",
        "a\u{B}b", "a\u{1B}[31mb", "a\u{202E}b", "a\u{7F}b", "\r\n\r\n<html>", "a\u{2066}b",
    ])
    func `a header can't be forged`(value: String) throws {
        let message = try TemplateSet().compile(
            MessageSource(
                name: "m", subject: "For {{ x }}\n{{ x | upper }}", preheader: "{{ x }}", text: "-")
        )
        let rendered = try message.render(RenderInputs(values: .mapping([("x", .text(value))])))
        for line in [rendered.subject, rendered.preheader] {
            for scalar in line.unicodeScalars {
                #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value))
                #expect(!(0x2028...0x202E).contains(scalar.value))
                #expect(!(0x2066...0x2069).contains(scalar.value))
            }
        }
        #expect(rendered.subject.hasPrefix("For"))
    }

    @Test func `a subject of any length fits a header's line`() throws {
        let message = try TemplateSet().compile(
            MessageSource(name: "m", subject: "{{ x }}", text: "-"))
        let rendered = try message.render(
            RenderInputs(values: .mapping([("x", .text(String(repeating: "ä", count: 5000)))])))
        #expect(rendered.subject.utf8.count == MessageTemplate.subjectBytesMax)
        #expect(rendered.subject.allSatisfy { $0 == "ä" })
    }

    @Test func `trusted HTML becomes plain in text parts`() throws {
        #expect(try render("{{ h }}", [("h", .html("<p>a &amp; <b>b</b></p>"))]).text == "a & b\n")
    }
}
