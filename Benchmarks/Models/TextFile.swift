import FoundationEssentials

/// Small text files of test data, whole.
enum TextFile {
    static func read(_ path: String) throws -> String {
        try String(contentsOf: URL(filePath: path), encoding: .utf8)
    }

    static func lines(_ text: String) -> [Substring] { text.split(whereSeparator: \.isNewline) }
}
