import Kernel
import Testing

@testable import Imports

struct AmountTests {
    static let evidence: [(String, DecimalMark.Evidence)] = [
        ("5", .none), ("-5", .none), ("1.5", .mark(.point)), ("1,5", .mark(.comma)),
        ("1.000", .ambiguous), ("1,000", .ambiguous), ("999.999", .ambiguous),
        ("-1.234", .ambiguous), ("€ 1.234", .ambiguous), ("1234.567", .mark(.point)),
        ("0.125", .mark(.point)), (".125", .mark(.point)), ("0,125", .mark(.comma)),
        ("1.0000", .mark(.point)), ("1.234,50", .mark(.comma)), ("1,234.50", .mark(.point)),
        ("1.234.567", .mark(.comma)), ("1,234,567", .mark(.point)),
        ("1,00,000", .mark(.point)), ("1.2.3", .none), ("12,34.5", .none), ("1.5e2", .mark(.point)),
        ("1 234,50", .mark(.comma)), ("1'234.50", .mark(.point)), ("five", .none), ("", .none),
        ("1,234.567,8", .none),
    ]

    @Test(arguments: evidence.indices)
    func `a number shows the decimal mark or doesn't`(_ index: Int) {
        let (text, expected) = Self.evidence[index]
        #expect(AmountText.evidence(text.utf8Span.span) == expected)
    }

    static let readings: [(text: String, mark: DecimalMark, value: String)] = [
        ("5", .point, "5"), ("1,234", .point, "1234"), ("1.234", .comma, "1234"),
        ("1,234", .comma, "1.234"), ("1.234", .point, "1.234"), ("1.234,50", .comma, "1234.50"),
        ("1 234,50", .comma, "1234.50"), ("1\u{A0}234,50", .comma, "1234.50"),
        ("1\u{202F}234,50 €", .comma, "1234.50"), ("1'234.50", .point, "1234.50"),
        ("1’234.50", .point, "1234.50"), ("1,00,000.00", .point, "100000.00"),
        ("-7", .comma, "-7"), ("7-", .point, "-7"), ("(7.5)", .point, "-7.5"),
        ("\u{2212}7", .point, "-7"), ("€ -7,5", .comma, "-7.5"), ("-€7,5", .comma, "-7.5"),
        ("5,-", .comma, "5"), ("5.- CHF", .point, "5"), (".5", .point, "0.5"), ("+7", .comma, "7"),
        ("1e2", .comma, "100"), ("12,5", .point, "contradictory_amount"),
        ("1.234,50", .point, "contradictory_amount"), ("12.5", .comma, "contradictory_amount"),
        ("1,234,567", .comma, "contradictory_amount"), ("12,34.5", .point, "invalid_amount"),
        ("1.2.3", .point, "invalid_amount"), ("--1", .point, "invalid_amount"),
        ("+-1", .point, "invalid_amount"), ("-(1)", .point, "invalid_amount"),
        ("5 apples", .point, "invalid_amount"), ("€5£", .point, "invalid_amount"),
        ("5 pcs", .point, "invalid_currency"), ("NaN", .point, "invalid_amount"),
        ("99999999999999999999", .point, "amount_out_of_range"),
        ("99.999.999.999.999.999.999,5", .comma, "amount_out_of_range"),
        (
            String(repeating: "1", count: AmountText.bodyBytesMax + 1) + ",5", .comma,
            "invalid_amount"
        ),
    ]

    @Test(arguments: readings.indices)
    func `an amount is read with the file's mark or rejected`(_ index: Int) {
        let (text, mark, value) = Self.readings[index]
        var told = ByteWriter()
        do throws(RowProblem) {
            told.writeDecimal(try AmountReader(mark: mark).amount(text.utf8Span.span).number)
        } catch {
            told.set(error.code.rawValue)
        }
        #expect(String(copying: told.span) == value)
    }

    @Test
    func `without anything to go by, what is clear by itself is read and the rest is rejected`() {
        let expected = [
            ("5", "5"), ("1.5", "1.5"), ("1,5", "1.5"), ("1.5e2", "150"), ("1.234,5", "1234.5"),
            ("1.000", "ambiguous_amount"), ("£1,000", "ambiguous_amount"), ("x", "invalid_amount"),
        ]
        for (text, value) in expected {
            var told = ByteWriter()
            do throws(RowProblem) {
                told.writeDecimal(try AmountReader(mark: nil).amount(text.utf8Span.span).number)
            } catch {
                told.set(error.code.rawValue)
            }
            #expect(String(copying: told.span) == value)
        }
    }

    static let signs: [(text: String, sign: CurrencySign)] = [
        ("5", .none), ("€5", .currency("EUR")), ("5 €", .currency("EUR")),
        ("£5", .currency("GBP")), ("5 zł", .currency("PLN")), ("5 Kč", .currency("CZK")),
        ("US$5", .currency("USD")), ("CHF 5", .currency("CHF")), ("5 eur", .currency("EUR")),
        ("R$ 5", .currency("BRL")), ("$5", .shared(0)), ("5 ¥", .shared(1)), ("5 kr", .shared(2)),
    ]

    @Test(arguments: signs.indices)
    func `an amount's sign is kept`(_ index: Int) throws {
        let (text, sign) = Self.signs[index]
        #expect(try AmountReader(mark: .point).amount(text.utf8Span.span).sign == sign)
    }

    @Test func `a quantity has no currency`() {
        for text in ["€5", "5 pcs", "5 USD"] {
            #expect(throws: RowProblem.self) {
                try AmountReader(mark: .point).number(text.utf8Span.span, .invalidQuantity)
            }
        }
    }

    @Test func `a JSON number has a point whatever the file's mark is`() throws {
        let reader = AmountReader(mark: .comma)
        let number = try reader.number("1.500".utf8Span.span, isNumber: true, .invalidAmount)
        #expect(number == Decimal(mantissa: 1500, scale: 3))
    }
}

