import Customers
import Delivery
import Kernel
import Records
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// Receivers that a test plays: what they got, and what they answer.
final class Receivers: Sendable {
    struct Got: Sendable {
        let host: String
        let id: String
        let body: String
    }

    let got = Mutex<[Got]>([])
    let answer: @Sendable (_ host: String, _ count: Int) async -> DeliveryOutcome

    init(
        _ answer: @escaping @Sendable (_ host: String, _ count: Int) async -> DeliveryOutcome
    ) {
        self.answer = answer
    }

    var send: OutboxWorker.Send {
        { [self] message, endpoint in
            let host = endpoint.url
            let count = got.withLock { got in
                got.append(
                    Got(
                        host: host, id: message.id,
                        body: String(decoding: message.body, as: UTF8.self)))
                return got.count { $0.host == host }
            }
            return await answer(host, count)
        }
    }

    func ids(_ host: String) -> [String] {
        got.withLock { got in got.filter { $0.host == host }.map(\.id) }
    }
}

/// A workspace whose outbox a test fills and empties.
struct OutboxStage {
    let folder: TestFolder
    let clock = VirtualClock(Timestamp(milliseconds: 1_760_000_000_000))
    let workspace: Workspace

    init() throws {
        folder = try TestFolder()
        workspace = try Workspace.forTests(in: folder, clock: clock)
    }

    func addReceiver(_ name: String) throws { try Self.addReceiver(name, to: workspace) }

    static func addReceiver(_ name: String, to workspace: Workspace) throws {
        let secret = WebhookSecret(bytes: [UInt8](repeating: 7, count: 32))
        _ = try workspace.records.addReceiver(
            ReceiverRecord(
                id: workspace.newID(Receiver.self), name: name, url: name, secret: secret.text,
                createdAt: workspace.clock.now))
    }

    func webhook(_ key: String, to receiver: String = "crm") -> OutboxDraft {
        OutboxDraft(
            key: key, customer: ID(rawValue: 1), origin: OutboxOrigin(journey: "win-back"),
            content: .webhook(
                receiver: receiver, type: "journey.webhook",
                data: Array(#"{"code":"\#(key)"}"#.utf8)),
            createdAt: clock.now)
    }

    func add(_ drafts: [OutboxDraft]) throws {
        try workspace.records.fold { try $0.add(drafts) }
    }

    func worker(_ receivers: Receivers) -> OutboxWorker {
        OutboxWorker(workspace: workspace, send: receivers.send)
    }

    func item(_ key: String) throws -> OutboxRecord {
        try #require(try workspace.records.outboxItem(key: key))
    }

    /// Goes on until nothing is open any more, as time passes.
    func drainAll(_ worker: OutboxWorker, days: Int = 5) async throws {
        let end = clock.now.adding(days: days)
        while clock.now < end {
            await worker.drain()
            let lanes = try workspace.records.outboxLanes()
            guard let next = lanes.map(\.dueAt).min() else { return }
            let held = try workspace.records.receivers().compactMap(\.heldUntil).max()
            let time = max(next, held ?? next)
            clock.advance(
                milliseconds: max(1, time.milliseconds - clock.now.milliseconds))
        }
    }
}

extension Workspace {
    /// The webhooks of the outbox, whatever became of them, the newest first.
    func webhooks() throws -> [OutboxRecord] {
        var filter = OutboxFilter(limit: 1_000_000)
        filter.kind = .webhook
        return try records.outbox(filter)
    }

    /// What is in the outbox for a customer.
    func outbox(of customer: ID<Customer>) throws -> [OutboxRecord] {
        var filter = OutboxFilter(limit: 1_000)
        filter.customers = [customer.rawValue]
        return try records.outbox(filter)
    }
}
