import API
import JSONParsing
import Kernel
import Records
import Runtime

/// What the API's routes about inboxes answer with.
enum InboxAnswers {
    static func answers(of workspace: Workspace) -> InboxRoutes.Answers {
        InboxRoutes.Answers(
            inbox: { name, after, limit in
                try await Blocking.run { try page(of: name, after, limit, in: workspace) }
            },
            read: { name, message in
                guard let id = ID<OutboxItem>(message) else { return false }
                return try await workspace.noteInboxRead(id, ofCustomer: name)
            })
    }

    private static func page(
        of name: String, _ after: String?, _ limit: Int, in workspace: Workspace
    ) throws -> [UInt8]? {
        guard let customer = try workspace.customerID(named: name) else { return nil }
        let (records, now) = (workspace.records, workspace.clock.now)
        let members = try records.members(of: customer)
        // A cursor that isn't one begins nowhere.
        let before = after.map { ID<OutboxItem>($0) ?? ID(rawValue: 0) }
        let found = try records.inbox(of: members, before: before, limit: limit + 1, now: now)
        var json = JSONWriter()
        json.beginObject()
        json.member("unread", try records.unreadInbox(of: members, now: now))
        json.key("messages")
        json.beginArray()
        for message in found.prefix(limit) {
            json.beginObject()
            json.member("id", message.id.description)
            json.member("title", message.title)
            json.member("text", message.text)
            if !message.url.isEmpty { json.member("url", message.url) }
            json.member("sentAt", message.createdAt.rfc3339)
            if let at = message.expiresAt { json.member("expiresAt", at.rfc3339) }
            if let at = message.readAt { json.member("readAt", at.rfc3339) }
            json.endObject()
        }
        json.endArray()
        if found.count > limit { json.member("next", found[limit - 1].id.description) }
        json.endObject()
        return json.bytes
    }
}
