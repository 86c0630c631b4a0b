import Events
import JSONParsing
import Kernel

/// What every reading of a row needs to know: where the fields are and how their text is meant.
///
/// A class so that handing it on costs one count of references, not one for each of its arrays, per row.
final class RowContext: Sendable {
    let options: ImportOptions
    let mapping: ColumnMapping
    let times: TimeReader
    let amounts: AmountReader
    /// Whether the rows are JSON objects, which have values of several kinds.
    let isJSON: Bool
    /// Columns that no field takes, with their names as they stand in JSON.
    private let kept: [KeptColumn]
    /// Where the id may be if the customer's column holds an object.
    private let nestedIDs: [Int]

    private struct KeptColumn: Sendable {
        var column: Int
        /// Escaped, without quotes.
        var name: [UInt8]
        /// Ids, codes and phone numbers stay text even where they look like numbers.
        var isText: Bool
    }

    /// - Parameters:
    ///   - dateOrder: What the file's dates showed; nil where nothing did.
    ///   - mark: What its amounts showed, likewise.
    init(
        options: ImportOptions, mapping: ColumnMapping, isJSON: Bool,
        dateOrder: DateOrder? = nil, mark: DecimalMark? = nil
    ) {
        self.isJSON = isJSON
        self.options = options
        self.mapping = mapping
        times = TimeReader(zone: options.zone, order: options.dateOrder ?? dateOrder)
        let asked = options.decimalComma.map { $0 ? DecimalMark.comma : .point }
        // Programs that write JSON write points, also in texts.
        amounts = AmountReader(mark: asked ?? mark ?? (isJSON ? .point : nil))
        nestedIDs = mapping.nestedIDs(of: .customer)
        // Orders keep them only on demand; of events and customers they are the content.
        guard options.kind != .orders || options.keepsColumns else {
            kept = []
            return
        }
        kept = mapping.names.indices.compactMap { column in
            guard !mapping.isTaken[column], !mapping.names[column].isEmpty,
                !mapping.isNested(column)
            else { return nil }
            var name = ByteWriter()
            let plain = Array(mapping.names[column].utf8)
            name.writeJSONEscaped(plain.span)
            let compared = normalizedName(mapping.names[column])
            let isText = Self.textEndings.contains { compared.hasSuffix($0) }
            return KeptColumn(column: column, name: name.take(), isText: isText)
        }
    }

    /// The same with other columns.
    func with(_ mapping: ColumnMapping) -> RowContext {
        RowContext(
            options: options, mapping: mapping, isJSON: isJSON, dateOrder: times.order,
            mark: amounts.mark)
    }

    /// The same with what the file's first rows showed.
    func with(dateOrder: DateOrder?, mark: DecimalMark?) -> RowContext {
        RowContext(
            options: options, mapping: mapping, isJSON: isJSON, dateOrder: dateOrder, mark: mark)
    }

    private static let textEndings = ["id", "code", "sku", "phone", "zip", "number"]

    @_lifetime(borrow row)
    func cell(_ field: ImportField, _ row: borrowing ImportRow) -> Span<UInt8> {
        row.trimmed(mapping.column(field))
    }

    /// The time in a field.
    ///
    /// - Throws: `missing_time`, `invalid_time`, `ambiguous_time`.
    func time(_ field: ImportField, _ row: borrowing ImportRow) throws(RowProblem) -> Timestamp {
        let text = cell(field, row)
        if text.isEmpty { throw RowProblem(.missingTime, "'\(field.text)' is empty") }
        switch times.read(text) {
        case .time(let time): return time
        case .ambiguous:
            throw RowProblem(
                .ambiguousTime,
                "'\(String(copying: text))' can be read day first or month first: use --date-format"
            )
        case .invalid:
            throw RowProblem(.invalidTime, "'\(String(copying: text))' isn't a time")
        }
    }

    /// The identifier in a field; empty without one.
    ///
    /// - Throws: `identifier_too_long`; `invalid_identifier` for an object or an array without one.
    @_lifetime(borrow row)
    func identifier(
        _ field: ImportField, _ row: borrowing ImportRow
    ) throws(RowProblem) -> Span<UInt8> {
        let column = mapping.column(field)
        if isJSON, isContainer(column, row) { return try nestedIdentifier(field, row) }
        return try checked(row.trimmed(column), field)
    }

    @inline(__always)
    @_lifetime(copy text)
    private func checked(
        _ text: Span<UInt8>, _ field: ImportField
    ) throws(RowProblem) -> Span<UInt8> {
        guard text.count <= ImportLimits.identifierBytesMax else {
            throw RowProblem(
                .identifierTooLong,
                "'\(field.text)' has more than \(ImportLimits.identifierBytesMax) bytes")
        }
        return text
    }

