import Dispatch
import Kernel
import Synchronization

/// Decides what is asked of many accounts, some at a time on each of several threads, while those that are decided are
/// written.
///
/// A piece is the thread's that took it until it is done, and after that the one's that waits for it.
final class LedgerDeciding: Sendable {
    /// Threads that decide beside the one that writes.
    private static let helperCount = 1

    private struct Turn {
        var next = 0
        var isDone: [Bool]
        var failure: LedgerWriter.Refusal?
    }

    private let pieces: [LedgerPiece]
    private let asks: [LedgerWriter.Ask]
    private let following: [Int32]
    private let now: Timestamp
    private let decide: LedgerWriter.Decide
    private let turn: Mutex<Turn>
    /// Told of each piece that a helper has done.
    private let helped = DispatchSemaphore(value: 0)
    private let helpers = DispatchGroup()

    init(
        _ pieces: [LedgerPiece], _ asks: [LedgerWriter.Ask], following: [Int32],
        at now: Timestamp, _ decide: @escaping LedgerWriter.Decide
    ) {
        self.pieces = pieces
        self.asks = asks
        self.following = following
        self.now = now
        self.decide = decide
        turn = Mutex(Turn(isDone: Array(repeating: false, count: pieces.count)))
    }

    /// Begins on other threads; to be followed by `end()`.
    func begin() {
        for _ in 0..<min(pieces.count - 1, Self.helperCount) {
            DispatchQueue.global(qos: .userInitiated).async(group: helpers) { [self] in
                while let piece = take() {
                    carryOut(piece)
                    helped.signal()
                }
            }
        }
    }

    /// Returns once nobody else is at it.
    func end() {
        turn.withLock { $0.next = pieces.count }
        helpers.wait()
    }

    func isDone(_ piece: Int) -> Bool { turn.withLock { $0.isDone[piece] } }

    /// Returns once a piece is decided.
    func await(_ piece: Int) throws(LedgerWriter.Refusal) {
        enum Step { case none, wait, take(Int), fail(LedgerWriter.Refusal) }
        while true {
            let step: Step = turn.withLock { turn in
                if let failure = turn.failure { return .fail(failure) }
                if turn.isDone[piece] { return .none }
                guard turn.next < pieces.count else { return .wait }
                turn.next += 1
                return .take(turn.next - 1)
            }
            switch step {
            case .none: return
            case .wait: helped.wait()
            case .take(let piece): carryOut(piece)
            case .fail(let failure): throw failure
            }
        }
    }

    private func take() -> Int? {
        turn.withLock { turn in
            guard turn.next < pieces.count, turn.failure == nil else { return nil }
            turn.next += 1
            return turn.next - 1
        }
    }

    private func carryOut(_ piece: Int) {
        do throws(LedgerWriter.Refusal) {
            try pieces[piece].carryOut(asks, following: following, at: now, decide)
            turn.withLock { $0.isDone[piece] = true }
        } catch {
            turn.withLock { $0.failure = $0.failure ?? error }
        }
    }
}
