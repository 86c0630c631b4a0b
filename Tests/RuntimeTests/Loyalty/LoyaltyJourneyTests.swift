import Analytics
import Customers
import Documents
import Kernel
import Loyalty
import Promotions
import Records
import Segments
import TestSupport
import Testing

@testable import Runtime

/// Journeys check what members have, award points, and issue codes of promotions.
struct LoyaltyJourneyTests {
    private static let club = """
        {"kind": "program", "name": "club", "currency": "GBP", "traits": true,
         "earn": [{"name": "purchases", "points": 1, "per": 1}],
         "tiers": {"by": "spend", "period": "life", "levels": [
           {"name": "member", "from": 0}, {"name": "gold", "from": "100.00"}]}}
        """
    private static let back = """
        {"kind": "promotion", "name": "back", "codes": {"unique": {"prefix": "BACK"}}, "effect": {"amount": "5 GBP"}}
        """

    private func journey(_ coupon: String) -> String {
        """
        {"kind": "journey", "name": "thanks", "status": "live", "entry": {"event": "Thanked"}, "steps": [
          {"branch": [{"if": {"all": [{"attribute": "club_points", "atLeast": 100}, {"attribute": "club_tier", "is": "gold"}]},
            "steps": [{"coupon": \(coupon)}]}, {"else": [{"award": {"points": 7}}]}]}]}
        """
    }

    @Test
    func `a branch asks for points and tier, and a code of a promotion is issued to the customer`()
        async throws
    {
        let stage = try await LoyaltyStage(program: Self.club)
        try await stage.apply(Self.back)
        try await stage.apply(
            journey(#"{"promotion": "back", "prefix": "BACK", "expires": "3 days"}"#))
        stage.clock.advance(milliseconds: 1000)
        for (user, total) in [("ann", 120), ("ben", 30)] {
            try await stage.track(
                user, "Order Completed", #"{"order_id": "\#(user)", "total": \#(total)}"#, id: user)
            try await stage.follow()
            try await stage.track(user, "Thanked", "{}", id: "t-" + user)
        }
        try await stage.follow()
        let items = try stage.workspace.records.claimOutbox(
            OutboxLane(kind: .coupon), limit: 10, now: stage.clock.now,
            until: stage.clock.now.adding(days: 1))
        let item = try #require(items.first)
        #expect(items.count == 1)
        #expect(item.customer == (try stage.customer("ann")))
        for _ in 0..<2 { #expect(await stage.workspace.takeIn(item, 1000) == nil) }
        let payload = String(decoding: item.payload, as: UTF8.self)
        let code = try #require(payload.split(separator: "\"").first { $0.hasPrefix("BACK-") })
        let found = try #require(try stage.workspace.promotions.look(up: String(code)))
        #expect(found.code.promotion == "back")
        #expect(found.code.customer == (try stage.customer("ann").description))
        // The end of its last day.
        let zone = try #require(stage.workspace.loyalty.program("club")).zone
        let last = zone.day(of: stage.clock.now).daysSinceEpoch + 3
        #expect(
            found.code.expiresAt
                == zone.start(of: CalendarDay(daysSinceEpoch: last + 1))
                .adding(milliseconds: -1))
        let awards = try stage.workspace.records.claimOutbox(
            OutboxLane(kind: .award), limit: 10, now: stage.clock.now,
            until: stage.clock.now.adding(days: 1))
        #expect(awards.map(\.customer) == [try stage.customer("ben")])
    }

    @Test(arguments: [
        #"{"promotion": "none", "prefix": "BACK"}"#, #"{"promotion": "back", "prefix": "B"}"#,
        #"{"promotion": "back", "percent": 5}"#,
    ])
    func `a step that can't issue its codes isn't applied`(_ coupon: String) async throws {
        let stage = try await LoyaltyStage(program: Self.club)
        try await stage.apply(Self.back)
        await #expect(throws: (any Error).self) { try await stage.apply(journey(coupon)) }
    }

    @Test func `who was a member before the program told of them is told of, too`() async throws {
        let stage = try await LoyaltyStage(
            program: Self.club.replacing(", \"traits\": true", with: ""))
        try await stage.track(
            "ann", "Order Completed", #"{"order_id": "A", "total": 120}"#, id: "a")
        #expect(try await !knows("ann", stage))
        try await stage.apply(Self.club)
        try await stage.follow()
        #expect(try await knows("ann", stage))
    }

    private func knows(_ user: String, _ stage: LoyaltyStage) async throws -> Bool {
        try await stage.workspace.settle()
        let facts = try stage.workspace.facts(of: try stage.customer(user))
        return facts.attributes["club_points"]?.text == "120"
            && facts.attributes["club_tier"]?.text == "gold"
    }
}
