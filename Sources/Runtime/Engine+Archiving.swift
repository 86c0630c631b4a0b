import Analytics
import Dispatch
import Kernel
import Logging
import Records
import Synchronization

/// What the archive has and is to be told of ends before what is folded: going on would leave events out for good.
struct ArchiveBehind: Error, CustomStringConvertible {
    var description: String {
        "the archive lacks events that were folded; start again, and they are folded from the log anew"
    }
}

/// Telling the archive of what is folded, after small batches: in a while, and gathered.
extension Engine {
    /// Up to where the archive has, or is about to have, what was folded.
    func archivedPosition() throws -> Int64 {
        if memory.mustAskArchive {
            didArchive(through: try archive.position())
            memory.mustAskArchive = false
        }
        let known = state.withLock { $0.archived }
        return max(known, memory.backlog.batches.last?.throughPosition ?? 0)
    }

    /// Keeps what the archive is to be told of a batch in the batch's own transaction.
    func keep(_ kept: ArchiveBatch?, _ tables: FoldTables) throws {
        if let kept {
            var writer = ByteWriter(reserving: 1024)
            kept.encode(to: &writer)
            try tables.addBacklog(
                after: try archivedPosition(), through: kept.throughPosition, writer.span)
        }
        if memory.backlog.droppable > 0 {
            try tables.dropBacklog(through: memory.backlog.droppable)
        }
    }

    /// Notes what became of a batch's part for the archive once the batch is committed.
    func didFold(_ kept: ArchiveBatch?, isArchived: Bool, through position: Int64) {
        memory.backlog.droppable = 0
        if isArchived { didArchive(through: position) }
        if let kept {
            memory.backlog.add(kept)
            arrangeArchiving(after: .milliseconds(options.pace.archivingRestMs))
        }
    }

    /// Tells the archive all that is left, and waits for it.
    func archiveNow() throws {
        guard !memory.backlog.isEmpty else { return }
        let batches = memory.backlog.batches
        // What is under way goes before.
        try archivingQueue.sync { try ingest(batches) }
        didArchive(through: batches.last?.throughPosition ?? 0)
    }

    /// The same, for who closes the workspace.
    package func archiveRest() throws { try queue.sync { try archiveNow() } }

    private func ingest(_ batches: [ArchiveBatch]) throws {
        try options.beforeArchiving?()
        let position = try archive.position()
        let left = batches.filter { $0.throughPosition > position }
        if let all = ArchiveBatch(joining: left) { try archive.ingest(all) }
    }

    private func didArchive(through position: Int64) {
        memory.backlog.drop(through: position)
        state.withLock { state in
            state.archived = max(state.archived, position)
            state.archiveFailure = nil
        }
    }

    private func arrangeArchiving(after delay: DispatchTimeInterval) {
        guard !memory.backlog.isArranged, !memory.backlog.isUnderWay else { return }
        memory.backlog.isArranged = true
        // Weakly: what is closed must also go, for the archive's file to be opened again.
        queue.asyncAfter(deadline: .now() + delay) { [weak self] in
            guard let self else { return }
            self.memory.backlog.isArranged = false
            self.archiveBeside()
        }
    }

    /// Tells the archive what is left, while the fold goes on.
    func archiveBeside() {
        let isOpen = state.withLock { !$0.isClosed }
        guard isOpen, !memory.backlog.isEmpty, !memory.backlog.isUnderWay else { return }
        memory.backlog.isUnderWay = true
        let batches = memory.backlog.batches
        archivingQueue.async { [self] in
            let outcome = Result { try ingest(batches) }
            queue.async { [weak self] in
                guard let self else { return }
                self.memory.backlog.isUnderWay = false
                var delay = DispatchTimeInterval.milliseconds(self.options.pace.archivingRestMs)
                do {
                    try outcome.get()
                    self.didArchive(through: batches.last?.throughPosition ?? 0)
                    self.resumeReached()
                } catch {
                    let reason = String(describing: error)
                    self.logger.error(
                        "the archive can't take what was folded; trying again",
                        metadata: ["reason": "\(reason)"])
                    self.state.withLock { $0.archiveFailure = reason }
                    delay = .seconds(self.options.pace.retryAfterSeconds)
                }
                if !self.memory.backlog.isEmpty { self.arrangeArchiving(after: delay) }
            }
        }
    }
}
