import Analytics
import Events
import Kernel
import Loyalty
import Records
import TestSupport
import Testing

@testable import Runtime

/// Programs follow the log: what customers do earns points, once, and what came of it is told.
struct LoyaltyFollowingTests {
    private static let order = """
        {"order_id": "A-1", "total": 30, "currency": "GBP", "products": [
          {"product_id": "mug", "price": 10, "quantity": 2}, {"product_id": "tea", "price": 10}]}
        """

    @Test func `an order of the log earns, and its returned line is taken back`() async throws {
        let stage = try await LoyaltyStage()
        try await stage.track("ann", "Order Completed", Self.order, id: "m1")
        try await stage.track("ann", "Order Completed", Self.order, id: "m2")
        #expect(try stage.account("ann").balance == 30, "told twice, it is one order")
        try await stage.track(
            "ann", "Order Refunded",
            #"{"order_id": "A-1", "products": [{"product_id": "mug", "price": 10, "quantity": 1}]}"#,
            id: "m3")
        try await stage.track("ann", "Product Reviewed", "{}", id: "m4")
        #expect(
            try stage.history("ann") == [
                "30 30 points for order A-1 by purchases",
                "-10 10 points taken back for what was returned of order A-1",
                "50 50 points for Product Reviewed, by reviews",
            ])
        // Followed again, nothing changes.
        try await stage.workspace.followLoyalty()
        #expect(try stage.account("ann").balance == 70)
        #expect(try stage.workspace.loyalty.store.check().problems == [])
    }

    @Test func `what came of it is told on the log, once and about the customer`() async throws {
        let stage = try await LoyaltyStage()
        try await stage.track(
            "ann", "Order Completed", #"{"order_id": "A-1", "total": 120, "currency": "GBP"}"#,
            id: "m1")
        try await stage.follow()
        let ann = try stage.customer("ann")
        let told = try stage.workspace.archive.timeline(customers: [ann.rawValue], limit: 10)
            .map(\.event.name)
        #expect(Set(told) == ["Order Completed", "Points Awarded", "Tier Changed"])
        #expect(told.count == 3)
    }

    @Test
    func
        `what happened before the program began counts only where it says so, and is told to nobody`()
        async throws
    {
        let stage = try await LoyaltyStage(program: nil)
        let before = LoyaltyStage.start.adding(days: -40)
        try await stage.track("ann", "Order Completed", Self.order, id: "m1", at: before)
        try await stage.apply(LoyaltyStage.club)
        try await stage.follow()
        #expect(try stage.account("ann").balance == 0)
        try await stage.apply(
            LoyaltyStage.club.replacing(
                "\"club\", ", with: "\"past\", \"starts\": \"2025-01-01\", "))
        try await stage.follow()
        let inForce = try #require(stage.workspace.loyalty.program("past"))
        let member = try stage.workspace.loyaltyMember(try stage.customer("ann"), in: inForce)
        #expect(member.account.balance == 30)
        #expect(try stage.workspace.loyalty.store.news(limit: 9).isEmpty)
        let names = try stage.workspace.archive.eventNames(limit: 9)
        #expect(names == ["Order Completed"])
    }

    @Test func `a till and the log tell of one order, which earns once`() async throws {
        let stage = try await LoyaltyStage()
        try await stage.track("ann", "Signed Up", "{}", id: "m0")
        let lines = [
            OrderLine(id: "#1", product: "mug", quantityMilli: 2000, amount: 2000),
            OrderLine(id: "#2", product: "tea", amount: 1000),
        ]
        let gbp = try #require(Currency("GBP"))
        let first = try await stage.perform(
            "ann", "t1", .order(id: "A-1", lines: lines, currency: gbp))
        let again = try await stage.perform(
            "ann", "t1", .order(id: "A-1", lines: lines, currency: gbp))
        #expect(again.isRepeat)
        #expect(again.bytes == first.bytes)
        try await stage.track("ann", "Order Completed", Self.order, id: "m1")
        #expect(try stage.account("ann").balance == 30)
    }

    @Test func `two customers who are one have one account, with all lots and orders`() async throws
    {
        let stage = try await LoyaltyStage()
        try await stage.track("ann", "Order Completed", Self.order, id: "m1")
        try await stage.track(
            "bob", "Order Completed", #"{"order_id": "B-1", "total": 90, "currency": "GBP"}"#,
            id: "m2")
        _ = try await stage.perform("bob", "s1", .spend(points: 40, reference: "gift"))
        try await stage.workspace.merge("ann", "bob", by: "test")
        try await stage.follow()
        let account = try stage.account("ann")
        #expect(try stage.customer("ann") == stage.customer("bob"))
        #expect(account.balance == 80)
        #expect(try stage.workspace.loyalty.store.check().problems == [])
        // The other's spending is undone, and its order returned, as its own.
        _ = try await stage.perform("ann", "s2", .unspend(operation: "s1", points: nil))
        #expect(try stage.account("ann").balance == 120)
        try await stage.track("bob", "Order Cancelled", #"{"order_id": "B-1"}"#, id: "m3")
        #expect(try stage.account("ann").balance == 30)
        #expect(try stage.workspace.loyalty.store.check().problems == [])
    }

    @Test func `what was asked under another name is answered as then, and what it kept is there`()
        async throws
    {
        let stage = try await LoyaltyStage()
        for user in ["ann", "bob"] {
            try await stage.track(
                user, "Order Completed", #"{"order_id": "\#(user)", "total": 90}"#, id: user)
        }
        func ask(_ id: String, _ operation: LoyaltyOperation) async throws -> LedgerWriter.Answer {
            try await stage.workspace.performLoyalty(
                try stage.workspace.loyalty.ask(
                    "club", try stage.customer("bob"), id: id, LoyaltyRequest(operation)))
        }
        let reserve = LoyaltyOperation.reserve(points: 40, reference: "gift", seconds: 600)
        let first = try await ask("r1", reserve)
        try await stage.workspace.merge("ann", "bob", by: "test")
        // Nothing followed it yet.
        #expect(try stage.customer("ann") == stage.customer("bob"))
        let confirmed = try await ask("c1", .confirm(operation: "r1"))
        #expect(String(decoding: confirmed.bytes, as: UTF8.self).contains(#""done":true"#))
        let again = try await ask("r1", reserve)
        #expect(again.isRepeat)
        #expect(again.bytes == first.bytes)
        await #expect(throws: LoyaltyDesk.Failure.writing(.reused)) {
            _ = try await ask("r1", .spend(points: 40, reference: "gift"))
        }
        try await stage.follow()
        #expect(try stage.account("ann").balance == 140)
        #expect(try stage.workspace.loyalty.store.check().problems == [])
    }

    @Test func `points end when their time is over, without anybody asking`() async throws {
        let stage = try await LoyaltyStage()
        try await stage.track("ann", "Order Completed", Self.order, id: "m1")
        let end = LoyaltyStage.start.adding(days: 365)
        for (moment, left) in [(end.adding(milliseconds: -1), 30), (end, 0)] {
            stage.clock.advance(
                milliseconds: moment.milliseconds - stage.clock.now.milliseconds)
            // Another's order, so that figures count from now.
            try await stage.track(
                "eve", "Order Completed",
                #"{"order_id": "E-\#(moment.milliseconds)", "total": 1, "currency": "GBP"}"#,
                id: "e\(moment.milliseconds)")
            let number = try #require(
                try stage.workspace.loyalty.store.account(
                    program: "club", customer: try stage.customer("ann"))
            ).id
            let lots = try stage.workspace.loyalty.store.lots(of: number)
            #expect(lots.map(\.remaining) == [Int64(left)])
        }
    }

    @Test func `a process that stops anywhere follows on, and counts nothing twice`() async throws {
        let folder = try TestFolder()
        func first() async throws {
            let stage = try await LoyaltyStage(folder: folder)
            try await stage.track("ann", "Order Completed", Self.order, id: "m1")
            try stage.workspace.close()
        }
        try await first()
        let stage = try await LoyaltyStage(program: nil, folder: folder)
        try await stage.follow()
        #expect(try stage.account("ann").balance == 30)
        try await stage.track("ann", "Product Reviewed", "{}", id: "m2")
        #expect(try stage.account("ann").balance == 80)
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        components(separated: part).joined(separator: other)
    }

    private func components(separated part: String) -> [String] {
        guard let range = firstRange(of: part) else { return [self] }
        return [String(self[..<range.lowerBound]), String(self[range.upperBound...])]
    }

    @Test func `points that are about to end are told once, ahead of time`() async throws {
        let json = LoyaltyStage.club.replacing(
            "\"refunds\"", with: "\"remind\": \"30 days\", \"refunds\"")
        let stage = try await LoyaltyStage(program: json)
        try await stage.track(
            "ann", "Order Completed", #"{"orderId": "o1", "total": 40}"#, id: "m1")
        let ann = try #require(try stage.workspace.customerID(named: "ann"))
        func told() throws -> [String] {
            try stage.workspace.details(of: ann, timeline: 50).timeline
                .filter { $0.event.name == "Points Expiring" }
                .map { "\($0.event.properties)" }
        }
        stage.clock.advance(milliseconds: 334 * 86_400_000)
        for _ in 0..<2 { try await stage.follow() }
        #expect(try told().isEmpty)
        stage.clock.advance(milliseconds: 2 * 86_400_000)
        for _ in 0..<3 { try await stage.follow() }
        try await stage.workspace.settle()
        try await stage.workspace.engineArchived()
        #expect(try told().count == 1)
        #expect(try told().first?.contains("\"points\":40") == true)
        stage.clock.advance(milliseconds: 60 * 86_400_000)
        for _ in 0..<2 { try await stage.follow() }
        #expect(try told().count == 1)
    }
}
