import GRDB
import Kernel

/// Numbers found by a 64-bit hash, in sorted runs that are written once: what a tree would spread over all
/// of its pages at every commit is written here in a row.
///
/// A log-structured merge tree (O'Neil et al. 1996) of few parts: each run is pages of sorted pairs, the
/// first key of each page (its fences, kept in memory), and a filter that answers most look-ups of keys
/// that aren't there. Four runs of about the same size are merged into one. Keys may repeat.
///
/// Used on the connection that made it, inside a transaction of the caller's: what `add` wrote holds from
/// `didCommit` on; after a rollback nothing needs to be done.
final class KeyRuns {
    struct Pair {
        var key: UInt64
        var number: UInt64

        @inline(__always)
        static func < (left: Pair, right: Pair) -> Bool {
            left.key != right.key ? left.key < right.key : left.number < right.number
        }
    }

    struct Run {
        let id: Int64
        let count: Int
        /// The page numbers start here and follow one another.
        let firstPage: Int64
        let fences: [UInt64]
        /// Nil until so many look-ups found nothing that making it has paid.
        var filter: KeyFilter?
        var misses = 0
    }

    /// Pairs of a page: its row then fits into a page of the file.
    static let pageCount = 248
    /// Look-ups that find nothing in a run before its filter is made: as many, or an eighth of its keys.
    private static let missesMin = 2_000
    /// So many runs of one size are merged.
    private static let fanIn = 4

    private var runs: [Run] = []
    private let getPage: HotStatement
    private let putPage: HotStatement
    private let putRun: HotStatement
    private let dropPages: HotStatement
    private let dropRun: HotStatement
    private let db: Database

    /// Reads the runs of a file with the tables `key_runs` and `key_pages`.
    init(_ db: Database) throws {
        self.db = db
        getPage = try HotStatement(db, "SELECT bytes FROM key_pages WHERE page = ?1")
        putPage = try HotStatement(db, "INSERT INTO key_pages (page, bytes) VALUES (?1, ?2)")
        putRun = try HotStatement(
            db,
            "INSERT INTO key_runs (id, key_count, first_page, fences) VALUES (?1, ?2, ?3, ?4)")
        dropPages = try HotStatement(db, "DELETE FROM key_pages WHERE page >= ?1 AND page < ?2")
        dropRun = try HotStatement(db, "DELETE FROM key_runs WHERE id = ?1")
        try load()
    }

    /// Reads anew which runs there are.
    func load() throws {
        runs = []
        let all = try HotStatement(
            db, "SELECT id, key_count, first_page, fences FROM key_runs ORDER BY id")
        while try all.step() {
            runs.append(
                Run(
                    id: all.integer(0), count: Int(all.integer(1)), firstPage: all.integer(2),
                    fences: all.withBlob(3) { Self.words($0) }))
        }
    }

    var count: Int { runs.reduce(0) { $0 + $1.count } }

    // MARK: Looking up

    /// The first number of a key for which `isWanted` says so; the newest run's first.
    func number(of key: UInt64, where isWanted: (UInt64) -> Bool) throws -> UInt64? {
        for index in runs.indices.reversed() {
            if let filter = runs[index].filter, !filter.mayContain(key) { continue }
            if let found = try number(of: key, in: runs[index], where: isWanted) { return found }
            try noteMiss(index)
        }
        return nil
    }

    private func number(
        of key: UInt64, in run: Run, where isWanted: (UInt64) -> Bool
    ) throws -> UInt64? {
        // The last page that begins below the key, or the first page.
        var low = 0
        var high = run.fences.count
        while low < high {
            let middle = (low + high) / 2
            if run.fences[middle] < key { low = middle + 1 } else { high = middle }
        }
        var page = max(low - 1, 0)
        while page < run.fences.count, run.fences[page] <= key {
            getPage.bind(1, run.firstPage + Int64(page))
            guard try getPage.step() else {
                throw StorageFailure.damaged("page \(page) of key run \(run.id) is missing")
            }
            defer { getPage.reset() }
            let found = getPage.withBlob(0) { Self.search($0, key, isWanted) }
            if let found { return found }
            page += 1
        }
        return nil
    }

