import Events
import Kernel

/// Makes an event of each row: of a table, `track` events; of JSON lines, whatever Segment message each is.
struct EventRows: Sendable {
    private var context: RowContext
    private var seen = DigestTable()

    init(context: RowContext) {
        self.context = context
    }

    /// Takes in columns that appeared later.
    mutating func setContext(_ context: RowContext) { self.context = context }

    mutating func add(
        _ row: borrowing ImportRow, emitter: inout EventEmitter,
        into builder: inout EventBlockBuilder
    ) throws(RowProblem) {
        let time = try context.time(.timestamp, row)
        let kind = try kind(row)
        emitter.begin(kind, at: time)
        try putName(row, kind, &emitter)
        let hasPerson = try context.putPerson(row, into: &emitter)
        guard hasPerson else {
            throw RowProblem(.missingCustomer, "the row names nobody: no user, no anonymous id")
        }
        try putContext(row, &emitter)
        try putProperties(row, kind, &emitter)
        emitter.draft.messageID.set(try context.identifier(.messageId, row))
        if emitter.draft.messageID.isEmpty {
            let digest = emitter.contentDigest()
            let former = seen.update(digest) { $0 + 1 }
            let told = former == 0 ? digest : emitter.contentDigest(occurrence: former)
            emitter.emit(digest: told, into: &builder)
        } else {
            emitter.emit(into: &builder)
        }
    }

    private func kind(_ row: borrowing ImportRow) throws(RowProblem) -> EventKind {
        let text = context.cell(.type, row)
        if text.isEmpty || !context.isJSON { return .track }
        guard let kind = EventKind(name: String(copying: text)) else {
            throw RowProblem(.invalidEvent, "'\(String(copying: text))' isn't a kind of message")
        }
        return kind
    }

    private func putName(
        _ row: borrowing ImportRow, _ kind: EventKind, _ emitter: inout EventEmitter
    ) throws(RowProblem) {
        switch kind {
        case .track:
            let text = try context.identifier(.event, row)
            if !text.isEmpty { return emitter.draft.name.set(text) }
            guard let name = context.options.eventName else {
                throw RowProblem(.missingName, "'event' is empty")
            }
            emitter.draft.name.set(name)
        case .page, .screen, .group, .alias:
            emitter.draft.name.set(try context.identifier(.name, row))
        case .identify: break
        }
    }

    /// A message's own `context` object; what `putPerson` wrote gives way to it.
    private func putContext(
        _ row: borrowing ImportRow, _ emitter: inout EventEmitter
    ) throws(RowProblem) {
        let text = context.cell(.context, row)
        guard !text.isEmpty else { return }
        guard isObject(row, .context) else {
            throw RowProblem(.invalidEvent, "'context' isn't an object")
        }
        emitter.draft.context.removeAll()
        emitter.draft.context.writeRaw(text)
    }

    private func putProperties(
        _ row: borrowing ImportRow, _ kind: EventKind, _ emitter: inout EventEmitter
    ) throws(RowProblem) {
        let field: ImportField = kind == .identify || kind == .group ? .traits : .properties
        let text = context.cell(field, row)
        if !text.isEmpty {
            guard isObject(row, field) else {
                throw RowProblem(.invalidEvent, "'\(field.text)' isn't an object")
            }
            emitter.draft.properties.writeRaw(text)
            return
        }
        // A message that names its type is complete; anything else is a row of properties.
        if context.isJSON, !context.cell(.type, row).isEmpty { return }
        emitter.draft.properties.writeByte(UInt8(ascii: "{"))
        context.appendKept(row, to: &emitter.draft.properties)
        emitter.draft.properties.writeByte(UInt8(ascii: "}"))
    }

    private func isObject(_ row: borrowing ImportRow, _ field: ImportField) -> Bool {
        row.isJSON(context.mapping.column(field))
            && context.cell(field, row)[0] == UInt8(ascii: "{")
    }
}

/// Makes an `identify` of each row of a file of customers.
///
/// Every column that no field takes becomes a trait by its header; empty cells are absent, so that they
/// overwrite nothing. A row that is the same as in an earlier import changes nothing.
struct CustomerRows: Sendable {
    private var context: RowContext

    init(context: RowContext) {
        self.context = context
    }

    /// Takes in columns that appeared later.
    mutating func setContext(_ context: RowContext) { self.context = context }

    func add(
        _ row: borrowing ImportRow, emitter: inout EventEmitter,
        into builder: inout EventBlockBuilder
    ) throws(RowProblem) {
        let hasTime = !context.cell(.updatedAt, row).isEmpty
        let time = hasTime ? try context.time(.updatedAt, row) : context.options.importedAt
        emitter.begin(.identify, at: time)
        emitter.draft.userID.set(try context.identifier(.customer, row))
        emitter.draft.anonymousID.set(try context.identifier(.anonymousId, row))
        let email = try context.identifier(.email, row)
        let phone = try context.identifier(.phone, row)
        guard
            !emitter.draft.userID.isEmpty || !emitter.draft.anonymousID.isEmpty || !email.isEmpty
                || !phone.isEmpty
        else { throw RowProblem(.missingCustomer, "the row has no user id, e-mail or phone") }
        emitter.draft.properties.writeByte(UInt8(ascii: "{"))
        emitter.draft.properties.writeJSONMember("email", email)
        emitter.draft.properties.writeJSONMember("phone", phone)
        if !context.cell(.createdAt, row).isEmpty {
            let created = try context.time(.createdAt, row).rfc3339
            emitter.draft.properties.writeJSONMember("createdAt", created.utf8Span.span)
        }
        context.appendKept(row, to: &emitter.draft.properties)
        emitter.draft.properties.writeByte(UInt8(ascii: "}"))
        let digest = emitter.contentDigest(isTimed: hasTime)
        emitter.emit(digest: digest, into: &builder)
    }
}