struct AmountFileTests {
    private func totals(
        _ amounts: [String], _ options: ImportOptions = options()
    ) -> (totals: [String], rejected: [String], failure: ImportFailure?) {
        let text =
            "customer,date,total\n" + amounts.map { "1,2024-01-01,\"\($0)\"\n" }.joined()
        let result = importing(text, options, pieces: [7])
        let totals = result.properties.map { text in
            text.firstRange(of: "\"total\":").map {
                String(text[$0.upperBound...].prefix { $0 != "," })
            } ?? ""
        }
        return (totals, result.rejected, result.failure)
    }

    @Test func `one clear amount tells how all of a file are meant`() {
        #expect(totals(["1.000", "1.234,50"]).totals == ["1000.00", "1234.50"])
        #expect(totals(["1.000", "12,5"]).totals == ["1000.00", "12.50"])
        #expect(totals(["1,000", "12.5"]).totals == ["1000.00", "12.50"])
        #expect(totals(["1,000", "7", "0,5"]).totals == ["1.00", "7.00", "0.50"])
        #expect(totals(["5", "7"]).totals == ["5.00", "7.00"])
    }

    @Test func `the mark is found in any column of amounts`() {
        let text =
            "order_id,customer,date,sku,quantity,unit_price\nA,1,2024-01-01,x,\"1,5\",1.000\n"
        #expect(importing(text, options()).properties[0].contains("\"total\":1500.00,"))
    }

    @Test func `amounts that stay ambiguous stop the import until the mark is given`() {
        #expect(
            totals(["5", "1.000", "2.500"]).failure
                == .ambiguousAmounts(column: "total", example: "1.000"))
        var given = options()
        given.decimalComma = true
        #expect(totals(["5", "1.000"], given).totals == ["5.00", "1000.00"])
        given.decimalComma = false
        #expect(totals(["5", "1.000"], given).totals == ["5.00", "1.00"])
        let said = ImportFailure.ambiguousAmounts(column: "total", example: "1.000").description
        #expect(said.contains("--decimal-comma") && said.contains("--decimal-point"))
    }

    @Test func `as many of one kind as of the other stop it too`() {
        #expect(
            totals(["1.5", "2,5"]).failure
                == .ambiguousAmounts(column: "total", example: "2,5"))
    }

    @Test func `the majority decides and what contradicts it is rejected`() {
        let result = totals(["1,5", "2,5", "3.25", "4,5"])
        #expect(result.totals == ["1.50", "2.50", "4.50"])
        #expect(result.rejected == ["3 contradictory_amount"])
        let many = totals(Array(repeating: "1,5", count: 20) + Array(repeating: "1.5", count: 40))
        #expect(many.totals.count == 20)
        #expect(many.rejected.count == 40)
    }

    @Test func `amounts in JSON have points`() {
        let line = #"{"order_id":"A","customer_id":"a","date":"2024-01-01","total":"#
        let result = importing(
            line + "1.000}\n" + line.replacing("A", with: "B") + "\"2.000\"}\n"
                + line.replacing("A", with: "C") + "\"2,5\"}", options())
        #expect(result.properties[0].contains("\"total\":1.00,"))
        #expect(result.properties[1].contains("\"total\":2.00,"))
        #expect(result.rejected == ["3 contradictory_amount"])
    }

    static let currencies: [(amount: String, column: String, own: String, told: String)] = [
        ("5", "", "USD", "USD"), ("€5", "", "USD", "EUR"), ("£5", "", "USD", "GBP"),
        ("$5", "", "AUD", "AUD"), ("$5", "", "EUR", "ambiguous_currency"),
        ("¥5", "", "JPY", "JPY"), ("¥5", "", "CNY", "CNY"), ("¥5", "", "USD", "ambiguous_currency"),
        ("$5", "CAD", "EUR", "CAD"), ("€5", "EUR", "USD", "EUR"),
        ("€5", "USD", "USD", "currency_conflict"), ("$5", "EUR", "USD", "currency_conflict"),
        ("5 PLN", "", "USD", "PLN"), ("5 XYZ", "", "USD", "invalid_currency"),
        ("5", "XYZ", "USD", "invalid_currency"), ("5", "eur", "USD", "EUR"),
        ("5", "euro", "USD", "invalid_currency"), ("5", "XTS", "USD", "invalid_currency"),
    ]

    @Test(arguments: currencies.indices)
    func `a row's currency is what its column and its amounts say`(_ index: Int) {
        let (amount, column, own, told) = Self.currencies[index]
        let result = importing(
            "customer,date,total,currency\n1,2024-01-01,\(amount),\(column)\n",
            options(currency: own))
        let found =
            result.rejections.first?.code.rawValue
            ?? result.properties.first.map { String($0.suffix(5).prefix(3)) }
        #expect(found == told)
    }

    @Test func `signs of one row agree`() {
        let text =
            "order_id,customer,date,sku,quantity,unit_price,discount\n"
            + "A,1,2024-01-01,x,1,€5,£1\nB,1,2024-01-01,x,1,€5,€1\nB,1,2024-01-01,y,1,£5,\n"
            + "C,1,2024-01-01,x,2,£5,\n"
        let result = importing(text, options())
        #expect(result.properties.map { $0.contains("\"currency\":\"GBP\"") } == [true])
        #expect(
            result.rejected == ["1 currency_conflict", "3 order_conflict", "2 order_incomplete"])
    }
}

extension CurrencySign {
    fileprivate static func currency(_ code: String) -> CurrencySign {
        Currency(code).map(CurrencySign.currency) ?? .none
    }
}
