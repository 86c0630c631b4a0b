import Foundation
import Kernel
import Templates
import Testing

@Suite struct LanguageTests {
    private func rows() throws -> [[String]] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/languages.tsv")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
    }

    @Test func `numbers, amounts and dates are written as ICU writes them`() throws {
        let rows = try rows()
        #expect(rows.map { $0[0] } == Language.known)
        let time = CalendarDateTime(
            try #require(Timestamp("2026-03-05T14:07:00Z")), offsetSeconds: 0)
        for row in rows {
            let language = Language(row[0])
            #expect(language.tag == row[0])
            for (index, text) in ["1234", "1234567.891", "-1234.5"].enumerated() {
                let number = try #require(TemplateNumber(text))
                #expect(language.format(number) == row[1 + index], "\(row[0]) \(text)")
            }
            for (index, text) in ["0.125", "-0.05"].enumerated() {
                let number = try #require(TemplateNumber(text))
                #expect(language.percent(number) == row[4 + index], "\(row[0]) \(text)")
            }
            for (index, code) in ["EUR", "USD", "GBP", "JPY", "PLN", "SEK"].enumerated() {
                let currency = try #require(Currency(code))
                let money = Money(minor: code == "JPY" ? 1235 : 123_456, currency: currency)
                #expect(language.format(money) == row[6 + index], "\(row[0]) \(code)")
            }
            let debt = Money(minor: -950, currency: try #require(Currency("EUR")))
            #expect(language.format(debt) == row[12], "\(row[0])")
            let styles = ["short", "medium", "long", "full", "time", "datetime", "day", "month"]
            for (index, style) in styles.enumerated() {
                // CLDR puts a narrow space before AM and PM in some versions.
                let expected = row[13 + index].replacing("\u{202F}PM", with: " PM")
                #expect(language.format(time, style: style) == expected, "\(row[0]) \(style)")
            }
        }
    }

    @Test(arguments: [
        ("de-DE", "de"), ("de_at", "de-AT"), ("en-AU", "en-GB"), ("en-US", "en"), ("en-CA", "en"),
        ("pt-BR", "pt"), ("pt-AO", "pt-PT"), ("no", "nb"), ("nn-NO", "nb"), ("zh-Hant-TW", "en"),
        ("fr-CA", "fr"), ("", "en"), ("x", "en"), ("ja-JP", "ja"), ("--", "en"),
    ])
    func `a tag falls back to its language, and else to English`(tag: String, used: String) {
        #expect(Language(tag).tag == used)
    }

    @Test(arguments: [
        ("en", "0", PluralForm.other), ("en", "1", .one), ("en", "1.5", .other), ("fr", "0", .one),
        ("fr", "1.5", .one), ("fr", "2", .other), ("pl", "1", .one), ("pl", "22", .few),
        ("pl", "12", .many), ("pl", "5", .many), ("pl", "1.5", .other), ("cs", "2", .few),
        ("cs", "5", .other), ("cs", "1.5", .many), ("ja", "1", .other), ("pt", "0", .one),
        ("pt-PT", "0", .other),
    ])
    func `a number takes its word's form`(tag: String, number: String, form: PluralForm) throws {
        #expect(Language(tag).plural(try #require(TemplateNumber(number))) == form)
    }

    @Test(arguments: [
        ("{{ 123456 | money: 'EUR' }}", "de", "1.234,56\u{A0}€"),
        ("{{ 12.5 | money: 'EUR', unit: 'major' }}", "en", "€12.50"),
        ("{{ '1250' | money: 'JPY' }}", "ja", "￥1,250"),
        ("{{ 1250 | money: 'EUR', decimals: 0 }}", "de", "13\u{A0}€"),
        ("{{ price }}", "fr", "9,90\u{A0}€"),
        ("{{ price | times: 2 }}", "en", "€19.80"),
        ("{{ price.currency }}", "en", "EUR"),
        (
            "{{ 1234.5 | number }} {{ 1234.567 | number: 1 }} {{ 5 | number: 2 }}", "de",
            "1.234,5 1.234,6 5,00"
        ),
        ("{{ 0.15 | percent }}", "de", "15\u{A0}%"),
        ("{{ '2026-04-01' | date: 'long' }}", "de", "1. April 2026"),
        ("{{ at | date: 'datetime' }}", "en-GB", "2 January 2026 at 00:30"),
        ("{{ at | date: '%d.%m.%Y %H:%M %-d' }}", "de", "02.01.2026 00:30 2"),
        ("{{ 'now' | date: 'weekday' }}", "de", "Donnerstag"),
        ("{{ at }}", "de", "2. Januar 2026"),
        ("{{ n }} {{ n | plural: 'punkt', 'punkty', 'punktów' }}", "pl", "3 punkty"),
        ("{{ n | plural: one: 'a', other: 'b' }}", "pl", "b"),
    ])
    func `filters write for the reader`(template: String, tag: String, expected: String) throws {
        let values: [(String, TemplateValue)] = [
            ("price", .money(Money(minor: 990, currency: try #require(Currency("EUR"))))),
            ("at", .time(try #require(Timestamp("2026-01-01T23:30:00Z")))), ("n", .number(3)),
        ]
        let zone = ZoneRules(name: "Europe/Berlin", initialOffsetSeconds: 3600, transitions: [])
        let rendered = try TemplateSet().compile(template, name: "t", as: .text).render(
            RenderInputs(
                values: .mapping(values), language: Language(tag), zone: zone,
                now: Timestamp("2026-03-05T14:07:00Z")))
        #expect(rendered.text == expected)
        #expect(rendered.warnings.isEmpty)
    }

    @Test(arguments: [
        "{{ 'x' | money: 'EUR' }}", "{{ 1 | money: 'EURO' }}", "{{ 'soon' | date }}",
        "{{ 1 | date: 'tomorrowish' }}", "{{ 'x' | plus: 1 }}", "{{ 1 | divided_by: 0 }}",
        "{{ 9000000000000000000 | times: 9000000000000000000 }}", "{{ m | upper }}", "{{ m }}",
    ])
    func `what a filter can't do is reported, and nothing stands there`(template: String) throws {
        let rendered = try render(template, [("m", .mapping([("a", .number(1))]))])
        #expect(rendered.text == "")
        #expect(!rendered.warnings.isEmpty)
    }
}
