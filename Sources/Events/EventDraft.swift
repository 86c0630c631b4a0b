package import Kernel

/// One event on its way into the log, with its content as bytes.
///
/// Producers (the API's parser, imports, the engine) fill a draft and `EventBlockBuilder` frames it.
/// Strings are empty where the event has none; JSON members are empty or a complete JSON object.
package struct EventDraft: Sendable, Equatable {
    package var kind: EventKind
    package var flags: EventFlags = []
    /// When it happened, by the sender's clock corrected with `sentAt` (Segment spec).
    package var occurredAt: Timestamp
    /// Makes a repeat harmless; at most 255 bytes.
    package var messageID: String
    package var userID = ""
    package var anonymousID = ""
    /// The event's name (track), the page's or screen's name, the group's id (group), the previous id (alias).
    package var name = ""
    /// `properties` (track, page, screen) or `traits` (identify, group): a JSON object's exact bytes.
    package var properties: [UInt8] = []
    /// `context`: a JSON object's exact bytes.
    package var context: [UInt8] = []

    package init(kind: EventKind, occurredAt: Timestamp, messageID: String) {
        self.kind = kind
        self.occurredAt = occurredAt
        self.messageID = messageID
    }
}
