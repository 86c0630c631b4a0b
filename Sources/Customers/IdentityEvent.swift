package import Events
import JSONParsing
package import Kernel

/// What the workspace's members do about who is who, as events on the log.
package enum IdentityEvent: Sendable, Equatable {
    case customersMerged(ID<Customer>, ID<Customer>)
    case mergeUndone(ID<Merge>)

    /// The event's name.
    package var name: String {
        switch self {
        case .customersMerged: "Customers Merged"
        case .mergeUndone: "Merge Undone"
        }
    }

    /// The event as it goes into the log.
    ///
    /// - Parameter member: Who asked for it; empty where a command did.
    package func draft(by member: String, at now: Timestamp, messageID: String) -> EventDraft {
        var json = JSONWriter()
        json.beginObject()
        switch self {
        case .customersMerged(let one, let other):
            json.member("customerId", one.description)
            json.member("otherCustomerId", other.description)
        case .mergeUndone(let merge): json.member("mergeId", merge.description)
        }
        if !member.isEmpty { json.member("memberId", member) }
        json.endObject()
        var draft = EventDraft(kind: .track, occurredAt: now, messageID: messageID)
        draft.flags = .system
        draft.name = name
        draft.properties = json.bytes
        return draft
    }

    /// Reads an event of the system; nil where it is about something else or lacks what it should name.
    package init?(_ frame: EventFrame, in block: EventBlock) {
        guard frame.flags.contains(.system) else { return nil }
        let properties = block.span(frame.properties)
        func id<Tag>(_ name: String) -> ID<Tag>? {
            // Bytes that aren't JSON name nothing, as a missing member does.
            guard let value = try? JSONLookup.member(named: name, in: properties),
                value.kind == .string
            else { return nil }
            return ID(value.text(in: properties))
        }
        switch block.text(frame.name) {
        case "Customers Merged":
            guard let one: ID<Customer> = id("customerId"),
                let other: ID<Customer> = id("otherCustomerId")
            else { return nil }
            self = .customersMerged(one, other)
        case "Merge Undone":
            guard let merge: ID<Merge> = id("mergeId") else { return nil }
            self = .mergeUndone(merge)
        default: return nil
        }
    }
}
