import JSONParsing
import Kernel
import Loyalty
import Records
import TestSupport
import Testing

@testable import Runtime

/// Corrections of many points: a second person looks at them first, and they are carried out once.
struct ApprovalTests {
    private static let club = """
        {"kind": "program", "name": "club", "currency": "GBP", "adjustments": {"approve above": 100},
         "earn": [{"name": "purchases", "points": 1, "per": "1.00"}]}
        """

    private func stage() async throws -> LoyaltyStage {
        let stage = try await LoyaltyStage(program: Self.club)
        try await stage.track(
            "ann", "Order Completed", #"{"order_id": "A-1", "total": 30}"#, id: "m1")
        return stage
    }

    private func ask(
        _ points: Int64, _ id: String, _ stage: LoyaltyStage
    ) throws -> LedgerWriter.Ask {
        try stage.workspace.loyalty.ask(
            "club", try stage.customer("ann"), id: id,
            LoyaltyRequest(.adjust(points: points, reason: "a slip")))
    }

    private func adjust(
        _ points: Int64, _ id: String, _ stage: LoyaltyStage, by asker: String = "ben"
    ) async throws -> LedgerApproval? {
        switch try await stage.workspace.adjust(try ask(points, id, stage), by: asker) {
        case .answered: nil
        case .waiting(let approval): approval
        }
    }

    @Test func `up to the limit a correction is carried out at once`() async throws {
        let stage = try await stage()
        #expect(try await adjust(100, "a", stage) == nil)
        #expect(try stage.account("ann").balance == 130)
    }

    @Test func `above it nothing moves until another person approves, and then once`() async throws
    {
        let stage = try await stage()
        let asked = try #require(try await adjust(101, "a", stage))
        #expect(try await adjust(101, "a", stage)?.number == asked.number, "asked again")
        #expect(try stage.account("ann").balance == 30)
        await #expect(throws: LoyaltyDesk.Failure.writing(.reused)) {
            _ = try await adjust(102, "a", stage)
        }
        await #expect(throws: ApprovalRefusal.sameMember) {
            _ = try await stage.workspace.decide(
                approval: asked.number, approve: true, by: "ben")
        }
        let decided = try await stage.workspace.decide(
            approval: asked.number, approve: true, by: "cem", note: "seen the receipt")
        #expect(decided.state == .done)
        #expect(decided.decidedBy == "cem")
        #expect(try stage.account("ann").balance == 131)
        await #expect(throws: ApprovalRefusal.decided) {
            _ = try await stage.workspace.decide(
                approval: asked.number, approve: false, by: "cem")
        }
        #expect(try await adjust(101, "a", stage) == nil, "answered as it was done")
        #expect(try stage.account("ann").balance == 131)
        #expect(try stage.workspace.examine().problemCount == 0)
    }

    @Test func `who asked may take it back, and what is declined moves nothing`() async throws {
        let stage = try await stage()
        let asked = try #require(try await adjust(-101, "a", stage))
        let declined = try await stage.workspace.decide(
            approval: asked.number, approve: false, by: "ben")
        #expect(declined.state == .declined)
        #expect(try await adjust(-101, "a", stage)?.state == .declined)
        #expect(try stage.account("ann").balance == 30)
    }

    @Test func `what the ledger refuses by then says why`() async throws {
        let stage = try await stage()
        let asked = try #require(try await adjust(-101, "a", stage))
        let decided = try await stage.workspace.decide(
            approval: asked.number, approve: true, by: "cem")
        #expect(decided.state == .refused)
        #expect(decided.note == "101 points are needed and 30 can be spent")
    }

    @Test func `what was approved before a crash is carried out afterwards, once`() async throws {
        let stage = try await stage()
        let asked = try #require(try await adjust(500, "a", stage))
        let store = stage.workspace.loyalty.store
        #expect(try store.note(.approved, of: asked.number, from: .waiting, by: "cem"))
        // As if it had stopped behind the ledger's commit.
        _ = try await stage.workspace.loyalty.perform(try ask(500, "a", stage))
        try await stage.workspace.followLoyalty()
        #expect(try store.approval(number: asked.number)?.state == .done)
        #expect(try stage.account("ann").balance == 530)
    }

    @Test func `the id of what waits is free for nothing else`() async throws {
        let stage = try await stage()
        let asked = try #require(try await adjust(101, "a", stage))
        let spend = try stage.workspace.loyalty.ask(
            "club", try stage.customer("ann"), id: "a",
            LoyaltyRequest(.spend(points: 1, reference: "")))
        await #expect(throws: LoyaltyDesk.Failure.writing(.reused)) {
            _ = try await stage.workspace.adjust(spend, by: "key")
        }
        // Where it was used all the same, what was approved is told to be refused, and holds up nothing.
        _ = try await stage.workspace.loyalty.perform(spend)
        let decided = try await stage.workspace.decide(
            approval: asked.number, approve: true, by: "eve")
        #expect(decided.state == .refused)
        try await stage.workspace.followLoyalty()
        #expect(try stage.account("ann").balance == 29)
    }
}
