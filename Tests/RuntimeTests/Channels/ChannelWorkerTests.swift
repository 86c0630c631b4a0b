import Delivery
import Kernel
import Messaging
import Records
import Synchronization
import Templates
import TestSupport
import Testing

@testable import Runtime

/// SMS and the inbox through the whole of a workspace, to a provider that a test plays.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct ChannelWorkerTests {
    private static let definitions = [
        #"{"kind":"template","name":"sale","channel":"sms","text":"Hi {{ customer.firstName | default: \"you\" }}"}"#,
        #"{"kind":"template","name":"stopless","channel":"sms","text":"NON-STOP sale{% if data.never %} {{ links.unsubscribe }}{% endif %}"}"#,
        #"{"kind":"template","name":"told","channel":"sms","text":"Sale. Text STOP to end."}"#,
        #"{"kind":"template","name":"link","channel":"push","title":"t","text":"x","url":"{{ customer.page }}"}"#,
        #"""
        {"kind":"journey","name":"texts","status":"live","topic":"offers",
         "entry":{"event":"Nothing Like It"},
         "steps":[{"id":"sms","send":{"channel":"sms","template":"sale"}},
                  {"id":"push","send":{"channel":"push","template":"link"}}]}
        """#,
    ]

    private final class Phone: Sendable {
        let got = Mutex<[SMSDraft]>([])
        let outcome: @Sendable (SMSDraft) -> ProviderOutcome

        init(_ outcome: ProviderOutcome = .accepted(id: "SM1")) { self.outcome = { _ in outcome } }

        init(_ outcome: @escaping @Sendable (SMSDraft) -> ProviderOutcome) {
            self.outcome = outcome
        }

        var carriers: [ChannelCarrier] {
            [
                ChannelCarrier(.sms, knowsRepeats: false, concurrency: 4) { [self] message in
                    guard case .sms(let draft) = message else { return .refused(reason: "not SMS") }
                    got.withLock { $0.append(draft) }
                    return outcome(draft)
                },
                ChannelCarrier(.push, knowsRepeats: false) { _ in .accepted(id: "") },
            ]
        }
    }

    private func stage(_ traits: [String]) async throws -> (MailStage, [ID<Customer>]) {
        let stage = try await MailStage()
        _ = try await stage.workspace.apply(
            try Self.definitions.map(MailStage.draft), by: "test")
        try await stage.workspace.append(
            traits.enumerated().map { index, traits in
                .identify(
                    id: "i\(index)", at: stage.clock.now, user: "user-\(index)", traits: traits)
            })
        try await stage.workspace.settle()
        return (
            stage,
            try traits.indices.map {
                try #require(try stage.workspace.customerID(named: "user-\($0)"))
            }
        )
    }

    private func worker(_ stage: MailStage, _ phone: Phone) throws -> MailWorker {
        var settings = try MailStage.settings()
        settings.smsOptOut = "Reply STOP to opt out"
        settings.smsSegmentsMax = 2
        return MailWorker(
            workspace: stage.workspace,
            maker: MailMaker(
                settings: settings, zone: stage.workspace.zone,
                currency: stage.workspace.currency, hash: stage.workspace.hash),
            templates: MailTemplates(records: stage.workspace.records),
            options: MailWorker.Options(), offers: { _ in [] }, send: nil,
            channels: phone.carriers)
    }

    private func order(
        _ stage: MailStage, _ key: String, _ customer: ID<Customer>, template: String = "sale",
        lane: String = "sms"
    ) -> OutboxDraft {
        stage.order(key, to: customer, template: template, lane: lane)
    }

    @Test func `each state of consent and number comes to what it must`() async throws {
        let (stage, customers) = try await stage([
            #"{"phone":"+442079460001","name":"Ann B"}"#, #"{"phone":"020 7946 0001"}"#, "{}",
            #"{"phone":"+442079460002","sms_subscription_status":"unsubscribed"}"#,
            #"{"phone":"+442079460003","email_subscription_status":"unsubscribed"}"#,
            #"{"phone":"+442079460004","firstName":"\#(String(repeating: "я", count: 200))"}"#,
        ])
        try stage.add(
            customers.enumerated().map { order(stage, "m\($0.offset)", $0.element) })
        let phone = Phone()
        await try worker(stage, phone).drain()

        #expect(
            phone.got.withLock { $0.map(\.to).sorted() } == ["+442079460001", "+442079460003"])
        #expect(
            phone.got.withLock { $0.map(\.text).sorted() } == [
                "Hi Ann\nReply STOP to opt out", "Hi you\nReply STOP to opt out",
            ])
        let states = try (0..<6).map { try stage.message("m\($0)")?.state }
        #expect(states == [.accepted, .failed, .failed, .suppressed, .accepted, .failed])
        #expect(try stage.message("m0")?.reply == "SM1, 1 segment")
        #expect(try stage.message("m0")?.draft.channel == "sms")
        #expect(try await stage.told().filter { $0 == "SMS Sent" }.count == 2)
    }

    @Test func `a provider that breaks off is left alone, and costs few messages`() async throws {
        let (stage, customers) = try await stage(
            (0..<40).map { #"{"phone":"+4420794600\#(10 + $0)"}"# })
        try stage.add(
            customers.enumerated().map { order(stage, "m\($0.offset)", $0.element) })
        let phone = Phone(.inDoubt(reason: "no answer"))
        await try worker(stage, phone).drain()
        await try worker(stage, phone).drain()

        #expect(phone.got.withLock { $0.count } == 4)
        #expect(try stage.states()[.inDoubt] == 4)
    }

    @Test func `one recipient who can't be reached now holds nobody else up`() async throws {
        let (stage, customers) = try await stage(
            (0..<12).map { #"{"phone":"+4420794600\#(10 + $0)"}"# })
        try stage.add(
            customers.enumerated().map { order(stage, "m\($0.offset)", $0.element) })
        let phone = Phone { draft in
            draft.to == "+442079460010" ? .held(reason: "its room is gone") : .accepted(id: "SM1")
        }
        await try worker(stage, phone).drain()
        #expect(try stage.states() == [.accepted: 11, .deferred: 1])
        // It goes on trying for as long as its attempts last, and is a dead letter then.
        for _ in 0..<8 {
            stage.clock.advance(milliseconds: 90_000_000)
            await try worker(stage, phone).drain()
        }
        let message = try #require(
            try stage.workspace.records.messages(MessageFilter(limit: 100)).first {
                $0.state == .refused
            })
        #expect(message.reply.contains("its room is gone"))
        #expect(try stage.states()[.accepted] == 11)
    }

    @Test func `what was being sent when the process ended isn't sent twice`() async throws {
        let (stage, customers) = try await stage([#"{"phone":"+442079460001"}"#])
        try stage.add([order(stage, "m", customers[0])])
        let records = stage.workspace.records
        let now = stage.clock.now
        let items = try records.claimOutbox(
            OutboxLane(kind: .send, receiver: "sms"), limit: 10, now: now,
            until: now.adding(milliseconds: 1_000_000))
        let item = try #require(items.first)
        var draft = MessageDraft(
            id: item.id, customer: customers[0].rawValue, address: "+442079460001",
            stream: .transactional, journey: "texts", createdAt: now)
        draft.channel = "sms"
        draft.isRepeatable = false
        #expect(
            try records.beginMessages([draft], attempts: [item.attempts], lanes: ["sms"], at: now)
                == [.go])
        try stage.restart()
        let phone = Phone()
        await try worker(stage, phone).drain()
        #expect(phone.got.withLock { $0.isEmpty })
        #expect(try stage.message("m")?.state == .inDoubt)
    }

    @Test(arguments: [
        ("stopless", "NON-STOP sale\nReply STOP to opt out"),
        ("told", "Sale. Text STOP to end."),
    ])
    func `a way out counts where it is told`(template: String, text: String) async throws {
        let (stage, customers) = try await stage([#"{"phone":"+442079460001"}"#])
        try stage.add([order(stage, "m", customers[0], template: template)])
        let phone = Phone()
        await try worker(stage, phone).drain()
        #expect(phone.got.withLock { $0.map(\.text) } == [text])
    }

    @Test func `what the provider says of a message in doubt, or too early, holds`() async throws {
        let (stage, customers) = try await stage([
            #"{"phone":"+442079460001"}"#, #"{"phone":"+442079460002"}"#,
            #"{"phone":"+442079460003"}"#,
        ])
        let records = stage.workspace.records
        // One arrives, one doesn't, and both answers were lost.
        try stage.add([order(stage, "m0", customers[0]), order(stage, "m1", customers[1])])
        await try worker(stage, Phone(.inDoubt(reason: "no answer"))).drain()
        #expect(try stage.states() == [.inDoubt: 2])
        let (first, second) = (
            try #require(try stage.message("m0")), try #require(try stage.message("m1"))
        )
        #expect(try records.noteReport(on: first.draft.id, .confirmed, at: stage.clock.now))
        #expect(
            try records.noteReport(
                on: second.draft.id, .undelivered("failed 30003"), at: stage.clock.now))
        #expect(try stage.message("m0")?.state == .accepted)
        #expect(try stage.message("m1")?.state == .refused)
        // Replaying dead letters sends neither that which arrived again.
        _ = try records.replayOutbox(receiver: nil, now: stage.clock.now)
        let phone = Phone()
        stage.clock.advance(milliseconds: 100_000)
        await try worker(stage, phone).drain()
        #expect(phone.got.withLock { $0.map(\.to) } == ["+442079460002"])

        // A report that is faster than the answer that it was taken.
        try stage.add([order(stage, "m2", customers[2])])
        let early = Phone { draft in
            guard let id = ID<OutboxItem>(draft.message) else { return .refused(reason: "no id") }
            do {
                _ = try records.noteReport(
                    on: id, .undelivered("failed 30003"), at: Timestamp(milliseconds: 1))
            } catch {
                return .refused(reason: "\(error)")
            }
            return .accepted(id: "SM2")
        }
        await try worker(stage, early).drain()
        #expect(try stage.message("m2")?.state == .refused)
        #expect(try stage.message("m2")?.reply == "failed 30003")
    }

    /// What became of a text whose provider told of it while it was asked, by what it answered then.
    @Test(arguments: [
        (MailReport.confirmed, true, MessageState.accepted), (.confirmed, false, .accepted),
        (.undelivered("failed 30003"), true, .refused),
        (.undelivered("failed 30003"), false, .refused),
        (.bounced("undelivered 30005"), false, .bounced),
    ])
    func `a report that comes before the answer holds, whatever the answer`(
        report: MailReport, isAnswered: Bool, state: MessageState
    ) async throws {
        let (stage, customers) = try await stage([#"{"phone":"+442079460001"}"#])
        let (records, now) = (stage.workspace.records, stage.clock.now)
        try stage.add([order(stage, "m", customers[0])])
        let phone = Phone { draft in
            guard let id = ID<OutboxItem>(draft.message) else { return .refused(reason: "no id") }
            do {
                guard try records.noteReport(on: id, report, at: now) else {
                    return .refused(reason: "not believed")
                }
            } catch {
                return .refused(reason: "\(error)")
            }
            return isAnswered ? .accepted(id: "SM1") : .inDoubt(reason: "no answer")
        }
        await try worker(stage, phone).drain()
        #expect(try stage.message("m")?.state == state)
        #expect(try records.outboxItem(key: "m")?.state == .done)

        // Nothing goes again: not by a replay of all, nor after the process ended.
        _ = try records.replayOutbox(receiver: nil, now: now)
        try stage.restart()
        stage.clock.advance(milliseconds: 100_000)
        await try worker(stage, phone).drain()
        #expect(phone.got.withLock { $0.count } == 1)
        #expect(try stage.message("m")?.state == state)
        let told = try await stage.told().filter { $0 == "SMS Sent" }.count
        #expect(told == (isAnswered || state == .accepted ? 1 : 0))
    }

    @Test func `a process that ends after an early report sends nothing again`() async throws {
        let (stage, customers) = try await stage([#"{"phone":"+442079460001"}"#])
        try stage.add([order(stage, "m", customers[0])])
        let (records, now) = (stage.workspace.records, stage.clock.now)
        let item = try #require(
            try records.claimOutbox(
                OutboxLane(kind: .send, receiver: "sms"), limit: 10, now: now,
                until: now.adding(milliseconds: 1_000_000)
            ).first)
        var draft = MessageDraft(
            id: item.id, customer: customers[0].rawValue, address: "+442079460001",
            stream: .marketing, journey: "texts", createdAt: now)
        draft.channel = "sms"
        draft.isRepeatable = false
        #expect(
            try records.beginMessages([draft], attempts: [item.attempts], lanes: ["sms"], at: now)
                == [.go])
        #expect(try records.noteReport(on: item.id, .undelivered("failed 30003"), at: now))
        try stage.restart()
        let phone = Phone()
        await try worker(stage, phone).drain()
        #expect(phone.got.withLock { $0.isEmpty })
        #expect(try stage.message("m")?.state == .refused)
    }

    @Test func `what arrived while somebody sends it again doesn't go again`() async throws {
        let (stage, customers) = try await stage([#"{"phone":"+442079460001"}"#])
        let records = stage.workspace.records
        try stage.add([order(stage, "m", customers[0])])
        await try worker(stage, Phone(.inDoubt(reason: "no answer"))).drain()
        let message = try #require(try stage.message("m"))
        #expect(try records.replayOutbox(message.draft.id, now: stage.clock.now))
        #expect(try records.noteReport(on: message.draft.id, .confirmed, at: stage.clock.now))
        let phone = Phone()
        stage.clock.advance(milliseconds: 100_000)
        await try worker(stage, phone).drain()
        #expect(phone.got.withLock { $0.isEmpty })
        #expect(try records.outboxItem(key: "m")?.state == .done)
        #expect(try stage.states() == [.accepted: 1])
    }

    @Test(arguments: [
        "javascript:alert(1)", "data:text/html,x", "no address", "//evil.test", "JaVaScRiPt:x", "",
    ])
    func `a push leads to nothing that runs`(page: String) async throws {
        let (stage, customers) = try await stage([#"{"pushToken":"d1","page":"\#(page)"}"#])
        try stage.add([order(stage, "m", customers[0], template: "link", lane: "push")])
        await try worker(stage, Phone()).drain()
        #expect(try stage.message("m")?.state == (page.isEmpty ? .accepted : .failed))
    }

    @Test func `a template for another channel isn't sent`() async throws {
        let (stage, customers) = try await stage([#"{"phone":"+442079460001"}"#])
        try stage.add([order(stage, "m", customers[0], template: "news")])
        let phone = Phone()
        await try worker(stage, phone).drain()
        #expect(phone.got.withLock { $0.isEmpty })
        #expect(try stage.message("m")?.reply.contains("is for email") == true)
    }

    @Test func `a text that says stop ends marketing by SMS, and only Twilio may say so`()
        async throws
    {
        let (stage, customers) = try await stage([#"{"phone":"+442079460001"}"#])
        let twilio = TwilioProvider(
            url: "https://api.twilio.com", account: "AC1", token: "12345", from: "x", callback: "")
        let desk = SMSDesk(
            workspace: stage.workspace, twilio: twilio, publicURL: "https://m.example.test")
        let fields = [
            (name: "Body", value: "Stop"), (name: "From", value: "+442079460001"),
            (name: "MessageSid", value: "SM9"),
        ]
        #expect(
            try await !desk.inbound(SMSPost(query: "", fields: fields, signature: "forged")))
        #expect(try stage.workspace.records.suppression(of: "+442079460001") == nil)
        let text =
            "https://m.example.test" + SMSDesk.inboundPath
            + fields.map { $0.name + $0.value }
            .joined()
        let signature = ProviderSignature.hmacSHA1(Array(text.utf8), key: Array("12345".utf8))
        #expect(
            try await desk.inbound(SMSPost(query: "", fields: fields, signature: signature)))
        try stage.add([order(stage, "m", customers[0])])
        let phone = Phone()
        await try worker(stage, phone).drain()
        #expect(phone.got.withLock { $0.isEmpty })
        let message = try #require(try stage.message("m"))
        #expect(message.state == .suppressed)
        #expect(message.reply.hasPrefix("its owner wants no more SMS: texted Stop"))
        #expect(try await stage.told().contains("Unsubscribed"))
    }

    @Test func `a number that Twilio says isn't there gets no more, and only Twilio may say so`()
        async throws
    {
        let (stage, customers) = try await stage([#"{"phone":"+442079460001"}"#])
        try stage.add([order(stage, "m", customers[0])])
        let phone = Phone()
        await try worker(stage, phone).drain()
        let id = try #require(try stage.message("m")).draft.id
        let twilio = TwilioProvider(
            url: "https://api.twilio.com", account: "AC1", token: "12345", from: "x", callback: "")
        let desk = SMSDesk(
            workspace: stage.workspace, twilio: twilio, publicURL: "https://m.example.test")
        let query = "message=\(id)"
        let fields = [
            (name: "ErrorCode", value: "30005"), (name: "MessageStatus", value: "undelivered"),
        ]
        let text =
            "https://m.example.test" + SMSDesk.statusPath + "?" + query
            + fields.map { $0.name + $0.value }.joined()
        let signature = ProviderSignature.hmacSHA1(Array(text.utf8), key: Array("12345".utf8))

        let other = SMSPost(query: query + "0", fields: fields, signature: signature)
        #expect(try await !desk.status(other))
        #expect(try stage.workspace.records.suppression(of: "+442079460001") == nil)
        #expect(
            try await desk.status(SMSPost(query: query, fields: fields, signature: signature)))
        let found = try stage.workspace.records.suppression(of: "+442079460001")
        #expect(found?.reason == .bounced)
    }
}
