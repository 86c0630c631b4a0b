import Analytics
import Events
import Kernel
import Records

/// Small batches that are folded and that the archive is told later, gathered: each of its transactions costs the same
/// whether it brings one event or thousands, and what is decided must not wait for it.
///
/// They are kept in the records, in the transaction that folded them, so that none is lost where the machine stops.
struct ArchiveBacklog {
    /// The batches, in the order of folding.
    private(set) var batches: [ArchiveBatch] = []
    private(set) var eventCount = 0
    private(set) var byteCount = 0
    /// Whether the archive is being told.
    var isUnderWay = false
    /// Whether it is arranged that it will be.
    var isArranged = false
    /// Up to where the archive's batches can be dropped from the records; 0 for none.
    var droppable: Int64 = 0

    var isEmpty: Bool { batches.isEmpty }

    mutating func add(_ batch: ArchiveBatch) {
        batches.append(batch)
        eventCount += batch.eventCount
        byteCount += batch.byteCount
    }

    /// Leaves out what the archive has.
    mutating func drop(through position: Int64) {
        guard let last = batches.last(where: { $0.throughPosition <= position }) else { return }
        batches.removeAll { $0.throughPosition <= position }
        eventCount = batches.reduce(0) { $0 + $1.eventCount }
        byteCount = batches.reduce(0) { $0 + $1.byteCount }
        droppable = max(droppable, last.throughPosition)
    }

    /// What an earlier life of the workspace left to tell an archive that has all through a position.
    ///
    /// - Throws: `ByteReader.Damaged`, and what the stores throw.
    static func left(
        _ log: LogStore, _ records: RecordsStore, after position: Int64
    ) throws -> [ArchiveBatch] {
        try records.archiveBacklog(after: position).map { bytes in
            try ArchiveBatch(decoding: bytes.span) { first in
                let blocks = try log.blocks(after: first - 1, byteCountMax: 1)
                guard let stored = blocks.first, stored.firstPosition == first else {
                    throw ByteReader.Damaged(offset: 0)
                }
                return (stored.block, stored.receivedAt)
            }
        }
    }
}

extension ArchiveBatch {
    /// How many events it brings.
    var eventCount: Int { blocks.reduce(0) { $0 + $1.customers.count } }
    /// The bytes of the blocks that they are in.
    var byteCount: Int { blocks.reduce(0) { $0 + $1.block.bytes.count } }
}

/// What becomes of a fold's pieces for the archive: few are kept for later, many are written while the fold goes on.
final class ArchiveHandover {
    /// From so many events or bytes on the archive is told at once.
    private let countMax: Int
    private static let byteCountMax = 8 << 20
    private let start: () -> ArchivingTask
    private var task: ArchivingTask?
    private var backlog: [ArchiveBatch]
    private var held: [ArchiveBatch] = []
    private var count: Int
    private var byteCount: Int

    /// - Parameters:
    ///   - backlog: What is to go before this fold's pieces.
    ///   - start: Begins the archive's transaction.
    init(
        after backlog: ArchiveBacklog, countMax: Int, start: @escaping () -> ArchivingTask
    ) {
        self.backlog = backlog.batches
        self.countMax = countMax
        self.start = start
        count = backlog.eventCount
        byteCount = backlog.byteCount
    }

    func add(_ piece: ArchiveBatch) {
        if let task { return task.add(piece) }
        held.append(piece)
        count += piece.eventCount
        byteCount += piece.byteCount
        guard count >= countMax || byteCount >= Self.byteCountMax else { return }
        let task = start()
        self.task = task
        for piece in backlog + held { task.add(piece) }
        backlog = []
        held = []
    }

    /// What is for later; nil where there is nothing, or the archive is being told.
    var kept: ArchiveBatch? { ArchiveBatch(joining: held) }

    /// Says that there are no more pieces.
    func end() { task?.end() }

    /// Takes back what wasn't ended.
    func abandon() { task?.abandon() }

    /// Waits until the archive has what it is told at once; once, after `end()`.
    ///
    /// - Returns: Whether it was told.
    func wait() throws -> Bool {
        guard let task else { return false }
        try task.wait().get()
        return true
    }
}
