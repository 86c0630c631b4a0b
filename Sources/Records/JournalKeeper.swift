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
    /// Pages in the journal from which it is taken in beside the writer, and by the writer.
    static let (besideMin, withinMin) = (Int32(8000), Int32(48_000))

    private let path: String
    private let queue: DispatchQueue
    private let isUnderWay = Mutex(false)
    private let number: Int

    /// Who is asked by which number: a C function has no other way to know.
    private static let keepers = Mutex<(next: Int, all: [Int: Weak])>((1, [:]))

    private struct Weak: Sendable {
        weak let keeper: JournalKeeper?
    }

    init(path: String, label: String) {
        self.path = path
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
                    // A reader may keep it from going through; it's tried again after the next commit.
                    sqlite3_wal_checkpoint_v2(
                        connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
                } else {
                    JournalKeeper.keeper(Int(bitPattern: context))?.takeIn()
                }
                return SQLITE_OK
            }, UnsafeMutableRawPointer(bitPattern: number))
    }

    private static func keeper(_ number: Int) -> JournalKeeper? {
        keepers.withLock { $0.all[number]?.keeper }
    }

    private func takeIn() {
        let isFree = isUnderWay.withLock { isUnderWay in
            defer { isUnderWay = true }
            return !isUnderWay
        }
        guard isFree else { return }
        queue.async { [weak self, path] in
            // What isn't taken in now is after another commit.
            let connection = try? DatabaseQueue(path: path)
            _ = try? connection?.writeWithoutTransaction { try $0.checkpoint(.passive) }
            try? connection?.close()
            self?.isUnderWay.withLock { $0 = false }
        }
    }
}
