package import Delivery
import Kernel
package import Records
package import Templates

/// A message ready to be handed over, by a channel that isn't e-mail.
package enum ChannelMessage: Sendable, Equatable {
    case sms(SMSDraft)
    case push(PushDraft)
    /// - room: Its name in the settings.
    case chat(room: String, ChatDraft)
    case inbox(InboxMessage)
}

/// What hands a channel's messages over.
package struct ChannelCarrier: Sendable {
    package typealias Send = @Sendable (ChannelMessage) async -> ProviderOutcome

    package let channel: MessageSource.Channel
    /// Whether its receiver knows a message that comes again by its key, so that a second copy does no harm.
    package let knowsRepeats: Bool
    /// Messages on their way at a time.
    package let concurrency: Int
    package let send: Send

    package init(
        _ channel: MessageSource.Channel, knowsRepeats: Bool, concurrency: Int = 16,
        send: @escaping Send
    ) {
        self.channel = channel
        self.knowsRepeats = knowsRepeats
        self.concurrency = concurrency
        self.send = send
    }

    /// Puts messages into customers' inboxes.
    package static func inbox(_ workspace: Workspace) -> ChannelCarrier {
        let (records, clock) = (workspace.records, workspace.clock)
        return ChannelCarrier(.inbox, knowsRepeats: true) { message in
            guard case .inbox(let draft) = message else {
                return .refused(reason: "it isn't for the inbox")
            }
            do {
                try await StoreThread.mail.run { try records.putInbox(draft, at: clock.now) }
                return .accepted(id: "")
            } catch {
                return .notSent(reason: "could not be stored: \(error)")
            }
        }
    }

    /// Whether a message may be handed over again where it is in doubt.
    func mayRepeat(_ message: MessageDraft) -> Bool {
        // What is stored under its number is stored once.
        if channel == .inbox { return true }
        return knowsRepeats && message.stream == .transactional
    }
}
