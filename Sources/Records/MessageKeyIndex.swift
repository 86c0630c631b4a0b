import GRDB
import Kernel

/// Knows every message key that the log holds, so that a repeat is known however late it comes.
///
/// The keys of the newest events are in memory; older ones in `message_keys`, a tree in key order, to which
/// the memory's keys are added in sorted runs. The log itself is the truth: what was not yet added is read
/// from the newest blocks when the log is opened. So a commit writes one block and no random pages.
package struct MessageKeyIndex {
    /// Keys in memory before a run is added: a quarter of all, within these bounds (about 40 bytes each).
    package static let runCount = 65_536...524_288

    private var recent: Set<SipHash.Digest> = []
    private var storedCount: Int
    private let runCount: ClosedRange<Int>
    private let lookup: HotStatement
    private let insertion: HotStatement

    init(_ db: Database, storedCount: Int, runCount: ClosedRange<Int>) throws {
        self.storedCount = storedCount
        self.runCount = runCount
        lookup = try HotStatement(
            db, "SELECT 1 FROM message_keys WHERE key_high = ?1 AND key_low = ?2")
        insertion = try HotStatement(
            db,
            """
            INSERT INTO message_keys (key_high, key_low) VALUES (?1, ?2)
            ON CONFLICT (key_high, key_low) DO NOTHING
            """)
    }

    var recentCount: Int { recent.count }

    var isRunDue: Bool {
        recent.count >= min(max(storedCount / 4, runCount.lowerBound), runCount.upperBound)
    }

    /// Takes the key in; false where it was there before.
    mutating func insert(_ key: SipHash.Digest) throws -> Bool {
        guard recent.insert(key).inserted else { return false }
        guard storedCount > 0 else { return true }
        lookup.bind(1, Int64(bitPattern: key.first))
        lookup.bind(2, Int64(bitPattern: key.second))
        var isStored = true
        // Also where the look-up fails: a key stays only with an event that gets into the log.
        defer { if isStored { recent.remove(key) } }
        isStored = try lookup.exists()
        return !isStored
    }

    /// Takes keys back whose events did not get into the log.
    mutating func remove(_ keys: some Sequence<SipHash.Digest>) {
        for key in keys { recent.remove(key) }
    }

    /// Adds the keys in memory to the tree, inside the caller's transaction; `didStoreRun` follows its commit.
    func storeRun() throws {
        let sorted = recent.sorted {
            (Int64(bitPattern: $0.first), Int64(bitPattern: $0.second))
                < (Int64(bitPattern: $1.first), Int64(bitPattern: $1.second))
        }
        for key in sorted {
            insertion.bind(1, Int64(bitPattern: key.first))
            insertion.bind(2, Int64(bitPattern: key.second))
            try insertion.run()
        }
    }

    mutating func didStoreRun() {
        storedCount += recent.count
        recent.removeAll(keepingCapacity: storedCount < runCount.lowerBound * 4)
    }
}