    private static func search(
        _ page: UnsafeRawBufferPointer, _ key: UInt64, _ isWanted: (UInt64) -> Bool
    ) -> UInt64? {
        var low = 0
        var high = page.count / 16
        let count = high
        while low < high {
            let middle = (low + high) / 2
            if word(page, middle * 2) < key { low = middle + 1 } else { high = middle }
        }
        while low < count, word(page, low * 2) == key {
            let number = word(page, low * 2 + 1)
            if isWanted(number) { return number }
            low += 1
        }
        return nil
    }

    /// Goes through all pairs, each run's in their order.
    func each(_ body: (Pair) -> Void) throws {
        for run in runs {
            var cursor = try Cursor(db, run)
            while let pair = cursor.pair {
                body(pair)
                try cursor.advance()
            }
        }
    }

    private func noteMiss(_ index: Int) throws {
        guard runs[index].filter == nil else { return }
        runs[index].misses += 1
        guard runs[index].misses >= max(Self.missesMin, runs[index].count / 8) else { return }
        var filter = KeyFilter(capacity: runs[index].count)
        var cursor = try Cursor(db, runs[index])
        while let pair = cursor.pair {
            filter.insert(pair.key)
            try cursor.advance()
        }
        runs[index].filter = filter
    }

    // MARK: Writing

    /// What a transaction wrote, to be taken over once it is committed.
    struct Written {
        fileprivate var runs: [Run]
    }

    /// Writes a run of these pairs, and merges runs where that is due.
    func add(_ pairs: [Pair]) throws -> Written {
        var written = Written(runs: runs)
        if pairs.isEmpty { return written }
        var writer = RunWriter(
            id: nextID(written.runs), firstPage: nextPage(written.runs), capacity: pairs.count,
            putPage)
        for pair in pairs.sorted(by: <) { try writer.append(pair) }
        try finish(&writer, &written)
        while let due = Self.dueForMerging(written.runs) {
            try merge(due, &written)
        }
        return written
    }

    func didCommit(_ written: Written) { runs = written.runs }

    /// Deletes all runs.
    func removeAll() throws -> Written {
        try db.execute(sql: "DELETE FROM key_runs; DELETE FROM key_pages")
        return Written(runs: [])
    }

    private func finish(_ writer: inout RunWriter, _ written: inout Written) throws {
        let run = try writer.finish()
        putRun.bind(1, run.id)
        putRun.bind(2, Int64(run.count))
        putRun.bind(3, run.firstPage)
        let fences = Self.bytes(run.fences)
        putRun.bind(4, blob: fences.span)
        try putRun.run()
        written.runs.append(run)
    }

    /// The newest runs, where they are `fanIn` of one size or less.
    private static func dueForMerging(_ runs: [Run]) -> Range<Int>? {
        guard runs.count >= fanIn else { return nil }
        let newest = (runs.count - fanIn)..<runs.count
        let largest = runs[newest.lowerBound].count
        let rest = runs[newest.dropFirst()].reduce(0) { $0 + $1.count }
        return largest <= rest ? newest : nil
    }

    private func merge(_ range: Range<Int>, _ written: inout Written) throws {
        let merged = Array(written.runs[range])
        var cursors = try merged.map { try Cursor(db, $0) }
        var writer = RunWriter(
            id: nextID(written.runs), firstPage: nextPage(written.runs),
            capacity: merged.reduce(0) { $0 + $1.count }, putPage)
        while true {
            var least: Int?
            for index in cursors.indices {
                guard let pair = cursors[index].pair else { continue }
                if let found = least, let other = cursors[found].pair, !(pair < other) { continue }
                least = index
            }
            guard let least, let pair = cursors[least].pair else { break }
            try writer.append(pair)
            try cursors[least].advance()
        }
        written.runs.removeSubrange(range)
        for run in merged {
            dropRun.bind(1, run.id)
            try dropRun.run()
            dropPages.bind(1, run.firstPage)
            dropPages.bind(2, run.firstPage + Int64(run.fences.count))
            try dropPages.run()
        }
        try finish(&writer, &written)
    }

