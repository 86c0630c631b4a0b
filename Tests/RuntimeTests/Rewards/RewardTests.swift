import Analytics
import Kernel
import Loyalty
import Promotions
import Records
import TestSupport
import Testing

@testable import Runtime

/// Rewards over a real workspace: stock and points together.
struct RewardTests {
    private static let tote = """
        {"kind": "reward", "name": "tote", "program": "club", "cost": 100, "stock": 2, "perCustomer": 1}
        """

    private func stage(_ rewards: String...) async throws -> (LoyaltyStage, ID<Customer>) {
        let stage = try await LoyaltyStage()
        for json in rewards { try await stage.apply(json) }
        for name in ["ann", "bob", "cid"] {
            try await stage.track(
                name, "Order Completed", #"{"orderId": "o-\#(name)", "total": 250}"#, id: name)
        }
        return (stage, try #require(try stage.workspace.customerID(named: "ann")))
    }

    private func available(_ customer: ID<Customer>, _ stage: LoyaltyStage) throws -> (Int64, Int64)
    {
        let club = try #require(stage.workspace.loyalty.program("club"))
        let account = try stage.workspace.loyaltyMember(customer, in: club).account
        return (account.available(at: account.latest), account.held)
    }

    private func state(_ outcome: RewardOutcome) -> String {
        switch outcome {
        case .claim(let claim): claim.state.word
        case .refused(let code, _): code
        case .reused: "reused"
        case .unknownReward: "unknown"
        }
    }

    private func claim(
        _ id: String, _ customer: ID<Customer>, _ stage: LoyaltyStage, reward: String = "tote",
        isTaken: Bool = false
    ) async throws -> String {
        state(
            try await stage.workspace.claimReward(
                reward, of: "club", for: customer, id: id, isTaken: isTaken))
    }

    @Test func `a reward is kept with its points, taken, and given back to the very same lots`()
        async throws
    {
        let (stage, ann) = try await stage(Self.tote)
        #expect(try await claim("c1", ann, stage) == "reserved")
        #expect(try await claim("c1", ann, stage) == "reserved")
        #expect(try available(ann, stage) == (150, 100))
        #expect(try await claim("c2", ann, stage) == "customer_limit_reached")
        #expect(state(try await stage.workspace.confirmReward("c1")) == "confirmed")
        #expect(state(try await stage.workspace.confirmReward("c1")) == "confirmed")
        #expect(try available(ann, stage) == (150, 0))
        #expect(state(try await stage.workspace.releaseReward("c1")) == "claim_confirmed")
        #expect(state(try await stage.workspace.returnReward("c1")) == "returned")
        #expect(state(try await stage.workspace.returnReward("c1")) == "returned")
        #expect(try available(ann, stage) == (250, 0))
        #expect(try await claim("c3", ann, stage, isTaken: true) == "confirmed")
        #expect(try stage.workspace.examine().problemCount == 0)
        // Each is told once, however often it is asked.
        try await stage.workspace.settle()
        let told = try stage.workspace.details(of: ann, timeline: 50).timeline.map(\.event)
            .filter { $0.name.hasPrefix("Reward ") }
        let counts = Dictionary(grouping: told, by: \.name).mapValues(\.count)
        #expect(counts["Reward Redeemed"] == 2 && counts["Reward Returned"] == 1, "\(counts)")
        let redeemed = try #require(told.first { $0.name == "Reward Redeemed" })
        #expect(redeemed.properties.contains(#""reward":"tote""#), "\(redeemed.properties)")
    }

    @Test func `the last one goes to one of all who ask, and comes back when it isn't taken`()
        async throws
    {
        let (stage, ann) = try await stage(
            Self.tote.replacing("\"stock\": 2", with: "\"stock\": 1"))
        let bob = try #require(try stage.workspace.customerID(named: "bob"))
        let cid = try #require(try stage.workspace.customerID(named: "cid"))
        let states = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<30 {
                group.addTask {
                    try await claim("n\(number)", [ann, bob, cid][number % 3], stage)
                }
            }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(states.count { $0 == "reserved" } == 1)
        let held = try [ann, bob, cid].map { try available($0, stage).1 }
        #expect(held.reduce(0, +) == 100)
        stage.clock.advance(milliseconds: 1_800_000)
        try await stage.workspace.followRewards()
        #expect(try [ann, bob, cid].map { try available($0, stage).1 } == [0, 0, 0])
        #expect(try await claim("later", bob, stage) == "reserved")
    }

    @Test func `what a crash left half done is finished`() async throws {
        let (stage, ann) = try await stage(Self.tote)
        let store = stage.workspace.rewards.store
        #expect(try await claim("c1", ann, stage) == "reserved")
        _ = try store.move("c1", from: [.reserved], to: .confirming, at: stage.clock.now)
        stage.clock.advance(milliseconds: 10_000)
        try await stage.workspace.followRewards()
        #expect(try store.claim("c1")?.state == .confirmed)
        #expect(try available(ann, stage) == (150, 0))
        let bob = try #require(try stage.workspace.customerID(named: "bob"))
        let claim = RewardClaim(
            id: "c2", program: "club", reward: "tote", customer: bob, state: .reserving,
            points: 100,
            expiresAt: stage.clock.now.adding(milliseconds: 60_000), changedAt: stage.clock.now)
        _ = try store.open(claim, members: [bob.rawValue]) { _, _ in String?.none }
        stage.clock.advance(milliseconds: 10_000)
        try await stage.workspace.followRewards()
        #expect(try store.claim("c2")?.state == .reserved)
        #expect(try available(bob, stage) == (150, 100))
        #expect(try stage.workspace.examine().problemCount == 0)
    }

    @Test func `who may not have it is told why, and a code comes with one that has codes`()
        async throws
    {
        let (stage, ann) = try await stage(
            #"{"kind": "promotion", "name": "fiver", "codes": {"unique": {"prefix": "F"}}, "effect": {"amount": "5 GBP"}}"#,
            #"{"kind": "reward", "name": "voucher", "program": "club", "cost": 200, "code": "fiver"}"#,
            #"{"kind": "reward", "name": "dear", "program": "club", "cost": 900}"#,
            #"{"kind": "reward", "name": "soon", "program": "club", "cost": 1, "starts": "2030-01-01"}"#,
            #"{"kind": "reward", "name": "low", "program": "club", "cost": 1, "tiers": ["member"]}"#
        )
        #expect(try await claim("a", ann, stage, reward: "dear") == "not_enough_points")
        #expect(try await claim("b", ann, stage, reward: "soon") == "not_started")
        // She spent 250 and is gold.
        #expect(try await claim("c", ann, stage, reward: "low") == "tier_not_matched")
        #expect(try await claim("d", ann, stage, reward: "nothing") == "unknown")
        #expect(try await claim("e", ann, stage, reward: "voucher", isTaken: true) == "confirmed")
        #expect(try await claim("e", ann, stage, reward: "low") == "reused")
        let code = try #require(try stage.workspace.rewards.store.claim("e")?.code)
        #expect(code.hasPrefix("F-"))
        #expect(try stage.workspace.promotions.look(up: code)?.code.customer == ann.description)
        #expect(state(try await stage.workspace.returnReward("e")) == "returned")
        #expect(try stage.workspace.promotions.look(up: code)?.code.state == .withdrawn)
        await #expect(throws: DefinitionFailure.self) {
            try await stage.apply(
                #"{"kind": "reward", "name": "x", "program": "none", "cost": 1}"#)
        }
    }

    @Test func `points that were kept before a crash are the claim's, and it holds up no other`()
        async throws
    {
        let (stage, ann) = try await stage(Self.tote)
        let store = stage.workspace.rewards.store
        #expect(try await claim("c1", ann, stage) == "reserved")
        // As if it had died behind the ledger's commit.
        let opened = try #require(try store.claim("c1")).changedAt
        _ = try store.move("c1", from: [.reserved], to: .reserving, at: opened)
        let bob = try #require(try stage.workspace.customerID(named: "bob"))
        #expect(try await claim("c2", bob, stage) == "reserved")
        stage.clock.advance(milliseconds: 1_800_000)
        try await stage.workspace.followRewards()
        #expect(try store.claim("c1")?.state == .reserved)
        #expect(try available(ann, stage) == (150, 100))
        for _ in 0..<2 { try await stage.workspace.followRewards() }
        #expect(try store.claim("c1")?.state == .released)
        #expect(try store.claim("c2")?.state == .released)
        #expect(try available(ann, stage) == (250, 0))
    }

    @Test func `asked again, a claim that came to nothing isn't had`() async throws {
        let (stage, ann) = try await stage(Self.tote)
        #expect(try await claim("c1", ann, stage) == "reserved")
        #expect(state(try await stage.workspace.releaseReward("c1")) == "released")
        #expect(try await claim("c1", ann, stage, isTaken: true) == "claim_released")
        #expect(try await claim("c2", ann, stage, isTaken: true) == "confirmed")
        #expect(state(try await stage.workspace.returnReward("c2")) == "returned")
        #expect(try await claim("c2", ann, stage, isTaken: true) == "claim_returned")
    }

    @Test func `a reward whose code is in use isn't taken back`() async throws {
        let (stage, ann) = try await stage(
            #"{"kind": "promotion", "name": "fiver", "codes": {"unique": {"prefix": "F"}}, "effect": {"amount": "5 GBP"}}"#,
            #"{"kind": "reward", "name": "voucher", "program": "club", "cost": 200, "code": "fiver"}"#
        )
        #expect(try await claim("e", ann, stage, reward: "voucher", isTaken: true) == "confirmed")
        let code = try #require(try stage.workspace.rewards.store.claim("e")?.code)
        let pounds = try #require(Currency("GBP"))
        let buyer = try #require(try stage.workspace.buyer(named: "ann"))
        let cart = try Cart(
            customer: buyer, currency: pounds,
            lines: [Cart.Line(id: "1", product: "mug", unitPriceMinor: 3000)],
            at: stage.clock.now)
        _ = try await stage.workspace.promotions.perform(
            PromotionDesk.Ask(
                operation: "o1", checkout: "cart-1",
                request: .reserve(
                    CheckoutRequest.Reservation(cart: cart, codes: [code], isPartial: false)),
                currency: pounds, digest: [1], caller: .key("shop")))
        #expect(state(try await stage.workspace.returnReward("e")) == "claim_code_used")
        #expect(try stage.workspace.rewards.store.claim("e")?.state == .confirmed)
        #expect(try available(ann, stage) == (50, 0))
    }

    @Test func `who turns out to be another has had the reward already, and can claim the same`()
        async throws
    {
        let (stage, ann) = try await stage(Self.tote)
        #expect(try await claim("c1", ann, stage) == "reserved")
        try await stage.workspace.merge("ann", "bob", by: "test")
        try await stage.follow()
        let root = try #require(try stage.workspace.customerID(named: "ann"))
        let bob = try #require(try stage.workspace.customerID(named: "bob"))
        try #require(root == bob, "they are one")
        #expect(try await claim("c1", root, stage) == "reserved")
        #expect(try await claim("c2", root, stage) == "customer_limit_reached")
        #expect(state(try await stage.workspace.confirmReward("c1")) == "confirmed")
        #expect(try stage.workspace.examine().problemCount == 0)
    }
}
