import Documents
import Events
import Kernel
import Loyalty
import Records
import TestSupport
import Testing

@testable import Runtime

/// A program that isn't in force, over what the workspace's log says.
@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct WorkspaceLoyaltySimulationTests {
    private static let now = Timestamp(milliseconds: 1_720_000_000_000)
    private static let assumption = LoyaltySimulation.Assumption(
        redeemersBp: 10_000, fromPoints: 50)

    private let folder: TestFolder
    private let workspace: Workspace

    init() throws {
        folder = try TestFolder()
        workspace = try Workspace.forTests(in: folder, clock: VirtualClock(Self.now)) { options in
            options.currency = "GBP"
        }
    }

    private static func program() throws -> LoyaltyProgram {
        let text = """
            {"kind":"program","name":"club","currency":"GBP","starts":"2024-06-20","earn":[
            {"name":"buying","on":"order","points":1,"per":1},
            {"name":"reviews","on":"Review Posted","points":7}]}
            """
        let bytes = Array(text.utf8)
        return try LoyaltyProgram(reading: DocumentReader(DocumentNode(json: bytes.span)))
    }

    private static func event(
        _ name: String, _ id: String, daysAgo: Int, user: String = "", anonymous: String = "",
        _ properties: String = "{}"
    ) -> EventDraft {
        .track(
            name, id: id, at: now.adding(days: -daysAgo), user: user, anonymous: anonymous,
            properties: properties)
    }

    private func simulate(fromDaysAgo from: Int, to: Int = 0) throws -> LoyaltySimulationResult {
        try workspace.simulateLoyalty(
            Self.program(), Self.assumption, from: Self.now.adding(days: -from),
            to: Self.now.adding(days: -to))
    }

    @Test func `orders, refunds and events of merged customers count, and nothing is written`()
        async throws
    {
        try await workspace.append([
            Self.event(
                "Order Completed", "1", daysAgo: 40, anonymous: "visitor",
                #"{"order_id":"a","total":80}"#),
            Self.event(
                "Order Completed", "2", daysAgo: 30, user: "u",
                #"{"order_id":"b","total":60}"#),
            Self.event("Review Posted", "3", daysAgo: 20, user: "u"),
            Self.event("Review Read", "4", daysAgo: 20, user: "u"),
            Self.event(
                "Order Refunded", "5", daysAgo: 10, user: "u",
                #"{"order_id":"b","total":20}"#),
            .identify(id: "6", at: Self.now.adding(days: -5), user: "u", anonymous: "visitor"),
        ])
        try await workspace.settle()
        let result = try simulate(fromDaysAgo: 60)
        #expect(result.members == 1, "the visitor is the customer")
        #expect(result.operations == 4)
        #expect(result.total.issued == 80 + 60 + 7)
        #expect(result.total.redeemed == 80, "at the second order")
        #expect(result.total.takenBack == 20)
        #expect(result.outstanding == 47)
        #expect(result.revenueMinor == 12_000)
        let part = try simulate(fromDaysAgo: 35, to: 15)
        #expect(part.total.issued == 67)
        #expect(part.total.redeemed == 0)
        #expect(part.total.takenBack == 0)
        #expect(try workspace.loyalty.store.check().accounts == 0)
        #expect(workspace.loyalty.programs.isEmpty)
        try workspace.close()
    }

    /// Who reviewed something within ten days earns twice.
    private static let reviewersTwice = """
        {"kind":"program","name":"club","currency":"GBP","starts":"2024-05-01","earn":[
        {"name":"buying","on":"order","points":1,"per":1,"multiply":{"segment":{"reviewers":2}}}]}
        """

    private func reviewers() async throws {
        try await workspace.append([
            Self.event("Review Posted", "1", daysAgo: 40, user: "u"),
            Self.event(
                "Order Completed", "2", daysAgo: 35, user: "u", #"{"order_id":"a","total":100}"#),
            Self.event(
                "Order Completed", "3", daysAgo: 20, user: "u", #"{"order_id":"b","total":10}"#),
            Self.event("Review Posted", "4", daysAgo: 5, user: "u"),
            Self.event(
                "Order Completed", "5", daysAgo: 5, user: "u", #"{"order_id":"c","total":1}"#),
            Self.event(
                "Order Completed", "6", daysAgo: 5, user: "v", #"{"order_id":"d","total":1000}"#),
        ])
        try await workspace.settle()
    }

    private func apply(_ text: String) async throws {
        let document = try DocumentNode(json: Array(text.utf8).span)
        _ = try await workspace.apply(
            [DefinitionDraft(document: document, source: text, file: "one")], by: "test")
    }

    @Test
    func
        `who was in a segment at the time of an order earns by it, in the simulation and by the history`()
        async throws
    {
        try await reviewers()
        let document = try DocumentNode(json: Array(Self.reviewersTwice.utf8).span)
        let program = try LoyaltyProgram(reading: DocumentReader(document))
        let assumption = LoyaltySimulation.Assumption(redeemersBp: 0, fromPoints: 0)
        func simulate() throws -> LoyaltySimulationResult {
            try workspace.simulateLoyalty(
                program, assumption, from: Self.now.adding(days: -60), to: Self.now)
        }
        #expect(throws: Workspace.SimulationFailure.unknownSegment("reviewers")) {
            try simulate()
        }
        try await apply(
            #"{"kind":"segment","name":"reviewers","where":{"did":"Review Posted","within":"10 days"}}"#
        )
        #expect(try simulate().total.issued == 2 * 100 + 10 + 2 * 1 + 1000)
        try await apply(Self.reviewersTwice)
        try await workspace.settle()
        try await workspace.engineArchived()
        try await workspace.followLoyalty()
        let inForce = try #require(workspace.loyalty.program("club"))
        let customer = try #require(try workspace.customerID(named: "u"))
        #expect(
            try workspace.loyaltyMember(customer, in: inForce).account.balance == 2 * 100 + 10 + 2)
        try workspace.close()
    }

    @Test func `a stretch without any time is refused`() throws {
        #expect(throws: Workspace.SimulationFailure.emptyStretch) {
            try simulate(fromDaysAgo: 3, to: 3)
        }
        try workspace.close()
    }
}
