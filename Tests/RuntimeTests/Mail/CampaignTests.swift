import Customers
import Delivery
import Events
import Kernel
import Records
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// Campaigns: everyone once, nobody left out, whatever stops in between.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct CampaignTests {
    private static let gold = """
        {"kind":"segment","name":"gold","where":[{"attribute":"plan","is":"gold"}]}
        """

    private static func spring(_ more: String = "") -> String {
        """
        {"kind":"campaign","name":"spring","segment":"gold","template":"news","topic":"offers"\(more)}
        """
    }

    /// A stage with members of the segment and the campaign, approved and started.
    private func started(_ count: Int, _ more: String = "") async throws -> MailStage {
        let stage = try await MailStage()
        try await stage.workspace.append(
            (0..<count).map { index in
                EventDraft.identify(
                    id: "i\(index)", at: stage.clock.now, user: "user-\(index)",
                    traits: #"{"email":"u\#(index)@mail.example","plan":"gold"}"#)
            })
        _ = try await stage.workspace.apply(
            try [Self.gold, Self.spring(more)].map(MailStage.draft), by: "ann")
        try await stage.workspace.settle()
        try stage.workspace.take(.approve, with: "spring", by: "bob", mayApproveOwn: false)
        try stage.workspace.take(.start, with: "spring", by: "bob", mayApproveOwn: false)
        return stage
    }

    private func state(_ stage: MailStage) throws -> CampaignState? {
        try stage.workspace.campaign("spring").run?.state
    }

    @Test(arguments: [1, 1999, 2000, 2001, 4001])
    func `everyone in the segment gets it once`(count: Int) async throws {
        let stage = try await started(count)
        let server = PlayedServer()

        await try stage.worker(server).drain()

        #expect(server.got.count == count)
        #expect(Set(server.got.map(\.recipient)).count == count)
        #expect(try state(stage) == .done)
        let run = try #require(try stage.workspace.campaign("spring").run)
        #expect(run.audience == count)
        #expect(try stage.workspace.records.campaignMessages(of: run) == [.accepted: count])
    }

    @Test(arguments: [0, 1, 57, 311])
    func `a process that ends in the middle leaves nobody out and writes to nobody twice`(
        after stopped: Int
    ) async throws {
        let stage = try await started(400)
        let count = Mutex(0)
        let server = PlayedServer { _ in
            let place = count.withLock { count in
                defer { count += 1 }
                return count
            }
            return place == stopped ? .stop : .take
        }
        await try stage.worker(server).drain()
        try stage.restart()
        let second = PlayedServer()

        await try stage.worker(second).drain()

        let all = (server.got + second.got).map(\.recipient)
        #expect(Set(all).count == all.count)
        let doubted = try stage.workspace.records.messages(MessageFilter(limit: 1000))
            .filter { $0.state == .inDoubt }.map(\.draft.address)
        #expect(Set(all).union(doubted).count == 400)
        #expect(try state(stage) == .done)
    }

    @Test func `a paused campaign hands nothing over, and goes on where it was`() async throws {
        let stage = try await started(300)
        let workspace = stage.workspace
        let count = Mutex(0)
        let server = PlayedServer(beforeApproval: {
            let place = count.withLock { count in
                count += 1
                return count
            }
            if place == 120 {
                try workspace.take(.pause, with: "spring", by: "bob", mayApproveOwn: false)
            }
        })
        await try stage.worker(server).drain()
        #expect((80..<140).contains(server.got.count))
        #expect(try state(stage) == .paused)

        try workspace.take(.resume, with: "spring", by: "bob", mayApproveOwn: false)
        stage.clock.advance(milliseconds: 10_000)
        await try stage.worker(server).drain()

        #expect(server.got.count == 300)
        #expect(Set(server.got.map(\.recipient)).count == 300)
        #expect(try state(stage) == .done)
    }

    @Test func `a rate spreads messages over time`() async throws {
        let stage = try await started(50, #","rate":3600"#)
        let server = PlayedServer()
        await try stage.worker(server).drain()
        let first = server.got.count
        stage.clock.advance(milliseconds: 10_000)
        await try stage.worker(server).drain()

        #expect(first == 1)
        #expect(server.got.count == 11)
    }

    @Test func `who is held out gets nothing, and is counted`() async throws {
        let stage = try await started(400, #","holdout":"25%""#)
        let server = PlayedServer()
        await try stage.worker(server).drain()

        let run = try #require(try stage.workspace.campaign("spring").run)
        #expect(run.heldOut + server.got.count == 400)
        #expect((60..<140).contains(run.heldOut))
    }

    @Test func `nobody approves their own, and a change asks for it again`() async throws {
        let stage = try await MailStage()
        _ = try await stage.workspace.apply(
            try [Self.gold, Self.spring()].map(MailStage.draft), by: "ann")
        let workspace = stage.workspace
        #expect(throws: Workspace.CampaignFailure.ownWork("spring")) {
            try workspace.take(.approve, with: "spring", by: "ann", mayApproveOwn: false)
        }
        #expect(throws: Workspace.CampaignFailure.self) {
            try workspace.take(.start, with: "spring", by: "ann", mayApproveOwn: false)
        }
        try workspace.take(.approve, with: "spring", by: "bob", mayApproveOwn: false)
        _ = try await workspace.apply(
            [try MailStage.draft(Self.spring(#","title":"Spring!""#))], by: "ann")

        #expect(throws: Workspace.CampaignFailure.notApproved("spring")) {
            try workspace.take(.start, with: "spring", by: "bob", mayApproveOwn: false)
        }
    }

    @Test func `a cancelled campaign writes to nobody any more`() async throws {
        let stage = try await started(30, #","rate":3600"#)
        let server = PlayedServer()
        await try stage.worker(server).drain()
        try stage.workspace.take(.cancel, with: "spring", by: "bob", mayApproveOwn: false)
        stage.clock.advance(milliseconds: 3_600_000)
        await try stage.worker(server).drain()

        #expect(server.got.count == 1)
        #expect(try state(stage) == .cancelled)
    }

    @Test func `a campaign that comes again does so at its time, approved once`() async throws {
        let stage = try await started(3, #","every":"7 days""#)
        let server = PlayedServer()
        await try stage.worker(server).drain()
        #expect(server.got.count == 3)
        #expect(try state(stage) == .scheduled)
        stage.clock.advance(milliseconds: 7 * 86_400_000)
        await try stage.worker(server).drain()

        #expect(server.got.count == 6)
        #expect(try stage.workspace.records.campaignRuns(of: "spring", limit: 9).count == 3)
    }

    @Test func `consent withdrawn by any topic or all keeps a campaign from somebody`()
        async throws
    {
        let stage = try await started(4)
        for (user, properties) in [
            ("user-0", #"{"channel":"email","topic":"offers"}"#), ("user-1", #"{}"#),
            ("user-2", #"{"channel":"email","topic":"service"}"#),
        ] {
            try await stage.workspace.append([
                .track(
                    "Unsubscribed", id: "no-" + user, at: stage.clock.now, user: user,
                    properties: properties)
            ])
        }
        try await stage.workspace.settle()
        let server = PlayedServer()
        await try stage.worker(server).drain()

        #expect(server.got.map(\.recipient).sorted() == ["u2@mail.example", "u3@mail.example"])
    }

    @Test func `what was claimed of a cancelled campaign isn't handed over either`() async throws {
        let stage = try await started(150)
        let workspace = stage.workspace
        let count = Mutex(0)
        let server = PlayedServer(beforeApproval: {
            let place = count.withLock { count in
                count += 1
                return count
            }
            if place == 40 {
                try workspace.take(.cancel, with: "spring", by: "bob", mayApproveOwn: false)
            }
        })
        await try stage.worker(server).drain()

        #expect((30..<50).contains(server.got.count))
        #expect(try state(stage) == .cancelled)
        #expect(try stage.states()[.suppressed, default: 0] > 0)
    }

    @Test func `customers who are merged while it goes out get it once`() async throws {
        let stage = try await started(2)
        let workspace = stage.workspace
        let isFirst = Mutex(true)
        let server = PlayedServer(beforeApproval: {
            guard
                isFirst.withLock({ value in
                    defer { value = false }
                    return value
                })
            else { return }
            try await workspace.merge("user-0", "user-1", by: "test")
            try await workspace.settle()
        })
        await try stage.worker(server).drain()

        #expect(server.got.count == 1)
        #expect(try state(stage) == .done)
    }

    @Test func `what is changed after its approval waits for another`() async throws {
        let stage = try await MailStage()
        let workspace = stage.workspace
        _ = try await workspace.apply(
            try [Self.gold, Self.spring(#","at":"2026-03-03T09:00""#)].map(MailStage.draft),
            by: "ann")
        try workspace.take(.approve, with: "spring", by: "bob", mayApproveOwn: false)
        #expect(try state(stage) == .scheduled)
        _ = try await workspace.apply(
            [try MailStage.draft(Self.spring(#","at":"2026-03-03T09:00","title":"Other""#))],
            by: "ann")
        stage.clock.advance(milliseconds: 2 * 86_400_000)
        await try stage.worker(PlayedServer()).drain()

        #expect(try state(stage) == .draft)
        #expect(try workspace.campaign("spring").isApproved == false)
    }

    @Test func `a campaign takes no template that nobody can unsubscribe from`() async throws {
        let stage = try await MailStage()
        await #expect(throws: DefinitionFailure.self) {
            _ = try await stage.workspace.apply(
                try [
                    Self.gold,
                    Self.spring().replacing(#""template":"news""#, with: #""template":"receipt""#),
                ].map(MailStage.draft), by: "ann")
        }
    }
}
