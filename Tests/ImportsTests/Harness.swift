import Events
import Kernel

@testable import Imports

/// What came of an import, whole.
struct Imported {
    var drafts: [EventDraft] = []
    var rejections: [RowRejection] = []
    var failure: ImportFailure?
    var rowsRead = 0
    var eventCount = 0

    var messageIDs: [String] { drafts.map(\.messageID) }
    var names: [String] { drafts.map(\.name) }
    var properties: [String] { drafts.map { String(decoding: $0.properties, as: UTF8.self) } }
    var contexts: [String] { drafts.map { String(decoding: $0.context, as: UTF8.self) } }
    var rejected: [String] { rejections.map { "\($0.rowNumber) \($0.code.rawValue)" } }
}

/// Imports bytes that are handed in in pieces of the given sizes, used in turn.
func importing(
    _ bytes: [UInt8], _ options: ImportOptions, pieces: [Int] = [1 << 16], skipping: Int = 0,
    untilBytes: Int = 1 << 20
) -> Imported {
    var result = Imported()
    var importer = FileImporter(options: options, eventsToSkip: skipping)
    var builder = EventBlockBuilder()
    var offset = 0
    var turn = 0
    func takeBlock() throws {
        let block = try EventBlock(decoding: builder.takeBytes().bytes)
        result.drafts += block.frames.map(block.draft)
        result.rejections += importer.takeRejections()
    }
    do {
        loop: while true {
            switch try importer.advance(into: &builder, untilBytes: untilBytes) {
            case .needsInput where offset == bytes.count: importer.endInput()
            case .needsInput:
                let end = min(bytes.count, offset + pieces[turn % pieces.count])
                importer.supply(bytes.span.extracting(offset..<end))
                offset = end
                turn += 1
            case .blockReady: try takeBlock()
            case .finished:
                try takeBlock()
                break loop
            }
        }
    } catch let failure as ImportFailure {
        result.failure = failure
        result.rejections += importer.takeRejections()
    } catch {
        result.failure = .unsupportedFormat("\(error)")
    }
    result.rowsRead = importer.rowsRead
    result.eventCount = importer.eventCount
    return result
}

func importing(_ text: String, _ options: ImportOptions, pieces: [Int] = [1 << 16]) -> Imported {
    importing(Array(text.utf8), options, pieces: pieces)
}

/// Options with a mapping written as on the command line.
func options(
    _ kind: ImportKind = .orders, _ mapping: [String] = [], currency: String? = "USD"
) -> ImportOptions {
    var options = ImportOptions(kind: kind, importedAt: Timestamp(milliseconds: 1_700_000_000_000))
    options.mapping = mapping.compactMap(ImportOptions.MappedColumn.init)
    options.currency = currency.flatMap { Currency($0) }
    return options
}

/// Every row of delimited text; a malformed one as its code.
func rows(_ text: String, delimiter: Character = ",", piece: Int = 1 << 16) -> [[String]] {
    rows(Array(text.utf8), delimiter: delimiter, piece: piece)
}

func rows(_ bytes: [UInt8], delimiter: Character = ",", piece: Int = 1 << 16) -> [[String]] {
    var reader = DelimitedReader(delimiter: delimiter.asciiValue ?? 0)
    var result: [[String]] = []
    var offset = 0
    while true {
        switch reader.next() {
        case .row:
            let row = reader.row
            result.append((0..<row.fieldCount).map { String(copying: row.field($0)) })
        case .malformed(let code): result.append([code.rawValue])
        case .needsInput where offset == bytes.count: reader.finish()
        case .needsInput:
            let end = min(bytes.count, offset + piece)
            reader.append(bytes.span.extracting(offset..<end))
            offset = end
        case .end: return result
        }
    }
}
