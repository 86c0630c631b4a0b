import Foundation
import Insights
import Kernel
import Testing

@testable import Analytics

@Suite(.enabled(if: TestLibrary.isExpected, "script/setup installs DuckDB"))
struct OrderLinesTests {
    private let folder: TestFolder
    private let archive: Archive
    private let start: Timestamp
    private let today: CalendarDay
    private let pound: Currency

    init() throws {
        folder = try TestFolder()
        archive = try folder.open()
        start = try instant("2024-03-01T10:00:00Z")
        today = CalendarDay(daysSinceEpoch: ZoneRules.utc.day(of: start).daysSinceEpoch + 30)
        pound = try currency("GBP")
    }

    /// An order of these products, by id and name.
    private func add(
        _ position: Int64, key: Int64? = nil, _ kind: ArchivedOrder.Kind = .completed,
        customer: Int64, days: Int, _ products: [(id: String, name: String)],
        quantityMilli: Int64 = 1000, category: String = "", to batch: inout ArchiveBatch
    ) {
        batch.orders.append(
            order(
                position, key: key ?? position, kind, customer: customer,
                at: start.adding(days: days), total: 100, pound))
        for (index, product) in products.enumerated() {
            batch.lines.append(
                ArchivedOrderLine(
                    position: position, index: Int32(index), productID: product.id,
                    name: product.name, category: category, quantityMilli: quantityMilli,
                    unitPriceMinor: 100))
        }
    }

    /// Customer, product and day of each line.
    private func read(asOf day: CalendarDay? = nil) throws -> [String] {
        let columns = try archive.orderLines(asOf: day ?? today)
        return columns.products.indices.map { line in
            let days = columns.days[line] - ZoneRules.utc.day(of: start).daysSinceEpoch
            return
                "\(columns.customers[line]) \(columns.catalogue[columns.products[line]].id) \(days)"
        }
    }

    @Test func `each product of an order is one line, by its id or else its name`() throws {
        var batch = ArchiveBatch(throughPosition: 9)
        add(1, customer: 7, days: 0, [("a", "Apple"), ("", "Pear"), ("a", "Apple")], to: &batch)
        add(2, customer: 0, days: 1, [("a", "Apple")], to: &batch)
        add(3, customer: 8, days: 2, [("", ""), ("b", "")], to: &batch)
        try archive.ingest(batch)

        let columns = try archive.orderLines(asOf: today)

        #expect(columns.catalogue.map(\.id) == ["Pear", "a", "b"])
        #expect(columns.catalogue.map(\.name) == ["Pear", "Apple", ""])
        #expect(columns.products == [0, 1, 1, 2])
        #expect(columns.orders == [1, 1, 2, 3])
        #expect(columns.customers == [7, 7, 0, 8])
        #expect(columns.quantitiesMilli == [1000, 2000, 1000, 1000])
        #expect(columns.cutBefore == nil)
        #expect(try archive.orderLineCount(asOf: today) == 5)
    }

    @Test func `returned, cancelled and later lines don't count`() throws {
        var batch = ArchiveBatch(throughPosition: 9)
        add(1, customer: 7, days: 0, [("a", "")], to: &batch)
        add(2, customer: 7, days: 1, [("b", "")], to: &batch)
        add(3, key: 2, .cancelled, customer: 7, days: 2, [], to: &batch)
        add(4, key: 1, .refunded, customer: 7, days: 3, [("c", "")], to: &batch)
        add(5, customer: 7, days: 4, [("d", "")], quantityMilli: -1000, to: &batch)
        add(6, customer: 7, days: 30, [("e", "")], to: &batch)
        add(7, customer: 7, days: 31, [("f", "")], to: &batch)
        try archive.ingest(batch)

        #expect(try read() == ["7 a 0", "7 e 30"])
        let before = CalendarDay(daysSinceEpoch: today.daysSinceEpoch - 1)
        #expect(try read(asOf: before) == ["7 a 0"])
        #expect(try archive.orderLineCount(asOf: today) == 2)
    }

