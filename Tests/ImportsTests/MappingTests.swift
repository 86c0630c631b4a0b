import Events
import Kernel
import Testing

@testable import Imports

struct MappingTests {
    @Test func `headers are known by their synonyms in any spelling`() throws {
        let header = [
            "Invoice No", "STOCK-CODE", "Customer ID", "Invoice_Date", "Unit Price", "Qty",
        ]
        let mapping = try ColumnMapping(header: header, options: options())
        #expect(mapping.column(.orderId) == 0)
        #expect(mapping.column(.sku) == 1)
        #expect(mapping.column(.customer) == 2)
        #expect(mapping.column(.orderedAt) == 3)
        #expect(mapping.column(.unitPrice) == 4)
        #expect(mapping.column(.quantity) == 5)
        #expect(!mapping.has(.total))
    }

    @Test func `what --map asks in vain is said with the file's columns`() {
        let text = "a,b,a\n1,2,3\n"
        #expect(
            importing(text, options(.orders, ["total=spend"])).failure
                == .unknownColumn(field: "total", column: "spend", columns: ["a", "b", "a"]))
        #expect(
            importing(text, options(.orders, ["total=a"])).failure
                == .ambiguousColumn(field: "total", column: "a"))
        guard
            case .unknownField("colour", let known) = importing(
                text, options(.orders, ["colour=a"])
            ).failure
        else {
            Issue.record("an unknown field is a failure")
            return
        }
        #expect(known.contains("orderedAt"))
    }

    @Test func `a field that is needed and missing is a failure`() {
        let cases: [(String, ImportOptions, ImportFailure)] = [
            (
                "customer,total\n", options(),
                .missingField(anyOf: ["orderedAt"], columns: ["customer", "total"])
            ),
            (
                "date,total\n", options(),
                .missingField(
                    anyOf: ["customer", "email", "phone", "anonymousId"],
                    columns: ["date", "total"])
            ),
            (
                "customer,date\n", options(),
                .missingField(
                    anyOf: ["total", "unitPrice", "products"], columns: ["customer", "date"])
            ),
            (
                "customer,date,total\n", options(currency: nil),
                .missingCurrency(columns: ["customer", "date", "total"])
            ),
            (
                "user,date\n", options(.events),
                .missingField(anyOf: ["event", "type"], columns: ["user", "date"])
            ),
            (
                "city\n", options(.customers),
                .missingField(
                    anyOf: ["customer", "email", "phone", "anonymousId"], columns: ["city"])
            ),
        ]
        for (text, options, failure) in cases {
            #expect(importing(text, options).failure == failure)
        }
        #expect(importing("", options()).failure == .emptyFile)
    }

    @Test func `an explicit total with no field of a line means one row an order`() {
        let text = "order_id,customer,date,total,price,quantity\nA,1,2024-01-01,5,9,9\n"
        let rows = importing(text, options(.orders, ["orderId=order_id", "total=total"]))
        #expect(rows.properties.first?.contains("\"total\":5.00") == true)
        let lines = importing(text, options())
        #expect(lines.properties.first?.contains("\"total\":81.00") == true)
    }

    @Test func `columns without a field are kept on demand`() {
        var keeping = options()
        keeping.keepsColumns = true
        let text = "customer,date,total,colour,size,note\n1,2024-01-01,5,red,42,\n"
        #expect(
            importing(text, keeping).properties[0].hasSuffix(
                #""currency":"USD","colour":"red","size":42}"#))
        #expect(importing(text, options()).properties[0].hasSuffix(#""currency":"USD"}"#))
    }
}

struct TimeReaderTests {
    static let london = ZoneRules(
        name: "Europe/London", initialOffsetSeconds: 0,
        transitions: [
            .init(at: Timestamp(milliseconds: 1_711_846_800_000), offsetSeconds: 3600),
            .init(at: Timestamp(milliseconds: 1_729_990_800_000), offsetSeconds: 0),
        ])

