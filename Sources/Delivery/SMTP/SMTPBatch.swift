import Synchronization

/// Messages that were handed over together, and what came of each.
final class SMTPBatch: Sendable {
    private struct State {
        var outcomes: [SMTPOutcome?]
        var openCount: Int
        var waiting: CheckedContinuation<[SMTPOutcome], Never>?
    }

    let messages: [SMTPMessage]
    private let settled: (@Sendable (Int, SMTPOutcome) -> Void)?
    private let state: Mutex<State>

    init(_ messages: [SMTPMessage], settled: (@Sendable (Int, SMTPOutcome) -> Void)?) {
        self.messages = messages
        self.settled = settled
        state = Mutex(
            State(
                outcomes: Array(repeating: nil, count: messages.count), openCount: messages.count))
    }

    /// The first outcome of a message is its outcome.
    func settle(_ index: Int, _ outcome: SMTPOutcome) {
        let (isFirst, waiting) = state.withLock {
            state -> (Bool, CheckedContinuation<[SMTPOutcome], Never>?) in
            guard state.outcomes[index] == nil else { return (false, nil) }
            state.outcomes[index] = outcome
            state.openCount -= 1
            guard state.openCount == 0 else { return (true, nil) }
            defer { state.waiting = nil }
            return (true, state.waiting)
        }
        if isFirst { settled?(index, outcome) }
        waiting?.resume(returning: outcomes)
    }

    /// Waits until every message is settled.
    func finished() async -> [SMTPOutcome] {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.openCount > 0 { state.waiting = continuation }
                return state.openCount == 0
            }
            if isDone { continuation.resume(returning: outcomes) }
        }
    }

    private var outcomes: [SMTPOutcome] {
        state.withLock { $0.outcomes.map { $0 ?? .notSent(reason: "not tried") } }
    }
}

/// One message of a batch on its way.
struct SMTPJob: Sendable {
    /// So many connections may break under a message before its end is sent, it being their first.
    static let attemptsMax = 3
    /// So many may do so that had answered others before.
    static let missesMax = 20

    let batch: SMTPBatch
    let index: Int
    /// Connections that broke under it, it being their first.
    var attempts = 0
    /// Connections that broke under it when they had answered others, as of servers that close after each message.
    var misses = 0

    var isExhausted: Bool { attempts >= Self.attemptsMax || misses >= Self.missesMax }

    var message: SMTPMessage { batch.messages[index] }

    func settle(_ outcome: SMTPOutcome) { batch.settle(index, outcome) }
}
