import Events
import Kernel

/// Makes an event of each row: of a table, `track` events, or what its column `type` says; of JSON lines,
/// whatever Segment message each is.
struct EventRows: Sendable {
    private var context: RowContext
    private var seen = DigestTable()
    private var merged = ByteWriter(reserving: 256)
    private let defaultCurrency: Currency?

    init(context: RowContext) {
        self.context = context
        defaultCurrency = context.options.currency ?? Currency("USD")
    }

    /// Takes in columns that appeared later.
    mutating func setContext(_ context: RowContext) { self.context = context }

    mutating func add(
        _ row: borrowing ImportRow, emitter: inout EventEmitter,
        into builder: inout EventBlockBuilder
    ) throws(RowProblem) {
        let time = try context.time(.timestamp, row)
        let kind = try kind(row)
        emitter.begin(kind ?? .track, at: time)
        try putName(row, emitter.draft.kind, &emitter)
        let hasPerson = try context.putPerson(row, into: &emitter)
        guard hasPerson else {
            throw RowProblem(.missingCustomer, "the row names nobody: no user, no anonymous id")
        }
        if kind == .alias, emitter.draft.userID.isEmpty {
            throw RowProblem(.missingCustomer, "an alias needs a user id")
        }
        try putContext(row, &emitter)
        try putProperties(row, kind, &emitter)
        try checkOrder(emitter.draft)
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

    /// The kind of call that the row names; nil for a row of an event's properties.
    private func kind(_ row: borrowing ImportRow) throws(RowProblem) -> EventKind? {
        let text = context.cell(.type, row)
        if text.isEmpty { return nil }
        if let kind = EventKind(name: text) { return kind }
        // A table's column "type" may be about anything.
        if !context.isJSON, !context.mapping.isExplicit(.type) { return nil }
        throw RowProblem(.invalidEvent, "'\(String(copying: text))' isn't a kind of message")
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
        case .page, .screen: emitter.draft.name.set(try context.identifier(.name, row))
        case .group, .alias:
            let field: ImportField = kind == .group ? .groupId : .previousId
            let text = try context.identifier(field, row)
            if text.isEmpty { throw RowProblem(.missingName, "'\(field.text)' is empty") }
            emitter.draft.name.set(text)
        case .identify: break
        }
    }

    /// The message's own `context`, and `traits` where they aren't its content, as `context.traits`; the
    /// columns of e-mail, phone and name go before them.
    private mutating func putContext(
        _ row: borrowing ImportRow, _ emitter: inout EventEmitter
    ) throws(RowProblem) {
        let kind = emitter.draft.kind
        let hasTraits =
            kind != .identify && kind != .group && !context.cell(.traits, row).isEmpty
        guard hasTraits || !context.cell(.context, row).isEmpty else { return }
        if !hasTraits, emitter.draft.context.isEmpty {
            return emitter.draft.context.set(try context.object(.context, row))
        }
        merged.removeAll()
        merged.writeRaw("{\"traits\":{" as StaticString)
        var names: Set<[UInt8]> = []
        merged.writeJSONMembers(ofMember: "traits", of: emitter.draft.context.span, names: &names)
        if hasTraits {
            let traits = try context.object(.traits, row)
            merged.writeJSONMembers(of: traits, except: names, names: &names)
        }
        if !context.cell(.context, row).isEmpty {
            let own = try context.object(.context, row)
            merged.writeJSONMembers(ofMember: "traits", of: own, names: &names)
            merged.writeByte(UInt8(ascii: "}"))
            var others: Set<[UInt8]> = []
            merged.writeJSONMembers(of: own, except: [Array("traits".utf8)], names: &others)
        } else {
            merged.writeByte(UInt8(ascii: "}"))
        }
        merged.writeByte(UInt8(ascii: "}"))
        emitter.draft.context.set(merged.span)
    }

    private func putProperties(
        _ row: borrowing ImportRow, _ kind: EventKind?, _ emitter: inout EventEmitter
    ) throws(RowProblem) {
        let field: ImportField = kind == .identify || kind == .group ? .traits : .properties
        let hasObject = !context.cell(field, row).isEmpty
        if context.isJSON {
            if hasObject {
                return emitter.draft.properties.set(try context.object(field, row))
            }
            // A message that names its type is complete; anything else is a row of properties.
            if kind != nil { return }
        }
        var names: Set<[UInt8]> = []
        emitter.draft.properties.writeByte(UInt8(ascii: "{"))
        if hasObject {
            let object = try context.object(field, row)
            emitter.draft.properties.writeJSONMembers(of: object, except: [], names: &names)
        }
        if kind == .identify, !emitter.draft.context.isEmpty {
            let person = emitter.draft.context
            emitter.draft.properties.writeJSONMembers(
                ofMember: "traits", of: person.span, names: &names)
        }
        if kind == nil, !context.cell(.type, row).isEmpty, !names.contains(Array("type".utf8)) {
            emitter.draft.properties.writeJSONName("type")
            emitter.draft.properties.writeJSONValue(context.cell(.type, row))
        }
        context.appendKept(row, except: names, to: &emitter.draft.properties)
        emitter.draft.properties.writeByte(UInt8(ascii: "}"))
    }

    /// An order that the log couldn't count is better told now than missed later.
    private func checkOrder(_ draft: borrowing ImportDraft) throws(RowProblem) {
        guard draft.kind == .track, let defaultCurrency,
            let action = CommerceOrder.action(named: draft.name.span)
        else { return }
        let currency: Currency
        do {
            currency = try CommerceOrder(
                action, properties: draft.properties.span, defaultCurrency: defaultCurrency
            ).currency
        } catch {
            throw RowProblem(.invalidOrder, "the event isn't an order: \(error.reason)")
        }
        guard currency.isListed else {
            throw RowProblem(
                .invalidCurrency, "'\(currency)' isn't an ISO 4217 currency code")
        }
    }
}