    static let readings: [(String, DateOrder?, String?)] = [
        ("2024-01-02", nil, "2024-01-02T00:00:00.000Z"),
        ("2024-01-02 03:04", nil, "2024-01-02T03:04:00.000Z"),
        ("2024-01-02T03:04:05.678+02:00", nil, "2024-01-02T01:04:05.678Z"),
        ("2019-10-01 00:00:00 UTC", nil, "2019-10-01T00:00:00.000Z"),
        ("2024-07-01 12:00", nil, "2024-07-01T11:00:00.000Z"),
        // 01:30 doesn't exist on the day the clocks go forward: the offset before the change counts.
        ("2024-03-31 01:30", nil, "2024-03-31T01:30:00.000Z"),
        // 01:30 happens twice on the day they go back: the first time is meant.
        ("2024-10-27 01:30", nil, "2024-10-27T00:30:00.000Z"),
        ("20240102", nil, "2024-01-02T00:00:00.000Z"),
        ("1704164645", nil, "2024-01-02T03:04:05.000Z"),
        ("1704164645678", nil, "2024-01-02T03:04:05.678Z"),
        ("2024/1/2", nil, "2024-01-02T00:00:00.000Z"),
        ("25/12/2024", nil, "2024-12-25T00:00:00.000Z"),
        ("12/25/2024", nil, "2024-12-25T00:00:00.000Z"),
        ("25/12/2024", .monthFirst, nil),
        ("1.2.2024", nil, "2024-02-01T00:00:00.000Z"),
        ("1/2/2024", .dayFirst, "2024-02-01T00:00:00.000Z"),
        ("1/2/2024", .monthFirst, "2024-01-02T00:00:00.000Z"),
        ("1/2/24 8:26 PM", .monthFirst, "2024-01-02T20:26:00.000Z"),
        ("1/2/2024 12:05 am", .dayFirst, "2024-02-01T00:05:00.000Z"),
        ("24/1/2", .yearFirst, "2024-01-02T00:00:00.000Z"),
        ("3/3/2024", nil, "2024-03-03T00:00:00.000Z"),
        ("2024-02-30", nil, nil), ("2024-13-01", nil, nil), ("31/4/2024", nil, nil),
        ("yesterday", nil, nil), ("1/2/2024 25:00", .dayFirst, nil), ("1/2", nil, nil),
        ("2024-01-02 03:04 CET", nil, nil), ("", nil, nil),
    ]

    @Test(arguments: readings.indices)
    func `times are read in the zone and the order given`(_ index: Int) {
        let (text, order, expected) = Self.readings[index]
        let reading = TimeReader(zone: Self.london, order: order).read(Array(text.utf8).span)
        if let expected {
            #expect(reading == .time(Timestamp(expected) ?? .earliest))
        } else {
            #expect(reading == .invalid)
        }
    }

    @Test func `a date that can be read either way is ambiguous`() {
        let reader = TimeReader(zone: .utc, order: nil)
        for text in ["1/2/2024", "01-02-2024", "1/2/24", "03/03/24"] {
            #expect(reader.read(Array(text.utf8).span) == .ambiguous)
        }
    }

    @Test func `one clear date tells the order of the file's dates`() {
        let head = "customer,date,total\n"
        let day = importing(head + "1,1/2/2024,5\n1,25/12/2024,5\n", options(), pieces: [3])
        #expect(
            day.drafts.map(\.occurredAt.rfc3339) == [
                "2024-02-01T00:00:00.000Z", "2024-12-25T00:00:00.000Z",
            ])
        let month = importing(head + "1,1/2/2024,5\n1,12/25/2024,5\n1,25/12/2024,5\n", options())
        #expect(month.drafts.first?.occurredAt.rfc3339 == "2024-01-02T00:00:00.000Z")
        #expect(month.rejected == ["3 invalid_time"])
    }

    @Test func `dates that stay ambiguous stop the import until the order is given`() {
        let text = "customer,date,total\n1,1/2/2024,5\n1,3/4/2024,5\n"
        #expect(
            importing(text, options()).failure
                == .ambiguousDates(column: "date", example: "1/2/2024"))
        var given = options()
        given.dateOrder = .dayFirst
        #expect(importing(text, given).drafts.count == 2)
    }
}
