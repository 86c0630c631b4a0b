import Analytics
import Customers
import Delivery
import Events
import Kernel
import Records
import TestSupport
import Testing

@testable import Runtime

/// What the outbox writes on the log.
@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct OutboxEventTests {
    private let stage: OutboxStage

    init() throws { stage = try OutboxStage() }

    private func customer() async throws -> ID<Customer> {
        try await stage.workspace.append([
            .identify(id: "i-1", at: stage.clock.now, user: "ada", traits: #"{"plan":"free"}"#)
        ])
        try await stage.workspace.settle()
        return try #require(try stage.workspace.customerID(named: "ada"))
    }

    private func timeline(_ customer: ID<Customer>) async throws -> [String] {
        try await stage.workspace.settle()
        return try stage.workspace.details(of: customer, timeline: 50).timeline.map {
            $0.event.name + " " + $0.event.properties
        }
    }

    private func order(_ id: String, coupon: String, user: String = "ada") -> EventDraft {
        .track(
            "Order Completed", id: "event-" + id, at: stage.clock.now, user: user,
            properties:
                #"{"order_id":"\#(id)","total":10,"currency":"USD","coupon":"\#(coupon)"}"#)
    }

    @Test func `attributes that a journey sets are the customer's, and make them no visitor`()
        async throws
    {
        let ada = try await customer()
        let before = try stage.workspace.details(of: ada, timeline: 1).profile.lastSeenAt
        stage.clock.advance(milliseconds: 60_000)
        try stage.add([
            OutboxDraft(
                key: "set-1", customer: ada, origin: OutboxOrigin(journey: "win-back"),
                content: .attributes(
                    Array(#"{"winBackTried":true,"email":"eve@example.test"}"#.utf8)),
                createdAt: stage.clock.now)
        ])
        await stage.worker(Receivers { _, _ in .gone }).drain()
        try await stage.workspace.settle()
        let details = try stage.workspace.details(of: ada, timeline: 5)
        #expect(details.profile.attributes["winBackTried"]?.value == Array("true".utf8))
        #expect(details.profile.attributes["plan"]?.value == Array(#""free""#.utf8))
        #expect(details.profile.lastSeenAt == before)
        // Names nobody: a journey can't make two customers one.
        #expect(try stage.workspace.customerID(named: "eve@example.test") == nil)
    }

    @Test func `a code is told when it is issued, when it is redeemed, and when it is used again`()
        async throws
    {
        let ada = try await customer()
        stage.clock.advance(milliseconds: 1_000)
        let coupon = OutboxDraft(
            key: "coupon-1", customer: ada, origin: OutboxOrigin(journey: "win-back", step: "code"),
            content: .coupon(
                code: "BACK-7", value: .basisPoints(1000),
                expiresAt: stage.clock.now.adding(days: 14)),
            createdAt: stage.clock.now)
        try stage.add([coupon])
        let worker = stage.worker(Receivers { _, _ in .gone })
        await worker.drain()
        stage.clock.advance(milliseconds: 60_000)
        try await stage.workspace.append([
            order("o1", coupon: "back-7"), order("o2", coupon: "OTHER"),
        ])
        try await stage.workspace.settle()
        await worker.drain()
        stage.clock.advance(milliseconds: 60_000)
        try await stage.workspace.append([
            order("o1", coupon: "BACK-7"), order("o3", coupon: "BACK-7", user: "ben"),
        ])
        try await stage.workspace.settle()
        await worker.drain()
        let told = try await timeline(ada).filter { $0.hasPrefix("Coupon") }
        let owner = #""customerId":"\#(ada)","journey":"win-back","step":"code","code":"BACK-7""#
        #expect(
            told.reversed() == [
                #"Coupon Issued {\#(owner),"percent":10,"expiresAt":"2025-10-23T08:53:21.000Z"}"#,
                #"Coupon Redeemed {\#(owner),"orderId":"o1","issuedTo":"\#(ada)","#
                    + #""occurredAt":"2025-10-09T08:54:21.000Z"}"#,
            ])
        let ben = try #require(try stage.workspace.customerID(named: "ben"))
        let again = try await timeline(ben).first { $0.hasPrefix("Coupon Used Again") }
        #expect(again?.contains(#""earlierOrderId":"o1""#) == true)
        #expect(try stage.workspace.records.coupon(code: "BACK-7")?.orderID == "o1")
    }

    @Test func `an event that was written before its item was marked is not written twice`()
        async throws
    {
        let ada = try await customer()
        try stage.add([
            OutboxDraft(
                key: "coupon-1", customer: ada,
                content: .coupon(
                    code: "X", value: .basisPoints(500), expiresAt: stage.clock.now.adding(days: 1)),
                createdAt: stage.clock.now)
        ])
        let item = try stage.item("coupon-1")
        // As a worker that dies between the two.
        try await stage.workspace.append([try OutboxEvents.draft(item)])
        await stage.worker(Receivers { _, _ in .gone }).drain()
        #expect(try stage.item("coupon-1").state == .done)
        #expect(try await timeline(ada).count { $0.hasPrefix("Coupon Issued") } == 1)
    }
}
