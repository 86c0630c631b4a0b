package import Events

/// Turns the bytes of one file into events.
///
/// Bytes go in by `supply` in pieces of any size, and `advance` works them off into a block; nothing
/// is read, written or waited for here. The events don't depend on how the bytes were cut:
/// ```swift
/// while true {
///     switch try importer.advance(into: &builder, untilBytes: 1 << 20) {
///     case .needsInput: // supply the next piece, or call endInput()
///     case .blockReady: // append the block to the log, write the rejections away, note the progress
///     case .finished: // the same for the last block; done
///     }
/// }
/// ```
package struct FileImporter {
    package enum Step: Equatable, Sendable {
        case needsInput
        /// The block or the list of rejections is long enough to be taken.
        case blockReady
        case finished
    }

    /// Rows read so far, without the header.
    package private(set) var rowsRead = 0
    /// Which columns are used; nil before the header is read.
    package private(set) var mapping: ColumnMapping?

    private let options: ImportOptions
    private var emitter: EventEmitter
    private var inflater: Inflater?
    private var isInputEnded = false
    private var isFormatKnown = false
    /// Whether the reader, or `head`, has all the text that there is.
    private var isTextEnded = false
    /// Bytes that no reader has taken yet: of the file, or unpacked.
    private var packed: [UInt8] = []
    private var head: [UInt8] = []
    private var table: DelimitedReader?
    private var objects: JSONLinesReader?
    private var rows: RowHandler?
    private var sampling: FileSampling?
    private var rejections = RejectionList()
    /// Columns at the start that an earlier import put there (`RejectionWriter`).
    private var leadingColumns = 0
    /// Whether the table is a file of rejected JSON lines, which are gathered in `head`.
    private var isUnwrapping = false
    private var failure: ImportFailure?
    /// Rows to be rejected, and nothing else to be done; nil in an import.
    private var collecting: [Int: RowRejection]?

    /// - Parameter eventsToSkip: Events at the start that are in the log already (`ImportProgress`).
    package init(options: ImportOptions, eventsToSkip: Int = 0) {
        self.options = options
        emitter = EventEmitter(isHistory: options.isHistory, eventsToSkip: eventsToSkip)
    }

    /// Reads a file again for the rows of rejections that came without them, and makes no events. Only the
    /// rejections given come out, with `cells`.
    package init(options: ImportOptions, collecting: [Int: RowRejection]) {
        self.init(options: options)
        self.collecting = collecting
    }

    /// Events made so far, with those that were skipped; once their block is in the log, the progress.
    package var eventCount: Int { emitter.eventCount }

    /// Rows left out so far.
    package var rejectionCount: Int { rejections.count }

    /// The file's own columns, for the file of rejections; none before the header is read, and of JSON lines.
    package var columns: [String] {
        guard table != nil, let mapping else { return [] }
        return Array(mapping.names.dropFirst(leadingColumns))
    }

    /// Hands in the next bytes of the file, packed or not.
    package mutating func supply(_ piece: Span<UInt8>) {
        if let inflater, packed.isEmpty {
            inflater.append(piece)
        } else {
            piece.withUnsafeBufferPointer { packed.append(contentsOf: $0) }
        }
    }

    /// Says that the file has ended.
    package mutating func endInput() {
        isInputEnded = true
        inflater?.finish()
    }

    /// What was left out since the last call.
    package mutating func takeRejections() -> [RowRejection] { rejections.take() }

    /// Works off what was supplied.
    ///
    /// - Parameter untilBytes: The size from which the block is to be taken away.
    /// - Throws: What makes the rest of the file unreadable. Events made before were handed out by then.
    package mutating func advance(
        into builder: inout EventBlockBuilder, untilBytes: Int = 1 << 20
    ) throws(ImportFailure) -> Step {
        while true {
            if builder.byteCount >= untilBytes || rejections.isFull { return .blockReady }
            switch try nextOutcome() {
            case .row: try takeRow(into: &builder)
            case .malformed(let code): reject(code, message(code))
            case .needsInput:
                if try readOn() { continue }
                if let failure, isFormatKnown || head.isEmpty || isTextEnded {
                    if sampling != nil {
                        try endSampling()
                        continue
                    }
                    guard builder.isEmpty else { return .blockReady }
                    throw failure
                }
                guard isInputEnded || failure != nil else { return .needsInput }
                isTextEnded = true
                finishReader()
            case .end:
                if sampling != nil {
                    try endSampling()
                    continue
                }
                if isUnwrapping {
                    isUnwrapping = false
                    leadingColumns = 0
                    table = nil
                    _ = try beginJSON(isComplete: true)
                    continue
                }
                return finish(into: &builder, untilBytes: untilBytes)
            }
        }
    }

    // MARK: Bytes

    /// Moves bytes on to the reader; false when there are none.
    private mutating func readOn() throws(ImportFailure) -> Bool {
        guard failure == nil else { return false }
        if inflater == nil, !isFormatKnown, !isInputEnded, packed.count < 2 { return false }
        if inflater == nil, !isFormatKnown, head.isEmpty, isGzip(packed) {
            let inflater = Inflater()
            inflater.append(packed.span)
            if isInputEnded { inflater.finish() }
            packed = []
            self.inflater = inflater
        }
        guard let inflater else {
            if packed.isEmpty { return false }
            let piece = packed
            packed = []
            take(piece.span)
            return true
        }
        var text: [UInt8] = []
        do {
            let isMore = try inflater.unpack { piece in
                piece.withUnsafeBufferPointer { text.append(contentsOf: $0) }
            }
            take(text.span)
            return isMore
        } catch {
            take(text.span)
            switch error {
            case .damaged(let reason):
                failure = .damagedGzip(reason: reason, bytesRead: inflater.bytesRead)
            }
            return !text.isEmpty
        }
    }

    private func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

    private mutating func take(_ piece: Span<UInt8>) {
        if isFormatKnown {
            table?.append(piece)
            objects?.append(piece)
        } else {
            piece.withUnsafeBufferPointer { head.append(contentsOf: $0) }
        }
    }

    private mutating func finishReader() {
        table?.finish()
        objects?.finish()
    }

    /// The next row of whichever reader there is; finds out which it must be first.
    private mutating func nextOutcome() throws(ImportFailure) -> DelimitedReader.Outcome {
        if !isFormatKnown {
            guard try findFormat(isComplete: isTextEnded) else { return .needsInput }
        }
        if table != nil { return table?.next() ?? .end }
        return objects?.next() ?? .end
    }

    private mutating func findFormat(isComplete: Bool) throws(ImportFailure) -> Bool {
        guard let format = try InputFormat.detect(head.span, isComplete: isComplete) else {
            return false
        }
        switch format {
        case .gzip: throw .unsupportedFormat("gzip data inside gzip data")
        case .delimited(let delimiter, let headBytes):
            var reader = DelimitedReader(delimiter: delimiter)
            reader.append(head.span.extracting(headBytes..<head.count))
            table = reader
        case .jsonLines:
            guard try beginJSON(isComplete: isComplete) else { return false }
        }
        head = []
        isFormatKnown = true
        return true
    }

    /// Hands what `head` holds to a reader of JSON lines; false if more is needed.
    private mutating func beginJSON(isComplete: Bool) throws(ImportFailure) -> Bool {
        let mark = head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        // So much as to have one line at least.
        let lineEnd = head.firstIndex(of: 0x0A) ?? ImportLimits.rowBytesMax
        let learned = max(InputFormat.headBytesMax, lineEnd + 1)
        guard isComplete || head.count >= learned else { return false }
        var reader = JSONLinesReader()
        reader.learnColumns(
            from: head.span.extracting(mark..<min(head.count, learned)),
            isComplete: isComplete && head.count <= learned)
        reader.append(head.span.extracting(mark..<head.count))
        head = []
        try begin(columns: reader.columns, isJSON: true)
        objects = reader
        return true
    }

    // MARK: Rows

    private mutating func begin(columns: [String], isJSON: Bool) throws(ImportFailure) {
        let mapping = try ColumnMapping(
            header: columns, options: options, leadingColumns: leadingColumns)
        let handler = try RowHandler(
            context: RowContext(options: options, mapping: mapping, isJSON: isJSON))
        self.mapping = handler.mapping
        rows = handler
    }

    private mutating func takeRow(into builder: inout EventBlockBuilder) throws(ImportFailure) {
        if objects != nil {
            if let columns = objects?.columns, columns.count > rows?.mapping.names.count ?? 0 {
                rows?.extend(to: columns)
            }
            guard let row = objects?.row else { return }
            return try handle(row, into: &builder)
        }
        if leadingColumns > 0 { table?.removeFormulaGuards() }
        guard let row = table?.row else { return }
        if isUnwrapping {
            row.trimmed(leadingColumns).withUnsafeBufferPointer { head.append(contentsOf: $0) }
            return head.append(0x0A)
        }
        if rows == nil { return try takeHeader(row) }
        if sampling != nil {
            sampling?.look(at: row, zone: options.zone)
            if sampling?.isDone ?? false { try endSampling() }
            return
        }
        try handle(row, into: &builder)
    }

    private mutating func takeHeader(_ row: borrowing ImportRow) throws(ImportFailure) {
        let columns = (0..<row.fieldCount).map(row.text)
        if columns.starts(with: RejectionWriter.leadingColumns) {
            leadingColumns = RejectionWriter.leadingColumns.count
            isUnwrapping = columns.dropFirst(leadingColumns) == [RejectionWriter.textColumn]
            if isUnwrapping { return }
        }
        try begin(columns: columns, isJSON: false)
        table?.restartNumbering()
        if collecting != nil { return }
        sampling = FileSampling(
            dateColumn: options.dateOrder == nil ? rows?.timeColumn : nil,
            amountColumns: options.decimalComma == nil ? rows?.amountColumns ?? [] : [])
        if sampling != nil { table?.setMark() }
    }

    private mutating func endSampling() throws(ImportFailure) {
        guard let found = try sampling?.result(columns: mapping?.names ?? []) else { return }
        rows?.set(dateOrder: found.dateOrder, mark: found.mark)
        sampling = nil
        table?.rewind()
    }

    private mutating func handle(
        _ row: borrowing ImportRow, into builder: inout EventBlockBuilder
    ) throws(ImportFailure) {
        rowsRead += 1
        if let collecting {
            if var wanted = collecting[row.number] {
                wanted.cells = cells(row)
                rejections.append(wanted)
            }
            return
        }
        do {
            try rows?.add(row, emitter: &emitter, into: &builder)
        } catch {
            rejections.append(
                RowRejection(
                    rowNumber: row.number, code: error.code, message: error.message,
                    cells: cells(row)))
        }
        if rows?.isTooLarge ?? false { throw .tooManyLines }
    }

    private func cells(_ row: borrowing ImportRow) -> [String] {
        objects == nil ? row.cells(from: leadingColumns) : [String(copying: row.rawBytes)]
    }

    private func message(_ code: RejectionCode) -> String {
        if code == .invalidJSON, let objects { return objects.problem }
        return code.readingMessage
    }

    private mutating func reject(_ code: RejectionCode, _ message: String) {
        // While the file is sampled, rows are read that will be read again.
        if sampling != nil || collecting != nil { return }
        rowsRead += 1
        guard let row = table?.row ?? objects?.row else { return }
        rejections.append(
            RowRejection(
                rowNumber: row.number, code: code, message: message, cells: [row.rawText]))
    }

    private mutating func finish(
        into builder: inout EventBlockBuilder, untilBytes: Int
    ) -> Step {
        let isMore =
            rows?.emitHeld(
                &emitter, into: &builder, untilBytes: untilBytes, rejections: &rejections) ?? false
        return isMore ? .blockReady : .finished
    }
}
