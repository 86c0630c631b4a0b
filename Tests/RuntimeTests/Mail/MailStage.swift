import Analytics
import Customers
import Delivery
import Documents
import Events
import Foundation
import Kernel
import Logging
import Messaging
import Records
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// A mail server that a test plays: what it was given, and what it answers.
final class PlayedServer: Sendable {
    struct Got: Sendable {
        let recipient: String
        let sender: String
        let text: String

        var messageID: String { header("Message-ID") }

        func header(_ name: String) -> String {
            let unfolded = text.replacing("\r\n ", with: " ")
            let line = unfolded.components(separatedBy: "\r\n").first {
                $0.lowercased().hasPrefix(name.lowercased() + ":")
            }
            return line.map { String($0.dropFirst(name.count + 2)) } ?? ""
        }
    }

    enum Answer: Sendable {
        case take
        case outcome(SMTPOutcome)
        /// The server takes it, and the process ends before it hears so.
        case stop
    }

    private let taken = Mutex<[Got]>([])
    private let stopped = Mutex(false)
    private let answer: @Sendable (Got) -> Answer
    private let beforeApproval: @Sendable () async throws -> Void

    init(
        _ answer: @escaping @Sendable (Got) -> Answer = { _ in .take },
        beforeApproval: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.answer = answer
        self.beforeApproval = beforeApproval
    }

    /// What it took.
    var got: [Got] { taken.withLock { $0 } }

    var send: MailWorker.Send {
        { [self] messages, approve, settled in
            var outcomes: [SMTPOutcome] = []
            for index in messages.indices {
                let mail = messages[index]
                let got = Got(
                    recipient: mail.recipient, sender: mail.sender,
                    text: String(decoding: mail.content, as: UTF8.self))
                var outcome = SMTPOutcome.notSent(reason: "not approved")
                // A process that ended asks for nothing more, and hears nothing.
                if stopped.withLock({ $0 }) {
                    outcomes.append(.notSent(reason: "ended"))
                    continue
                }
                do {
                    try await beforeApproval()
                    if try await approve(index..<index + 1).contains(index) {
                        outcome = take(got)
                    }
                } catch {
                    outcome = .notSent(reason: "\(error)")
                }
                outcomes.append(outcome)
                if !stopped.withLock({ $0 }) { settled(index, outcome) }
            }
            return outcomes
        }
    }

    private func take(_ got: Got) -> SMTPOutcome {
        switch answer(got) {
        case .take:
            taken.withLock { $0.append(got) }
            return .delivered(SMTPReply(code: 250, text: "taken"))
        case .outcome(let outcome): return outcome
        case .stop:
            taken.withLock { $0.append(got) }
            stopped.withLock { $0 = true }
            return .inDoubt(reason: "the process ended")
        }
    }
}

/// A workspace with templates, customers and mail to send.
final class MailStage {
    static let start = Timestamp("2026-03-02T09:00:00Z") ?? Timestamp(milliseconds: 0)

    let folder: TestFolder
    let clock = VirtualClock(MailStage.start)
    private(set) var workspace: Workspace

    init() async throws {
        folder = try TestFolder()
        workspace = try Self.open(folder, clock)
        _ = try await workspace.apply(
            try [Self.news, Self.receipt, Self.greeting, Self.journey].map(Self.draft), by: "test")
    }

    /// Ends the process, and begins another on the same workspace.
    func restart() throws {
        try workspace.close()
        // Another in its place, so that nobody owns the folder.
        workspace = try Self.open(try TestFolder(), clock)
        clock.advance(milliseconds: 1000)
        let placeholder = workspace
        workspace = try Self.open(folder, clock)
        try placeholder.close()
        // As `perennial serve` does first.
        _ = try workspace.records.recoverMessages(now: clock.now)
    }

    private static func open(_ folder: TestFolder, _ clock: VirtualClock) throws -> Workspace {
        try Workspace.forTests(in: folder, clock: clock) { $0.sentChannels = ["email"] }
    }

