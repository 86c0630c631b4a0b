import Analytics
import Delivery
import GRDB
import Records
import Synchronization

@testable import Records
@testable import Runtime

/// Ends a workspace's life at one of its commits or sends, or lets one commit fail.
///
/// Points are counted from the opening: each commit of the log and of the records, each time that the archive
/// is told of small batches, and each attempt to deliver. Where the life ends at one, nothing is committed any more, nor does anything reach a receiver: what
/// is in the folder is what a process leaves that was killed there.
final class Fate: TransactionObserver, Sendable {
    enum Moment: Equatable {
        /// Killed before the commit of so many points on, counted from 1; the archive's is made by then.
        case before(Int)
        case after(Int)
        /// This commit finds no room on the disk; life goes on.
        case failure(Int)
        case none
    }

    private struct State {
        var count = 0
        var isDead = false
        var hasFailed = false
        /// While it is, commits don't fail.
        var isSpared = false
    }

    let moment: Moment
    private let state = Mutex(State())

    init(_ moment: Moment) { self.moment = moment }

    /// Whether it is over: what goes on in the process reaches nobody.
    var isDead: Bool { state.withLock { $0.isDead } }
    /// Whether a commit was made to fail.
    var hasFailed: Bool { state.withLock { $0.hasFailed } }
    /// How many points there were.
    var count: Int { state.withLock { $0.count } }

    func watch(_ workspace: Workspace) {
        workspace.log.file.writer.add(transactionObserver: self, extent: .databaseLifetime)
        workspace.records.file.writer.add(transactionObserver: self, extent: .databaseLifetime)
    }

    func kill() { state.withLock { $0.isDead = true } }

    /// Keeps commits from failing while `body` runs.
    func spare(_ body: () async throws -> Void) async rethrows {
        state.withLock { $0.isSpared = true }
        defer { state.withLock { $0.isSpared = false } }
        try await body()
    }

    /// Makes an attempt to deliver that the life may end before or after.
    ///
    /// - Parameter reach: What happens at the receiver.
    func deliver(_ reach: () -> DeliveryOutcome) -> DeliveryOutcome {
        guard begin(canFail: false) else { return .failed(reason: "the process is gone") }
        let outcome = reach()
        end()
        return outcome
    }

    /// The archive is about to be told of what was folded before.
    func archive() throws {
        guard begin(canFail: true) else { throw ArchiveError.statementFailed(reason: "no room") }
        end()
    }

    // MARK: Points

    private func begin(canFail: Bool) -> Bool {
        state.withLock { state in
            if state.isDead { return false }
            state.count += 1
            if moment == .before(state.count) { state.isDead = true }
            if canFail, case .failure(let point) = moment, state.count >= point,
                !state.hasFailed, !state.isSpared
            {
                state.hasFailed = true
                return false
            }
            return !state.isDead
        }
    }

    private func end() {
        state.withLock { if moment == .after($0.count) { $0.isDead = true } }
    }

    // MARK: Commits

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }

    func databaseDidChange(with event: DatabaseEvent) {}

    func databaseWillCommit() throws {
        guard begin(canFail: true) else {
            throw DatabaseError(resultCode: .SQLITE_FULL, message: "no room")
        }
    }

    func databaseDidCommit(_ db: Database) { end() }

    func databaseDidRollback(_ db: Database) {}
}
