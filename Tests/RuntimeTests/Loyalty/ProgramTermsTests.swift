import Analytics
import Events
import JSONParsing
import Kernel
import Loyalty
import Records
import TestSupport
import Testing

@testable import Runtime

/// What programs ask beyond a customer's account: segments, budgets, and the clock.
struct ProgramTermsTests {
    private func names(_ stage: LoyaltyStage, _ user: String) throws -> [String] {
        try stage.workspace.archive.timeline(
            customers: [try stage.customer(user).rawValue], limit: 50
        ).map(\.event.name)
    }

    @Test func `who is in a segment earns by it, and none is asked about that isn't there`()
        async throws
    {
        let stage = try await LoyaltyStage(program: nil)
        let club = """
            {"kind": "program", "name": "club", "currency": "GBP",
             "earn": [{"name": "all", "points": 1, "per": 1, "multiply": {"segment": {"vips": 2}}}]}
            """
        await #expect(throws: (any Error).self) { try await stage.apply(club) }
        try await stage.apply(
            #"{"kind":"segment","name":"vips","where":[{"attribute":"plan","is":"gold"}]}"#)
        try await stage.apply(club)
        var draft = EventDraft(kind: .identify, occurredAt: stage.clock.now, messageID: "i1")
        draft.userID = "ann"
        draft.properties = Array(#"{"plan": "gold"}"#.utf8)
        try await stage.workspace.append([draft])
        try await stage.follow()
        for user in ["ann", "ben"] {
            try await stage.track(
                user, "Order Completed", #"{"order_id": "\#(user)", "total": 30}"#, id: user)
        }
        #expect(try stage.account("ann").balance == 60)
        #expect(try stage.account("ben").balance == 30)
        let answer = try await stage.perform(
            "ann", "till-1",
            .order(
                id: "T", lines: [OrderLine(id: "1", product: "mug", amount: 500)],
                currency: try #require(Currency("GBP"))))
        #expect(String(decoding: answer.bytes, as: UTF8.self).contains(#""points":10"#))
    }

    @Test func `a budget holds however many ask at once, and over a restart`() async throws {
        let club = """
            {"kind": "program", "name": "club", "currency": "GBP", "awards": {"budget": {"points": 500, "each": "year"}},
             "earn": [{"name": "all", "points": 1, "per": 1}]}
            """
        let folder = try TestFolder()
        do {
            let stage = try await LoyaltyStage(program: club, folder: folder)
            for user in 0..<20 {
                try await stage.track(
                    "u\(user)", "Order Completed", #"{"order_id": "o\#(user)", "total": 0}"#,
                    id: "m\(user)")
            }
            let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let answer = try await stage.perform(
                            "u\(number % 20)", "a\(number)", .award(points: 7, reason: "a gift"))
                        return String(decoding: answer.bytes, as: UTF8.self)
                            .contains(#""done":true"#)
                    }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            // 71 × 7 = 497.
            #expect(answers.count(where: \.self) == 71)
            #expect(try stage.workspace.examine().problemCount == 0)
            try stage.workspace.close()
        }
        let stage = try await LoyaltyStage(program: nil, folder: folder)
        for (id, points, isDone) in [("b", 4, false), ("c", 3, true), ("d", 1, false)]
            as [(String, Int64, Bool)]
        {
            let answer = try await stage.perform("u1", id, .award(points: points, reason: "a gift"))
            let text = String(decoding: answer.bytes, as: UTF8.self)
            #expect(text.contains(#""done":\#(isDone)"#), "\(text)")
        }
    }

    @Test func `a budget has back what a merge finds to have been given twice`() async throws {
        let stage = try await LoyaltyStage(
            program: """
                {"kind": "program", "name": "club", "currency": "GBP",
                 "earn": [{"name": "all", "points": 1, "per": 1, "budget": {"points": 100, "each": "ever"}}]}
                """)
        for (user, total) in [("ann", 30), ("bob", 45)] {
            try await stage.track(
                user, "Order Completed", #"{"order_id": "A-1", "total": \#(total)}"#, id: user)
            stage.clock.advance(milliseconds: 1000)
        }
        #expect(try stage.workspace.loyalty.store.budgets(program: "club").map(\.points) == [75])
        try await stage.workspace.merge("ann", "bob", by: "test")
        try await stage.follow()
        #expect(try stage.account("ann").balance == 45, "what was told last holds")
        #expect(try stage.workspace.loyalty.store.budgets(program: "club").map(\.points) == [45])
        #expect(try stage.workspace.examine().problemCount == 0)
        try await stage.track(
            "bob", "Order Completed", #"{"order_id": "B-1", "total": 90}"#, id: "more")
        #expect(try stage.account("ann").balance == 100)
    }

    @Test func `that a tier will be lost is told on the log, ahead of time and once`() async throws
    {
        let stage = try await LoyaltyStage(
            program: """
                {"kind": "program", "name": "club", "currency": "GBP",
                 "earn": [{"name": "all", "points": 1, "per": 1}],
                 "tiers": {"by": "spend", "period": "60 days", "remind": "10 days", "levels": [
                   {"name": "member", "from": 0}, {"name": "gold", "from": "100.00"}]}}
                """)
        try await stage.track(
            "ann", "Order Completed", #"{"order_id": "A-1", "total": 120}"#, id: "m1")
        stage.clock.advance(milliseconds: 86_400_000 * 49)
        try await stage.follow()
        #expect(try names(stage, "ann").contains("Tier Will Change") == false)
        stage.clock.advance(milliseconds: 86_400_000)
        for _ in 0..<3 { try await stage.follow() }
        #expect(try names(stage, "ann").count { $0 == "Tier Will Change" } == 1)
        stage.clock.advance(milliseconds: 86_400_000 * 10)
        for _ in 0..<2 { try await stage.follow() }
        #expect(try stage.account("ann").tier == 0)
        #expect(try names(stage, "ann").count { $0 == "Tier Will Change" } == 1)
    }

    @Test
    func `of a new program nobody is looked at twice, of one kept before tiers had names all are`()
        async throws
    {
        let stage = try await LoyaltyStage()
        try await stage.track(
            "ann", "Order Completed", #"{"order_id": "A", "total": 120}"#, id: "m1")
        let store = stage.workspace.loyalty.store
        #expect(try store.check().operations == 1)
        // As an earlier release left it.
        try store.commit([], reached: (LoyaltyDesk.tiersKey("club"), 0))
        try await stage.follow()
        #expect(try store.check().operations == 2)
    }

    @Test func `members are in the tiers that a changed program has, without another order`()
        async throws
    {
        let stage = try await LoyaltyStage()
        for (user, total) in [("ann", 120), ("ben", 60), ("cid", 10)] {
            try await stage.track(
                user, "Order Completed", #"{"order_id": "\#(user)", "total": \#(total)}"#, id: user)
        }
        try await stage.apply(
            LoyaltyStage.club.replacing(
                #"{"name": "gold", "from": "100.00"}"#,
                with: #"{"name": "silver", "from": "50.00"}, {"name": "gold", "from": "100.00"}"#))
        try await stage.follow()
        let club = try #require(stage.workspace.loyalty.program("club"))
        func tier(_ user: String) throws -> String? {
            try stage.account(user).level(club.program)?.name
        }
        #expect(try ["ann", "ben", "cid"].map(tier) == ["gold", "silver", "member"])
        try await stage.workspace.settle()
        let told = try ["ann", "ben", "cid"].map { user in
            try stage.workspace.details(of: stage.customer(user), timeline: 50).timeline
                .count { $0.event.name == "Tier Changed" }
        }
        #expect(told == [1, 1, 0])
        // Once is enough.
        #expect(try await !stage.workspace.reviewTiers(club))
    }

    @Test func `who has points towards tiers only is looked at, too, when tiers change`()
        async throws
    {
        func club(_ gold: Int) -> String {
            """
            {"kind": "program", "name": "club", "currency": "GBP",
             "earn": [{"name": "visits", "on": "Visited", "points": 60, "counts": "qualifying"}],
             "tiers": {"by": "points", "period": "life", "levels": [
               {"name": "member", "from": 0}, {"name": "gold", "from": \(gold)}]}}
            """
        }
        let stage = try await LoyaltyStage(program: club(100))
        try await stage.track("ann", "Visited", "{}", id: "m1")
        #expect(try stage.account("ann").tier == 0)
        try await stage.apply(club(50))
        try await stage.follow()
        let ann = try stage.customer("ann")
        let row = try #require(
            try stage.workspace.loyalty.store.account(program: "club", customer: ann))
        #expect([row.tier, Int(row.entryCount)] == [1, 0])
    }
}
