import Analytics
import Kernel
import Synchronization

/// Counts of all customers that people wait for: one runs at a time, and of each person only the last that they asked
/// for is wanted.
final class CountDesk: Sendable {
    private let wanted = Mutex<[ID<Member>: QueryStop]>([:])

    /// Runs the body when those before are done, and stops what was counted for this person before.
    ///
    /// - Returns: Nil where it was stopped itself.
    func count<Value: Sendable>(
        for member: ID<Member>, _ body: @escaping @Sendable (QueryStop) throws -> Value
    ) async throws -> Value? {
        let stop = QueryStop()
        let former = wanted.withLock { wanted in
            let former = wanted[member]
            wanted[member] = stop
            return former
        }
        former?.stop()
        defer {
            wanted.withLock { if $0[member] === stop { $0[member] = nil } }
        }
        do {
            return try await withTaskCancellationHandler {
                try await Blocking.count { try body(stop) }
            } onCancel: {
                stop.stop()
            }
        } catch ArchiveError.stopped {
            return nil
        }
    }

    /// What was counted for this person is no longer wanted.
    func stop(_ member: ID<Member>) {
        wanted.withLock { $0.removeValue(forKey: member) }?.stop()
    }
}
