import GRDB
import Kernel

/// Finds operations by their ids, without a tree that each of them would change a page of.
///
/// The newest ones' ids are in memory as hashes; older ones' in sorted runs (`KeyRuns`), to which the memory is added from
/// time to time. The operations are the truth: those that are in no run are read when the file is opened, and where
/// another process added some. Numbers are given without a gap, so a place among the newest is a number.
///
/// Used on the connection that made it, inside a transaction: `begin()` first and `storeRunIfDue()` last, then `didCommit()`
/// or `undo()`.
final class LedgerOperationIndex {
    /// Ids in memory before a run is added: a quarter of all, within these bounds.
    static let runCount = 32_768...131_072

    private let runs: KeyRuns
    private let runCount: ClosedRange<Int>
    private let lastNumber: HotStatement
    private let newer: HotStatement
    private let isCalled: HotStatement
    private var keys = LedgerOperationKeys()
    /// Of the operations that are in no run, in the order of their numbers.
    private var recent: [SipHash.Digest] = []
    private var places = DigestPlaces()
    /// How many of them are committed.
    private var keptCount = 0
    /// A run of all of them that isn't committed yet.
    private var written: KeyRuns.Written?

    init(_ db: Database, runCount: ClosedRange<Int> = LedgerOperationIndex.runCount) throws {
        runs = try KeyRuns(db)
        self.runCount = runCount
        lastNumber = try HotStatement(
            db, "SELECT coalesce(max(number), 0) FROM ledger_operations")
        newer = try HotStatement(
            db,
            """
            SELECT number, program, operation FROM ledger_operations WHERE number > ?1
            ORDER BY number
            """)
        isCalled = try HotStatement(
            db,
            """
            SELECT 1 FROM ledger_operations
            WHERE number = ?1 AND program = ?2 AND operation = ?3
            """)
    }

    /// The number that the next operation gets.
    var nextNumber: Int64 { Int64(runs.count + recent.count) + 1 }

    /// Learns of what another process added.
    func begin() throws {
        guard try lastNumber.step() else { return }
        let last = lastNumber.integer(0)
        lastNumber.reset()
        if last + 1 != nextNumber { try load() }
    }

    func number(_ program: String, _ id: String) throws -> Int64? {
        try number(of: digest(program, id), program, id)
    }

    /// Takes the next operation in, whose id was looked for since the transaction began: there is none of it.
    ///
    /// - Returns: Its number.
    func insert(_ digest: SipHash.Digest) -> Int64 {
        places.set(digest, recent.count)
        recent.append(digest)
        return nextNumber - 1
    }

    /// Takes the next operation's id in.
    ///
    /// - Returns: False where there is one of that id; nothing changes then.
    func insert(_ program: String, _ id: String) throws -> Bool {
        let digest = digest(program, id)
        if try number(of: digest, program, id) != nil { return false }
        _ = insert(digest)
        return true
    }

    /// Adds a run where that is due; the last thing of the transaction that keeps the operations.
    func storeRunIfDue() throws {
        let due = min(max(runs.count / 4, runCount.lowerBound), runCount.upperBound)
        guard recent.count >= due else { return }
        let first = UInt64(runs.count) + 1
        let pairs = recent.enumerated().map {
            KeyRuns.Pair(key: $1.first, number: first + UInt64($0))
        }
        written = try runs.add(pairs)
    }

    func didCommit() {
        if let written {
            runs.didCommit(written)
            // As many come again.
            places = DigestPlaces(reserving: recent.count)
            recent.removeAll(keepingCapacity: true)
        }
        written = nil
        keptCount = recent.count
    }

    /// Forgets what wasn't committed.
    func undo() {
        written = nil
        guard recent.count > keptCount else { return }
        recent.removeLast(recent.count - keptCount)
        places = DigestPlaces()
        for (place, digest) in recent.enumerated() { places.set(digest, place) }
    }

    /// What `check()` compares: all pairs of an index come to the same number, in whatever order.
    static func mixed(key: UInt64, number: UInt64) -> UInt64 {
        // SplitMix64's finish (Steele, Lea & Flood 2014).
        var mixed = key ^ (number &* 0x9e37_79b9_7f4a_7c15)
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// What is found under an operation's id in the runs.
    func key(_ program: String, _ id: String) -> UInt64 { digest(program, id).first }

    /// How many operations the runs have, and what their pairs come to.
    func runsSum() throws -> (count: Int, sum: UInt64) {
        var sum: UInt64 = 0
        try runs.each { sum &+= Self.mixed(key: $0.key, number: $0.number) }
        return (runs.count, sum)
    }

    func number(
        of digest: SipHash.Digest, _ program: String, _ id: String
    ) throws -> Int64? {
        if let place = places[digest] { return Int64(runs.count + place) + 1 }
        var failure: (any Error)?
        let found = try runs.number(of: digest.first) { number in
            do {
                isCalled.bind(1, Int64(bitPattern: number))
                isCalled.bind(2, text: program)
                isCalled.bind(3, text: id)
                return try isCalled.exists()
            } catch {
                failure = error
                return true
            }
        }
        if let failure { throw failure }
        return found.map { Int64(bitPattern: $0) }
    }

    /// What an operation's id is found by.
    func digest(_ program: String, _ id: String) -> SipHash.Digest { keys.key(program, id) }

    private func load() throws {
        try runs.load()
        recent = []
        places = DigestPlaces()
        newer.bind(1, Int64(runs.count))
        while try newer.step() {
            // Where one is gone, those after it keep their numbers.
            while nextNumber < newer.integer(0) {
                recent.append(SipHash.Digest(first: 0, second: 0))
            }
            let digest = digest(newer.text(1), newer.text(2))
            places.set(digest, recent.count)
            recent.append(digest)
        }
        keptCount = recent.count
    }
}
