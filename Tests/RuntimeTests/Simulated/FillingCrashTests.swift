import Kernel
import Records
import TestSupport
import Testing

@testable import Runtime

/// A new segment that is being filled when the machine stops.
@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct FillingCrashTests {
    private static let count = 14

    @Test func `a crash at each commit of the filling leaves it to be ended, and shown until then`()
        async throws
    {
        let simulation = try EngineSimulation()
        let now = simulation.clock.now
        let orders = (0..<Self.count).map {
            AutomationTests.order("o\($0)", of: "u\($0)", at: now)
        }
        try await simulation.carryOut(.events(orders))
        try simulation.close()
        let buyers = try AutomationTests.draft(
            #"{"kind":"segment","name":"buyers","where":[{"frequency":{"atLeast":1}}]}"#)
        var point = 1
        var unfinished = 0
        while true {
            var deaths = 0
            for moment in [Fate.Moment.before(point), .after(point)] {
                var lives = 0
                let other = try EngineSimulation(from: simulation) {
                    lives += 1
                    return lives == 1 ? moment : .none
                }
                try await other.carryOut(.definitions([buyers])) { workspace in
                    guard let share = try workspace.reviewedShare() else { return }
                    #expect(share < 1)
                    unfinished += 1
                }
                deaths += other.deaths
                let workspace = try other.workspace()
                #expect(try workspace.reviewedShare() == nil, "\(moment)")
                #expect(
                    try workspace.records.segmentSizes().values.map { $0 } == [Int64(Self.count)],
                    "\(moment)")
            }
            if deaths == 0 { break }
            point += 1
        }
        // Several batches of four.
        #expect(unfinished >= 4 && point > 6)
    }
}
