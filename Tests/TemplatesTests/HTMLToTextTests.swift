import Kernel
import Templates
import Testing

@Suite struct HTMLToTextTests {
    private func text(_ html: String, links: HTMLToText.Links = .footnotes) -> String {
        String(decoding: HTMLToText.text(from: Array(html.utf8).span, links: links), as: UTF8.self)
    }

    @Test(arguments: [
        ("<p>a  b\n c</p><p>d</p>", "a b c\n\nd\n"),
        ("a<br>b<br><br><br>c", "a\nb\n\nc\n"),
        ("<h1>T</h1>x<div>y</div>z", "T\n\nx\ny\nz\n"),
        (
            "<ul><li>a<li>b<ul><li>c</ul></ul><ol><li>d</li><li>e</li></ol>",
            "- a\n- b\n  - c\n\n1. d\n2. e\n"
        ),
        ("<table><tr><td>a<td>b</tr><tr><td>c</td><td>d</td></tr></table>", "a | b\nc | d\n"),
        ("<table role=\"presentation\"><tr><td>a<td>b</tr></table>", "a\nb\n"),
        (
            "a<a href=\"https://a.test/?b=1&amp;c=2\">link</a>!",
            "alink [1]!\n\n[1] https://a.test/?b=1&c=2\n"
        ),
        (
            "<a href=\"https://a.test\">x</a> <a href=\"https://a.test\">y</a>",
            "x [1] y [1]\n\n[1] https://a.test\n"
        ),
        ("<a href=\"https://a.test\">https://a.test</a>", "https://a.test\n"),
        ("<a href=\"https://a.test\">a.test</a>", "a.test\n"),
        (
            "<a href=\"mailto:a@example.com?subject=x\">write</a>",
            "write [1]\n\n[1] a@example.com\n"
        ),
        ("<a href=\"#top\">top</a><a href=\"javascript:x\">y</a>", "topy\n"),
        (
            "<a href=\"https://a.test\"><img alt=\"Shop\" src=x></a>",
            "Shop [1]\n\n[1] https://a.test\n"
        ),
        ("<a href=\"https://a.test\"><img alt=\"\" src=x></a>", ""),
        ("<head><title>t</title></head><style>a{}</style><script>x</script>b", "b\n"),
        ("<div style=\"display:none\">pre<div>x</div>header</div>b", "b\n"),
        (
            "<div style=\"DISPLAY: none; x:y\">pre</div><span style='visibility : hidden'>c</span>b",
            "pre\nb\n"
        ),
        ("<!--[if mso]>outlook<![endif]--><!--[if !mso]><!-->others<!--<![endif]-->", "others\n"),
        ("<!-- a > b --><p>c", "c\n"), ("<!-->a", "a\n"),
        ("a < b && c &lt; d &amp; &#x20AC;&euro;", "a < b && c < d & €€\n"),
        ("a&nbsp;&nbsp;b&zwnj;&shy;&#847;c", "a bc\n"), ("<pre>a\n  b</pre>", "a\nb\n"),
        ("<hr>a<hr>", "---\n\na\n\n---\n"), ("", ""), ("<p>", ""), ("<", "<\n"), ("a<", "a<\n"),
        ("<p title=\">\">a</p>", "a\n"),
    ])
    func `HTML becomes text that reads well`(html: String, expected: String) {
        #expect(text(html) == expected)
    }

    @Test func `links stand behind their text where footnotes aren't wanted`() {
        #expect(
            text("<a href=\"https://a.test\">x</a>.", links: .inline) == "x (https://a.test).\n")
        #expect(text("<a href=\"https://a.test\">x</a>.", links: .none) == "x.\n")
    }

    @Test
    func `any bytes are read to their end, without controls, long lines of spaces or empty lines`()
    {
        let parts = [
            "<", ">", "</", "<a href=\"https://a.test\">", "</a>", "<!--", "-->", "<!--[if mso]>",
            "<![endif]-->",
            "<table>", "<td>", "<ul>", "<li>", "</ul>", "<style>", "</style>",
            "<p style=\"display:none\">", "</p>", "&", "&amp;",
            "&#0;", "&#x10FFFF;", "\"", "'", "=", " ", "\n", "é", "x", "\u{0}", "<pre>", "<br>",
            "<img alt='a\nb'>",
        ]
        var random = SeededRandom(seed: 3)
        for _ in 0..<3000 {
            var html: [UInt8] = []
            for _ in 0..<Int(random.next() % 30) {
                html += Array(parts[Int(random.next() % UInt64(parts.count))].utf8)
            }
            if random.next() % 4 == 0 { html.append(0xE2) }
            let text = HTMLToText.text(from: html.span)
            #expect(!text.contains { $0 < 0x20 && $0 != 0x0A })
            let string = String(decoding: text, as: UTF8.self)
            #expect(!string.contains("\n\n\n"))
            #expect(!string.hasPrefix("\n"))
            // Rewriting with nothing to change changes nothing.
            #expect(LinkRewriter().rewrite(html: html) { _ in nil } == html)
            #expect(LinkRewriter().rewrite(text: html) { _ in nil } == html)
        }
    }
}
