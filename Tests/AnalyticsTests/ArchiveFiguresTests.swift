import Insights
import Kernel
import Testing

@testable import Analytics

@Suite("Figures", .enabled(if: TestLibrary.isExpected, "script/setup installs DuckDB"))
struct ArchiveFiguresTests {
    @Test(arguments: 1...6)
    func `whatever is written, every figure is what plain arrays say`(seed: UInt64) throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        let currencies = [try currency("USD"), try currency("GBP"), try currency("JPY")]
        var source = RandomBatches(seed: seed, currencies: currencies)
        var model = ArchiveModel()
        let asOf = try instant("2011-06-15T10:00:00Z")
        for size in [1, 0, 40, 200, 5, 300, 1, 60] {
            let batch = try source.next(events: size)
            if size > 0 { #expect(try archive.ingest(batch)) }
            model.apply(batch)
            for days in [1, 90] {
                #expect(
                    try archive.overview(asOf: asOf, activeDays: days)
                        == model.overview(asOf: asOf, activeDays: days))
            }
            #expect(try archive.cohorts() == model.cohorts())
            #expect(try archive.months() == model.months())

            let rows = model.customerRows(asOf: asOf, activeDays: 90)
                .sorted { $0.customer < $1.customer }
            var query = CustomerQuery()
            query.limit = CustomerQuery.limitMax
            let page = try archive.customers(query, asOf: asOf)
            #expect(page.rows.sorted { $0.customer < $1.customer } == rows)
            #expect(page.total == rows.count)
            #expect(page.next == nil)
            for figures in try archive.lifecycle(asOf: asOf) {
                #expect(figures.customers == rows.filter { $0.state == figures.state }.count)
            }
        }
        // What a new process makes of the file is the same.
        let firstRows = try allRows(archive, asOf)
        let again = try Archive(folder: folder.path, library: TestLibrary.load())
        #expect(try allRows(again, asOf) == firstRows)
    }

    private func allRows(_ archive: Archive, _ asOf: Timestamp) throws -> [CustomerRow] {
        var query = CustomerQuery()
        query.limit = CustomerQuery.limitMax
        return try archive.customers(query, asOf: asOf).rows
    }

    @Test func `an empty archive has figures of nothing`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        let asOf = try instant("2011-01-01")
        var nothing = OverviewFigures()
        nothing.asOf = asOf
        #expect(try archive.overview(asOf: asOf) == nothing)
        #expect(try archive.cohorts().rows.isEmpty)
        #expect(try archive.months().isEmpty)
        #expect(try archive.lifecycle(asOf: asOf).map(\.customers) == [0, 0, 0, 0, 0])
        #expect(
            try archive.customers(CustomerQuery(), asOf: asOf)
                == CustomerPage(rows: [], total: 0, next: nil))
    }

    @Test func `a window holds its end and not its start`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        let asOf = try instant("2011-04-01T12:00:00Z")
        let dollars = try currency("USD")
        var batch = ArchiveBatch(throughPosition: 3)
        batch.orders = [
            order(1, key: 1, customer: 1, at: asOf, total: 1, dollars),
            order(2, key: 2, customer: 2, at: asOf.adding(days: -90), total: 1, dollars),
            order(
                3, key: 3, customer: 3, at: asOf.adding(days: -90).adding(milliseconds: 1),
                total: 1, dollars),
        ]
        try archive.ingest(batch)

        let figures = try archive.overview(asOf: asOf)
        #expect(figures.activeCustomers == 2)
        #expect(figures.churnRate == 1)
        #expect(figures.churnRateBefore == nil)
        let states = try archive.lifecycle(asOf: asOf)
        #expect(states.map(\.state) == [.new, .active, .atRisk, .lapsed, .prospect])
        #expect(states.map(\.customers) == [2, 0, 1, 0, 0])
    }

    @Test func `sums are exact to the last unit, and refused beyond 64 bits`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        let asOf = try instant("2011-04-01")
        let dollars = try currency("USD")
        var batch = ArchiveBatch(throughPosition: 2)
        batch.orders = [
            order(1, key: 1, customer: 1, at: asOf, total: .max - 1, dollars),
            order(2, key: 2, customer: 2, at: asOf, total: 1, dollars),
        ]
        try archive.ingest(batch)
        #expect(try archive.overview(asOf: asOf).revenue[dollars] == .max)

        batch = ArchiveBatch(throughPosition: 3)
        batch.orders = [order(3, key: 3, customer: 3, at: asOf, total: 1, dollars)]
        try archive.ingest(batch)
        #expect(throws: ArchiveError.amountOutOfRange) { try archive.overview(asOf: asOf) }
        #expect(throws: ArchiveError.amountOutOfRange) { try archive.months() }
        // The archive goes on: what doesn't need the sum is answered.
        #expect(try archive.cohorts().rows.map(\.size) == [3])
    }
}
