import Documents
import Foundation
import Kernel
import Messaging
import Records
import Templates
import TestSupport
import Testing

@testable import Runtime

/// What a message said, as it is shown afterwards, and templates tried out before they are saved.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct MailShownTests {
    private static let other = """
        {"kind":"template","name":"news","subject":"Quite another",
         "text":"Another text {{ links.unsubscribe }}"}
        """

    private func maker(_ stage: MailStage) throws -> MailMaker {
        MailMaker(
            settings: try MailStage.settings(), zone: stage.workspace.zone,
            currency: stage.workspace.currency, hash: stage.workspace.hash)
    }

    private func shown(_ key: String, _ stage: MailStage) throws -> (subject: String, html: String)?
    {
        let message = try #require(try stage.message(key))
        return try stage.workspace.shown(
            message, maker: try maker(stage),
            templates: MailTemplates(records: stage.workspace.records)
        ).map { ($0.subject, String(decoding: $0.html ?? [], as: UTF8.self)) }
    }

    @Test func `a message is shown as it was, whatever became of its template and its customer`()
        async throws
    {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(1)
        try stage.add([stage.order("m", to: customers[0])])
        try await stage.worker(PlayedServer()).drain()

        _ = try await stage.workspace.apply([try MailStage.draft(Self.other)], by: "test")
        try await stage.workspace.append([
            .identify(
                id: "later", at: stage.clock.now, user: "user-0", traits: #"{"name":"Bea Two"}"#)
        ])
        try await stage.workspace.settle()

        let found = try #require(try shown("m", stage))
        #expect(found.subject == "News for Ann")
        #expect(found.html.contains(#"href="https://shop.example/a""#))
        // Nobody unsubscribes, and nothing is counted, by looking at it.
        #expect(!found.html.contains("/m/"))
    }

    @Test func `of a message that was never made nothing is shown`() async throws {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(1)
        try stage.add([stage.order("m", to: customers[0], template: "greeting")])
        try await stage.worker(PlayedServer()).drain()

        #expect(try stage.message("m")?.state == .failed)
        #expect(try shown("m", stage) == nil)
    }

    @Test func `a template is tried out before it is saved, and the test counts for nothing`()
        async throws
    {
        let stage = try await MailStage()
        let customer = try await stage.addCustomers(1)[0]
        let source = try DocumentNode(
            json: Array(
                """
                {"kind":"template","name":"draft","subject":"For {{ customer.firstName }}",
                 "html":"<p>{{ cart.total }}</p><a href=\\"https://shop.example/a\\">A</a>\
                <a href=\\"{{ links.unsubscribe }}\\">U</a>"}
                """.utf8
            ).span)
        let id = try await stage.workspace.sendTest(
            of: "draft", source: source,
            sample: MailSample(data: .mapping([("cart", .mapping([("total", .number(42))]))])),
            to: "me@office.example", as: customer, number: ID(rawValue: 7))
        let server = PlayedServer()
        try await stage.worker(server).drain()

        let got = try #require(server.got.first)
        #expect(got.recipient == "me@office.example")
        #expect(got.header("Subject") == "[Test] For Ann")
        #expect(!got.text.contains("/m/c/"))
        #expect(!got.text.contains("/m/o/"))
        let message = try #require(try stage.workspace.records.message(id))
        #expect(message.state == .accepted)
        #expect(message.draft.isTest)
        #expect(message.draft.version == 0)
        #expect(try await stage.told().allSatisfy { !$0.hasPrefix("Email") })
        let figures = try stage.workspace.records.domainFigures(
            since: MailStage.start.adding(milliseconds: -86_400_000), limit: 10)
        #expect(figures.allSatisfy { $0.counts.isEmpty })
        let again = try stage.workspace.shown(
            message, maker: try maker(stage),
            templates: MailTemplates(records: stage.workspace.records))
        #expect(again?.subject == "For Ann")
        let html = String(decoding: again?.html ?? [], as: UTF8.self)
        #expect(html.contains("<p>42</p>"))
    }

    @Test func `who gets a test and follows its link takes nothing from the customer`() async throws
    {
        let stage = try await MailStage()
        let customer = try await stage.addCustomers(1)[0]
        _ = try await stage.workspace.sendTest(
            of: "news", to: "me@office.example", as: customer, number: ID(rawValue: 8))
        let server = PlayedServer()
        try await stage.worker(server).drain()
        let url = try #require(server.got.first).header("List-Unsubscribe").dropFirst()
            .prefix { $0 != ">" }
        let token = String(try #require(url.split(separator: "/").last))
        let recipient = try #require(
            try stage.workspace.mailRecipient(
                token, .unsubscribe, try MailStage.settings().keys))

        try await stage.workspace.setConsent(false, topic: nil, of: recipient, source: "page")

        #expect(try stage.workspace.topicChoices(of: customer).allSatisfy(\.isWanted))
    }

    @Test func `messages are found by who sent them, and addresses by why they get none`()
        async throws
    {
        let stage = try await MailStage()
        let customer = try await stage.addCustomers(1)[0]
        try stage.add([stage.order("m", to: customer)])
        _ = try await stage.workspace.sendTest(
            of: "receipt", to: "me@office.example", as: customer, number: ID(rawValue: 9))
        try await stage.worker(PlayedServer()).drain()
        let records = stage.workspace.records

        var filter = MessageFilter(limit: 10)
        filter.origin = "win-back"
        #expect(try records.messages(filter).map(\.draft.template) == ["news"])
        filter.origin = "no-such"
        #expect(try records.messages(filter).isEmpty)
        #expect(try records.messageCount() == 2)

        for (address, reason) in [
            ("a@mail.example", SuppressionRecord.Reason.manual), ("b@mail.example", .bounced),
            ("c@mail.example", .bounced),
        ] {
            try records.suppress(
                SuppressionRecord(
                    address: address, reason: reason, evidence: "", since: stage.clock.now))
        }
        #expect(
            try records.suppressions(reason: .bounced, limit: 10).map(\.address)
                == ["c@mail.example", "b@mail.example"])
        #expect(try records.suppressionCounts() == [.manual: 1, .bounced: 2])
    }

    @Test
    func `who is known to want none of a topic is said so, and of a topic that is gone nothing`()
        async throws
    {
        let stage = try await MailStage()
        let customer = try await stage.addCustomers(1)[0]
        try stage.add([stage.order("m", to: customer)])
        try await stage.worker(PlayedServer()).drain()
        let message = try #require(try stage.message("m"))
        var recipient = MailRecipient(message: message, customer: customer, topic: "offers")
        #expect(try stage.workspace.isUnsubscribed(recipient) == false)

        try await stage.workspace.setConsent(
            false, topic: "offers", of: recipient, source: "page")
        #expect(try stage.workspace.isUnsubscribed(recipient) == true)
        recipient.topic = nil
        #expect(try stage.workspace.isUnsubscribed(recipient) == true)

        recipient.topic = "gone"
        #expect(try stage.workspace.isUnsubscribed(recipient) == nil)
        // It is on the log all the same, for whoever sends about it again.
        try await stage.workspace.setConsent(false, topic: "gone", of: recipient, source: "page")
        #expect(try await stage.told().filter { $0 == "Unsubscribed" }.count == 2)
    }

    @Test func `what is chosen says what changed, and who comes back from no mail says that first`()
    {
        func said(
            _ wanted: Set<String>, isAllOff: Bool = false, _ news: Bool, _ offers: Bool
        ) -> [String] {
            TopicChoice.said(
                by: wanted, isAllOff: isAllOff,
                before: [
                    TopicChoice(topic: "news", isWanted: news),
                    TopicChoice(topic: "offers", isWanted: offers),
                ]
            ).map { ($0.isGiven ? "+" : "-") + ($0.topic ?? "all") }
        }
        #expect(said(["news", "offers"], true, true) == [])
        #expect(said(["news"], true, true) == ["-offers"])
        #expect(said(["news", "offers"], true, false) == ["+offers"])
        #expect(said(["news"], isAllOff: true, true, true) == ["-all"])
        #expect(said(["news"], false, false) == ["+all", "+news", "-offers"])
        #expect(said([], false, false) == [])
    }

    @Test func `who wants nothing gets nothing, and who comes back gets what they chose`()
        async throws
    {
        let stage = try await MailStage()
        let customer = try await stage.addCustomers(1)[0]
        try stage.add([stage.order("m", to: customer)])
        try await stage.worker(PlayedServer()).drain()
        let recipient = MailRecipient(
            message: try #require(try stage.message("m")), customer: customer, topic: nil)
        func choose(_ wanted: Set<String>, isAllOff: Bool) async throws -> [TopicChoice] {
            stage.clock.advance(milliseconds: 1000)
            try await stage.workspace.setConsents(
                TopicChoice.said(
                    by: wanted, isAllOff: isAllOff,
                    before: try stage.workspace.topicChoices(of: customer)),
                of: recipient, source: "preferences")
            return try stage.workspace.topicChoices(of: customer)
        }

        #expect(
            try await choose([], isAllOff: true) == [TopicChoice(topic: "offers", isWanted: false)])
        #expect(
            try await choose(["offers"], isAllOff: false)
                == [TopicChoice(topic: "offers", isWanted: true)])
        #expect(try await stage.told().filter { $0 == "Subscribed" }.count == 2)
    }
}
