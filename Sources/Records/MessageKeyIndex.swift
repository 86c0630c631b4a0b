import GRDB
import Kernel

/// Knows every message key that the log holds, so that a repeat is known however late it comes.
///
/// The keys of the newest events are in memory; older ones in sorted runs (`KeyRuns`), to which the memory's
/// keys are added from time to time. The log itself is the truth: what was not yet added is read from the
/// newest blocks when the log is opened. So a commit writes one block and no random pages.
package struct MessageKeyIndex {
    /// Keys in memory before a run is added: a quarter of all, within these bounds (about 40 bytes each).
    package static let runCount = 65_536...524_288

    private var recent: [SipHash.Digest] = []
    private var recentPlaces = DigestPlaces()
    private let runs: KeyRuns
    private let runCount: ClosedRange<Int>

    init(_ db: Database, runCount: ClosedRange<Int>) throws {
        runs = try KeyRuns(db)
        self.runCount = runCount
    }

    var recentCount: Int { recent.count }

    var isRunDue: Bool {
        recent.count >= min(max(runs.count / 4, runCount.lowerBound), runCount.upperBound)
    }

    /// Takes the key in; false where it was there before.
    mutating func insert(_ key: SipHash.Digest) throws -> Bool {
        if recentPlaces[key] != nil { return false }
        // Where the look-up fails, the key isn't taken in: it stays only with an event that gets into the log.
        if try runs.number(of: key.first, where: { $0 == key.second }) != nil { return false }
        recentPlaces.set(key, recent.count)
        recent.append(key)
        return true
    }

    /// Takes the newest keys back, whose events did not get into the log.
    mutating func removeLast(_ count: Int) {
        recent.removeLast(count)
        recentPlaces = DigestPlaces()
        for (place, key) in recent.enumerated() { recentPlaces.set(key, place) }
    }

    /// Adds the keys in memory as a run, inside the caller's transaction; `didStoreRun` follows its commit.
    func storeRun() throws -> KeyRuns.Written {
        try runs.add(recent.map { KeyRuns.Pair(key: $0.first, number: $0.second) })
    }

    mutating func didStoreRun(_ written: KeyRuns.Written) {
        runs.didCommit(written)
        recent = []
        recentPlaces = DigestPlaces()
    }
}
