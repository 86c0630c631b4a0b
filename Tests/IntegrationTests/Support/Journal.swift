import Foundation

/// What a peer wrote down, a JSON object a line.
struct Journal {
    let file: URL

    /// The lines that are whole: the last one may still be in the writing.
    func messages() throws -> [JSON] {
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        guard let end = text.lastIndex(of: "\n") else { return [] }
        return try text[..<end].split(separator: "\n").map { try JSON(String($0)) }
    }
}