    @Test(arguments: [true, false])
    func `of an order that was sent again only the newest form's lines count`(
        inOneBatch: Bool
    ) throws {
        var batch = ArchiveBatch(throughPosition: 1)
        add(1, customer: 7, days: 0, [("a", ""), ("b", "")], to: &batch)
        if !inOneBatch {
            try archive.ingest(batch)
            batch = ArchiveBatch(throughPosition: 2)
        }
        batch.throughPosition = 2
        add(2, key: 1, customer: 8, days: 3, [("b", ""), ("c", "")], to: &batch)
        try archive.ingest(batch)
        #expect(try read() == ["8 b 3", "8 c 3"])

        // A cancellation takes the order back, in whatever form it comes again.
        var last = ArchiveBatch(throughPosition: 4)
        add(3, key: 1, .cancelled, customer: 8, days: 4, [], to: &last)
        add(4, key: 1, customer: 8, days: 5, [("d", "")], to: &last)
        try archive.ingest(last)
        #expect(try read().isEmpty)
    }

    @Test func `the newest name and category win, empty ones never`() throws {
        var batch = ArchiveBatch(throughPosition: 9)
        add(3, customer: 7, days: 0, [("a", "Old")], category: "fruit", to: &batch)
        add(2, customer: 7, days: 5, [("a", "New")], to: &batch)
        add(1, customer: 7, days: 9, [("a", "")], category: "food", to: &batch)
        try archive.ingest(batch)
        #expect(
            try archive.orderLines(asOf: today).catalogue
                == [ProductRow(id: "a", name: "New", category: "food")])
    }

    @Test func `lines count for whom the links say`() throws {
        var batch = ArchiveBatch(throughPosition: 9)
        add(1, customer: 7, days: 0, [("a", "")], to: &batch)
        add(2, customer: 8, days: 1, [("b", "")], to: &batch)
        batch.links = [CustomerLink(member: 8, customer: 7)]
        try archive.ingest(batch)
        #expect(try read() == ["7 a 0", "7 b 1"])
        #expect(
            try archive.productPurchases(of: ID(rawValue: 7), asOf: today).map(\.product)
                == ["a", "b"])
        #expect(try archive.productPurchases(of: ID(rawValue: 8), asOf: today).isEmpty)

        var undone = ArchiveBatch(throughPosition: 10)
        undone.links = [CustomerLink(member: 8, customer: 8)]
        try archive.ingest(undone)
        #expect(try read() == ["7 a 0", "8 b 1"])
        #expect(try archive.productPurchases(of: ID(rawValue: 7), asOf: today).count == 1)
    }

    @Test func `beyond the limit the oldest days are left out whole`() throws {
        var batch = ArchiveBatch(throughPosition: 9)
        add(1, customer: 1, days: 0, [("old", "")], to: &batch)
        add(2, customer: 2, days: 1, [("a", ""), ("b", "")], to: &batch)
        add(3, customer: 3, days: 2, [("c", "")], to: &batch)
        try archive.ingest(batch)
        func kept(_ linesMax: Int) throws -> [String] {
            let columns = try archive.orderLines(asOf: today, linesMax: linesMax)
            let cut = columns.cutBefore.map { "from \($0)" } ?? "all"
            return columns.catalogue.map(\.id) + [cut]
        }
        #expect(try kept(4) == ["a", "b", "c", "old", "all"])
        #expect(try kept(3) == ["a", "b", "c", "from 2024-03-02"])
        #expect(try kept(2) == ["c", "from 2024-03-03"])
        #expect(try kept(0) == ["c", "from 2024-03-03"])
    }

    @Test func `an archive without lines has none`() throws {
        var batch = ArchiveBatch(throughPosition: 1)
        add(1, customer: 7, days: 0, [], to: &batch)
        try archive.ingest(batch)
        #expect(try archive.orderLines(asOf: today) == OrderLineColumns())
        #expect(try archive.orderLineCount(asOf: today) == 0)
    }
}