    private func nextID(_ runs: [Run]) -> Int64 { (runs.map(\.id).max() ?? 0) + 1 }

    private func nextPage(_ runs: [Run]) -> Int64 {
        runs.map { $0.firstPage + Int64($0.fences.count) }.max() ?? 1
    }
}

/// Goes through a run's pairs in their order.
private struct Cursor {
    private let statement: HotStatement
    private let run: KeyRuns.Run
    private var page = 0
    private var words: [UInt64] = []
    private var index = 0

    init(_ db: Database, _ run: KeyRuns.Run) throws {
        statement = try HotStatement(db, "SELECT bytes FROM key_pages WHERE page = ?1")
        self.run = run
        try readPage()
    }

    /// The pair at hand; nil at the end.
    var pair: KeyRuns.Pair? {
        index + 1 < words.count
            ? KeyRuns.Pair(key: words[index], number: words[index + 1]) : nil
    }

    mutating func advance() throws {
        index += 2
        if index >= words.count { try readPage() }
    }

    private mutating func readPage() throws {
        words = []
        index = 0
        guard page < run.fences.count else { return }
        statement.bind(1, run.firstPage + Int64(page))
        guard try statement.step() else {
            throw StorageFailure.damaged("page \(page) of key run \(run.id) is missing")
        }
        words = statement.withBlob(0) { KeyRuns.words($0) }
        statement.reset()
        page += 1
    }
}

/// Writes a run page by page.
private struct RunWriter {
    private let id: Int64
    private let firstPage: Int64
    private let putPage: HotStatement
    private var fences: [UInt64] = []
    private var words: [UInt64] = []
    private var filter: KeyFilter
    private var count = 0

    init(id: Int64, firstPage: Int64, capacity: Int, _ putPage: HotStatement) {
        self.id = id
        self.firstPage = firstPage
        self.putPage = putPage
        filter = KeyFilter(capacity: capacity)
        words.reserveCapacity(KeyRuns.pageCount * 2)
    }

    mutating func append(_ pair: KeyRuns.Pair) throws {
        if words.isEmpty { fences.append(pair.key) }
        words.append(pair.key)
        words.append(pair.number)
        filter.insert(pair.key)
        count += 1
        if words.count == KeyRuns.pageCount * 2 { try writePage() }
    }

    private mutating func writePage() throws {
        putPage.bind(1, firstPage + Int64(fences.count - 1))
        let bytes = KeyRuns.bytes(words)
        putPage.bind(2, blob: bytes.span)
        try putPage.run()
        words.removeAll(keepingCapacity: true)
    }

    mutating func finish() throws -> KeyRuns.Run {
        if !words.isEmpty { try writePage() }
        return KeyRuns.Run(
            id: id, count: count, firstPage: firstPage, fences: fences, filter: filter)
    }
}

extension KeyRuns {
    /// A word of little-endian bytes. The bytes of a row needn't be aligned.
    @inline(__always)
    fileprivate static func word(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }

    fileprivate static func words(_ bytes: UnsafeRawBufferPointer) -> [UInt64] {
        (0..<(bytes.count / 8)).map { word(bytes, $0) }
    }

    fileprivate static func bytes(_ words: [UInt64]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: words.count * 8) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            for (index, word) in words.enumerated() {
                raw.storeBytes(of: word.littleEndian, toByteOffset: index * 8, as: UInt64.self)
            }
            count = words.count * 8
        }
    }
}
