import Customers
import Delivery
import Events
import Journeys
import Kernel
import Records
import TestSupport
import Testing

@testable import Runtime

/// Campaigns under the caps of the sending rules.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct MailCapTests {
    private static let gold = """
        {"kind":"segment","name":"gold","where":[{"attribute":"plan","is":"gold"}]}
        """

    private static func caps(_ atMost: Int, hours: Int) -> String {
        """
        {"kind":"sending","caps":[{"channel":"email","atMost":\(atMost),"within":"\(hours) hours"}]}
        """
    }

    private static func journey(_ name: String, template: String) -> String {
        """
        {"kind":"journey","name":"\(name)","status":"live","topic":"offers",
         "entry":{"event":"\(name)","reentry":"always"},
         "steps":[{"id":"mail","send":{"channel":"email","template":"\(template)"}}]}
        """
    }

    private func stage(
        customers: Int, campaigns: Int, started: Int? = nil, _ caps: String, _ more: [String] = []
    ) async throws -> MailStage {
        let stage = try await MailStage()
        try await stage.workspace.append(
            (0..<customers).map { index in
                EventDraft.identify(
                    id: "i\(index)", at: stage.clock.now, user: "user-\(index)",
                    traits: #"{"email":"u\#(index)@mail.example","plan":"gold"}"#)
            })
        let written = (0..<campaigns).map {
            """
            {"kind":"campaign","name":"c\($0)","segment":"gold","template":"news","topic":"offers"}
            """
        }
        _ = try await stage.workspace.apply(
            try ([Self.gold, caps] + written + more).map(MailStage.draft), by: "ann")
        try await stage.workspace.settle()
        for index in 0..<(started ?? campaigns) { try start("c\(index)", stage) }
        return stage
    }

    private func start(_ campaign: String, _ stage: MailStage) throws {
        for step in [CampaignStep.approve, .start] {
            try stage.workspace.take(step, with: campaign, by: "bob", mayApproveOwn: false)
        }
    }

    private func happen(_ name: String, to user: String, _ stage: MailStage) async throws {
        try await stage.workspace.append([
            EventDraft.track(
                name, id: "\(name)/\(user)/\(stage.clock.now)", at: stage.clock.now, user: user)
        ])
        try await stage.workspace.settle()
    }

    @Test(arguments: [1, 2, 3, 7])
    func `of campaigns that all send in the same instant no more reach anyone than the cap allows`(
        atMost: Int
    ) async throws {
        let stage = try await stage(customers: 40, campaigns: 5, Self.caps(atMost, hours: 24))
        let server = PlayedServer()

        await try stage.worker(server).drain()

        var counts: [String: Int] = [:]
        for got in server.got { counts[got.recipient, default: 0] += 1 }
        #expect(counts.count == 40)
        #expect(counts.values.allSatisfy { $0 == min(atMost, 5) })
        let kept = try stage.workspace.records.messages(MessageFilter(limit: 1000))
            .filter { $0.state == .suppressed }
        #expect(kept.count == 40 * max(0, 5 - atMost))
        #expect(kept.allSatisfy { $0.reply.hasPrefix(Workspace.capReason) })
        for index in 0..<5 {
            let run = try #require(try stage.workspace.campaign("c\(index)").run)
            #expect(run.state == .done)
            let reasons = try stage.workspace.records.campaignObstacles(of: run, limit: 5)
            let own = kept.filter { $0.draft.campaign == "c\(index)" }.count
            #expect(reasons.map(\.count).reduce(0, +) == own)
        }
    }

    @Test func `what went to either of two who turn out to be one counts for both`() async throws {
        let stage = try await stage(
            customers: 2, campaigns: 2, started: 1, Self.caps(2, hours: 24))
        let workspace = stage.workspace
        let server = PlayedServer()
        await try stage.worker(server).drain()
        #expect(server.got.count == 2)

        try await workspace.merge("user-0", "user-1", by: "test")
        try await workspace.settle()
        try start("c1", stage)
        stage.clock.advance(milliseconds: 60_000)
        await try stage.worker(server).drain()

        #expect(server.got.count == 2)
    }

    @Test func `a journey's message takes a campaign's place, and a receipt takes none`()
        async throws
    {
        for (template, state) in [("news", MessageState.suppressed), ("receipt", .accepted)] {
            let stage = try await stage(
                customers: 1, campaigns: 1, Self.caps(1, hours: 24),
                [Self.journey("bought", template: template)])
            try await happen("bought", to: "user-0", stage)
            let server = PlayedServer()

            await try stage.worker(server).drain()

            let run = try #require(try stage.workspace.campaign("c0").run)
            #expect(try stage.workspace.records.campaignMessages(of: run) == [state: 1])
            #expect(server.got.count == (state == .accepted ? 2 : 1))
        }
    }

    @Test func `a campaign's message keeps a journey's until there is room, and no receipt`()
        async throws
    {
        let stage = try await stage(
            customers: 1, campaigns: 1, Self.caps(1, hours: 24),
            [
                Self.journey("looked", template: "news"),
                Self.journey("bought", template: "receipt"),
            ])
        let server = PlayedServer()
        await try stage.worker(server).drain()
        #expect(server.got.count == 1)

        stage.clock.advance(milliseconds: 60_000)
        try await happen("looked", to: "user-0", stage)
        try await happen("bought", to: "user-0", stage)
        await try stage.worker(server).drain()
        #expect(server.got.map { $0.header("Subject") }.last == "Your order")
        #expect(server.got.count == 2)

        stage.clock.advance(milliseconds: 24 * 3_600_000)
        _ = await stage.workspace.engine.settle(filled: false)
        try await stage.workspace.settle()
        await try stage.worker(server).drain()
        #expect(server.got.count == 3)
    }
}
