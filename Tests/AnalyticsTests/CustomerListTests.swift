import Insights
import Kernel
import Testing

@testable import Analytics

@Suite("Customer list", .enabled(if: TestLibrary.isExpected, "script/setup installs DuckDB"))
struct CustomerListTests {
    private let asOf = Timestamp(milliseconds: 1_308_132_000_000)

    private func filled(seed: UInt64) throws -> (TestFolder, Archive, ArchiveModel) {
        let folder = try TestFolder()
        let archive = try folder.open()
        // One currency, so that an order by revenue can be told from outside.
        let currencies = [try currency("USD")]
        var source = RandomBatches(seed: seed, currencies: currencies)
        var model = ArchiveModel()
        let batch = try source.next(events: 400)
        try archive.ingest(batch)
        model.apply(batch)
        try archive.writePredictions(
            ModelRunRecord(run: ID(rawValue: 7), asOf: asOf, parameters: "{}"),
            predictions(for: [2, 3, 5, 7, 11, 13, 17, 19, 23, 29], currencies[0]))
        return (folder, archive, model)
    }

    private func predictions(for customers: [Int64], _ currency: Currency) -> PredictionColumns {
        var columns = PredictionColumns()
        columns.customers = customers
        let share = customers.map { Double($0 % 4) / 4 }
        columns.probabilityAlive = share
        columns.churnProbability = share.map { 1 - $0 }
        columns.expectedOrders90 = share
        columns.expectedOrders365 = share
        columns.expectedSpend90Minor = share.map { $0 == 0 ? .nan : $0 * 100 }
        columns.expectedSpend365Minor = share.map { $0 == 0 ? .nan : $0 * 400 }
        columns.currency = share.map { $0 == 0 ? 0 : currency.packed }
        columns.nextOrderMedianDays = share.map { $0 == 0 ? .nan : 10 / $0 }
        columns.nextOrderLowDays = share.map { $0 == 0 ? .nan : 5 / $0 }
        columns.nextOrderHighDays = share.map { $0 == 0 ? .nan : 20 / $0 }
        return columns
    }

    private func all(_ query: CustomerQuery, _ archive: Archive) throws -> [CustomerRow] {
        var query = query
        query.limit = CustomerQuery.limitMax
        return try archive.customers(query, asOf: asOf).rows
    }

