import JSONParsing
import Kernel
import Records

/// Tasks, receivers and items of the outbox as JSON, for commands and the API alike.
enum OutboxReport {
    static func json(_ tasks: [TaskRecord], limit: Int) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("tasks")
        json.beginArray()
        for task in tasks { write(task, to: &json) }
        json.endArray()
        if let last = tasks.last, tasks.count == limit {
            json.member("next", TaskFilter.Place(dueAt: last.dueAt, id: last.id).text)
        }
        json.endObject()
        return json.bytes
    }

    static func json(_ task: TaskRecord) -> [UInt8] {
        var json = JSONWriter()
        write(task, to: &json)
        return json.bytes
    }

    static func json(_ items: [OutboxRecord], limit: Int) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("items")
        json.beginArray()
        for item in items { write(item, to: &json) }
        json.endArray()
        if let last = items.last, items.count == limit { json.member("next", last.id.description) }
        json.endObject()
        return json.bytes
    }

    static func json(_ item: OutboxRecord) -> [UInt8] {
        var json = JSONWriter()
        write(item, to: &json)
        return json.bytes
    }

    static func json(_ receivers: [ReceiverRecord]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("receivers")
        json.beginArray()
        for receiver in receivers { write(receiver, withSecret: false, to: &json) }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    /// - Parameter withSecret: Only for whoever made it.
    static func json(_ receiver: ReceiverRecord, withSecret: Bool) -> [UInt8] {
        var json = JSONWriter()
        write(receiver, withSecret: withSecret, to: &json)
        return json.bytes
    }

    private static func write(_ task: TaskRecord, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", task.id.description)
        json.member("customerId", task.customer.description)
        json.member("title", task.title)
        if !task.owner.isEmpty { json.member("owner", task.owner) }
        json.member("dueAt", task.dueAt.description)
        write(task.origin, to: &json)
        json.member("createdAt", task.createdAt.description)
        if let doneAt = task.doneAt {
            json.member("doneAt", doneAt.description)
            if !task.doneBy.isEmpty { json.member("doneBy", task.doneBy) }
            if !task.note.isEmpty { json.member("note", task.note) }
        }
        json.endObject()
    }

    private static func write(_ item: OutboxRecord, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", item.id.description)
        json.member("key", item.key)
        json.member("kind", item.kind.rawValue)
        json.member("state", item.state.rawValue)
        json.member("customerId", item.customer.description)
        write(item.origin, to: &json)
        if !item.receiver.isEmpty { json.member("receiver", item.receiver) }
        json.key("payload")
        json.raw(item.payload.span)
        json.member("attempts", item.attempts)
        if item.state == .pending || item.state == .sending {
            json.member("dueAt", item.dueAt.description)
        }
        if !item.lastError.isEmpty { json.member("lastError", item.lastError) }
        json.member("createdAt", item.createdAt.description)
        if let doneAt = item.doneAt { json.member("doneAt", doneAt.description) }
        json.endObject()
    }

    private static func write(_ origin: OutboxOrigin, to json: inout JSONWriter) {
        if !origin.journey.isEmpty { json.member("journey", origin.journey) }
        if origin.version != 0 { json.member("version", origin.version) }
        if !origin.run.isEmpty { json.member("run", origin.run) }
        if !origin.step.isEmpty { json.member("step", origin.step) }
    }

    private static func write(
        _ receiver: ReceiverRecord, withSecret: Bool, to json: inout JSONWriter
    ) {
        json.beginObject()
        json.member("id", receiver.id.description)
        json.member("name", receiver.name)
        json.member("url", receiver.url)
        if withSecret { json.member("secret", receiver.secret) }
        json.member("enabled", receiver.isEnabled)
        if !receiver.disabledReason.isEmpty {
            json.member("disabledReason", receiver.disabledReason)
        }
        json.member("allowPrivate", receiver.allowsPrivate)
        json.member("createdAt", receiver.createdAt.description)
        json.member("consecutiveFailures", receiver.consecutiveFailures)
        if !receiver.lastError.isEmpty { json.member("lastError", receiver.lastError) }
        if let heldUntil = receiver.heldUntil { json.member("heldUntil", heldUntil.description) }
        if let deliveredAt = receiver.deliveredAt {
            json.member("deliveredAt", deliveredAt.description)
        }
        json.endObject()
    }
}
