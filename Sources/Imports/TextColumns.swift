/// A whole table of a file: its columns as text, each distinct text kept once.
///
/// For what takes a table as it is, a row a customer, such as a model. Blanks around values are
/// taken away. Nothing is read or waited for here.
package struct TextColumns: Equatable, Sendable {
    /// One column.
    package struct Column: Equatable, Sendable {
        package let name: String
        /// The distinct texts, in the order in which they first come.
        package fileprivate(set) var texts: [String] = []
        /// By row: the place of its text.
        package fileprivate(set) var places: [Int32] = []
    }

    /// Why a file is no table.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case unreadable(ImportFailure)
        /// Objects instead of a table.
        case jsonLines
        /// Two columns have this name.
        case repeatedColumn(String)
        /// There is a header at most.
        case noRows
        /// The text is longer than `ImportLimits.tableBytesMax`.
        case tooLarge

        package var description: String {
            switch self {
            case .unreadable(.unsupportedFormat(let what)):
                "this is \(what); a table is read from CSV or TSV, also with gzip"
            case .unreadable(.damagedGzip(let reason, _)): "the gzip data are damaged (\(reason))"
            case .unreadable(let failure): "\(failure)"
            case .jsonLines: "these are JSON lines; a table is read from CSV or TSV, also with gzip"
            case .repeatedColumn(let name): "the file has more than one column '\(name)'"
            case .noRows: "the file has no rows below its header"
            case .tooLarge:
                "the table has more than \(ImportLimits.tableBytesMax >> 20) MiB of text"
            }
        }
    }

    /// In the order of the file; columns without a name are left out.
    package private(set) var columns: [Column]
    package private(set) var rowCount = 0
    /// Rows that couldn't be read, or have other fields than the header.
    package private(set) var rowsLeftOut = 0
    /// Such as `row 7: it has 4 fields, not 5`, of the first such row.
    package private(set) var firstProblem: String?

    /// Reads a file's bytes, which may be packed by gzip.
    package init(file: [UInt8]) throws(Failure) {
        let bytes = try Self.unpacked(file)
        guard bytes.count <= ImportLimits.tableBytesMax else { throw .tooLarge }
        guard case .delimited(let delimiter, let start) = try Self.format(bytes) else {
            throw .jsonLines
        }
        var reader = DelimitedReader(delimiter: delimiter)
        var position = start
        var header: [String]?
        columns = []
        var kept: [Int] = []
        var places: [[String: Int32]] = []
        while true {
            switch reader.next() {
            case .needsInput:
                // In pieces: the reader holds one beside the whole.
                let end = min(bytes.count, position + 1 << 20)
                if position == end {
                    reader.finish()
                } else {
                    reader.append(bytes.span.extracting(position..<end))
                    position = end
                }
                continue
            case .end:
                guard rowCount > 0 else { throw .noRows }
                return
            case .malformed(let code): leaveOut(reader.row.number, code.readingMessage)
            case .row:
                guard let names = header else {
                    let names = (0..<reader.row.fieldCount).map(reader.row.text)
                    kept = names.indices.filter { !names[$0].isEmpty }
                    columns = kept.map { Column(name: names[$0]) }
                    if let name = Self.repeated(columns) { throw .repeatedColumn(name) }
                    places = kept.map { _ in [:] }
                    header = names
                    reader.restartNumbering()
                    continue
                }
                guard reader.row.fieldCount == names.count else {
                    leaveOut(
                        reader.row.number,
                        "it has \(reader.row.fieldCount) fields, not \(names.count)")
                    continue
                }
                for (column, field) in kept.enumerated() {
                    let text = reader.row.text(field)
                    let place =
                        places[column][text] ?? Int32(truncatingIfNeeded: places[column].count)
                    if Int(place) == columns[column].texts.count {
                        columns[column].texts.append(text)
                        places[column][text] = place
                    }
                    columns[column].places.append(place)
                }
                rowCount += 1
            }
        }
    }

    private mutating func leaveOut(_ row: Int, _ reason: String) {
        rowsLeftOut += 1
        if firstProblem == nil { firstProblem = "row \(row): \(reason)" }
    }

    private static func unpacked(_ file: [UInt8]) throws(Failure) -> [UInt8] {
        guard file.starts(with: [0x1F, 0x8B]) else { return file }
        do {
            let text = try Inflater.unpack(file.span, bytesMax: ImportLimits.tableBytesMax)
            guard let text else { throw Failure.tooLarge }
            return text
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .unreadable(.damagedGzip(reason: "\(error)", bytesRead: 0))
        }
    }

    private static func format(_ bytes: [UInt8]) throws(Failure) -> InputFormat {
        do {
            let head = bytes.span.extracting(first: InputFormat.headBytesMax)
            let found = try InputFormat.detect(head, isComplete: true)
            guard let found else { throw ImportFailure.emptyFile }
            if found == .gzip {
                throw ImportFailure.unsupportedFormat("gzip data inside gzip data")
            }
            return found
        } catch let failure as ImportFailure {
            throw .unreadable(failure)
        } catch {
            throw .unreadable(.emptyFile)
        }
    }

    private static func repeated(_ columns: [Column]) -> String? {
        var names: Set<String> = []
        return columns.first { !names.insert($0.name).inserted }?.name
    }
}
