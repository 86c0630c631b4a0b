import Events
import Kernel
import Predictions
import Synchronization
import TestSupport
import Testing

@testable import Runtime

@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct WorkspaceOffersTests {
    private let folder: TestFolder
    private let clock = VirtualClock(Timestamp(milliseconds: 1_720_000_000_000))
    private let workspace: Workspace

    init() throws {
        folder = try TestFolder()
        workspace = try Workspace.forTests(in: folder, clock: clock) { options in
            options.offers.excludedProducts = ["post"]
        }
    }

    private func order(
        _ number: Int, user: String = "", anonymous: String = "", daysAgo: Int, products: [String],
        name: String = "Order Completed"
    ) -> EventDraft {
        let lines = products.map { #"{"product_id":"\#($0)","name":"N \#($0)","quantity":1}"# }
        return .track(
            name, id: "m\(number) \(name) \(products.count)",
            at: Timestamp(milliseconds: 1_720_000_000_000).adding(days: -daysAgo), user: user,
            anonymous: anonymous,
            properties: """
                {"order_id":"o\(number)","total":5,"products":[\(lines.joined(separator: ","))]}
                """)
    }

    private func offers(to user: String) async throws -> CustomerOffers {
        let basis = try workspace.offersBasis()
        let model = try await workspace.keptOffers.model(for: basis) { [workspace] in
            try workspace.learnOffers(asOf: basis.day)
        }
        let root = try #require(try workspace.customerID(named: user))
        return try workspace.offers(to: root, by: model, asOf: basis.day)
    }

    @Test func `offers come from the log, for whom orders count for now`() async throws {
        var drafts: [EventDraft] = []
        for number in 0..<12 {
            drafts.append(
                order(
                    number, user: "u\(number)", daysAgo: 3,
                    products: number % 2 == 0 ? ["bread", "butter", "post"] : ["tea", "milk"]))
        }
        // Of this order only the update counts.
        drafts.append(order(90, user: "new", daysAgo: 2, products: ["tea"]))
        drafts.append(
            order(90, user: "new", daysAgo: 1, products: ["bread"], name: "Order Updated"))
        drafts.append(order(91, anonymous: "visitor", daysAgo: 1, products: ["butter"]))
        try await workspace.append(drafts)
        try await workspace.settle()

        let before = try await offers(to: "new")
        #expect(before.offers.first?.product.id == "butter")
        #expect(before.offers.first?.because.map(\.product.id) == ["bread"])
        #expect(!before.offers.contains { ["bread", "post"].contains($0.product.id) })

        // Once the visitor is known to be them, they have butter too.
        try await workspace.append([
            .identify(id: "i", at: clock.clock.now, user: "new", anonymous: "visitor")
        ])
        try await workspace.settle()
        let after = try await offers(to: "new")
        #expect(after.knownProducts == 2)
        #expect(!after.offers.contains { ["bread", "butter"].contains($0.product.id) })
        try workspace.close()
    }

    @Test func `without lines there is nothing to learn, and it says what is missing`() async throws
    {
        try await workspace.append([order(1, user: "u", daysAgo: 1, products: [])])
        try await workspace.settle()
        #expect {
            _ = try workspace.offersBasis()
        } throws: { error in
            String(describing: error).contains("product_id or name")
        }
        try workspace.close()
    }

    @Test func `many who ask at once wait for one to learn`() async throws {
        let kept = KeptOffers()
        let learnt = Counter()
        let basis = KeptOffers.Basis(day: CalendarDay(daysSinceEpoch: 20_000), lines: 100)
        let empty = OfferModel(OfferLines(), asOf: 20_000)
        let ask: @Sendable (KeptOffers.Basis) async throws -> Void = { basis in
            _ = try await kept.model(for: basis) {
                learnt.add()
                return empty
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await ask(basis) } }
            try await group.waitForAll()
        }
        #expect(learnt.count == 1)

        var more = basis
        more.lines = 110
        try await ask(more)
        #expect(learnt.count == 1)
        more.lines = 111
        try await ask(more)
        #expect(learnt.count == 2)
        more.day = CalendarDay(daysSinceEpoch: 20_001)
        try await ask(more)
        #expect(learnt.count == 3)
        try workspace.close()
    }

    @Test func `where learning fails, the next who asks tries again`() async throws {
        struct Failure: Error {}
        let kept = KeptOffers()
        let basis = KeptOffers.Basis(day: CalendarDay(daysSinceEpoch: 20_000), lines: 100)
        await #expect(throws: Failure.self) {
            try await kept.model(for: basis) { throw Failure() }
        }
        let model = try await kept.model(for: basis) { OfferModel(OfferLines(), asOf: 20_000) }
        #expect(model.report.asOf == 20_000)
        try workspace.close()
    }
}

/// Counts from several threads.
private final class Counter: Sendable {
    private let total = Mutex(0)

    var count: Int { total.withLock { $0 } }

    func add() { total.withLock { $0 += 1 } }
}