    @Test(arguments: CustomerQuery.Sort.allCases, [3, 4] as [UInt64])
    func `pages one after the other are the whole list in order`(
        sort: CustomerQuery.Sort, seed: UInt64
    ) throws {
        let (_, archive, model) = try filled(seed: seed)
        let people = Set(model.customerRows(asOf: asOf, activeDays: 90).map(\.customer))
        for direction in [CustomerQuery.Direction.ascending, .descending] {
            var query = CustomerQuery()
            query.sort = sort
            query.direction = direction
            let whole = try all(query, archive)
            #expect(Set(whole.map(\.customer)) == people)
            #expect(whole.count == people.count)
            let keys = whole.map { key($0, sort) }
            // Those without a value come last, the others in order.
            let valued = keys.prefix { $0 != nil }.compactMap { $0 }
            #expect(keys.dropFirst(valued.count).allSatisfy { $0 == nil })
            #expect(
                valued == valued.sorted(by: direction == .ascending ? { $0 < $1 } : { $0 > $1 }))

            var pages: [CustomerRow] = []
            query.limit = 7
            repeat {
                let page = try archive.customers(query, asOf: asOf)
                #expect(page.total == people.count)
                #expect(page.rows.count <= 7)
                pages += page.rows
                query.after = page.next ?? ""
            } while !query.after.isEmpty
            #expect(pages == whole)
        }
    }

    private enum Key: Comparable {
        case number(Double)
        /// Ordered by its bytes, as DuckDB orders text.
        case text([UInt8])

        static func < (left: Key, right: Key) -> Bool {
            switch (left, right) {
            case (.number(let one), .number(let other)): one < other
            case (.text(let one), .text(let other)): one.lexicographicallyPrecedes(other)
            case (.number, .text): true
            case (.text, .number): false
            }
        }
    }

    private func key(_ row: CustomerRow, _ sort: CustomerQuery.Sort) -> Key? {
        switch sort {
        case .lastOrder: row.lastOrderAt.map { .number(Double($0.milliseconds)) }
        case .firstOrder: row.firstOrderAt.map { .number(Double($0.milliseconds)) }
        case .orders: .number(Double(row.orders))
        case .revenue: .number(Double(row.revenue.sorted.first?.minor ?? 0))
        case .churn: row.prediction.map { .number($0.churnProbability) }
        case .value: row.prediction?.expectedSpend365Minor.map { .number($0) }
        case .name: row.label.isEmpty ? nil : .text(Array(row.label.lowercased().utf8))
        case .lastSeen: .number(Double(row.lastSeenAt.milliseconds))
        }
    }

    @Test func `each filter keeps those it names`() throws {
        let (_, archive, model) = try filled(seed: 5)
        let rows = try all(CustomerQuery(), archive)
        let months = model.ordersByCustomer.mapValues { Set($0.map(\.localMonth)) }
        func kept(_ change: (inout CustomerQuery) -> Void) throws -> Set<ID<Customer>> {
            var query = CustomerQuery()
            change(&query)
            return Set(try all(query, archive).map(\.customer))
        }
        func expected(_ isKept: (CustomerRow) -> Bool) -> Set<ID<Customer>> {
            let kept = rows.filter(isKept)
            #expect(!kept.isEmpty && kept.count < rows.count, "the filter is put to the test")
            return Set(kept.map(\.customer))
        }
        for state in Set(rows.map(\.state)) {
            #expect(try kept { $0.states = [state] } == expected { $0.state == state })
        }
        #expect(try kept { $0.ordersAtLeast = 4 } == expected { $0.orders >= 4 })
        #expect(
            try kept { $0.churnAtLeast = 0.5 }
                == expected { ($0.prediction?.churnProbability ?? -1) >= 0.5 })
        let month = try #require(months.values.compactMap { $0.min() }.min())
        let calendarMonth = CalendarMonth(index: Int(month))
        #expect(
            try kept { $0.firstOrderMonth = calendarMonth }
                == expected { months[$0.customer.rawValue]?.min() == month })
        #expect(
            try kept { $0.orderedInMonth = calendarMonth }
                == expected { months[$0.customer.rawValue]?.contains(month) ?? false })
        #expect(try kept { $0.search = "ADA" } == expected { $0.label.lowercased() == "ada" })
        let mail = try #require(rows.first { !$0.email.isEmpty }?.email)
        #expect(try kept { $0.search = mail } == expected { $0.email == mail })
    }

    @Test(
        arguments: [
            ("%", ["100%"]), ("_", ["a_b"]), ("'", ["O'Neil"]), ("ZOË", ["Zoë"]), ("😀", ["😀"]),
            ("ω", ["Ω"]), ("' OR 1=1 --", []), ("\"; DROP TABLE customer_summary; --", []),
            ("\u{0}", []), ("\\", []), ("$1", []), ("?", []),
            (String(repeating: "a", count: 5000), []),
        ] as [(String, [String])])
    func `a search is text and nothing else`(search: String, labels: [String]) throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        var batch = ArchiveBatch(throughPosition: 20)
        batch.contacts = RandomBatches.labels.enumerated().map { index, label in
            ArchivedContact(
                position: Int64(index + 1), customer: Int64(index + 1), label: label, email: "",
                phone: "", userID: "", firstSeenAt: asOf, lastSeenAt: asOf)
        }
        try archive.ingest(batch)
        var query = CustomerQuery()
        query.search = search
        #expect(try all(query, archive).map(\.label) == labels)
        query.search = ""
        #expect(try all(query, archive).count == RandomBatches.labels.count)
    }

    @Test(arguments: [
        "x", "1", "1.", ".1", "1.x", "1.xzz", "1.2.3", "' OR 1=1", "1.99999999999999999999",
    ])
    func `a place that no page gave is the start`(after: String) throws {
        let (_, archive, _) = try filled(seed: 6)
        let start = try all(CustomerQuery(), archive)
        var query = CustomerQuery()
        query.after = after
        #expect(try all(query, archive) == start)
    }

    @Test(arguments: [(0, 1), (-5, 1), (1, 1), (1000, 1000), (1001, 1000)])
    func `a page has its limit`(asked: Int, given: Int) throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        var batch = ArchiveBatch(throughPosition: 1)
        batch.contacts = (1...1001).map {
            ArchivedContact(
                position: $0, customer: $0, label: "\($0)", email: "", phone: "", userID: "",
                firstSeenAt: asOf, lastSeenAt: asOf)
        }
        try archive.ingest(batch)
        var query = CustomerQuery()
        query.limit = asked
        let page = try archive.customers(query, asOf: asOf)
        #expect(page.rows.count == given)
        #expect(page.total == 1001)
        #expect(page.next != nil)
    }

    @Test func `the newest run is what is shown, and values that are none stay none`() throws {
        let (_, archive, _) = try filled(seed: 7)
        let dollars = try currency("USD")
        #expect(try archive.newestRun()?.run == ID(rawValue: 7))
        let rows = try all(CustomerQuery(), archive)
        let scored = try #require(
            rows.first { $0.customer.rawValue % 4 == 3 && $0.prediction != nil })
        let prediction = try #require(scored.prediction)
        #expect(prediction.asOf == asOf)
        #expect(prediction.probabilityAlive == 0.75)
        #expect(prediction.expectedSpend365Minor == 300)
        #expect(prediction.currency == dollars)
        #expect(try archive.customer(scored.customer, asOf: asOf) == scored)
        #expect(try archive.customer(ID(rawValue: 999), asOf: asOf) == nil)

        let later = ModelRunRecord(run: ID(rawValue: 8), asOf: asOf, parameters: #"{"r":0.243}"#)
        try archive.writePredictions(later, predictions(for: [4], dollars))
        #expect(try archive.newestRun() == later)
        #expect(try archive.customer(scored.customer, asOf: asOf)?.prediction == nil)
        if let four = try archive.customer(ID(rawValue: 4), asOf: asOf)?.prediction {
            #expect(four.expectedSpend90Minor == nil)
            #expect(four.currency == nil)
            #expect(four.nextOrderMedianDays == nil)
        }
        #expect(throws: ArchiveError.self) {
            try archive.writePredictions(later, predictions(for: [5], dollars))
        }
    }
}
