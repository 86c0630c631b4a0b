import Analytics
import Events
import Journeys
import Kernel
import Runtime
import TestSupport
import Testing

/// Simulations by what the models foretold at the time.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct PastForecastTests {
    private static let segment = """
        {"kind":"segment","name":"leaving","where":{"prediction":"churnProbability","greaterThan":0.5}}
        """
    private static let journey = """
        {"kind":"journey","name":"stay","status":"live","entry":{"segment":"leaving"},
         "steps":[{"id":"near","waitUntil":{"prediction":"nextOrder","before":"3 days"}},
            {"id":"mail","send":{"channel":"email","template":"stay"}}]}
        """

    private func columns(_ churn: [Int64: Double]) -> PredictionColumns {
        var columns = PredictionColumns()
        for (customer, probability) in churn.sorted(by: { $0.key < $1.key }) {
            columns.customers.append(customer)
            columns.probabilityAlive.append(1 - probability)
            columns.churnProbability.append(probability)
            columns.expectedOrders90.append(1)
            columns.expectedOrders365.append(4)
            columns.expectedSpend90Minor.append(.nan)
            columns.expectedSpend365Minor.append(.nan)
            columns.currency.append(0)
            columns.nextOrderMedianDays.append(10)
            columns.nextOrderLowDays.append(.nan)
            columns.nextOrderHighDays.append(.nan)
        }
        return columns
    }

    @Test func `a simulation goes by each kept run of the models from the day after what it saw`()
        async throws
    {
        let folder = try TestFolder()
        let clock = VirtualClock(AutomationTests.start)
        let workspace = try Workspace.forTests(in: folder, clock: clock)
        try await workspace.append([
            AutomationTests.order("o1", of: "ada", at: clock.now),
            AutomationTests.order("o2", of: "bob", at: clock.now),
        ])
        try await workspace.settle()
        let ada = try #require(try workspace.customerID(named: "ada")).rawValue
        let bob = try #require(try workspace.customerID(named: "bob")).rawValue
        let drafts = try [Self.segment, Self.journey].map(AutomationTests.draft)
        let from = clock.now.adding(days: 1)
        let to = from.adding(days: 60)

        let unknowing = try workspace.simulate(drafts, from: from, to: to)
        #expect(unknowing.journeys.map(\.entered) == [0])
        #expect(unknowing.notes.count { $0.hasPrefix("nothing is foretold of anybody") } == 1)

        // Bob is leaving by the run before the stretch, so he doesn't come in; Ada by the one within it.
        let seen = [clock.now, from.adding(days: 10), to.adding(days: 1)]
        for (number, churn) in [
            [ada: 0.1, bob: 0.9], [ada: 0.8, bob: 0.9], [ada: 0.1, bob: 0.1],
        ]
        .enumerated() {
            try workspace.archive.writePredictions(
                ModelRunRecord(
                    run: ID(rawValue: Int64(number + 1)), asOf: seen[number], parameters: "{}"),
                columns(churn))
        }
        let known = try workspace.simulate(drafts, from: from, to: to, seed: 1)
        #expect(known.journeys.map(\.entered) == [1])
        let lines = known.lines.map {
            "\($0.customer == ada) \($0.decision.kind) \($0.decision.at)"
        }
        let then = seen[1].adding(milliseconds: 1)
        let mail = seen[1].adding(days: 7)
        #expect(
            lines == [
                "true entered \(then)", "true waited \(then)", "true sent \(mail)",
                "true completed \(mail)",
            ])
        #expect(known.notes.count { $0.contains("2 kept runs of the models") } == 1)
        try workspace.close()
    }
}
