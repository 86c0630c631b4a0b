import Events
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

    private struct KeptColumn: Sendable {
        var column: Int
        /// Escaped, without quotes.
        var name: [UInt8]
        /// Ids, codes and phone numbers stay text even where they look like numbers.
        var isText: Bool
    }

    /// - Parameter dateOrder: What the file's dates showed; nil where nothing did.
    init(
        options: ImportOptions, mapping: ColumnMapping, isJSON: Bool, dateOrder: DateOrder? = nil
    ) {
        self.isJSON = isJSON
        self.options = options
        self.mapping = mapping
        times = TimeReader(zone: options.zone, order: options.dateOrder ?? dateOrder)
        amounts = AmountReader(decimalComma: options.decimalComma)
        // Orders keep them only on demand; of events and customers they are the content.
        guard options.kind != .orders || options.keepsColumns else {
            kept = []
            return
        }
        kept = mapping.names.indices.compactMap { column in
            guard !mapping.isTaken[column], !mapping.names[column].isEmpty else { return nil }
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
        RowContext(options: options, mapping: mapping, isJSON: isJSON, dateOrder: times.order)
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
    /// - Throws: `identifier_too_long`.
    @_lifetime(borrow row)
    func identifier(
        _ field: ImportField, _ row: borrowing ImportRow
    ) throws(RowProblem) -> Span<UInt8> {
        let text = cell(field, row)
        guard text.count <= ImportLimits.identifierBytesMax else {
            throw RowProblem(
                .identifierTooLong,
                "'\(field.text)' has more than \(ImportLimits.identifierBytesMax) bytes")
        }
        return text
    }

    /// Puts the row's person into the draft: ids as such, e-mail, phone and name as `context.traits`.
    ///
    /// - Returns: Whether there is any identifier.
    func putPerson(
        _ row: borrowing ImportRow, into emitter: inout EventEmitter
    ) throws(RowProblem) -> Bool {
        emitter.draft.userID.set(try identifier(.customer, row))
        emitter.draft.anonymousID.set(try identifier(.anonymousId, row))
        guard mapping.has(.email) || mapping.has(.phone) || mapping.has(.customerName) else {
            return !emitter.draft.userID.isEmpty || !emitter.draft.anonymousID.isEmpty
        }
        let email = try identifier(.email, row)
        let phone = try identifier(.phone, row)
        let name = cell(.customerName, row)
        if !email.isEmpty || !phone.isEmpty || !name.isEmpty {
            emitter.draft.context.writeRaw("{\"traits\":{" as StaticString)
            emitter.draft.context.writeJSONMember("email", email)
            emitter.draft.context.writeJSONMember("phone", phone)
            emitter.draft.context.writeJSONMember("name", name)
            emitter.draft.context.writeRaw("}}" as StaticString)
        }
        return !emitter.draft.userID.isEmpty || !emitter.draft.anonymousID.isEmpty
            || !email.isEmpty || !phone.isEmpty
    }

    /// The columns that no field takes, as members; empty cells are absent.
    func appendKept(_ row: borrowing ImportRow, to json: inout ByteWriter) {
        for entry in kept {
            let text = row.trimmed(entry.column)
            guard !text.isEmpty else { continue }
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
