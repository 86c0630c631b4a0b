import JSONParsing

/// Reads objects, one a line, as rows whose columns are the objects' members.
///
/// The columns grow as members with new names appear. Of an object about a person (`"customer": {…}`) the
/// members are columns as well.
struct JSONLinesReader: Sendable {
    private(set) var row = ImportRow()
    /// The members' names, in the order in which they first came.
    private(set) var columns: [String] = []
    private(set) var problem = ""

    private var columnsByName: [String: Int] = [:]
    private var index = 0
    private var lineStart = 0
    private var isSkippingLine = false
    private var isFinished = false
    private var rowsRead = 0

    /// Notes the names of members in text from a file's start, so that columns are known before the rows.
    ///
    /// - Parameter isComplete: Whether this is the whole file, whose last line needs no break.
    mutating func learnColumns(from head: Span<UInt8>, isComplete: Bool) {
        var probe = JSONLinesReader()
        probe.append(head)
        if isComplete { probe.finish() }
        while true {
            switch probe.next() {
            case .row, .malformed: continue
            case .needsInput, .end:
                columns = probe.columns
                columnsByName = probe.columnsByName
                return
            }
        }
    }

    mutating func append(_ piece: Span<UInt8>) {
        if lineStart > 0 {
            row.bytes.removeSubrange(0..<lineStart)
            index -= lineStart
            lineStart = 0
        }
        piece.withUnsafeBufferPointer { row.bytes.append(contentsOf: $0) }
    }

    mutating func finish() { isFinished = true }

    mutating func next() -> DelimitedReader.Outcome {
        while true {
            guard let end = lineEnd() else {
                if index - lineStart > ImportLimits.rowBytesMax, !isSkippingLine {
                    return skipLongLine()
                }
                if isSkippingLine { lineStart = index }
                guard isFinished else { return .needsInput }
                guard lineStart < row.bytes.count, !isSkippingLine else { return .end }
                return take(row.bytes.count) ?? .end
            }
            if isSkippingLine {
                isSkippingLine = false
                lineStart = end + 1
            } else if end - lineStart > ImportLimits.rowBytesMax {
                let outcome = skipLongLine()
                isSkippingLine = false
                lineStart = end + 1
                index = lineStart
                return outcome
            } else if let outcome = take(end) {
                return outcome
            }
            index = lineStart
        }
    }

    /// The next line feed; nil if it isn't there yet.
    private mutating func lineEnd() -> Int? {
        index = row.lineFeed(from: index)
        return index < row.bytes.count ? index : nil
    }

    private mutating func skipLongLine() -> DelimitedReader.Outcome {
        row.start = lineStart
        row.end = lineStart + ImportLimits.rowBytesMax
        rowsRead += 1
        row.number = rowsRead
        isSkippingLine = true
        return .malformed(.rowTooLong)
    }

    /// Makes the line the row; nil for an empty one.
    private mutating func take(_ end: Int) -> DelimitedReader.Outcome? {
        let line = trimmedRange(row.bytes.span, lineStart..<end)
        row.start = line.lowerBound
        row.end = line.upperBound
        lineStart = min(end + 1, row.bytes.count)
        index = lineStart
        if line.isEmpty { return nil }
        rowsRead += 1
        row.number = rowsRead
        row.fields.removeAll(keepingCapacity: true)
        row.unescaped.removeAll(keepingCapacity: true)
        do {
            try parse()
        } catch {
            problem = "\(error.reason.explanation) (at byte \(error.offset) of the line)"
            return .malformed(.invalidJSON)
        }
        if columns.count > ImportLimits.fieldsMax { return .malformed(.tooManyFields) }
        return .row
    }

    private mutating func parse() throws(JSONError) {
        let line = row.start..<row.end
        // Copies share the array's memory; the row's own fields change meanwhile.
        let bytes = row.bytes
        var reader = JSONReader(bytes.span.extracting(line))
        var fields = row.fields
        row.fields = []
        defer { row.fields = fields }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let value = try reader.readValue()
            let name = key.text(in: reader.bytes)
            put(value, named: name, in: reader.bytes, into: &fields)
            guard value.kind.isObject, Self.people.contains(name) else { continue }
            var person = JSONReader(reader.bytes, from: value.range.lowerBound)
            try person.beginObject()
            while let key = try person.nextKey() {
                let value = try person.readValue()
                put(
                    value, named: name + "." + key.text(in: reader.bytes), in: reader.bytes,
                    into: &fields)
            }
        }
        try reader.finish()
    }

    /// Members that are objects about a person, whose own members are columns too: `customer.email`.
    private static let people: Set<String> = [
        "customer", "user", "client", "buyer", "member", "contact",
    ]

    private mutating func put(
        _ value: JSONSlice, named name: String, in bytes: Span<UInt8>,
        into fields: inout [ImportRow.Field]
    ) {
        let empty = ImportRow.Field(start: 0, end: 0)
        let column = column(named: name)
        while fields.count <= column { fields.append(empty) }
        switch value.kind {
        case .null: fields[column] = empty
        case .string where value.hasEscapes:
            let first = row.unescaped.count
            value.appendText(in: bytes, to: &row.unescaped)
            fields[column] = ImportRow.Field(
                start: Int32(first), end: Int32(row.unescaped.count), isUnescaped: true)
        case .string, .number, .boolean, .object, .array:
            fields[column] = ImportRow.Field(
                start: Int32(value.content.lowerBound), end: Int32(value.content.upperBound),
                isJSON: value.kind != .string)
        }
    }

    private mutating func column(named name: String) -> Int {
        if let column = columnsByName[name] { return column }
        columnsByName[name] = columns.count
        columns.append(name)
        return columns.count - 1
    }
}

extension ImportRow {
    /// Where the next line feed is; the bytes' end without one.
    fileprivate func lineFeed(from start: Int) -> Int {
        let bytes = bytes.span
        var index = start
        while index < bytes.count, bytes[index] != 0x0A { index += 1 }
        return index
    }
}
