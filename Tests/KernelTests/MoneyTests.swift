import Kernel
import Testing

struct MoneyTests {
    private func minor(_ text: String, _ digits: Int) throws(DecimalText.Failure) -> Int64 {
        try DecimalText.minor(text.utf8Span.span, digits: digits)
    }

    @Test(
        arguments: [
            ("0", 2, 0), ("-0", 2, 0), ("1", 2, 100), ("1.", 2, 100), (".5", 2, 50),
            ("+1.5", 2, 150),
            ("12.34", 2, 1234), ("-12.34", 2, -1234), ("12.34", 0, 12), ("12.34", 3, 12340),
            ("0.005", 2, 0), ("0.015", 2, 2), ("0.025", 2, 2), ("0.035", 2, 4), ("-0.005", 2, 0),
            ("-0.015", 2, -2), ("0.0051", 2, 1), ("0.0149999", 2, 1), ("2.5", 0, 2), ("3.5", 0, 4),
            ("-2.5", 0, -2), ("0.5", 0, 0), ("1.5e2", 2, 15000), ("1.5E+2", 2, 15000),
            ("150e-2", 2, 150), ("1e-5", 2, 0), ("0e9999999999", 2, 0), ("0e-9999999999", 2, 0),
            ("5e-3", 2, 0), ("15e-3", 2, 2), ("92233720368547758.07", 2, .max),
            ("-92233720368547758.07", 2, -.max), ("000001.10", 2, 110),
            ("1e16", 2, 1_000_000_000_000_000_000),
            ("0.333333333333333333333333333333", 2, 33),
            ("0.9000000000000000000", 0, 1), ("-0.9000000000000000000", 0, -1),
            ("0.5000000000000000000", 0, 0), ("0.5000000000000000001", 0, 1), ("9e-20", 0, 0),
            ("0.92233720368547758091", 4, 9223),
            ("0.1250000000000000000001", 2, 13), ("0.1250000000000000000000", 2, 12),
            ("9223372036854.775809111", 4, 92_233_720_368_547_758),
        ] as [(String, Int, Int64)])
    func `Reads decimals exactly, halves to even`(text: String, digits: Int, expected: Int64) throws
    {
        #expect(try minor(text, digits) == expected)
    }

    @Test(
        arguments: [
            ("", .notANumber), (".", .notANumber), ("-", .notANumber), ("+-1", .notANumber),
            ("1,5", .notANumber), ("1.2.3", .notANumber), ("1e", .notANumber), ("1e+", .notANumber),
            ("e5", .notANumber), ("1 ", .notANumber), (" 1", .notANumber), ("£1", .notANumber),
            ("0x10", .notANumber), ("NaN", .notANumber), ("١", .notANumber), ("1e5x", .notANumber),
            ("9223372036854775808", .outOfRange), ("92233720368547759", .outOfRange),
            ("1e17", .outOfRange), ("1e99999999999999999999", .outOfRange),
            ("-92233720368547759", .outOfRange), ("92233720368547758.08", .outOfRange),
            ("-92233720368547758.08", .outOfRange), ("92233720368547758.0709", .outOfRange),
            ("922337203685477.58091", .outOfRange),
        ] as [(String, DecimalText.Failure)])
    func `Refuses what isn't an amount`(text: String, failure: DecimalText.Failure) {
        #expect(throws: failure) { try minor(text, 2) }
    }

    @Test(
        arguments: [
            (1234, 2, "12.34"), (5, 2, "0.05"), (-5, 2, "-0.05"), (0, 2, "0.00"), (7, 0, "7"),
            (-1, 3, "-0.001"), (.min, 2, "-92233720368547758.08"),
        ] as [(Int64, Int, String)])
    func `Formats minor units`(minor: Int64, digits: Int, expected: String) {
        #expect(DecimalText.format(minor: minor, digits: digits) == expected)
    }

    @Test(arguments: 0..<20)
    func `What is formatted reads back`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let value =
                Int64.random(in: -Int64.max...Int64.max, using: &random)
                >> Int64(random.next() % 60)
            let digits = Int(random.next() % 5)
            #expect(try minor(DecimalText.format(minor: value, digits: digits), digits) == value)
        }
    }

    @Test func `Currencies are three letters and know their minor digits`() throws {
        let table = [("GBP", 2), ("usd", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)]
        for (code, digits) in table {
            let currency = try #require(Currency(code))
            #expect(currency.description == code.uppercased())
            #expect(currency.minorDigits == digits)
            #expect(Currency(packed: currency.packed) == currency)
        }
        for code in ["", "GB", "GBPX", "G8P", "G P", "{BP", "@BP", "£BP", "ÄBC"] {
            #expect(Currency(code) == nil)
        }
        #expect(Currency(packed: 0) == nil)
        #expect(Currency(packed: 0x01_474250) == nil)
        #expect(
            Money(minor: 1250, currency: try #require(Currency("GBP"))).description == "12.50 GBP")
    }
}
