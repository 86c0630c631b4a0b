import Analytics
import Events
import Kernel
import Loyalty
import Promotions
import TestSupport
import Testing

@testable import Records
@testable import Runtime

/// Checkouts over a real workspace.
struct PromotionDeskTests {
    private static let welcome = """
        {"kind": "promotion", "name": "welcome", "codes": ["HELLO"],
         "effect": {"percent": "10%", "of": "subtotal"}, "limits": {"total": 3, "perCustomer": 1}}
        """
    private static let back = """
        {"kind": "promotion", "name": "back", "codes": {"unique": {"prefix": "BACK"}},
         "effect": {"amount": "5 GBP"}, "group": "best"}
        """
    private static let bonus = """
        {"kind": "promotion", "name": "bonus", "codes": ["BONUS"], "effect": {"points": 40}}
        """

    private func stage(_ definitions: String...) async throws -> LoyaltyStage {
        let stage = try await LoyaltyStage()
        for json in definitions { try await stage.apply(json) }
        return stage
    }

    private func ask(
        _ operation: String, _ checkout: String, _ stage: LoyaltyStage, codes: [String],
        customer: String? = "guest@example.org", caller: String = "me"
    ) throws -> PromotionDesk.Ask {
        let currency = try #require(Currency("GBP"))
        let cart = try Cart(
            customer: try stage.workspace.buyer(named: customer), currency: currency,
            lines: [Cart.Line(id: "1", product: "mug", unitPriceMinor: 2000)],
            at: stage.clock.now)
        return PromotionDesk.Ask(
            operation: operation, checkout: checkout,
            request: .reserve(.init(cart: cart, codes: codes)), currency: currency,
            digest: Array(codes.joined(separator: ",").utf8), caller: .client(caller))
    }

    private func then(
        _ request: CheckoutRequest, _ operation: String, _ checkout: String
    ) throws -> PromotionDesk.Ask {
        PromotionDesk.Ask(
            operation: operation, checkout: checkout, request: request,
            currency: try #require(Currency("GBP")), digest: Array("\(request)".utf8),
            caller: .client("me"))
    }

