import Dispatch
import GRDB
import GRDBSQLite
import Synchronization

/// Takes a file's journal into the file beside the connection that writes, so that no commit waits for it: what is
/// committed at that moment would otherwise wait for many megabytes.
///
/// SQLite does so within a commit (https://www.sqlite.org/wal.html#ckpt). That stays for where the writer is
/// faster than this.
final class JournalKeeper: Sendable {
    /// Pages in the journal from which it is taken in beside the writer: few, so that little is written at once, unless
    /// that was done a moment ago, since pages that change with every batch are written once for many.
    static let besideMin = Int32(2000)
    /// Pages from which the writer takes it in: what was committed while it was taken in beside it, without which the
    /// journal doesn't begin anew.
    static let withinMin = Int32(16_000)
    /// Pages that were added since the last time from which it is taken in beside the writer at once, where that is asked
    /// for: the writer would have to do it else.
    static let manyMin = Int32(4000)
    /// How long ago the last time must be.
    private static let momentNs: UInt64 = 2_000_000_000

    private let path: String
    private let isPrompt: Bool
    private let queue: DispatchQueue
    private let turn = Mutex(Turn())
    private let number: Int

    private struct Turn {
        var isUnderWay = false
        var endedNs: UInt64 = 0
        /// Pages that were there when it began.
        var pageCount: Int32 = 0
    }

    /// Who is asked by which number: a C function has no other way to know.
    private static let keepers = Mutex<(next: Int, all: [Int: Weak])>((1, [:]))

    private struct Weak: Sendable {
        weak let keeper: JournalKeeper?
    }

    /// - Parameter isPrompt: Whether much is taken in at once, also a moment after the last time: for a file whose
    ///   commits somebody waits for, and change few pages twice.
    init(path: String, label: String, isPrompt: Bool = false) {
        self.path = path
        self.isPrompt = isPrompt
        queue = DispatchQueue(label: label + ".journal", qos: .utility)
        number = Self.keepers.withLock { keepers in
            defer { keepers.next += 1 }
            return keepers.next
        }
        Self.keepers.withLock { $0.all[number] = Weak(keeper: self) }
    }

    deinit {
        let number = number
        Self.keepers.withLock { $0.all[number] = nil }
    }

    /// Has itself told of each commit; instead of SQLite's own `wal_autocheckpoint`.
    func watch(_ db: Database) {
        sqlite3_wal_hook(
            db.sqliteConnection,
            { context, connection, _, pageCount in
                guard pageCount >= JournalKeeper.besideMin else { return SQLITE_OK }
                if pageCount >= JournalKeeper.withinMin {
                    // A reader may keep it from going through, or that it is being done; it's tried again after the
                    // next commit.
                    sqlite3_wal_checkpoint_v2(
                        connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
                } else {
                    JournalKeeper.keeper(Int(bitPattern: context))?.takeIn(pageCount)
                }
                return SQLITE_OK
            }, UnsafeMutableRawPointer(bitPattern: number))
    }

    /// Returns once nothing is under way.
    func wait() { queue.sync {} }

    private static func keeper(_ number: Int) -> JournalKeeper? {
        keepers.withLock { $0.all[number]?.keeper }
    }

    private func takeIn(_ pageCount: Int32) {
        let isMyTurn = turn.withLock { turn in
            if turn.isUnderWay { return false }
            let passedNs = DispatchTime.now().uptimeNanoseconds - turn.endedNs
            // The journal may have begun anew since.
            let added = pageCount < turn.pageCount ? pageCount : pageCount - turn.pageCount
            turn.isUnderWay = passedNs >= Self.momentNs || isPrompt && added >= Self.manyMin
            if turn.isUnderWay { turn.pageCount = pageCount }
            return turn.isUnderWay
        }
        guard isMyTurn else { return }
        queue.async { [weak self, path] in
            // Nothing is made where a file was.
            guard let self else { return }
            // What isn't taken in now is after another commit.
            let connection = try? DatabaseQueue(path: path)
            _ = try? connection?.writeWithoutTransaction { try $0.checkpoint(.passive) }
            try? connection?.close()
            let now = DispatchTime.now().uptimeNanoseconds
            self.turn.withLock { turn in
                turn.isUnderWay = false
                turn.endedNs = now
            }
        }
    }
}
