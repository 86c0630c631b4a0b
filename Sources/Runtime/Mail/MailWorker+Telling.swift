import Events
import Kernel
import Records

extension MailWorker {
    /// Writes what came of messages onto the log.
    ///
    /// - Returns: When the next is due; nil where nothing is.
    func tell() async throws -> Timestamp? {
        let records = workspace.records
        while true {
            let (now, limit) = (workspace.clock.now, options.tellingsMax)
            let due = try await StoreThread.mail.run {
                try records.dueTellings(now: now, limit: limit)
            }
            guard !due.isEmpty else { break }
            var block = EventBlockBuilder()
            for (telling, message) in due {
                block.append(MailEvents.draft(telling, of: message))
            }
            _ = try await workspace.append(block.takeBytes().bytes)
            let told = due.map(\.telling)
            try await StoreThread.mail.run { try records.noteTold(told, at: now) }
            if due.count < limit { break }
        }
        return try await StoreThread.mail.run { try records.nextTelling() }
    }
}
