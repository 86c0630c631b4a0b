import Events
import Kernel

/// Makes an `identify` of each row of a file of customers.
///
/// Every column becomes a trait, by its field or else by its header; empty cells are absent, so that they
/// overwrite nothing. It happened when the row was changed last, or made; a row that says neither counts
/// from the import, and its event is marked as having no time of its own. A row that is the same as in
/// an earlier import changes nothing.
struct CustomerRows: Sendable {
    private var context: RowContext
    private var traits: [(field: ImportField, name: StaticString)]

    init(context: RowContext) {
        self.context = context
        traits = Self.traits(context)
    }

    /// Takes in columns that appeared later.
    mutating func setContext(_ context: RowContext) {
        self.context = context
        traits = Self.traits(context)
    }

    private static func traits(
        _ context: RowContext
    ) -> [(field: ImportField, name: StaticString)] {
        ImportField.fields(of: .customers).compactMap { field in
            guard context.mapping.has(field), field != .email, field != .phone else { return nil }
            return field.trait.map { (field, $0) }
        }
    }

    func add(
        _ row: borrowing ImportRow, emitter: inout EventEmitter,
        into builder: inout EventBlockBuilder
    ) throws(RowProblem) {
        let (time, isOwn) = try time(row)
        emitter.begin(.identify, at: time)
        if !isOwn { emitter.draft.flags.insert(.undated) }
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
        for trait in traits {
            emitter.draft.properties.writeJSONMember(trait.name, context.cell(trait.field, row))
        }
        if !context.cell(.createdAt, row).isEmpty {
            let created = try context.time(.createdAt, row).rfc3339
            emitter.draft.properties.writeJSONMember("createdAt", created.utf8Span.span)
        }
        var names: Set<[UInt8]> = []
        if !context.cell(.traits, row).isEmpty {
            let traits = try context.object(.traits, row)
            emitter.draft.properties.writeJSONMembers(of: traits, except: [], names: &names)
        }
        context.appendKept(row, except: names, to: &emitter.draft.properties)
        emitter.draft.properties.writeByte(UInt8(ascii: "}"))
        let digest = emitter.contentDigest(isTimed: isOwn)
        emitter.emit(digest: digest, into: &builder)
    }

    /// When the row's values were true, and whether the row says it.
    private func time(
        _ row: borrowing ImportRow
    ) throws(RowProblem) -> (Timestamp, isOwn: Bool) {
        for field in [ImportField.updatedAt, .createdAt] where !context.cell(field, row).isEmpty {
            return (try context.time(field, row), true)
        }
        return (context.options.importedAt, false)
    }
}