    static let news = """
        {"kind":"template","name":"news","subject":"News for {{ customer.firstName | default: \\"you\\" }}",
         "html":"<html><body><p>Hello</p><a href=\\"https://shop.example/a\\">A</a> \
        <a href=\\"{{ links.unsubscribe }}\\">Unsubscribe</a></body></html>"}
        """
    static let receipt = """
        {"kind":"template","name":"receipt","purpose":"transactional","subject":"Your order",
         "text":"Thank you"}
        """
    static let greeting = """
        {"kind":"template","name":"greeting","subject":"Hello","required":["customer.nickname"],
         "text":"Hello {{ customer.nickname }} {{ links.unsubscribe }}"}
        """

    /// By which the topic `offers` is one that consent is kept of.
    static let journey = """
        {"kind":"journey","name":"win-back","status":"live","topic":"offers",
         "entry":{"event":"Nothing Like It"},
         "steps":[{"id":"mail","send":{"channel":"email","template":"news"}}]}
        """

    static func draft(_ json: String) throws -> DefinitionDraft {
        let node = try DocumentNode(json: Array(json.utf8).span)
        return DefinitionDraft(document: node, source: json, file: "test.json")
    }

    static func settings() throws -> MailSettings {
        let keys = try #require(SigningKeys([(number: 0, bytes: [UInt8](repeating: 9, count: 32))]))
        return MailSettings(
            from: try Mailbox("Shop <news@shop.example>"), signers: [],
            returnPath: try ReturnPath(domain: "bounces.shop.example", keys: keys), keys: keys,
            publicURL: "https://shop.example")
    }

    /// - Parameter batches: That are on their way at once; nil for as many as usual.
    func worker(_ server: PlayedServer, batches: Int? = nil) throws -> MailWorker {
        var options = MailWorker.Options()
        options.batchCount = 100
        options.batchesMax = batches ?? options.batchesMax
        return MailWorker(
            workspace: workspace,
            maker: MailMaker(
                settings: try Self.settings(), zone: workspace.zone, currency: workspace.currency,
                hash: workspace.hash),
            templates: MailTemplates(records: workspace.records), options: options,
            offers: { _ in [] }, send: server.send)
    }

    /// Makes customers with an address each.
    func addCustomers(_ count: Int) async throws -> [ID<Customer>] {
        try await workspace.append(
            (0..<count).map { index in
                EventDraft.identify(
                    id: "i\(index)", at: clock.now, user: "user-\(index)",
                    traits: #"{"email":"u\#(index)@mail.example","name":"Ann \#(index)"}"#)
            })
        try await workspace.settle()
        return try (0..<count).map { index in
            try #require(try workspace.customerID(named: "user-\(index)"))
        }
    }

    func order(
        _ key: String, to customer: ID<Customer>, template: String = "news",
        topic: String = "offers", lane: String = "email", deadline: Timestamp? = nil
    ) -> OutboxDraft {
        let until = deadline.map { #","deadline":"\#($0.rfc3339)""# } ?? ""
        return OutboxDraft(
            key: key, customer: customer, origin: OutboxOrigin(journey: "win-back", step: "mail"),
            content: .send(
                lane: lane,
                message: Array(
                    #"{"channel":"email","template":"\#(template)","topic":"\#(topic)"\#(until)}"#
                        .utf8)), createdAt: clock.now)
    }

    func add(_ drafts: [OutboxDraft]) throws {
        try workspace.records.fold { try $0.add(drafts) }
    }

    func states() throws -> [MessageState: Int] {
        var counts: [MessageState: Int] = [:]
        for message in try workspace.records.messages(MessageFilter(limit: 100_000)) {
            counts[message.state, default: 0] += 1
        }
        return counts
    }

    func message(_ key: String) throws -> MessageRecord? {
        let item = try #require(try workspace.records.outboxItem(key: key))
        return try workspace.records.message(item.id)
    }

    func told() async throws -> [String] {
        try await workspace.settle()
        var names: [String] = []
        let customers = try workspace.records.fold { try $0.customers(after: 0, limit: 1000) }
        for customer in customers {
            names += try workspace.archive.timeline(customers: [customer], limit: 100)
                .map(\.event.name)
        }
        return names
    }
}
