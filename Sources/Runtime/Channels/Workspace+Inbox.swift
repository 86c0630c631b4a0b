import Events
import JSONParsing
package import Kernel
import Records

extension Workspace {
    /// Notes that a customer read a message of their inbox, and says so on the log, the first time.
    ///
    /// - Parameter name: An id, user id, e-mail or phone number.
    /// - Returns: False where there is no such message of theirs.
    package func noteInboxRead(_ id: ID<OutboxItem>, ofCustomer name: String) async throws -> Bool {
        let (records, now) = (records, clock.now)
        let found = try await StoreThread.mail.run { [self] () -> (Bool, MessageRecord?)? in
            guard let customer = try customerID(named: name),
                let isRead = try records.isInboxRead(
                    id, of: try records.members(of: customer), now: now)
            else { return nil }
            return (isRead, isRead ? nil : try records.message(id))
        }
        guard let (isRead, message) = found else { return false }
        if isRead { return true }
        if let message, !message.draft.isTest {
            // The log knows it by its number, so that a second telling is none.
            var block = EventBlockBuilder()
            block.append(MailEvents.inboxRead(message, at: now))
            _ = try await append(block.takeBytes().bytes)
        }
        try await StoreThread.mail.run { try records.noteInboxRead(id, at: now) }
        return true
    }
}
