import Insights
import Kernel
import Testing

@testable import Console

struct TextTests {
    @Test(arguments: [
        ("<b>", "&lt;b&gt;"), ("a\"b'c&", "a&quot;b&#39;c&amp;"), ("\"\u{301}", "&quot;\u{301}"),
        ("a\u{0}b", "ab"), ("é 日本", "é 日本"), ("", ""),
    ])
    func `HTML is escaped byte by byte`(text: String, escaped: String) {
        #expect(HTMLText.escape(text) == escaped)
    }

    @Test func `data for scripts can't end its element`() {
        let json = ScriptJSON.write(
            .object([
                ("a", .text("</script><!--&\"\\\n\u{1}é")),
                ("b", .list([.number(1.5), .null, .flag(true)])),
                ("c", .number(.nan)),
            ]))
        #expect(
            json
                == #"{"a":"\u003c/script\u003e\u003c!--\u0026\"\\\u000a\u0001é","b":[1.5,null,true],"c":null}"#
        )
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "−1,234,567"),
    ])
    func `integers are grouped by three`(number: Int, text: String) {
        #expect(NumberStyle.british.integer(number) == text)
    }

    @Test func `money is written as its currency and the viewer have it`() throws {
        let pound = try #require(Currency("GBP"))
        let yen = try #require(Currency("JPY"))
        let dinar = try #require(Currency("KWD"))
        let german = NumberStyle.preferred(acceptLanguage: "de")
        let british = NumberStyle.british
        #expect(british.money(Money(minor: 123_456, currency: pound)) == "£1,234.56")
        #expect(british.money(Money(minor: -5, currency: pound)) == "−£0.05")
        #expect(
            british.money(Money(minor: 999_999, currency: pound), wholeFrom: 10_000) == "£9,999.99")
        #expect(
            british.money(Money(minor: 1_000_050, currency: pound), wholeFrom: 10_000) == "£10,001")
        #expect(british.money(Money(minor: 1234, currency: yen)) == "¥1,234")
        #expect(british.money(Money(minor: 1234, currency: dinar)) == "KWD\u{00A0}1.234")
        #expect(german.money(Money(minor: 123_456, currency: pound)) == "1.234,56\u{00A0}£")
        #expect(!british.money(Money(minor: .min, currency: pound)).isEmpty)
    }

    @Test(arguments: [
        (0.12345, 1, "0.1"), (2.5, 0, "3"), (-0.5, 2, "−0.50"), (.nan, 1, "–"), (1e300, 1, "–"),
    ])
    func `decimals are rounded, and what isn't a number is a dash`(
        number: Double, digits: Int, text: String
    ) {
        #expect(NumberStyle.british.decimal(number, digits: digits) == text)
    }

    @Test func `words are filled in once, and a missing one shows itself`() {
        let words = Words(
            file: "# note\na.b = {0} and {1} {x}\nn = {0} things\nn.one = {0} thing\n")
        #expect(words("a.b", "{1}", "two") == "{1} and two {x}")
        #expect(words("n", count: 1, "1") == "1 thing")
        #expect(words("n", count: 2, "2") == "2 things")
        #expect(words("gone") == "⟦gone⟧")
        #expect(words.child(named: "a_b") as? String == "{0} and {1} {x}")
    }

    @Test func `Markdown becomes headings, tables, lists and spans, all escaped`() {
        let page = MarkdownPage(
            """
            # Title

            ## Average <order> value

            A **bold** and *slanted* `a*b*<c>` [link](https://example.test/?a=1&b=2)
            on two lines.

            - one
              more
            - two

            | A | B |
            |---|---|
            | 1 | <2> |
            """)
        #expect(page.headings.map(\.anchor) == ["title", "average-order-value"])
        for part in [
            "<h2 id=\"average-order-value\">Average &lt;order&gt; value</h2>",
            "<strong>bold</strong> and <em>slanted</em> <code>a*b*&lt;c&gt;</code>",
            "<a href=\"https://example.test/?a=1&amp;b=2\">link</a> on two lines.</p>",
            "<ul><li>one more</li><li>two</li></ul>", "<td>1</td><td>&lt;2&gt;</td>",
        ] {
            #expect(page.html.contains(part), "\(part)")
        }
        #expect(!page.html.contains("<h1"))
    }

    @Test(arguments: [
        ("a=1&b=2", "a=1&b=2"), ("a=%41+b", "a=A%20b"), ("a", "a="),
        ("a=%zz&&b=%", "a=%25zz&b=%25"),
        ("q=%F0%9F%8C%B1", "q=%F0%9F%8C%B1"),
    ])
    func `forms are read and written`(encoded: String, again: String) {
        #expect(FormFields(encoded).encoded == again)
    }

    @Test func `a form of too many pairs is cut off`() {
        let text = (0...FormFields.pairsMax).map { "a\($0)=" }.joined(separator: "&")
        #expect(FormFields(text).pairs.count == FormFields.pairsMax)
    }

    @Test func `Wilson's interval holds the share and narrows with the count`() throws {
        let range = try #require(Interval.wilson(share: 0.618, count: 2312))
        #expect(abs(range.low - 0.598) < 0.0005 && abs(range.high - 0.6376) < 0.0005)
        #expect(Interval.wilson(share: 0, count: 10)?.low == 0)
        #expect(Interval.wilson(share: 0.5, count: 0) == nil)
        #expect(Interval.wilson(share: .nan, count: 5) == nil)
    }

    @Test func `a line needs two points`() {
        #expect(Sparkline.path([1]) == nil)
        #expect(Sparkline.path([1, .nan]) == nil || Sparkline.path([1, .infinity]) == nil)
        #expect(Sparkline.path([0, 10]) == "M2 29L118 3")
        #expect(Sparkline.path([5, 5]) == "M2 16L118 16")
    }

    @Test func `a month that isn't over is told apart`() {
        let months = SampleData.months()
        #expect(MonthSeries(months, asOf: SampleData.asOf, zone: .utc).isLastPartial)
        #expect(MonthSeries(months, asOf: SampleData.asOf, zone: .utc).full.count == 3)
        let lastDay = Timestamp(milliseconds: 1_293_796_800_000)  // 2010-12-31T12:00Z
        #expect(!MonthSeries(months, asOf: lastDay, zone: .utc).isLastPartial)
        #expect(!MonthSeries([], asOf: lastDay, zone: .utc).isLastPartial)
    }
}
