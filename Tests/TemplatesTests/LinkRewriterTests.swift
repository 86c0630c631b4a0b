import Templates
import Testing

@Suite struct LinkRewriterTests {
    private let rewriter = LinkRewriter()

    private func rewritten(_ html: String, _ rewriter: LinkRewriter = LinkRewriter()) -> String {
        String(
            decoding: rewriter.rewrite(html: Array(html.utf8)) {
                "https://t.test/\($0.index)?u=\($0.url)&x"
            },
            as: UTF8.self)
    }

    @Test(arguments: [
        (
            "<a href=\"https://a.test/?b=1&amp;c=2\">x</a>",
            "<a href=\"https://t.test/0?u=https://a.test/?b=1&amp;c=2&amp;x\">x</a>"
        ),
        ("<A HREF='HTTP://a.test'>", "<A HREF='https://t.test/0?u=HTTP://a.test&amp;x'>"),
        ("<a href=https://a.test>", "<a href=https://t.test/0?u=https://a.test&amp;x>"),
        (
            "<a href=\"https://a.test\"><a href=\"https://b.test\">",
            "<a href=\"https://t.test/0?u=https://a.test&amp;x\"><a href=\"https://t.test/1?u=https://b.test&amp;x\">"
        ),
        (
            "<!--[if mso]><v:roundrect href=\"https://a.test\"><![endif]-->",
            "<!--[if mso]><v:roundrect href=\"https://t.test/0?u=https://a.test&amp;x\"><![endif]-->"
        ),
    ])
    func `a link leads through the tracker`(html: String, expected: String) {
        #expect(rewritten(html) == expected)
    }

    @Test(arguments: [
        "<a href=\"mailto:a@example.com\">", "<a href=\"tel:+1\">", "<a href=\"#top\">",
        "<a href=\"\">",
        "<a data-track=\"no\" href=\"https://a.test\">",
        "<a href=\"https://a.test\" data-track=no>",
        "<img src=\"https://a.test/i.png\">", "<link href=\"https://a.test\">",
        "<!-- <a href=\"https://a.test\"> -->", "<style>a[href=\"https://a.test\"]{}</style>",
        "<p title='<a href=\"https://a.test\">'>", "<a title=\"href=https://a.test\">",
        "text https://a.test", "<a href=\"javascript:https://a.test\">",
    ])
    func `what isn't a reader's link stays`(html: String) {
        #expect(rewritten(html) == html)
    }

    @Test func `the open pixel stands before the body's end, or at the end`() {
        let rewriter = LinkRewriter(pixelURL: "https://t.test/o?a=1&b=2")
        let tag = "<img src=\"https://t.test/o?a=1&amp;b=2\" width=\"1\""
        let html = rewritten("<body>a<a href=\"https://a.test\">b</a></BODY></html>", rewriter)
        #expect(html.contains("b</a>" + tag))
        #expect(html.hasSuffix("\"></BODY></html>"))
        #expect(rewritten("a", rewriter).hasPrefix("a" + tag))
        #expect(rewritten("<body><!-- </body> -->b</body>", rewriter).contains("-->b" + tag))
    }

    @Test(arguments: [
        ("See https://a.test/b.", "See [https://a.test/b]."),
        ("(https://a.test/b(c)) and", "([https://a.test/b(c)]) and"),
        ("<https://a.test>, http://b.test!", "<[https://a.test]>, [http://b.test]!"),
        ("https://a.test\nhttps://b.test", "[https://a.test]\n[https://b.test]"),
        ("xhttps://a.test u=https://b.test", "xhttps://a.test u=https://b.test"),
        ("no link: https:// http://", "no link: https:// http://"),
    ])
    func `links of plain text are found and leave the sentence's marks`(
        text: String, expected: String
    ) {
        let bytes = rewriter.rewrite(text: Array(text.utf8)) { "[\($0.url)]" }
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test(arguments: [
        ("https://a.test", "https://a.test?utm_source=s&utm_medium=email&utm_campaign=a%20b"),
        (
            "https://a.test/?x=1#f",
            "https://a.test/?x=1&utm_source=s&utm_medium=email&utm_campaign=a%20b#f"
        ),
        (
            "https://a.test/?utm_source=y",
            "https://a.test/?utm_source=y&utm_medium=email&utm_campaign=a%20b"
        ),
        ("https://a.test/?", "https://a.test/?utm_source=s&utm_medium=email&utm_campaign=a%20b"),
    ])
    func `campaign parameters are added once, before the fragment`(link: String, expected: String) {
        let parameters = CampaignParameters(source: "s", campaign: "a b")
        #expect(parameters.adding(to: link) == expected)
        #expect(parameters.adding(to: expected) == expected)
    }
}
