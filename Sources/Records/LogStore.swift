package import Events
import GRDB
package import Kernel
import Synchronization

/// The durable, ordered log of events: the one truth, from which everything else is folded.
///
/// Every commit appends one block of framed events and is synced before it returns. Positions count events
/// from 1 without gaps. All calls are synchronous and may come from any thread; appends wait for one another.
package final class LogStore: Sendable {
    /// What became of one prepared block.
    package struct Appended: Sendable, Equatable {
        /// Events that are new in the log.
        package var accepted: Int
        /// Events whose message id the log already held.
        package var repeated: Int
    }

    /// A block as it is stored.
    package struct StoredBlock: Sendable {
        package let firstPosition: Int64
        package let receivedAt: Timestamp
        package let block: EventBlock

        package var lastPosition: Int64 { firstPosition + Int64(block.count) - 1 }
    }

    /// The keyed hash that makes message keys.
    package let hash: SipHash
    let file: SQLiteFile
    private let writing: WritingState
    /// What readers may know of `writing.lastPosition`.
    private let committed: Mutex<Int64>
    private let stopped = Mutex(false)

    /// State of the writing connection, only touched inside `file.writer`'s queue.
    ///
    /// `@unchecked Sendable`: GRDB's queue runs one closure at a time, and every use is inside such a closure.
    private final class WritingState: @unchecked Sendable {
        var keys: MessageKeyIndex
        let insertBlock: HotStatement
        var lastPosition: Int64

        init(_ db: Database, hash: SipHash, keyRunCount: ClosedRange<Int>) throws {
            insertBlock = try HotStatement(
                db,
                """
                INSERT INTO log_blocks (first_position, event_count, received_at, codec, bytes)
                VALUES (?1, ?2, ?3, ?4, ?5)
                """)
            lastPosition =
                try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT first_position + event_count - 1 FROM log_blocks
                        ORDER BY first_position DESC LIMIT 1
                        """) ?? 0
            let indexed =
                try Int64.fetchOne(
                    db, sql: "SELECT value FROM log_state WHERE name = 'indexed_position'") ?? 0
            keys = try MessageKeyIndex(db, runCount: keyRunCount)
            let newest = try HotStatement(
                db,
                """
                SELECT first_position, bytes, event_count FROM log_blocks
                WHERE first_position > ?1 ORDER BY first_position
                """)
            newest.bind(1, indexed)
            while try newest.step() {
                let block: PreparedBlock
                do throws(ByteReader.Damaged) {
                    block = try PreparedBlock(bytes: newest.blob(1), hash: hash)
                } catch {
                    throw StorageFailure.damaged(
                        "block \(newest.integer(0)), byte \(error.offset)")
                }
                guard block.entries.count == Int(newest.integer(2)) else {
                    throw StorageFailure.damaged(
                        "block \(newest.integer(0)) holds \(block.entries.count) events, "
                            + "not \(newest.integer(2))")
                }
                for entry in block.entries { _ = try keys.insert(entry.key) }
                if keys.isRunDue {
                    try storeKeyRun(db, through: newest.integer(0) + newest.integer(2) - 1)
                }
            }
        }

        /// Moves the keys in memory to their runs. A failure loses nothing: they are read from the log again.
        func storeKeyRun(_ db: Database, through position: Int64) throws {
            var written: KeyRuns.Written?
            try db.inTransaction {
                written = try keys.storeRun()
                try db.execute(
                    sql: """
                        INSERT INTO log_state (name, value) VALUES ('indexed_position', ?)
                        ON CONFLICT (name) DO UPDATE SET value = excluded.value
                        """, arguments: [position])
                return .commit
            }
            if let written { keys.didStoreRun(written) }
        }
    }

    /// - Parameters:
    ///   - path: The file, created where it doesn't exist.
    ///   - hash: The workspace's keyed hash, which made the stored keys and will make all later ones.
    ///   - keyRunCount: Keys in memory before they are moved to their runs.
    /// - Throws: `StorageFailure.damaged` where a block that is read isn't frames; `DatabaseError`.
    package init(
        path: String, hash: SipHash, keyRunCount: ClosedRange<Int> = MessageKeyIndex.runCount
    ) throws {
        let file = try SQLiteFile(
            path: path, durability: .everyCommit, cacheKiB: 8192,
            migrator: LogMigrations.migrator)
        self.file = file
        self.hash = hash
        let writing = try file.writer.writeWithoutTransaction { db in
            try WritingState(db, hash: hash, keyRunCount: keyRunCount)
        }
        self.writing = writing
        committed = Mutex(writing.lastPosition)
    }

    /// The position of the newest event; 0 for an empty log.
    package var lastPosition: Int64 { committed.withLock { $0 } }

    /// Whether the disk failed, so that nothing more is written until a restart.
    package var isStopped: Bool { stopped.withLock { $0 } }

    /// Appends what is new of the blocks, all in one commit, and returns after its sync.
    ///
    /// - Returns: For each block, in order, how many events were new and how many repeats.
    /// - Throws: `StorageFailure`; nothing of the call is in the log then.
    package func append(_ blocks: [PreparedBlock], receivedAt: Timestamp) throws -> [Appended] {
        try file.writer.writeWithoutTransaction { db in
            guard !isStopped else { throw StorageFailure.stopped }
            var results: [Appended] = []
            results.reserveCapacity(blocks.count)
            var bytes: [UInt8] = []
            var added: [SipHash.Digest] = []
            do {
                // One transaction also for the look-ups: without one, each would begin and end its own.
                try db.inTransaction(.immediate) {
                    for block in blocks {
                        let before = added.count
                        try collect(block, into: &bytes, &added, isAlone: blocks.count == 1)
                        let accepted = added.count - before
                        results.append(
                            Appended(accepted: accepted, repeated: block.entries.count - accepted))
                    }
                    guard !added.isEmpty else { return .rollback }
                    writing.insertBlock.bind(1, writing.lastPosition + 1)
                    writing.insertBlock.bind(2, Int64(added.count))
                    writing.insertBlock.bind(3, receivedAt.milliseconds)
                    writing.insertBlock.bind(4, Int64(EventBlock.codec))
                    writing.insertBlock.bind(5, blob: bytes.span)
                    try writing.insertBlock.run()
                    return .commit
                }
                guard !added.isEmpty else { return results }
            } catch {
                writing.keys.removeLast(added.count)
                throw translate(error)
            }
            writing.lastPosition += Int64(added.count)
            committed.withLock { $0 = writing.lastPosition }
            if writing.keys.isRunDue {
                try? writing.storeKeyRun(db, through: writing.lastPosition)
            }
            return results
        }
    }

    /// Adds the new events' frames and keys; a repeat, also within the call, is left out.
    private func collect(
        _ block: PreparedBlock, into bytes: inout [UInt8], _ added: inout [SipHash.Digest],
        isAlone: Bool
    ) throws {
        var runStart = 0
        let before = added.count
        for entry in block.entries {
            if try writing.keys.insert(entry.key) {
                added.append(entry.key)
            } else {
                bytes.append(contentsOf: block.bytes[runStart..<entry.range.lowerBound])
                runStart = entry.range.upperBound
            }
        }
        if isAlone, added.count - before == block.entries.count {
            bytes = block.bytes
        } else {
            bytes.append(contentsOf: block.bytes[runStart...])
        }
    }

    private func translate(_ error: any Error) -> any Error {
        guard let failure = StorageFailure(error) else { return error }
        if case .disk = failure { stopped.withLock { $0 = true } }
        return failure
    }

    /// How many of an import's events are in the log already, as noted after they were; 0 for a new source.
    ///
    /// Kept beside the events, so that a log that is restored from an older copy knows no more than it holds.
    package func importedEvents(source: String) throws -> Int {
        try file.reader.read { db in
            try Int.fetchOne(
                db, sql: "SELECT events_done FROM imports WHERE source = ?", arguments: [source])
                ?? 0
        }
    }

    package func setImportedEvents(source: String, to count: Int) throws {
        try file.writer.write { db in
            try db.execute(
                sql: """
                    INSERT INTO imports (source, events_done) VALUES (?, ?)
                    ON CONFLICT (source) DO UPDATE SET events_done = excluded.events_done
                    """, arguments: [source, count])
        }
    }

    /// The blocks after a position, oldest first, up to about `byteCountMax` bytes (at least one block).
    package func blocks(after position: Int64, byteCountMax: Int) throws -> [StoredBlock] {
        try file.reader.read { db in
            var result: [StoredBlock] = []
            var byteCount = 0
            let statement = try HotStatement(
                db,
                """
                SELECT first_position, received_at, codec, bytes, event_count FROM log_blocks
                WHERE first_position > ?1 ORDER BY first_position
                """)
            statement.bind(1, position)
            while byteCount < byteCountMax, try statement.step() {
                let first = statement.integer(0)
                guard statement.integer(2) == Int64(EventBlock.codec) else {
                    throw StorageFailure.damaged(
                        "block \(first) has form \(statement.integer(2)), which is not known here")
                }
                let bytes = statement.blob(3)
                byteCount += bytes.count
                let block: EventBlock
                do throws(ByteReader.Damaged) {
                    block = try EventBlock(decoding: bytes)
                } catch {
                    throw StorageFailure.damaged("block \(first), byte \(error.offset)")
                }
                guard block.count == Int(statement.integer(4)) else {
                    throw StorageFailure.damaged(
                        "block \(first) holds \(block.count) events, not \(statement.integer(4))")
                }
                result.append(
                    StoredBlock(
                        firstPosition: first,
                        receivedAt: Timestamp(milliseconds: statement.integer(1)), block: block))
            }
            statement.reset()
            return result
        }
    }

    /// The block that holds an event; nil where the log has no such position.
    package func block(holding position: Int64) throws -> StoredBlock? {
        let first = try file.reader.read { db in
            try Int64.fetchOne(
                db,
                sql: """
                    SELECT first_position FROM log_blocks
                    WHERE first_position <= ? AND first_position + event_count > ?
                    ORDER BY first_position DESC LIMIT 1
                    """, arguments: [position, position])
        }
        guard let first else { return nil }
        return try blocks(after: first - 1, byteCountMax: 1).first
    }

    /// What `reserveSpace` writes; where SQLite overwrites what it deletes, the journal gets twice as long.
    private static let reservedBytes = 16 << 20

    /// Makes the write-ahead log as long as it gets between checkpoints, so that a commit's sync doesn't also have
    /// to record a longer file (which takes several times as long). For a server; costs a moment and some disk.
    package func reserveSpace() throws {
        try file.writer.writeWithoutTransaction { db in
            try db.execute(sql: "CREATE TABLE reserve (bytes BLOB NOT NULL) STRICT")
            try db.execute(
                sql: "INSERT INTO reserve (bytes) VALUES (zeroblob(?))",
                arguments: [Self.reservedBytes])
            try db.execute(sql: "DROP TABLE reserve")
            // Refused while the journal is taken in beside this connection, which takes no longer than a moment.
            for _ in 0..<100 {
                let row = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(RESTART)")
                if row.map({ $0[0] == 0 }) ?? true { break }
                file.awaitJournal()
            }
            // What was written isn't read again.
            try db.execute(sql: "PRAGMA shrink_memory")
        }
    }

    /// Gives back the memory that a long stretch of writing took.
    package func releaseMemory() { file.releaseMemory() }

    /// Puts away what is kept in memory, so that the next opening reads less. Not needed for safety.
    package func settle() throws {
        try file.writer.writeWithoutTransaction { db in
            if writing.keys.recentCount > 0, !isStopped {
                try writing.storeKeyRun(db, through: writing.lastPosition)
            }
        }
        file.awaitJournal()
    }
}
