package import Events
package import Kernel

extension EventDraft {
    /// A track event.
    package static func track(
        _ name: String, id: String, at time: Timestamp, user: String = "", anonymous: String = "",
        properties: String = ""
    ) -> EventDraft {
        var draft = EventDraft(kind: .track, occurredAt: time, messageID: id)
        draft.name = name
        draft.userID = user
        draft.anonymousID = anonymous
        draft.properties = Array(properties.utf8)
        return draft
    }

    /// An identify call.
    package static func identify(
        id: String, at time: Timestamp, user: String = "", anonymous: String = "",
        traits: String = "{}"
    ) -> EventDraft {
        var draft = EventDraft(kind: .identify, occurredAt: time, messageID: id)
        draft.userID = user
        draft.anonymousID = anonymous
        draft.properties = Array(traits.utf8)
        return draft
    }

    /// An alias call.
    package static func alias(
        id: String, at time: Timestamp, user: String, previous: String
    ) -> EventDraft {
        var draft = EventDraft(kind: .alias, occurredAt: time, messageID: id)
        draft.userID = user
        draft.name = previous
        return draft
    }
}

extension Sequence<EventDraft> {
    /// The events as the log takes them.
    package var framed: [UInt8] {
        var builder = EventBlockBuilder()
        for draft in self { builder.append(draft) }
        return builder.takeBytes().bytes
    }
}
