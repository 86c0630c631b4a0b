import Events
import Kernel
import Loyalty
import Messaging
import Records
import TestSupport
import Testing

@testable import Runtime

/// Whom a till finds, and whose page a link leads to.
struct MemberPageTests {
    private static let dayMs: Int64 = 86_400_000

    private func stage() async throws -> LoyaltyStage {
        let stage = try await LoyaltyStage()
        try await stage.track("ann", "Store Entered", #"{"email": "ann@example.test"}"#, id: "1")
        try await stage.track("bob", "Store Entered", #"{"email": "bob@example.test"}"#, id: "2")
        try await stage.identify("ann", #"{"phone": "+44 20 7946 0001"}"#, id: "3")
        return stage
    }

    private func look(_ stage: LoyaltyStage, _ keys: MemberKey...) throws -> String {
        let inForce = try #require(stage.workspace.loyalty.program("club"))
        switch try stage.workspace.loyaltyMember(by: keys, in: inForce) {
        case .found(let member, _):
            return member.customer == (try stage.customer("ann")) ? "ann" : "bob"
        case .nobody(let reason): return "nobody: \(reason)"
        case .several(let reason): return "several: \(reason)"
        case .malformed(let name, _): return "malformed \(name)"
        }
    }

    @Test func `a till finds who has the number, address or card, however it is written`()
        async throws
    {
        let stage = try await stage()
        let ann = try stage.workspace.loyaltyCard(of: try stage.customer("ann"), in: "club")
        for key in [
            .email(" Ann@Example.Test"), .phone("+442079460001"), .phone("0044 (0)20 7946-0001"),
            .card(ann.description), .card(ann.groups), .card(ann.scanText),
        ] as [MemberKey] {
            #expect(try look(stage, key) == "ann", "\(key)")
        }
        #expect(try look(stage, .email("bob@example.test")) == "bob")
        #expect(
            try look(stage, .email("ann@example.test"), .card(ann.groups), .phone("+442079460001"))
                == "ann")
    }

    @Test func `who isn't found, or not for certain, isn't guessed`() async throws {
        let stage = try await stage()
        let ann = try stage.workspace.loyaltyCard(of: try stage.customer("ann"), in: "club")
        #expect(
            try look(stage, .email("bob@example.test"), .card(ann.groups))
                == "several: email and card are of two different customers; look for one of them")
        #expect(try look(stage, .phone("020 7946 0001")).hasPrefix("nobody: no customer has this"))
        #expect(try look(stage, .email("eve@example.test")).hasPrefix("nobody"))
        // Both keys must lead to somebody.
        #expect(
            try look(stage, .email("ann@example.test"), .phone("+442079460009"))
                .hasPrefix("nobody"))
        #expect(try look(stage, .phone("ann")) == "malformed phone")
        #expect(try look(stage, .email("ann")) == "malformed email")
        #expect(try look(stage, .card("9000000000000000")) == "malformed card")
        let other = CardNumber(serial: 5)
        #expect(try look(stage, .card(other.groups)) == "nobody: nobody has a card of this number")
        _ = try stage.workspace.loyalty.store.keep(
            LedgerCard(
                number: other.value, program: "tea", customer: try stage.customer("ann")))
        #expect(try look(stage, .card(other.groups)) == "nobody: the card is of the program tea")
    }

    @Test func `a card stays the member's, and who takes its number first keeps it`() async throws {
        let stage = try await stage()
        let (ann, bob) = (try stage.customer("ann"), try stage.customer("bob"))
        let first = try stage.workspace.loyaltyCard(of: ann, in: "club")
        #expect(try stage.workspace.loyaltyCard(of: ann, in: "club") == first)
        let second = try stage.workspace.loyaltyCard(of: bob, in: "club")
        #expect(second != first)
        // The number that a third would get is taken by somebody already.
        try await stage.track("cat", "Store Entered", "{}", id: "9")
        let cat = try stage.customer("cat")
        let digest = stage.workspace.hash.digest("club \(cat.rawValue) 0", domain: 67)
        _ = try stage.workspace.loyalty.store.keep(
            LedgerCard(
                number: CardNumber(serial: digest.first).value, program: "tea", customer: ann))
        let third = try stage.workspace.loyaltyCard(of: cat, in: "club")
        #expect(third != CardNumber(serial: digest.first))
        #expect(try stage.workspace.loyaltyCard(of: cat, in: "club") == third)
    }

