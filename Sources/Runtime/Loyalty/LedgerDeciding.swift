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
    /// Pieces that somebody is at.
    private let underWay = DispatchGroup()

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
            DispatchQueue.global(qos: .userInitiated).async { [self] in help() }
        }
    }

    /// Decides until nothing is left that nobody is at.
    func help() {
        while let piece = take() {
            carryOut(piece)
            helped.signal()
        }
    }

    /// Returns once nobody is at it any more; what nobody was at stays undecided.
    func end() {
        turn.withLock { $0.next = pieces.count }
        underWay.wait()
    }

    /// Whether all of it is decided.
    var isWhole: Bool { turn.withLock { $0.failure == nil && $0.isDone.allSatisfy { $0 } } }

    func isDone(_ piece: Int) -> Bool { turn.withLock { $0.isDone[piece] } }

    /// Returns once a piece is decided.
    func await(_ piece: Int) throws(LedgerWriter.Refusal) {
        enum Step { case none, wait, take(Int), fail(LedgerWriter.Refusal) }
        while true {
            let step: Step = turn.withLock { turn in
                if let failure = turn.failure { return .fail(failure) }
                if turn.isDone[piece] { return .none }
                guard let next = next(&turn) else { return .wait }
                return .take(next)
            }
            switch step {
            case .none: return
            case .wait: helped.wait()
            case .take(let piece): carryOut(piece)
            case .fail(let failure): throw failure
            }
        }
    }

    private func take() -> Int? { turn.withLock { next(&$0) } }

    private func next(_ turn: inout Turn) -> Int? {
        guard turn.next < pieces.count, turn.failure == nil else { return nil }
        turn.next += 1
        underWay.enter()
        return turn.next - 1
    }

    private func carryOut(_ piece: Int) {
        defer { underWay.leave() }
        do throws(LedgerWriter.Refusal) {
            try pieces[piece].carryOut(asks, following: following, at: now, decide)
            turn.withLock { $0.isDone[piece] = true }
        } catch {
            turn.withLock { $0.failure = $0.failure ?? error }
        }
    }
}
