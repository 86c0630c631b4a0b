import Foundation
import Insights
import Kernel
import Testing

@testable import Analytics

@Suite("Purchases", .enabled(if: TestLibrary.isExpected, "script/setup installs DuckDB"))
struct PurchaseSummariesTests {
    @Test func `orders of one day are one, later ones don't count, spend is the main currency's`()
        throws
    {
        let folder = try TestFolder()
        let archive = try folder.open()
        let (dollars, pounds) = (try currency("USD"), try currency("GBP"))
        let start = try instant("2010-01-01T23:00:00Z")
        let day = ZoneRules.utc.day(of: start)
        var batch = ArchiveBatch(throughPosition: 20)
        func add(_ key: Int64, _ customer: Int64, _ days: Int, _ total: Int64, _ money: Currency) {
            batch.orders.append(
                order(
                    key, key: key, customer: customer, at: start.adding(days: days), total: total,
                    money))
        }
        add(1, 1, 0, 1000, dollars)
        add(2, 1, 0, 1, dollars)
        add(3, 1, 7, 300, dollars)
        add(4, 1, 7, 200, dollars)
        add(5, 1, 14, 700, dollars)
        add(6, 1, 15, 999, pounds)
        add(7, 1, 29, 999, dollars)
        add(8, 2, 28, 5, pounds)
        add(9, 3, 29, 5, pounds)
        add(10, 0, 3, 5, pounds)
        add(11, 4, 0, 50, pounds)
        add(12, 5, 2, 40, pounds)
        batch.links = [CustomerLink(member: 5, customer: 4)]
        try archive.ingest(batch)

        let end = CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 28)
        let weeks = try archive.purchaseSummaries(calibrationEnd: end, unit: .week)
        #expect(weeks.customers == [1, 2, 4])
        #expect(weeks.frequency == [3, 0, 1])
        #expect(weeks.recency == [15.0 / 7, 0, 2.0 / 7])
        #expect(weeks.age == [4, 0, 4])
        #expect(weeks.currency == [dollars, pounds, pounds].map(\.packed))
        #expect(weeks.repeatSpendMinor == [1200, 0, 40])
        #expect(weeks.meanRepeatSpendMinor == [600, 0, 40])
        let days = try archive.purchaseSummaries(calibrationEnd: end, unit: .day)
        #expect(days.age == [28, 0, 28])
    }

    @Test(.enabled(if: TestData.has("cdnow_sample_transactions.csv"), "PERENNIAL_TEST_DATA"))
    func `the CDNOW sample's summary is the published one`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        var batch = ArchiveBatch(throughPosition: 1_000_000)
        for (index, row) in try TestData.rows("cdnow_sample_transactions.csv").enumerated() {
            try batch.orders.append(purchase(index, customer: row[1], date: row[2], spend: row[4]))
        }
        try archive.ingest(batch)
        let end = try #require(CalendarDay("1997-09-30"))
        let summaries = try archive.purchaseSummaries(calibrationEnd: end, unit: .week)

        let published = try TestData.rows("cdnow_sample_summary.csv")
        #expect(summaries.count == 2357)
        try #require(summaries.count == published.count)
        for (index, row) in published.enumerated() {
            #expect(summaries.customers[index] == Int64(row[0]))
            #expect(summaries.frequency[index] == Int(row[1]))
            #expect(abs(summaries.recency[index] - (Double(row[2]) ?? .nan)) < 1e-6)
            #expect(abs(summaries.age[index] - (Double(row[3]) ?? .nan)) < 1e-6)
            let spend = (Double(row[4]) ?? .nan) * 100
            #expect(abs(summaries.meanRepeatSpendMinor[index] - spend) < 0.01)
        }
    }

    @Test(.enabled(if: TestData.has("cdnow_full_transactions.csv.gz"), "PERENNIAL_TEST_DATA"))
    func `all of CDNOW gives the known figures and cohorts`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        var batch = ArchiveBatch(throughPosition: 1_000_000)
        for (index, row) in try TestData.rows("cdnow_full_transactions.csv.gz").enumerated() {
            try batch.orders.append(purchase(index, customer: row[0], date: row[1], spend: row[3]))
        }
        try archive.ingest(batch)

        let figures = try archive.overview(asOf: try instant("1998-06-30"))
        #expect(figures.customers == 23_570)
        #expect(figures.orders == 69_659)
        #expect(figures.revenue[try currency("USD")] == 250_031_563)
        #expect(figures.repeatPurchaseRate == 0.494_781_501_909_206_6)
        #expect(figures.firstOrderAt == (try instant("1997-01-01")))
        #expect(figures.lastOrderAt == (try instant("1998-06-30")))
        let cohorts = try archive.cohorts()
        #expect(cohorts.rows.map(\.size) == [7846, 8476, 7248])
        #expect(cohorts.rows.map(\.cohort.description) == ["1997-01", "1997-02", "1997-03"])
        let retained = [
            [
                7846, 1157, 964, 810, 679, 736, 720, 582, 559, 594, 673, 634, 528, 511, 664, 472,
                497, 498,
            ],
            [
                8476, 1312, 980, 783, 847, 786, 626, 619, 666, 721, 661, 545, 568, 718, 545, 548,
                551,
            ],
            [7248, 1032, 752, 756, 674, 564, 561, 579, 634, 569, 464, 472, 678, 420, 443, 457],
        ]
        #expect(cohorts.rows.map(\.retained) == retained)
        #expect(try archive.months().map(\.orders).reduce(0, +) == 69_659)
    }

    private func purchase(
        _ index: Int, customer: Substring, date: Substring, spend: Substring
    ) throws -> ArchivedOrder {
        let total = try DecimalText.minor(Array(spend.utf8).span, digits: 2)
        return order(
            Int64(index + 1), key: Int64(index + 1), customer: try #require(Int64(customer)),
            at: try instant(String(date)), total: total, try currency("USD"))
    }
}