    @Test func `of a thousand who ask for the last uses of a code three get them`() async throws {
        let stage = try await stage(Self.welcome)
        let desk = stage.workspace.promotions
        let asks = try (0..<1000).map {
            try ask("o\($0)", "c\($0)", stage, codes: ["hello"], customer: "guest\($0)@example.org")
        }
        let done = try await withThrowingTaskGroup(of: Bool.self) { group in
            for one in asks { group.addTask { try await desk.perform(one).isDone } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(done == 3)
        #expect(try desk.store.problems().problems == [])
    }

    @Test func `what is asked again is answered as before, also by the next process`() async throws
    {
        let stage = try await stage(Self.welcome)
        let first = try await stage.workspace.promotions.perform(
            ask("o1", "c1", stage, codes: ["hello"]))
        #expect(!first.isRepeat)
        let again = try await stage.workspace.promotions.perform(
            ask("o1", "c1", stage, codes: ["hello"]))
        #expect(again.isRepeat && again.json == first.json && again.isDone == first.isDone)
        await #expect(throws: PromotionDesk.Failure.reused) {
            try await stage.workspace.promotions.perform(
                ask("o1", "c1", stage, codes: ["hello", "x"]))
        }
        #expect(try stage.workspace.promotions.store.problems().uses == 1)
    }

    @Test func `a preview says what would be and keeps nothing of it`() async throws {
        let stage = try await stage(Self.welcome)
        let desk = stage.workspace.promotions
        for number in 0..<10 {
            #expect(try desk.preview(ask("p\(number)", "c", stage, codes: ["hello"])).isDone)
        }
        #expect(try desk.store.problems().uses == 0)
        #expect(try desk.store.checkout("c") == nil)
    }

    @Test func `what was reserved and not paid is free again once its time is over`() async throws {
        let stage = try await stage(Self.welcome)
        let desk = stage.workspace.promotions
        for number in 0..<3 {
            let customer = "guest\(number)@example.org"
            #expect(
                try await desk.perform(
                    ask("o\(number)", "c\(number)", stage, codes: ["hello"], customer: customer)
                ).isDone)
        }
        #expect(
            try await !desk.perform(
                ask("o4", "c4", stage, codes: ["hello"], customer: "x@example.org")
            ).isDone)
        _ = try await desk.perform(then(.confirm, "p0", "c0"))
        stage.clock.advance(milliseconds: 1_800_000)
        try await stage.workspace.followPromotions()
        #expect(try desk.store.checkout("c0")?.checkout.state == .confirmed)
        #expect(try desk.store.checkout("c1")?.checkout.state == .expired)
        #expect(
            try await desk.perform(
                ask("o5", "c4", stage, codes: ["hello"], customer: "x@example.org")
            ).isDone)
        #expect(try desk.store.problems().problems == [])
    }

    @Test func `codes are made, issued, used once and withdrawn`() async throws {
        let stage = try await stage(Self.back)
        let desk = stage.workspace.promotions
        let batch = try desk.makeBatch(of: "back", count: 5000)
        let text = desk.text(of: batch, from: 0, count: 5000)
        let codes = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(Set(codes).count == 5000)
        #expect(try await desk.perform(ask("o1", "c1", stage, codes: [codes[17]])).isDone)
        #expect(try await desk.perform(then(.confirm, "p1", "c1")).isDone)
        #expect(try await !desk.perform(ask("o2", "c2", stage, codes: [codes[17]])).isDone)
        #expect(try desk.look(up: codes[17])?.code.state == .used)
        #expect(try desk.look(up: codes[17])?.checkout?.id == "c1")
        #expect(try desk.withdraw(codes[18]))
        #expect(try !desk.withdraw(codes[17]))
        #expect(try await !desk.perform(ask("o3", "c3", stage, codes: [codes[18]])).isDone)

        let issued = try desk.issue("back", count: 3, to: "", operation: "i1", digest: [1])
        #expect(issued.codes.count == 3 && !issued.isRepeat)
        let again = try desk.issue("back", count: 3, to: "", operation: "i1", digest: [1])
        #expect(again.codes == issued.codes && again.isRepeat)
        #expect(throws: PromotionDesk.Failure.reused) {
            try desk.issue("back", count: 3, to: "", operation: "i1", digest: [2])
        }
        #expect(throws: PromotionDesk.Failure.unknownPromotion) {
            try desk.issue("nothing", count: 1, to: "", operation: "i2", digest: [])
        }
        #expect(try await desk.perform(ask("o4", "c4", stage, codes: [issued.codes[0]])).isDone)
        #expect(try desk.store.problems().problems == [])
    }

    @Test func `a code that ends is kept so, and a journey's code ends with its last day`()
        async throws
    {
        let stage = try await stage(Self.back)
        let desk = stage.workspace.promotions
        let end = stage.clock.now.adding(milliseconds: 60_000)
        let issued = try desk.issue(
            "back", count: 1, to: "", expiresAt: end, operation: "i1", digest: [1])
        #expect(try desk.look(up: issued.codes[0])?.code.expiresAt == end)
        // A cart that changes keeps what it reserved in time.
        #expect(try await desk.perform(ask("o1", "c1", stage, codes: issued.codes)).isDone)
        stage.clock.advance(milliseconds: 60_000)
        #expect(try await desk.perform(ask("o2", "c1", stage, codes: issued.codes)).isDone)
        #expect(try await desk.perform(then(.release, "p1", "c1")).isDone)
        #expect(try await !desk.perform(ask("o3", "c2", stage, codes: issued.codes)).isDone)
    }

    @Test func `who gives wrong codes is made to wait, and nobody else is`() async throws {
        let stage = try await stage(Self.welcome)
        let desk = stage.workspace.promotions
        for number in 0..<10 {
            _ = try await desk.perform(ask("w\(number)", "c", stage, codes: ["WRONG\(number)"]))
        }
        await #expect(throws: PromotionDesk.Failure.throttled(retryAfterMs: 6000)) {
            try await desk.perform(ask("w10", "c", stage, codes: ["HELLO"]))
        }
        #expect(throws: PromotionDesk.Failure.self) {
            try desk.preview(ask("w10", "c", stage, codes: ["HELLO"]))
        }
        #expect(
            try await desk.perform(ask("w11", "c", stage, codes: ["HELLO"], caller: "else")).isDone)
        // Also what wasn't looked at counts, so that who tries fast is reported fast.
        for number in 0..<38 {
            await #expect(throws: PromotionDesk.Failure.self) {
                try await desk.perform(ask("y\(number)", "d", stage, codes: ["WRONG"]))
            }
        }
        #expect(desk.reports.map(\.wrongCount) == [50])
        stage.clock.advance(milliseconds: 6000)
        #expect(
            try await desk.perform(
                ask("w12", "d", stage, codes: ["HELLO"], customer: "x@example.org")
            ).isDone)
    }

    @Test func `a promotion's points are given once the order is paid, and taken back with it`()
        async throws
    {
        let stage = try await stage(Self.bonus)
        try await stage.track("ann", "Order Completed", #"{"orderId": "o1", "total": 1}"#, id: "m1")
        let ann = try #require(try stage.workspace.customerID(named: "ann"))
        let program = try #require(stage.workspace.loyalty.program("club"))
        func balance() throws -> Int64 {
            try stage.workspace.loyaltyMember(ann, in: program).account.balance
        }
        let before = try balance()
        let desk = stage.workspace.promotions
        _ = try await desk.perform(
            ask("o1", "c1", stage, codes: ["bonus"], customer: "ann"))
        try await stage.workspace.followPromotions()
        #expect(try balance() == before)
        _ = try await desk.perform(then(.confirm, "p1", "c1"))
        for _ in 0..<2 { try await stage.workspace.followPromotions() }
        #expect(try balance() == before + 40)
        _ = try await desk.perform(then(.refund, "r1", "c1"))
        for _ in 0..<2 { try await stage.workspace.followPromotions() }
        #expect(try balance() == before)
        try await stage.workspace.settle()
        let names = try stage.workspace.details(of: ann, timeline: 20).timeline.map(\.event.name)
        #expect(names.contains("Promotion Redeemed") && names.contains("Promotion Given Back"))
    }

    @Test func `definitions that clash or ask for what isn't there aren't applied`() async throws {
        let stage = try await stage(Self.welcome)
        await #expect(throws: DefinitionFailure.self) {
            try await stage.apply(
                Self.welcome.replacing("\"welcome\"", with: "\"other\""))
        }
        await #expect(throws: DefinitionFailure.self) {
            try await stage.apply(
                Self.bonus.replacing(
                    "\"effect\"", with: "\"conditions\": {\"segments\": [\"nobody\"]}, \"effect\""))
        }
        await #expect(throws: DefinitionFailure.self) {
            try await stage.apply(
                Self.bonus.replacing(
                    "\"effect\"", with: "\"conditions\": {\"tiers\": [\"platinum\"]}, \"effect\""))
        }
        try await stage.apply(
            Self.bonus.replacing(
                "\"effect\"", with: "\"conditions\": {\"tiers\": [\"gold\"]}, \"effect\""))
    }

    @Test func `uses of customers who turn out to be one count together`() async throws {
        let stage = try await stage(Self.welcome)
        let desk = stage.workspace.promotions
        for (user, order) in [("ann", "o1"), ("bob", "o2")] {
            try await stage.track(
                user, "Order Completed", #"{"orderId": "\#(order)", "total": 1}"#, id: order)
        }
        _ = try await desk.perform(
            ask("o1", "c1", stage, codes: ["hello"], customer: "bob"))
        _ = try await desk.perform(then(.confirm, "p1", "c1"))
        try await stage.workspace.merge("ann", "bob", by: "test")
        try await stage.follow()
        try await stage.workspace.followPromotions()
        #expect(
            try await !desk.perform(
                ask("o2", "c2", stage, codes: ["hello"], customer: "ann")
            ).isDone)
        #expect(try desk.store.problems().problems == [])
    }

    @Test
    func `who becomes known keeps their checkout and their uses, however the address is written`()
        async throws
    {
        let stage = try await stage(Self.welcome)
        let desk = stage.workspace.promotions
        #expect(
            try await desk.perform(
                try ask("o1", "c1", stage, codes: ["hello"], customer: "Ann@Example.org")
            ).isDone)
        let again = try await desk.perform(
            try ask("o2", "c2", stage, codes: ["hello"], customer: "ann@example.org"))
        #expect(!again.isDone, "one address is one customer")
        var draft = EventDraft(kind: .identify, occurredAt: stage.clock.now, messageID: "i1")
        draft.userID = "ann"
        draft.properties = Array(#"{"email": "ann@example.org"}"#.utf8)
        try await stage.workspace.append([draft])
        try await stage.follow()
        #expect(
            try await desk.perform(
                try ask("o3", "c1", stage, codes: ["hello"], customer: "ann@example.org")
            ).isDone)
        let other = try await desk.perform(
            try ask("o4", "c3", stage, codes: ["hello"], customer: "ann"))
        #expect(!other.isDone)
        #expect(String(decoding: other.json, as: UTF8.self).contains("customer_limit_reached"))
        #expect(try stage.workspace.examine().problemCount == 0)
    }

    @Test func `a limit that is set later knows of the uses before it`() async throws {
        let free =
            #"{"kind": "promotion", "name": "open", "codes": ["OPEN"], "effect": {"amount": "1 GBP"}}"#
        let stage = try await stage(free)
        let desk = stage.workspace.promotions
        for number in 0..<2 {
            _ = try await desk.perform(
                try ask("o\(number)", "c\(number)", stage, codes: ["open"]))
            _ = try await desk.perform(try then(.confirm, "p\(number)", "c\(number)"))
        }
        try await stage.apply(free.replacing("}}", with: #"}, "limits": {"perCustomer": 2}}"#))
        let answer = try await desk.perform(try ask("o9", "c9", stage, codes: ["open"]))
        #expect(!answer.isDone)
        #expect(
            try await desk.perform(
                try ask("o10", "c10", stage, codes: ["open"], customer: "ben@example.org")
            ).isDone)
    }

    @Test func `a first order is one, also where two checkouts are open at once`() async throws {
        let stage = try await stage(
            #"{"kind": "promotion", "name": "first", "codes": ["FIRST"], "effect": {"amount": "1 GBP"}, "conditions": {"firstOrder": true}}"#
        )
        let desk = stage.workspace.promotions
        #expect(try await desk.perform(try ask("o1", "c1", stage, codes: ["first"])).isDone)
        let second = try await desk.perform(try ask("o2", "c2", stage, codes: ["first"]))
        #expect(!second.isDone)
    }

    @Test func `points need somebody to go to`() async throws {
        let stage = try await stage(Self.bonus)
        let desk = stage.workspace.promotions
        for (id, customer) in [("o1", nil), ("o2", "nobody@example.org")] as [(String, String?)] {
            let answer = try await desk.perform(
                try ask(id, id, stage, codes: ["bonus"], customer: customer))
            #expect(!answer.isDone)
            #expect(String(decoding: answer.json, as: UTF8.self).contains("customer_needed"))
        }
    }

    @Test func `many wrong codes at once are waited for, and what was answered is answered again`()
        async throws
    {
        let stage = try await stage(Self.welcome)
        let desk = stage.workspace.promotions
        let good = try ask("good", "c1", stage, codes: ["hello"])
        #expect(try await desk.perform(good).isDone)
        let wrong = (0..<20).map { "NONE\($0)" }
        _ = try await desk.perform(try ask("w1", "c2", stage, codes: wrong))
        // Ten tokens were there and twenty were taken: the next is looked at when eleven came back.
        stage.clock.advance(milliseconds: 65_999)
        await #expect(throws: PromotionDesk.Failure.throttled(retryAfterMs: 1)) {
            _ = try await desk.perform(try ask("w2", "c3", stage, codes: ["none"]))
        }
        #expect(try await desk.perform(good).isRepeat)
        stage.clock.advance(milliseconds: 1)
        _ = try await desk.perform(try ask("w3", "c3", stage, codes: ["none"]))
    }
}
