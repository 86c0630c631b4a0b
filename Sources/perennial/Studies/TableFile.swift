import Imports
import Predictions

/// A table of customers in a file, as models take it.
struct TableFile {
    /// The file's own name, without its folders.
    let name: String
    let columns: [LabelledColumn]
    let rowCount: Int
    /// What was left out of it, in a sentence.
    let note: String?

    private static let pieceBytes = 1 << 20

    /// Reads it whole.
    ///
    /// - Parameter path: `-` for standard input.
    init(path: String) throws {
        let input = try InputFile(path: path)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(input.byteCount ?? 0, ImportLimits.tableBytesMax))
        while true {
            let piece = try input.read(upTo: Self.pieceBytes)
            if piece.isEmpty { break }
            bytes += piece
            guard bytes.count <= ImportLimits.tableBytesMax else {
                throw TextColumns.Failure.tooLarge
            }
        }
        let table = try TextColumns(file: bytes)
        name =
            path == "-"
            ? "standard input" : path.split(separator: "/").last.map(String.init) ?? path
        columns = table.columns.map {
            LabelledColumn(name: $0.name, texts: $0.texts, places: $0.places)
        }
        rowCount = table.rowCount
        note = table.firstProblem.map { problem in
            table.rowsLeftOut == 1
                ? "One row was left out: \(problem)."
                : "\(Figures.grouped(table.rowsLeftOut)) rows were left out, the first: \(problem)."
        }
    }
}
