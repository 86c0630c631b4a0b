import GRDB
import Kernel

/// Finds the rows of orders by the hashes of their ids: those of the newest orders in memory, older ones in
/// sorted runs. What isn't in a run yet is read from the newest rows when the records are opened.
///
/// Used inside fold transactions; after one that failed, `load` makes it what the tables say.
final class OrderIndex {
    /// Keys in memory before a run is added: a quarter of all, within these bounds.
    private static let runCount = 65_536...524_288

    private let db: Database
    private let pages: OrderPages
    private let runs: KeyRuns
    private var recent: [(key: Int64, place: Int64)] = []
    private var recentPlaces = NumberPlaces()

    init(_ db: Database, _ pages: OrderPages) throws {
        self.db = db
        self.pages = pages
        runs = try KeyRuns(db)
        try load()
    }

    /// Reads anew what the tables hold.
    func load() throws {
        try runs.load()
        forgetRecent()
        let indexed =
            try Int64.fetchOne(
                db, sql: "SELECT value FROM fold_state WHERE name = 'indexed_order'") ?? 0
        try pages.forEach(after: indexed) { insert($0.key, at: $0.place) }
    }

    private func forgetRecent() {
        recent = []
        recentPlaces = NumberPlaces()
    }

    /// The row of an order; nil for one that isn't stored.
    func place(of key: Int64) throws -> Int64? {
        if let index = recentPlaces[key] { return recent[index].place }
        let found = try runs.number(of: UInt64(bitPattern: key), where: { _ in true })
        return found.map { Int64(bitPattern: $0) }
    }

    /// Takes in an order that wasn't stored before.
    func insert(_ key: Int64, at place: Int64) {
        recentPlaces.set(key, recent.count)
        recent.append((key, place))
    }

    /// Moves the keys in memory to a run where that is due, inside the caller's transaction.
    ///
    /// - Parameter position: Up to where the log is folded; no order's place is beyond.
    /// - Returns: What `didCommit` is to be told after the commit; nil where nothing was due.
    func storeRunWhereDue(through position: Int64) throws -> KeyRuns.Written? {
        let due = min(max(runs.count / 4, Self.runCount.lowerBound), Self.runCount.upperBound)
        guard recent.count >= due else { return nil }
        let pairs = recent.map { recent in
            KeyRuns.Pair(
                key: UInt64(bitPattern: recent.key), number: UInt64(bitPattern: recent.place))
        }
        let written = try runs.add(pairs)
        try db.execute(
            sql: """
                INSERT INTO fold_state (name, value) VALUES ('indexed_order', ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """, arguments: [position])
        return written
    }

    func didCommit(_ written: KeyRuns.Written) {
        runs.didCommit(written)
        forgetRecent()
    }
}
