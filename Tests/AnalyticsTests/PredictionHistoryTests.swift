import Insights
import Kernel
import Testing

@testable import Analytics

@Suite("Past predictions", .enabled(if: TestLibrary.isExpected, "script/setup installs DuckDB"))
struct PredictionHistoryTests {
    private let start = Timestamp(milliseconds: 1_704_067_199_999)  // the end of 2023

    private func columns(_ churn: [Int64: Double], bands: [ChurnBand] = []) -> PredictionColumns {
        var columns = PredictionColumns()
        columns.customers = churn.keys.sorted()
        let none = columns.customers.map { _ in Double.nan }
        columns.probabilityAlive = columns.customers.map { _ in 0.5 }
        columns.churnProbability = columns.customers.map { churn[$0] ?? 0 }
        columns.expectedOrders90 = columns.probabilityAlive
        columns.expectedOrders365 = columns.probabilityAlive
        columns.expectedSpend90Minor = none
        columns.expectedSpend365Minor = none
        columns.currency = columns.customers.map { _ in 0 }
        columns.nextOrderMedianDays = none
        columns.nextOrderLowDays = none
        columns.nextOrderHighDays = none
        columns.churnBands = bands.map(\.rawValue)
        return columns
    }

    private func run(_ number: Int64, day: Int) -> ModelRunRecord {
        ModelRunRecord(run: ID(rawValue: number), asOf: start.adding(days: day), parameters: "{}")
    }

    @Test func `a customer's predictions come newest first, of each day the newest run's`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        try archive.writePredictions(run(1, day: 0), columns([7: 0.1, 8: 0.9]))
        try archive.writePredictions(run(2, day: 5), columns([7: 0.2]))
        try archive.writePredictions(run(3, day: 5), columns([7: 0.3]))
        let history = try archive.predictionHistory(of: ID(rawValue: 7))
        #expect(history.map(\.churnProbability) == [0.3, 0.1])
        #expect(history.map(\.asOf) == [start.adding(days: 5), start])
        #expect(history.map(\.churnBand) == [.low, .low])
        #expect(try archive.predictionHistory(of: ID(rawValue: 8)).map(\.churnBand) == [.high])
        #expect(try archive.predictionHistory(of: ID(rawValue: 9)).isEmpty)
    }

    @Test func `a run that saw less isn't the one that is shown`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        try archive.writePredictions(run(1, day: 10), columns([7: 0.1]))
        try archive.writePredictions(run(2, day: 3), columns([7: 0.2]))
        #expect(try archive.newestRun()?.run == ID(rawValue: 1))
        #expect(try archive.run(before: run(1, day: 10))?.run == ID(rawValue: 2))
        #expect(try archive.run(before: run(2, day: 3)) == nil)
    }

    @Test func `who is in another band is told, with both`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        try archive.writePredictions(
            run(1, day: 0),
            columns([1: 0.1, 2: 0.5, 3: 0.9, 4: 0.9], bands: [.low, .middle, .high, .high])
        )
        try archive.writePredictions(
            run(2, day: 1),
            columns([1: 0.8, 2: 0.6, 3: 0.2, 5: 0.9], bands: [.high, .middle, .low, .high])
        )
        let changes = try archive.bandChanges(from: ID(rawValue: 1), to: ID(rawValue: 2))
        #expect(
            changes == [
                BandChange(customer: 1, before: .low, after: .high, churnProbability: 0.8),
                BandChange(customer: 3, before: .high, after: .low, churnProbability: 0.2),
            ])
        let (customers, bands) = try archive.churnBands(in: ID(rawValue: 2))
        #expect(customers == [1, 2, 3, 5])
        #expect(bands == [.high, .middle, .low, .high])
    }

    @Test func `thinning keeps the last days, and of each month before the last`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        // From 1 January on: 31 days, then February's 29.
        for day in 1...60 {
            try archive.writePredictions(run(Int64(day), day: day), columns([7: 0.1]))
        }
        try archive.writePredictions(run(61, day: 60), columns([7: 0.2]))
        // Days 50…60 remain, and the last day of January, 31; of day 60 the newer run.
        func thin(keeping kept: Int64? = nil) throws -> Int {
            try archive.thinPredictions(
                days: 10, keeping: kept.map { ID(rawValue: $0) },
                monthOf: { ZoneRules.utc.day(of: $0).month })
        }
        #expect(try thin(keeping: 40) == 60 - 11 - 1 - 1 + 1)
        #expect(try archive.churnBands(in: ID(rawValue: 40)).customers == [7])
        #expect(try thin() == 1)
        let history = try archive.predictionHistory(of: ID(rawValue: 7))
        #expect(
            history.map(\.asOf)
                == (Array((50...60).reversed()) + [31]).map { start.adding(days: $0) })
        #expect(history.first?.churnProbability == 0.2)
        #expect(try thin() == 0)
    }

    @Test(
        arguments: [
            (nil, 0.34, ChurnBand.low), (nil, 0.35, .middle), (nil, 0.7, .high),
            (.low, 0.36, .low), (.low, 0.39, .middle), (.low, 0.71, .middle), (.low, 0.74, .high),
            (.middle, 0.33, .middle), (.middle, 0.31, .low), (.middle, 0.72, .middle),
            (.middle, 0.73, .high), (.high, 0.68, .high), (.high, 0.66, .middle),
            (.high, 0.34, .middle), (.high, 0.31, .low),
        ] as [(ChurnBand?, Double, ChurnBand)])
    func `a band is left only by more than the slack`(
        before: ChurnBand?, probability: Double, after: ChurnBand
    ) {
        #expect(ChurnBand(probability, before: before) == after)
    }
}