    private func isContainer(_ column: Int, _ row: borrowing ImportRow) -> Bool {
        guard row.isJSON(column) else { return false }
        let text = row.trimmed(column)
        return !text.isEmpty && (text[0] == UInt8(ascii: "{") || text[0] == UInt8(ascii: "["))
    }

    /// The id in an object such as `"customer": {"id": 7, "email": …}`; empty where it has none, but an
    /// e-mail or a phone number.
    @_lifetime(borrow row)
    private func nestedIdentifier(
        _ field: ImportField, _ row: borrowing ImportRow
    ) throws(RowProblem) -> Span<UInt8> {
        if field == .customer {
            for column in nestedIDs where !isContainer(column, row) {
                let text = row.trimmed(column)
                if !text.isEmpty { return try checked(text, field) }
            }
            if !cell(.email, row).isEmpty || !cell(.phone, row).isEmpty {
                return row.trimmed(-1)
            }
        }
        throw RowProblem(
            .invalidIdentifier,
            "'\(field.text)' holds an object or an array, not an id: name the member that is one with "
                + "--map \(field.text)=COLUMN.MEMBER")
    }

    /// The JSON object in a field that isn't empty.
    ///
    /// - Throws: `invalid_event`.
    @_lifetime(borrow row)
    func object(
        _ field: ImportField, _ row: borrowing ImportRow
    ) throws(RowProblem) -> Span<UInt8> {
        let text = cell(field, row)
        let isObject =
            row.isJSON(mapping.column(field))
            ? text[0] == UInt8(ascii: "{")
            // Whatever is wrong with the text, it isn't an object.
            : (try? JSONReader.document(text))?.kind == .object
        guard isObject else {
            throw RowProblem(.invalidEvent, "'\(field.text)' isn't a JSON object")
        }
        return text
    }

    /// Whether there is a column for a person's name.
    var hasName: Bool {
        mapping.has(.customerName) || mapping.has(.firstName) || mapping.has(.lastName)
    }

    /// Puts the row's person into the draft: ids as such, e-mail, phone and name as `context.traits`.
    ///
    /// - Returns: Whether there is any identifier.
    func putPerson(
        _ row: borrowing ImportRow, into emitter: inout EventEmitter
    ) throws(RowProblem) -> Bool {
        emitter.draft.userID.set(try identifier(.customer, row))
        emitter.draft.anonymousID.set(try identifier(.anonymousId, row))
        let hasID = !emitter.draft.userID.isEmpty || !emitter.draft.anonymousID.isEmpty
        guard mapping.has(.email) || mapping.has(.phone) || hasName else { return hasID }
        emitter.draft.context.writeRaw("{\"traits\":" as StaticString)
        let start = emitter.draft.context.count
        let hasContact = try appendPersonTraits(row, to: &emitter.draft.context)
        if emitter.draft.context.count > start + 1 {
            emitter.draft.context.writeRaw("}}" as StaticString)
        } else {
            emitter.draft.context.removeAll()
        }
        return hasID || hasContact
    }

    /// An object's bracket and e-mail, phone and name behind it.
    ///
    /// - Returns: Whether there is an e-mail or a phone number.
    @discardableResult
    func appendPersonTraits(
        _ row: borrowing ImportRow, to json: inout ByteWriter
    ) throws(RowProblem) -> Bool {
        let email = try identifier(.email, row)
        let phone = try identifier(.phone, row)
        json.writeByte(UInt8(ascii: "{"))
        json.writeJSONMember("email", email)
        json.writeJSONMember("phone", phone)
        json.writeJSONMember("name", cell(.customerName, row))
        json.writeJSONMember("firstName", cell(.firstName, row))
        json.writeJSONMember("lastName", cell(.lastName, row))
        return !email.isEmpty || !phone.isEmpty
    }

    /// The columns that no field takes, as members; empty cells are absent.
    ///
    /// - Parameter names: Members that are there already.
    func appendKept(
        _ row: borrowing ImportRow, except names: Set<[UInt8]> = [], to json: inout ByteWriter
    ) {
        for entry in kept {
            let text = row.trimmed(entry.column)
            guard !text.isEmpty else { continue }
            if !names.isEmpty, names.contains(entry.name) { continue }
            json.writeJSONName(escaped: entry.name)
            if row.isJSON(entry.column) {
                json.writeRaw(text)
            } else if isJSON || entry.isText {
                json.writeJSONString(text)
            } else {
                json.writeJSONValue(text)
            }
        }
    }
}
