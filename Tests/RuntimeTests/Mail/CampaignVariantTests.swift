import Customers
import Events
import Journeys
import Kernel
import Messaging
import Records
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// Variants of campaigns: given by chance, compared, and the best one sent to the rest; everybody one message.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct CampaignVariantTests {
    private static let browser =
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    private static let gold = """
        {"kind":"segment","name":"gold","where":[{"attribute":"plan","is":"gold"}]}
        """

    private static func template(_ name: String, _ more: String = "") -> String {
        """
        {"kind":"template","name":"\(name)","subject":"\(name)"\(more),
         "html":"<html><body><a href=\\"https://shop.example/a\\">A</a> \
        <a href=\\"{{ links.unsubscribe }}\\">Unsubscribe</a></body></html>"}
        """
    }

    private static func spring(_ more: String) -> String {
        """
        {"kind":"campaign","name":"spring","segment":"gold","topic":"offers",
         "variants":[{"name":"A","template":"calm"},{"name":"B","template":"loud"}]\(more)}
        """
    }

    private static let test = #","test":{"share":"40%","for":"4h"}"#

    private func people(_ range: Range<Int>, _ stage: MailStage) async throws {
        try await stage.workspace.append(
            range.map { index in
                EventDraft.identify(
                    id: "i\(index)", at: stage.clock.now, user: "user-\(index)",
                    traits: #"{"email":"u\#(index)@mail.example","plan":"gold"}"#)
            })
        try await stage.workspace.settle()
    }

    /// A stage with members of the segment and the campaign, approved and started.
    private func started(_ count: Int, _ more: String = test) async throws -> MailStage {
        let stage = try await MailStage()
        try await people(0..<count, stage)
        _ = try await stage.workspace.apply(
            try [Self.gold, Self.template("calm"), Self.template("loud"), Self.spring(more)]
                .map(MailStage.draft), by: "ann")
        try await stage.workspace.settle()
        try stage.workspace.take(.approve, with: "spring", by: "bob", mayApproveOwn: false)
        try stage.workspace.take(.start, with: "spring", by: "bob", mayApproveOwn: false)
        return stage
    }

    private func run(_ stage: MailStage) throws -> CampaignRun {
        try #require(try stage.workspace.campaign("spring").run)
    }

    private func sent(_ stage: MailStage) throws -> [MessageRecord] {
        try stage.workspace.records.messages(MessageFilter(limit: 100_000))
            .filter { $0.state == .accepted }.sorted { $0.id.rawValue < $1.id.rawValue }
    }

    /// The first of a variant's recipients click, or only open.
    private func click(
        _ count: Int, of variant: String, _ stage: MailStage, opens: Bool = false
    ) throws {
        let desk = MailDesk(workspace: stage.workspace, settings: try MailStage.settings())
        for message in try sent(stage).filter({ $0.draft.variant == variant }).prefix(count) {
            let link = try #require(
                SignedLink(
                    opens ? .open : .click, message: message.id.rawValue,
                    target: opens ? "" : "https://shop.example/a", place: 0))
            _ = try desk.take(
                link.token(try MailStage.settings().keys), isClick: !opens, method: "GET",
                userAgent: Self.browser, isPrefetch: false)
        }
    }

    /// So that what came back is noted, and looked at.
    private func pass(_ ms: Int64, _ stage: MailStage, _ server: PlayedServer) async throws {
        stage.clock.advance(milliseconds: MailDesk.hitRestMs)
        await try stage.worker(server).drain()
        stage.clock.advance(milliseconds: ms)
        await try stage.worker(server).drain()
    }

    @Test func `the rest gets the variant that is proven better, and everybody one message`()
        async throws
    {
        let stage = try await started(1500)
        let server = PlayedServer()
        await try stage.worker(server).drain()
        let tried = server.got.count
        #expect((520...680).contains(tried))
        #expect(try run(stage).winner.isEmpty)
        #expect(try run(stage).state == .running)
        stage.clock.advance(milliseconds: 60_000)

        try click(12, of: "A", stage)
        try click(70, of: "B", stage)
        try await pass(10_000, stage, server)

        let run = try run(stage)
        #expect(run.winner == "B")
        #expect(run.decidedBy == "evidence")
        #expect(run.state == .done)
        #expect(server.got.count == 1500)
        #expect(Set(server.got.map(\.recipient)).count == 1500)
        #expect(server.got.dropFirst(tried).allSatisfy { $0.header("Subject") == "loud" })
        let grounds = [VariantFigures](json: run.decidedOn)
        #expect(grounds.map(\.clicked) == [12, 70])
        #expect(grounds.map(\.sent).reduce(0, +) == tried)
        let campaign = try stage.workspace.campaign("spring").campaign
        let figures = try stage.workspace.variantFigures(of: run, campaign, withOrders: true)
        #expect(figures[1].sentAfterwards == 1500 - tried)
        #expect(figures.map(\.sent).reduce(0, +) == tried)
    }

    @Test func `with no winner at the end the leading one goes, and that it isn't proven is noted`()
        async throws
    {
        let stage = try await started(300)
        let server = PlayedServer()
        await try stage.worker(server).drain()
        let tried = server.got.count
        stage.clock.advance(milliseconds: 60_000)
        try click(3, of: "A", stage)
        try click(1, of: "B", stage)
        try await pass(3 * 3_600_000, stage, server)
        #expect(server.got.count == tried, "they wait until the time is over")
        #expect(try run(stage).winner.isEmpty)

        try await pass(3_600_000, stage, server)

        let run = try run(stage)
        #expect(run.winner == "A")
        #expect(run.decidedBy == "time")
        #expect(run.state == .done)
        #expect(server.got.count == 300)
        #expect(server.got.dropFirst(tried).allSatisfy { $0.header("Subject") == "calm" })
    }

    @Test func `mail that is held takes nothing of the test's time`() async throws {
        let stage = try await started(300)
        let server = PlayedServer()
        try stage.workspace.records.holdMail(
            MailHold(lane: "", reason: "a pause", actor: "ann", since: stage.clock.now))
        await try stage.worker(server).drain()
        stage.clock.advance(milliseconds: 10 * 3_600_000)
        await try stage.worker(server).drain()
        #expect(server.got.isEmpty)
        #expect(try run(stage).winner.isEmpty, "nothing is chosen out of nothing")

        _ = try stage.workspace.records.releaseMail(lane: "")
        try await pass(3 * 3_600_000, stage, server)
        #expect(try run(stage).winner.isEmpty)
        #expect(try run(stage).testEndsAt.map { $0 > stage.clock.now } == true)
        try await pass(2 * 3_600_000, stage, server)
        #expect(try run(stage).decidedBy == "time")
        #expect(server.got.count == 300)
    }

    @Test func `a winner that is chosen meanwhile keeps nobody from cancelling`() async throws {
        let stage = try await started(300)
        await try stage.worker(PlayedServer()).drain()
        let (records, before) = (stage.workspace.records, try run(stage))
        #expect(
            try records.decide(
                before, winner: "A", by: "ann", on: Array("[]".utf8), at: stage.clock.now))
        #expect(try records.cancelCampaign(before, at: stage.clock.now))
        #expect(try run(stage).state == .cancelled)
        #expect(try run(stage).winner == "A")
    }

    @Test func `opens of people count where they are asked for`() async throws {
        let stage = try await started(
            1000, #","test":{"share":"60%","for":"4h","by":"opens"}"#)
        let server = PlayedServer()
        await try stage.worker(server).drain()
        stage.clock.advance(milliseconds: 60_000)
        try click(80, of: "A", stage, opens: true)
        try click(20, of: "B", stage, opens: true)
        try await pass(10_000, stage, server)
        #expect(try run(stage).winner == "A")
    }

    @Test func `orders within the time count where they are asked for, each person's once`()
        async throws
    {
        let stage = try await started(
            600, #","test":{"share":"80%","for":"4h","by":"orders"}"#)
        let server = PlayedServer()
        await try stage.worker(server).drain()
        stage.clock.advance(milliseconds: 60_000)
        func buy(_ count: Int, of variant: String) async throws {
            let recipients = try sent(stage).filter { $0.draft.variant == variant }.prefix(count)
            for (number, message) in recipients.enumerated() {
                let user = "user-" + message.draft.address.dropFirst().prefix { $0 != "@" }
                try await stage.workspace.append(
                    (0..<2).map { again in
                        let order = "\(variant)\(number)-\(again)"
                        return EventDraft.track(
                            "Order Completed", id: order, at: stage.clock.now, user: user,
                            properties:
                                #"{"order_id":"\#(order)","total":9,"currency":"USD"}"#)
                    })
            }
        }
        try await buy(6, of: "A")
        try await buy(50, of: "B")
        try await stage.workspace.settle()
        try await pass(70_000, stage, server)

        let run = try run(stage)
        #expect(run.winner == "B")
        #expect([VariantFigures](json: run.decidedOn).map(\.ordered) == [6, 50])
    }

    @Test func `without a test everybody gets one by chance, about as many of each`() async throws {
        let stage = try await started(1000, "")
        let server = PlayedServer()
        await try stage.worker(server).drain()

        #expect(server.got.count == 1000)
        let calm = server.got.filter { $0.header("Subject") == "calm" }.count
        #expect((430...570).contains(calm))
        #expect(try run(stage).state == .done)
        #expect(try sent(stage).allSatisfy { $0.draft.isDrawn })
    }

    @Test(arguments: [0, 5, 90, 251])
    func `a process that ends in the middle changes nobody's variant and writes to nobody twice`(
        after stopped: Int
    ) async throws {
        let stage = try await started(500, #","holdout":"10%""# + Self.test)
        let count = Mutex(0)
        let server = PlayedServer { _ in
            let place = count.withLock { count in
                defer { count += 1 }
                return count
            }
            return place == stopped ? .stop : .take
        }
        await try stage.worker(server).drain()
        if stopped == 251 {
            // In the rest, after the choice.
            stage.clock.advance(milliseconds: 4 * 3_600_000 + 1)
            await try stage.worker(server).drain()
        }
        try stage.restart()
        let second = PlayedServer()
        await try stage.worker(second).drain()
        stage.clock.advance(milliseconds: 4 * 3_600_000 + 1)
        await try stage.worker(second).drain()

        let run = try run(stage)
        #expect(run.state == .done)
        let all = (server.got + second.got).map(\.recipient)
        #expect(Set(all).count == all.count)
        #expect(all.count + run.heldOut == 500)
        #expect(run.heldOut > 0)
    }

    @Test func `the choice is there before anything is sent by it, and is made once`() async throws
    {
        let stage = try await started(200)
        await try stage.worker(PlayedServer()).drain()
        let before = try run(stage)

        try stage.workspace.chooseWinner("b", of: "spring", by: "bob")
        #expect(throws: Workspace.CampaignFailure.decided("spring", winner: "B")) {
            try stage.workspace.chooseWinner("A", of: "spring", by: "bob")
        }
        // A piece that was read before the choice isn't filled in any more: it would go on where it was.
        #expect(try stage.workspace.records.fill(before, with: []) == false)
        try stage.restart()
        let kept = try run(stage)
        #expect(kept.winner == "B")
        #expect(kept.decidedBy == "bob")
        #expect(kept.throughCustomer == 0)
        let server = PlayedServer()
        await try stage.worker(server).drain()

        #expect(!server.got.isEmpty)
        #expect(server.got.allSatisfy { $0.header("Subject") == "loud" })
        #expect(try run(stage).state == .done)
    }

    @Test func `a choice by hand needs a test under way and a variant that there is`() async throws
    {
        let stage = try await started(50)
        let workspace = stage.workspace
        #expect(throws: Workspace.CampaignFailure.untested("spring")) {
            try workspace.chooseWinner("A", of: "spring", by: "bob")
        }
        await try stage.worker(PlayedServer()).drain()
        #expect(
            throws: Workspace.CampaignFailure.unknownVariant(
                "spring", variant: "C", known: ["A", "B"])
        ) {
            try workspace.chooseWinner("C", of: "spring", by: "bob")
        }
    }

    @Test func `a pause holds the choice back, and who joined meanwhile gets the winner`()
        async throws
    {
        let stage = try await started(200)
        let workspace = stage.workspace
        let server = PlayedServer()
        await try stage.worker(server).drain()
        try workspace.take(.pause, with: "spring", by: "bob", mayApproveOwn: false)
        try await people(200..<230, stage)
        stage.clock.advance(milliseconds: 5 * 3_600_000)
        await try stage.worker(server).drain()
        #expect(try run(stage).winner.isEmpty)

        try workspace.take(.resume, with: "spring", by: "bob", mayApproveOwn: false)
        await try stage.worker(server).drain()

        #expect(try run(stage).state == .done)
        #expect(server.got.count == 230)
        #expect(Set(server.got.map(\.recipient)).count == 230)
        let late = try sent(stage).filter { message in
            (200..<230).contains { message.draft.address == "u\($0)@mail.example" }
        }
        #expect(late.count == 30)
        #expect(Set(late.map(\.draft.variant)) == [try run(stage).winner])
        #expect(late.allSatisfy { !$0.draft.isDrawn })
    }

    @Test func `what comes of a message says its variant`() async throws {
        let stage = try await started(1, "")
        await try stage.worker(PlayedServer()).drain()
        let message = try #require(try sent(stage).first)
        let event = MailEvents.draft(
            MailTelling(message: message.id, kind: .opened, at: stage.clock.now), of: message)
        let text = String(decoding: event.properties, as: UTF8.self)
        #expect(text.contains(#""variant":"\#(message.draft.variant)""#))
        #expect(["A", "B"].contains(message.draft.variant))
    }

    @Test func `nobody approves what a template requires and the campaign doesn't give`()
        async throws
    {
        let stage = try await MailStage()
        let workspace = stage.workspace
        _ = try await workspace.apply(
            try [
                Self.gold, Self.template("calm", #","required":["customer.plan","offer.title"]"#),
                Self.template("loud", #","required":["coupon.code"]"#), Self.spring(""),
            ].map(MailStage.draft), by: "ann")
        let failure = try #require(throws: Workspace.CampaignFailure.self) {
            try workspace.take(.approve, with: "spring", by: "bob", mayApproveOwn: false)
        }
        #expect(
            failure.description == """
                spring can't go out as it is: variant A: the template calm requires offer.title, which \
                the campaign's data doesn't give; variant B: the template loud requires coupon.code, \
                which the campaign's data doesn't give
                """)
        _ = try await workspace.apply(
            try [
                Self.template("loud"), Self.spring(#","data":{"offer":{"title":"Spring"}}"#),
            ].map(MailStage.draft), by: "ann")
        try workspace.take(.approve, with: "spring", by: "bob", mayApproveOwn: false)
        #expect(try workspace.campaign("spring").isApproved)
    }
}
