import Kernel
import Records
import Runtime
import TestSupport
import Testing

/// A cart that is abandoned or bought, at each millisecond around the deadline, through the whole engine.
@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct CartDeadlineTests {
    private static let journey = """
        {"kind":"journey","name":"cart","status":"live",
         "entry":{"event":"Cart Updated","per":"event.cart_id","reentry":"always"},
         "steps":[{"waitFor":{"event":"Order Completed","atMost":"1 hour",
            "where":[{"property":"cart_id","is":"entry.cart_id"}]},
            "timedOut":[{"id":"mail","send":{"channel":"email","template":"cart"}}]}]}
        """
    private static let hourMs: Int64 = 3_600_000
    private static let offsets = Array(-25...25 as ClosedRange<Int64>)

    /// - Parameter isSeen: Whether the process looks at its timers before the order comes, or finds them with it.
    @Test(arguments: [true, false])
    func `who buys before the deadline is not reminded, and who buys at it or after it is`(
        isSeen: Bool
    ) async throws {
        let folder = try TestFolder()
        let clock = VirtualClock(AutomationTests.start)
        let workspace = try Workspace.forTests(in: folder, clock: clock)
        _ = try await workspace.apply([try AutomationTests.draft(Self.journey)], by: "test")
        // A second apart, so that each deadline is met by one alone.
        for offset in Self.offsets {
            try await workspace.append([
                .track(
                    "Cart Updated", id: "cart \(offset)", at: clock.now, user: "u\(offset)",
                    properties: #"{"cart_id":"k\#(offset)"}"#)
            ])
            clock.advance(milliseconds: 1_000)
        }
        try await workspace.settle()
        for (index, offset) in Self.offsets.enumerated() {
            let deadline = AutomationTests.start.adding(
                milliseconds: Int64(index) * 1_000 + Self.hourMs)
            let moment = deadline.adding(milliseconds: offset)
            clock.advance(milliseconds: moment.milliseconds - clock.now.milliseconds)
            if isSeen { try await workspace.settle() }
            // The order of another cart says nothing of this one.
            for cart in ["other", "k\(offset)"] {
                try await workspace.append([
                    .track(
                        "Order Completed", id: "order \(cart) \(offset)", at: clock.now,
                        user: "u\(offset)",
                        properties:
                            #"{"order_id":"o\#(cart)\#(offset)","total":5,"cart_id":"\#(cart)"}"#)
                ])
            }
            try await workspace.settle()
        }
        clock.advance(milliseconds: 9 * Self.hourMs)
        try await workspace.settle()
        for offset in Self.offsets {
            let user = try #require(try workspace.customerID(named: "u\(offset)"))
            let sends = try workspace.outbox(of: user)
            #expect(sends.count == (offset < 0 ? 0 : 1), "\(offset) ms")
            let runs = try workspace.records.runs(ofCustomer: user.rawValue, limit: 9)
            #expect(runs.map(\.state) == [.completed], "\(offset) ms")
        }
    }
}
