import Analytics
import Dispatch
import Kernel
import Segments
import Synchronization

/// Asks the archive, on a thread of its own, what newer definitions want to know of the past, while the fold goes on.
///
/// It goes in rounds, each of one moment of the archive. Of whom something happened since that moment its
/// answer isn't all there is: they are left for the next round, which is about them only. When few are left, the
/// engine asks for these itself, between two batches of the fold, when nothing happens.
final class TraceFilling: Sendable {
    /// Orders and events that one transaction fills at most.
    private static let entriesMax = 160_000
    /// Answers that may wait for the engine.
    private static let waitingMax = 2
    /// Rounds after which those who are left are filled while the fold waits, however many they are.
    private static let roundsMax = 10

    /// What fragments did, up to a position.
    struct Answer: Sendable {
        var position: Int64
        var behaviours: [(fragment: Int64, found: Behaviours)]
    }

    /// What the engine is to do next.
    enum Turn: Sendable {
        case fill(Answer)
        /// A round is over: those who are left are next.
        case rest
    }

    private struct Cancelled: Error {}

    private struct State {
        var turns: [Turn] = []
        /// Those of whom something happened since they were asked for.
        var left: [Int64] = []
        var rounds = 0
        /// Up to whom the first round is filled.
        var filledThrough: Int64 = 0
        var failure: (any Error)?
        var isOver = false
    }

    let wanted: AutomationPlan.Filling
    private let archive: Archive
    private let pace: Engine.Pace
    private let queue = DispatchQueue(label: "perennial.engine.filling")
    private let onTurn: @Sendable () -> Void
    private let state = Mutex(State())
    // A semaphore must not go away with less than it began with, so it begins with nothing.
    private let room = DispatchSemaphore(value: 0)

    /// - Parameter onTurn: Called when there is something for the engine to do.
    init(
        _ wanted: AutomationPlan.Filling, _ archive: Archive, _ pace: Engine.Pace,
        onTurn: @escaping @Sendable () -> Void
    ) {
        self.wanted = wanted
        self.archive = archive
        self.pace = pace
        self.onTurn = onTurn
        for _ in 0..<Self.waitingMax { room.signal() }
    }

    /// Up to whom it is filled; those of whom something happened meanwhile may be left.
    var filledThrough: Int64 { state.withLock { $0.filledThrough } }

    /// How many of this round are left for the next.
    var leftCount: Int { state.withLock { $0.left.count } }

    /// Asks for everybody, as the archive is now or later.
    func start() { ask(for: nil) }

    /// What there is to do; nil while the archive is at work.
    ///
    /// - Throws: What the archive failed with.
    func take() throws -> Turn? {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.turns.first
        }
    }

    /// Says that the first turn is done.
    ///
    /// - Parameter left: Who of it wasn't filled.
    func didFill(_ answer: Answer, left: [Int64]) {
        state.withLock { state in
            state.turns.removeFirst()
            state.left += left
            state.filledThrough = max(
                state.filledThrough, answer.behaviours.last?.fragment ?? 0)
        }
        room.signal()
    }

    /// Who is left at the end of a round, where they are few enough to be filled while the fold waits. Else the next
    /// round begins, about these.
    func endRound() -> [Int64]? {
        let (left, isLast) = state.withLock { state in
            state.turns.removeFirst()
            defer { state.left = [] }
            state.rounds += 1
            return (
                state.left,
                state.left.count <= pace.filledAtRest || state.rounds >= Self.roundsMax
            )
        }
        room.signal()
        if isLast { return left }
        ask(for: left)
        return nil
    }

    /// Stops, and returns when the archive isn't at work for it any more: those that follow one another would
    /// else be at work together.
    func stop() {
        state.withLock { $0.isOver = true }
        for _ in 0...Self.waitingMax { room.signal() }
        queue.sync {}
    }

    // MARK: Asking

    private func ask(for fragments: [Int64]?) {
        queue.async { [self] in
            do {
                var answer = Answer(position: 0, behaviours: [])
                var entries = 0
                try archive.readBehaviours(
                    for: wanted.traces, hasOrders: wanted.hasOrders, among: fragments
                ) { position, fragment, found in
                    if state.withLock({ $0.isOver }) { throw Cancelled() }
                    answer.position = position
                    answer.behaviours.append((fragment, found))
                    entries += found.entryCount
                    guard
                        answer.behaviours.count >= pace.filledPerBatch || entries >= Self.entriesMax
                    else { return }
                    try hand(.fill(answer))
                    answer.behaviours = []
                    entries = 0
                }
                if !answer.behaviours.isEmpty { try hand(.fill(answer)) }
                try hand(.rest)
            } catch is Cancelled {
                // Whoever stopped it doesn't ask.
            } catch {
                let isOver = state.withLock { state in
                    state.failure = error
                    return state.isOver
                }
                if !isOver { onTurn() }
            }
        }
    }

    private func hand(_ turn: Turn) throws {
        room.wait()
        let isOver = state.withLock { state in
            if !state.isOver { state.turns.append(turn) }
            return state.isOver
        }
        if isOver { throw Cancelled() }
        onTurn()
    }
}
