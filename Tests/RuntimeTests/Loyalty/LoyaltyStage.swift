import Documents
import Events
import JSONParsing
import Kernel
import Loyalty
import Records
import TestSupport
import Testing

@testable import Runtime

/// A workspace with a loyalty program, on a virtual clock.
struct LoyaltyStage {
    static let start = Timestamp(milliseconds: 1_767_225_600_000)  // 2026-01-01
    static let club = """
        {"kind": "program", "name": "club", "currency": "GBP",
         "earn": [{"name": "purchases", "points": 1, "per": "1.00"},
                  {"name": "reviews", "on": "Product Reviewed", "points": 50}],
         "expiry": {"after": "12 months"}, "refunds": "allow negative",
         "tiers": {"by": "spend", "period": "12 months",
                   "levels": [{"name": "member", "from": 0}, {"name": "gold", "from": "100.00"}]}}
        """

    let folder: TestFolder
    let clock: VirtualClock
    let workspace: Workspace

    init(program: String? = LoyaltyStage.club, folder: TestFolder? = nil) async throws {
        self.folder = try folder ?? TestFolder()
        clock = VirtualClock(Self.start)
        workspace = try Workspace.forTests(in: self.folder, clock: clock) { options in
            options.currency = "GBP"
        }
        if let program { try await apply(program) }
    }

    func apply(_ json: String) async throws {
        let document = try DocumentNode(json: Array(json.utf8).span)
        _ = try await workspace.apply(
            [DefinitionDraft(document: document, source: json, file: "program")], by: "test")
    }

    /// Leaves only the program in force.
    func prune() async throws {
        let document = try DocumentNode(json: Array(Self.club.utf8).span)
        _ = try await workspace.apply(
            [DefinitionDraft(document: document, source: Self.club, file: "program")], prunes: true,
            by: "test")
    }

    /// Appends track events of one customer, and follows them.
    func track(
        _ user: String, _ name: String, _ properties: String, id: String, at: Timestamp? = nil
    ) async throws {
        var draft = EventDraft(kind: .track, occurredAt: at ?? clock.now, messageID: id)
        draft.userID = user
        draft.name = name
        draft.properties = Array(properties.utf8)
        try await workspace.append([draft])
        try await follow()
    }

    func follow() async throws {
        try await workspace.settle()
        try await workspace.engineArchived()
        try await workspace.followLoyalty()
    }

    func customer(_ name: String) throws -> ID<Customer> {
        try #require(try workspace.customerID(named: name))
    }

    func account(_ name: String) throws -> LoyaltyAccount {
        let inForce = try #require(workspace.loyalty.program("club"))
        return try workspace.loyaltyMember(try customer(name), in: inForce).account
    }

    func history(_ name: String) throws -> [String] {
        let inForce = try #require(workspace.loyalty.program("club"))
        let member = try workspace.loyaltyMember(try customer(name), in: inForce)
        guard let number = member.number else { return [] }
        return try workspace.loyaltyHistory(of: number, limit: 100).reversed().map {
            "\($0.entry.amount) \($0.entry.reason.sentence(points: $0.entry.amount, unit: "points"))"
        }
    }

    func perform(
        _ name: String, _ id: String, _ operation: LoyaltyOperation
    ) async throws -> LedgerWriter.Answer {
        try await workspace.loyalty.perform(
            try workspace.loyalty.ask(
                "club", try customer(name), id: id, LoyaltyRequest(operation)))
    }
}

extension Workspace {
    /// Waits until the archive has all that is folded.
    func engineArchived() async throws {
        while engine.status.archivedPosition < log.lastPosition {
            if let failure = engine.status.failure { throw Failure.folding(failure) }
            await Task.yield()
        }
    }
}
