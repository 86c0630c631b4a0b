import Analytics
import Events
import Kernel
import Loyalty
import Referrals
import TestSupport
import Testing

@testable import Records
@testable import Runtime

/// Referrals over a real workspace: from joining to the reward, the return and back.
struct ReferralWorkTests {
    private static let friends = """
        {"kind": "referral", "name": "friends", "program": "club",
         "qualifies": {"order": {"minimum": "30.00", "currency": "GBP"}, "within": "60 days"},
         "hold": "14 days", "rewards": {"advocate": 500, "friend": 200},
         "milestones": [{"after": 2, "points": 1000}], "caps": {"advocate": [{"rewards": 2, "per": "month"}]},
         "link": "https://shop.example.com/?friend={code}"}
        """

    private struct Answer: Equatable {
        var text: String
        var isDone: Bool
        var isRepeat: Bool
    }

    private func stage() async throws -> LoyaltyStage {
        let stage = try await LoyaltyStage()
        try await stage.apply(Self.friends)
        return stage
    }

    private func meet(_ names: String..., on stage: LoyaltyStage) async throws {
        for name in names {
            var draft = EventDraft(kind: .identify, occurredAt: stage.clock.now, messageID: name)
            draft.userID = name
            draft.properties = Array(#"{"email": "\#(name)@example.org"}"#.utf8)
            try await stage.workspace.append([draft])
        }
        try await stage.follow()
    }

    private func id(_ name: String, _ stage: LoyaltyStage) throws -> ID<Customer> {
        try #require(try stage.workspace.customerID(named: name))
    }

    private func join(
        _ friend: String, by advocate: String, _ stage: LoyaltyStage, operation: String? = nil,
        traits: ReferralDesk.Traits = ReferralDesk.Traits()
    ) throws -> Answer {
        let code = try stage.workspace.referrals.code(of: id(advocate, stage), program: "friends")
        return try join(friend, code: code.description, stage, operation: operation, traits: traits)
    }

    private func join(
        _ friend: String, code: String, _ stage: LoyaltyStage, operation: String? = nil,
        traits: ReferralDesk.Traits = ReferralDesk.Traits()
    ) throws -> Answer {
        let done = try stage.workspace.joinReferral(
            "friends", friend: id(friend, stage), code: code, traits: traits,
            operation: operation ?? "join-\(friend)", digest: Array(code.utf8), isDry: false
        ) { outcome in
            switch outcome {
            case .joined(_, _, let status, _): Array(status.utf8)
            case .refused(let code, _): Array(code.utf8)
            }
        }
        return Answer(
            text: String(decoding: done.answer, as: UTF8.self), isDone: done.isDone,
            isRepeat: done.isRepeat)
    }

    private func follow(_ stage: LoyaltyStage) async throws {
        try await stage.follow()
        try await stage.workspace.followReferrals()
    }

    private func points(_ name: String, _ stage: LoyaltyStage) throws -> Int64 {
        let club = try #require(stage.workspace.loyalty.program("club"))
        // Less what the orders themselves earned: a point for each pound.
        return try stage.workspace.loyaltyMember(id(name, stage), in: club).account.balance
    }

    private func order(_ name: String, _ id: String, _ total: Int, _ stage: LoyaltyStage)
        async throws
    {
        try await stage.track(
            name, "Order Completed", #"{"orderId": "\#(id)", "total": \#(total)}"#, id: id)
        try await follow(stage)
    }

    @Test
    func `a friend's order is rewarded once it can't be returned, and a return takes it back`()
        async throws
    {
        let stage = try await stage()
        try await meet("ann", "bob", on: stage)
        #expect(try join("bob", by: "ann", stage).text == "joined")
        try await order("bob", "o1", 40, stage)
        let store = stage.workspace.referrals.store
        #expect(try store.referrals(of: "friends", limit: 9).map(\.status) == ["qualified"])
        #expect(try points("ann", stage) == 0)
        stage.clock.advance(milliseconds: 14 * 86_400_000 - 1)
        try await follow(stage)
        #expect(try points("ann", stage) == 0)
        stage.clock.advance(milliseconds: 1)
        for _ in 0..<2 { try await follow(stage) }
        #expect(try points("ann", stage) == 500)
        #expect(try points("bob", stage) == 200 + 40)
        #expect(try store.problems().problems == [])
        try await stage.track(
            "bob", "Order Refunded", #"{"orderId": "o1", "total": 40}"#, id: "r1")
        for _ in 0..<2 { try await follow(stage) }
        #expect(try store.referrals(of: "friends", limit: 9).map(\.status) == ["reversed"])
        #expect(try points("ann", stage) == 0)
        #expect(try points("bob", stage) == 0)
        #expect(try store.problems().problems == [])
        try await stage.workspace.settle()
        let names = try stage.workspace.details(of: id("ann", stage), timeline: 50)
            .timeline.map(\.event.name)
        for name in [
            "Referral Joined", "Referral Qualified", "Referral Succeeded", "Referral Rewarded",
            "Referral Reversed",
        ] {
            #expect(names.contains(name), "\(name)")
        }
    }

    @Test func `joining is asked once, by one code, and not by one's own`() async throws {
        let stage = try await stage()
        try await meet("ann", "bob", "cid", on: stage)
        let friends = try #require(stage.workspace.referrals.program("friends")?.program)
        let code = try stage.workspace.referrals.code(of: id("ann", stage), program: "friends")
        #expect(friends.link(with: code) == "https://shop.example.com/?friend=\(code)")
        await #expect(throws: DefinitionFailure.self) {
            try await stage.apply(
                Self.friends.replacing("https://shop.example.com/", with: "javascript:alert(1)"))
        }
        #expect(try join("ann", by: "ann", stage, operation: "a").text == "self_referral")
        #expect(
            try join("bob", code: "NO-SUCH-CODE", stage, operation: "b").text == "code_not_valid")
        #expect(
            try join("bob", by: "ann", stage)
                == Answer(text: "joined", isDone: true, isRepeat: false))
        #expect(try join("bob", by: "ann", stage).isRepeat)
        #expect(throws: ReferralDesk.Failure.reused) {
            try join("bob", by: "cid", stage, operation: "join-bob")
        }
        #expect(try join("bob", by: "cid", stage, operation: "c").text == "already_referred")
    }

    @Test func `who shares a card with the advocate, or comes back around, is no friend`()
        async throws
    {
        let stage = try await stage()
        try await meet("ann", "bob", "cid", "dan", on: stage)
        var card = ReferralDesk.Traits()
        card.payment = "fp_1234567890"
        #expect(try join("ann", by: "dan", stage, traits: card).text == "joined")
        #expect(try join("bob", by: "ann", stage, traits: card).text == "rejected")
        #expect(try join("cid", by: "ann", stage).text == "joined")
        #expect(try join("dan", by: "cid", stage).text == "rejected", "a circle")
        try await order("bob", "o1", 90, stage)
        stage.clock.advance(milliseconds: 15 * 86_400_000)
        try await follow(stage)
        #expect(try points("ann", stage) == 0)
        #expect(!stage.workspace.referrals.report("friends").isEmpty)
    }

    @Test func `caps and milestones hold, and the next process goes on`() async throws {
        let stage = try await stage()
        try await meet("ann", "bob", "cid", "dan", on: stage)
        for name in ["bob", "cid", "dan"] {
            #expect(try join(name, by: "ann", stage).text == "joined")
            try await order(name, "o-\(name)", 30, stage)
        }
        stage.clock.advance(milliseconds: 15 * 86_400_000)
        try await follow(stage)
        // Two rewards a month, and the milestone of two.
        #expect(try points("ann", stage) == 2 * 500 + 1000)
        #expect(try points("dan", stage) == 200 + 30)
        try stage.workspace.referrals.reload()
        #expect(try join("bob", by: "dan", stage, operation: "x").text == "already_referred")
        #expect(try stage.workspace.referrals.store.problems().problems == [])
        #expect(try stage.workspace.examine().problemCount == 0)
    }

    @Test func `a customer who had ordered before is no new friend`() async throws {
        let stage = try await stage()
        try await meet("ann", "bob", on: stage)
        try await order("bob", "o0", 50, stage)
        stage.clock.advance(milliseconds: 1000)
        #expect(try join("bob", by: "ann", stage).text == "rejected")
    }

    @Test func `what was spent meanwhile is taken back by the program's policy for refunds`()
        async throws
    {
        let stage = try await stage()
        try await meet("ann", "bob", on: stage)
        #expect(try join("bob", by: "ann", stage).text == "joined")
        try await order("bob", "o1", 40, stage)
        stage.clock.advance(milliseconds: 14 * 86_400_000)
        try await follow(stage)
        let desk = stage.workspace.loyalty
        let spending = try desk.ask(
            "club", id("ann", stage), id: "towel",
            LoyaltyRequest(.spend(points: 450, reference: "towel")))
        _ = try await desk.perform(spending)
        #expect(try points("ann", stage) == 50)
        try await stage.track(
            "bob", "Order Refunded", #"{"orderId": "o1", "total": 40}"#, id: "r1")
        for _ in 0..<2 { try await follow(stage) }
        // The club allows accounts below zero.
        #expect(try points("ann", stage) == -450)
        #expect(try stage.workspace.examine().problemCount == 0)
    }

    @Test func `of many who ask for the same joining at once all are answered the same`()
        async throws
    {
        let stage = try await stage()
        try await meet("ann", "bob", on: stage)
        _ = try stage.workspace.referrals.code(of: id("ann", stage), program: "friends")
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<8 { group.addTask { try join("bob", by: "ann", stage) } }
            return try await group.reduce(into: [Answer]()) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.text == "joined" && $0.isDone })
        #expect(answers.count { !$0.isRepeat } == 1)
    }

    @Test func `who joined twice, under two names, is one friend`() async throws {
        let stage = try await stage()
        try await meet("ann", "bob", "rob", on: stage)
        #expect(try join("bob", by: "ann", stage).text == "joined")
        stage.clock.advance(milliseconds: 1000)
        #expect(try join("rob", by: "ann", stage).text == "joined")
        try await stage.workspace.merge("rob", "bob", by: "test")
        try await follow(stage)
        try await order("bob", "o1", 40, stage)
        stage.clock.advance(milliseconds: 15 * 86_400_000)
        for _ in 0..<2 { try await follow(stage) }
        let store = stage.workspace.referrals.store
        #expect(
            try store.referrals(of: "friends", limit: 9).map(\.status).sorted()
                == ["rejected", "released"])
        #expect(try points("ann", stage) == 500)
        #expect(try points("bob", stage) == 200 + 40)
    }

    @Test func `an advocate who pays with the friend's card is found out, by then or later`()
        async throws
    {
        let stage = try await stage()
        try await meet("ann", "bob", "cid", on: stage)
        var traits = ReferralDesk.Traits()
        traits.payment = "fp_1"
        try stage.workspace.noteAdvocate(id("ann", stage), traits)
        #expect(try join("bob", by: "ann", stage, traits: traits).text == "rejected")
        // Nobody knew of the card when cid joined.
        traits.payment = "fp_2"
        #expect(try join("cid", by: "ann", stage, traits: traits).text == "joined")
        try stage.workspace.noteAdvocate(id("ann", stage), traits)
        try await order("cid", "o1", 40, stage)
        stage.clock.advance(milliseconds: 15 * 86_400_000)
        for _ in 0..<2 { try await follow(stage) }
        #expect(try points("ann", stage) == 0)
    }

    @Test func `what a program promised is kept, and taken back, when it is in force no more`()
        async throws
    {
        let stage = try await stage()
        try await meet("ann", "bob", on: stage)
        #expect(try join("bob", by: "ann", stage).text == "joined")
        try await stage.prune()
        try await order("bob", "o1", 40, stage)
        stage.clock.advance(milliseconds: 15 * 86_400_000)
        for _ in 0..<2 { try await follow(stage) }
        #expect(try points("ann", stage) == 500)
        try await stage.track(
            "bob", "Order Refunded", #"{"orderId": "o1", "total": 40}"#, id: "r1")
        for _ in 0..<2 { try await follow(stage) }
        #expect(try points("ann", stage) == 0)
    }

    @Test func `a person lets a suspected friend count, refuses, and is asked once`() async throws {
        let stage = try await stage()
        try await meet("ann", "bob", "cid", on: stage)
        var traits = ReferralDesk.Traits()
        traits.payment = "fp_1"
        try stage.workspace.noteAdvocate(id("ann", stage), traits)
        #expect(try join("bob", by: "ann", stage, traits: traits).text == "rejected")
        try await order("bob", "o1", 40, stage)
        let bob = try id("bob", stage)
        let shown = try #require(try stage.workspace.referralReview("friends", friend: bob))
        #expect(shown.findings.map(\.block) == [.samePerson])
        #expect(shown.state.orders.map(\.id) == ["o1"])
        func judge(
            _ word: ReferralJudgement.Word, _ key: String, isDry: Bool = false
        ) throws -> (answer: [UInt8], isRepeat: Bool)? {
            try stage.workspace.judgeReferral(
                "friends", friend: bob,
                ReferralWord(word, reason: "a household", by: "key", isDry: isDry),
                key: ReferralRequestKey(operation: key, digest: [word.rawValue])
            ) { Array($0.status.word.utf8) }
        }
        let tried = try judge(.counts, "try", isDry: true)
        #expect(tried?.answer == Array("qualified".utf8))
        let store = stage.workspace.referrals.store
        #expect(try store.referrals(of: "friends", limit: 9).map(\.status) == ["rejected"])
        for turn in 0..<2 {
            let accepted = try judge(.counts, "accept")
            #expect(
                accepted?.answer == Array("qualified".utf8) && accepted?.isRepeat == (turn == 1))
        }
        #expect(throws: ReferralDesk.Failure.reused) { try judge(.refused, "accept") }
        // Looked at again with the same card, and when the return window is over.
        stage.clock.advance(milliseconds: 15 * 86_400_000)
        for _ in 0..<2 { try await follow(stage) }
        #expect(try points("ann", stage) == 500)
        let row = try #require(try store.referral(program: "friends", friend: bob))
        #expect(row.reason.contains("counts by hand"))
        _ = try judge(.refused, "refuse")
        for _ in 0..<2 { try await follow(stage) }
        #expect(try points("ann", stage) == 0)
        #expect(try points("bob", stage) == 40)
        _ = try judge(.counts, "accept-again")
        for _ in 0..<2 { try await follow(stage) }
        #expect(try points("ann", stage) == 500)
        #expect(try store.problems().problems == [])
        let nobody = try stage.workspace.judgeReferral(
            "friends", friend: id("cid", stage), ReferralWord(.refused, reason: "x", by: "key"),
            key: nil
        ) { _ in [] }
        #expect(nobody == nil)
    }
}
