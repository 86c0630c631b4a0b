import Events
import Kernel
import Testing

@testable import Imports

struct OrderImportTests {
    static let purchases = "customer_id,date,cds,spend\n1,1997-01-01,1,11.77\n2,1997-01-12,1,12.0\n"
    static let purchaseMap = ["customer=customer_id", "orderedAt=date", "total=spend"]

    @Test func `a purchase becomes an order with an id of its own`() {
        let result = importing(Self.purchases, options(.orders, Self.purchaseMap))
        #expect(result.failure == nil)
        #expect(result.rejections.isEmpty)
        #expect(result.names == ["Order Completed", "Order Completed"])
        #expect(result.drafts.map(\.userID) == ["1", "2"])
        #expect(result.drafts[0].occurredAt == Timestamp("1997-01-01"))
        #expect(result.drafts[0].flags == .imported)
        #expect(
            result.properties[1].wholeMatch(
                of: /\{"order_id":"row-[0-9a-z]{16}","total":12\.00,"currency":"USD"\}/) != nil)
    }

    @Test func `a second import repeats the message ids and history is only a flag`() {
        var history = options(.orders, Self.purchaseMap)
        history.isHistory = true
        let first = importing(Self.purchases, options(.orders, Self.purchaseMap))
        let second = importing(Self.purchases, history)
        #expect(first.messageIDs == second.messageIDs)
        #expect(second.drafts.allSatisfy { $0.flags == [.imported, .history] })
    }

    @Test func `identical rows are told apart by their occurrence wherever they stand`() {
        let head = "customer,date,total\n"
        let a = "1,2024-01-01,5\n"
        let b = "2,2024-01-01,5\n"
        let apart = importing(head + a + b + a + a, options())
        let together = importing(head + a + a + a + b, options())
        #expect(Set(apart.messageIDs).count == 4)
        #expect(Set(apart.messageIDs) == Set(together.messageIDs))
        #expect(Set(apart.properties) == Set(together.properties))
    }

    @Test func `an unchanged order is a repeat and a changed one is not`() {
        let head = "order_id,customer,date,total\n"
        let before = importing(head + "A,1,2024-01-01,5\nB,1,2024-01-02,6\n", options())
        let after = importing(head + "A,1,2024-01-01,5\nB,1,2024-01-02,7\n", options())
        #expect(before.messageIDs[0] == after.messageIDs[0])
        #expect(before.messageIDs[1] != after.messageIDs[1])
        #expect(after.properties[1] == #"{"order_id":"B","total":7.00,"currency":"USD"}"#)
    }

    @Test func `an order id comes twice only with the same content`() {
        let text =
            "order_id,customer,date,total\nA,1,2024-01-01,5\nA,1,2024-01-01,5\n"
            + "A,1,2024-01-01,9\n"
        let result = importing(text, options())
        #expect(result.drafts.count == 1)
        #expect(result.rejected == ["3 order_repeated"])
    }

    @Test func `the lines of an order come together however far apart they stand`() {
        let text = """
            invoice,stock_code,description,quantity,invoice_date,unit_price,customer_id,country
            1,A,"Cup, blue",2,2024-01-01 10:00,1.50,7,France
            2,B,Pot,1,2024-01-01 11:00,10,8,
            1,C,"12"" plate",3,2024-01-01 09:59,0.333,7,France

            """
        let result = importing(text, options(currency: "GBP"))
        #expect(result.failure == nil)
        #expect(result.rejections.isEmpty)
        #expect(
            result.properties == [
                #"{"order_id":"1","total":4.00,"currency":"GBP","country":"France","products":["#
                    + #"{"sku":"A","name":"Cup, blue","quantity":2,"price":1.50},"#
                    + #"{"sku":"C","name":"12\" plate","quantity":3,"price":0.333}]}"#,
                #"{"order_id":"2","total":10.00,"currency":"GBP","products":["#
                    + #"{"sku":"B","name":"Pot","quantity":1,"price":10}]}"#,
            ])
        #expect(result.drafts[0].occurredAt == Timestamp("2024-01-01T09:59:00Z"))
    }

    static let totals: [(lines: [(String, String)], name: String, total: String)] = [
        ([("2", "1.5")], "Order Completed", "3.00"),
        ([("-2", "1.5")], "Order Refunded", "3.00"),
        ([("1", "-53594.36")], "Order Refunded", "53594.36"),
        ([("-1", "0")], "Order Refunded", "0.00"),
        ([("1", "0")], "Order Completed", "0.00"),
        ([("-1", "0"), ("1", "0")], "Order Completed", "0.00"),
        ([("1", "5"), ("-1", "5")], "Order Completed", "0.00"),
        ([("1", "5"), ("-2", "5")], "Order Refunded", "5.00"),
        ([("1", "0.005"), ("1", "0.005")], "Order Completed", "0.01"),
        ([("1", "0.005")], "Order Completed", "0.00"),
        ([("1", "0.015")], "Order Completed", "0.02"),
        ([("0.5", "3.333"), ("0.25", "1.111")], "Order Completed", "1.94"),
    ]

    @Test(arguments: totals.indices)
    func `an order is a refund by its total and its sum is rounded once`(_ index: Int) {
        let (lines, name, total) = Self.totals[index]
        let text =
            "order_id,customer,date,quantity,unit_price\n"
            + lines.map { "X,1,2024-01-01,\($0.0),\($0.1)\n" }.joined()
        let result = importing(text, options())
        #expect(result.names == [name])
        #expect(result.properties[0].contains("\"total\":\(total),"))
    }

    @Test func `a refund has positive quantities and prices`() {
        let text =
            "order_id,customer,date,sku,quantity,unit_price\n"
            + "C1,1,2024-01-01,A,-3,2\nC2,1,2024-01-01,B,1,-7.5\n"
        let result = importing(text, options())
        #expect(result.properties[0].contains(#""sku":"A","quantity":3,"price":2}"#))
        #expect(result.properties[1].contains(#""sku":"B","quantity":1,"price":7.5}"#))
    }

    @Test func `an order with a bad line is left out as a whole and said to be`() {
        let text =
            "order_id,customer,date,quantity,unit_price\n"
            + "A,1,2024-01-01,1,5\nB,1,2024-01-01,1,5\nA,1,2024-01-01,x,5\n"
        let result = importing(text, options())
        #expect(result.properties.count == 1)
        #expect(result.rejected == ["3 invalid_quantity", "1 order_incomplete"])
    }

    @Test func `lines of one order agree on its customer`() {
        let text =
            "order_id,customer,date,quantity,unit_price\n"
            + "A,,2024-01-01,1,5\nA,1,2024-01-01,1,5\nB,1,2024-01-01,1,5\nB,2,2024-01-01,1,5\n"
        let result = importing(text, options())
        #expect(result.drafts.map(\.userID) == ["1"])
        #expect(result.rejected == ["4 order_conflict", "3 order_incomplete"])
    }

    @Test func `an order without a customer is kept without one`() {
        let result = importing("order_id,customer,date,total\nA,,2024-01-01,5\n", options())
        #expect(result.drafts.map(\.userID) == [""])
        #expect(result.rejections.isEmpty)
    }

    @Test func `contact details go into the context`() {
        let text = "order_id,email,phone,date,total\nA,a@example.test,+44 1,2024-01-01,5\n"
        let result = importing(text, options())
        #expect(
            result.contexts == [#"{"traits":{"email":"a@example.test","phone":"+44 1"}}"#])
    }

    @Test func `a paid-back order is completed and refunded and a pending one is not placed`() {
        let text =
            "order_id,customer,date,total,status\nA,1,2024-01-01,5,refunded\n"
            + "B,1,2024-01-01,5,cancelled\nC,1,2024-01-01,5,pending\nD,1,2024-01-01,5,shipped\n"
        let result = importing(text, options())
        #expect(
            result.names == [
                "Order Completed", "Order Refunded", "Order Cancelled", "Order Completed",
            ])
        #expect(Set(result.messageIDs).count == 4)
        #expect(result.rejected == ["3 order_not_placed"])
    }

    @Test func `each kind of bad row has its code`() {
        let long = String(repeating: "x", count: ImportLimits.identifierBytesMax + 1)
        let text = """
            order_id,customer,date,total,currency
            ,1,2024-01-01,5,USD
            A,1,,5,USD
            A,1,2024-02-30,5,USD
            A,1,2024-01-01,,USD
            A,1,2024-01-01,five,USD
            A,1,2024-01-01,"1,23",USD
            A,1,2024-01-01,99999999999999999999,USD
            A,1,2024-01-01,5,dollars
            A,1,2024-01-01,5,
            \(long),1,2024-01-01,5,USD
            A,1,2024-01-01,5
            A,1,2024-01-01,5,USD,more
            A,1,2024-01-01,5.50,USD,
            B,1,3/4/2024,5.25,USD
            C,1,2024-01-01,£5,USD
            D,1,2024-01-01,$5,
            E,1,2024-01-01,5,XYZ
            F,1,2024-01-01,5 XYZ,

            """
        let result = importing(text, options(currency: nil))
        #expect(
            result.rejected == [
                "1 missing_order_id", "2 missing_time", "3 invalid_time", "4 missing_total",
                "5 invalid_amount", "6 contradictory_amount", "7 amount_out_of_range",
                "8 invalid_currency", "9 missing_currency", "10 identifier_too_long",
                "11 field_count", "12 field_count", "14 ambiguous_time",
                "15 currency_conflict", "16 ambiguous_currency", "17 invalid_currency",
                "18 invalid_currency",
            ])
        #expect(result.drafts.count == 1)
    }

    static let amounts: [(String, String?)] = [
        ("5", "5.00"), ("£1,234.50", "1234.50"), ("1.234,50 €", "1234.50"), ("12,5", "12.50"),
        ("(3.00)", "3.00"), ("1e2", "100.00"), ("1,234,567", "1234567.00"), ("12,34.5", nil),
        ("1.2.3", nil), ("--1", nil), ("NaN", nil), ("0.1234567891", nil), ("+7", "7.00"),
    ]

    @Test(arguments: amounts.indices)
    func `amounts are read as people write them or not at all`(_ index: Int) {
        let (text, total) = Self.amounts[index]
        let result = importing("customer,date,total\n1,2024-01-01,\"\(text)\"\n", options())
        if let total {
            #expect(result.properties.first?.contains("\"total\":\(total),") == true)
        } else {
            #expect(result.drafts.isEmpty)
            #expect(result.rejections.count == 1)
        }
    }

    @Test func `a yen has no minor unit and a dinar three digits`() {
        let text = "customer,date,total,currency\n1,2024-01-01,1200,JPY\n1,2024-01-01,1.2345,kwd\n"
        let result = importing(text, options(currency: nil))
        #expect(result.properties[0].contains(#""total":1200,"currency":"JPY""#))
        #expect(result.properties[1].contains(#""total":1.234,"currency":"KWD""#))
    }
}