    @Test func `who became one with another is found by either card, and shows the same one`()
        async throws
    {
        let stage = try await LoyaltyStage()
        try await stage.track("ann", "Store Entered", "{}", id: "1")
        let ann = try stage.customer("ann")
        let card = try stage.workspace.loyaltyCard(of: ann, in: "club")
        try await stage.visit(anonymous: "device-1", id: "2")
        let device = try stage.customer("device-1")
        let other = try stage.workspace.loyaltyCard(of: device, in: "club")
        #expect(other != card)
        try await stage.visit(anonymous: "device-1", user: "ann", id: "3")
        #expect(try stage.customer("device-1") == (try stage.customer("ann")))
        let inForce = try #require(stage.workspace.loyalty.program("club"))
        var shown: Set<CardNumber> = []
        for number in [card, other] {
            guard
                case .found(let member, let known) = try stage.workspace.loyaltyMember(
                    by: [.card(number.groups)], in: inForce)
            else {
                Issue.record("\(number) isn't found")
                continue
            }
            #expect(member.customer == (try stage.customer("ann")))
            shown.insert(known)
        }
        #expect(shown.count == 1 && shown.isSubset(of: [card, other]))
    }

    @Test(arguments: [(-1, "member"), (0, "expired"), (1, "expired")] as [(Int64, String)])
    func `a link leads to its member up to the last millisecond before its end`(
        offsetMs: Int64, outcome: String
    ) async throws {
        let stage = try await stage()
        let ann = try stage.customer("ann")
        let page = try #require(
            stage.workspace.memberPagePath(of: ann, in: "club", seconds: 30 * 86_400))
        #expect(page.expiresAt == stage.clock.now.adding(milliseconds: 30 * Self.dayMs))
        stage.clock.advance(milliseconds: 30 * Self.dayMs + offsetMs)
        let token = String(page.path.dropFirst("/club/".count))
        switch try stage.workspace.member(byLink: token) {
        case .member(let member):
            #expect(outcome == "member")
            #expect(member.customer == ann)
        case .expired: #expect(outcome == "expired")
        case .unknown: Issue.record("the link isn't known")
        }
    }

    @Test(
        arguments: [
            (.adjusted("sorry (by Ann Lee)"), "console:1", "5 points: sorry"),
            (.adjusted("late (by post) (by Ann"), "console:1", "5 points: late (by post)"),
            (.adjusted("sorry (by post)"), "till-1", "5 points: sorry (by post)"),
            (
                .moved(customer: "cus_1", isOut: false), "1",
                "5 points moved from your other account"
            ),
            (.moved(customer: "cus_1", isOut: true), "1", "5 points moved to your other account"),
            (
                .earned(order: "A-1", rules: ["purchases"]), "1",
                "5 points for order A-1 by purchases"
            ),
        ] as [(LoyaltyReason, String, String)])
    func `a member reads why, and not which of us wrote it or what we call them`(
        reason: LoyaltyReason, operation: String, sentence: String
    ) {
        let movement = LoyaltyMovement(
            entry: LoyaltyEntry(
                sequence: 1, lot: 1, kind: .adjust, amount: 5, balance: 5,
                at: LoyaltyStage.start, reason: reason), operation: operation)
        #expect(movement.publicSentence(unit: "points") == sentence)
    }

    @Test
    func
        `a link is good for 400 days at most, and none leads to a program or customer that isn't there`()
        async throws
    {
        let stage = try await stage()
        let ann = try stage.customer("ann")
        let longest = try #require(
            stage.workspace.memberPagePath(of: ann, in: "club", seconds: .max))
        #expect(longest.expiresAt == stage.clock.now.adding(milliseconds: 400 * Self.dayMs))
        #expect(stage.workspace.memberPagePath(of: ann, in: "tea", seconds: 60) == nil)
        for token in ["", "forged", String(longest.path.dropFirst("/club/".count).dropLast())] {
            guard case .unknown = try stage.workspace.member(byLink: token) else {
                Issue.record("\(token) leads somewhere")
                continue
            }
        }
        let keys = try #require(SigningKeys([(0, stage.workspace.secrets.links)]))
        for (program, customer) in [("tea", ann), ("club", ID(rawValue: 999_999))] {
            let link = try #require(
                MemberLink(
                    program: program, customer: customer, expiresAt: longest.expiresAt))
            guard case .unknown = try stage.workspace.member(byLink: link.token(keys)) else {
                Issue.record("\(program) \(customer) leads somewhere")
                continue
            }
        }
        let elsewhere = try await LoyaltyStage()
        try await elsewhere.track("ann", "Store Entered", "{}", id: "1")
        guard
            case .unknown = try elsewhere.workspace.member(
                byLink: String(longest.path.dropFirst("/club/".count)))
        else {
            Issue.record("another workspace's link leads somewhere")
            return
        }
    }
}

extension LoyaltyStage {
    /// Says something of a customer.
    fileprivate func identify(_ user: String, _ traits: String, id: String) async throws {
        var draft = EventDraft(kind: .identify, occurredAt: clock.now, messageID: id)
        draft.userID = user
        draft.properties = Array(traits.utf8)
        try await workspace.append([draft])
        try await follow()
    }

    /// Somebody comes by a device, signed in as `user` or not at all.
    fileprivate func visit(anonymous: String, user: String = "", id: String) async throws {
        var draft = EventDraft(kind: .track, occurredAt: clock.now, messageID: id)
        draft.userID = user
        draft.anonymousID = anonymous
        draft.name = "Store Entered"
        try await workspace.append([draft])
        try await follow()
    }
}
