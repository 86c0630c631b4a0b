import Testing

/// Something that no file may hold.
struct TidyRule: Sendable, CustomTestStringConvertible {
    let name: String
    /// Whether the rule looks at this file.
    let applies: @Sendable (SourceFile) -> Bool
    /// The lines, from 1, that break the rule.
    let brokenLines: @Sendable (SourceFile) -> [Int]
    /// A file that breaks the rule in its last line only: the proof that the rule can fail.
    let sample: (path: String, text: String)

    var testDescription: String { name }
}

extension TidyRule {
    /// Bans words in code, outside comments and literals.
    static func code(
        _ name: String, bans words: [String], sample: (path: String, text: String),
        where applies: @escaping @Sendable (SourceFile) -> Bool
    ) -> TidyRule {
        TidyRule(
            name: name, applies: applies,
            brokenLines: { file in
                file.codeLines.indices.filter { index in
                    words.contains { has(word: $0, in: file.codeLines[index]) }
                }.map { $0 + 1 }
            }, sample: sample)
    }

    /// Whether the word stands in the line, not as the end or the start of a longer name.
    ///
    /// A word that starts with a point may follow a name; one that ends with a sign may be followed
    /// by anything.
    static func has(word: String, in line: String) -> Bool {
        guard line.contains(word) else { return false }
        let line = Array(line.utf8)
        let word = Array(word.utf8)
        guard let first = word.first, let last = word.last, line.count >= word.count else {
            return false
        }
        return (0...(line.count - word.count)).contains { start in
            guard line[start..<start + word.count].elementsEqual(word) else { return false }
            if isName(first), start > 0 {
                let before = line[start - 1]
                if isName(before) || before == UInt8(ascii: ".") { return false }
            }
            let end = start + word.count
            return !(isName(last) && end < line.count && isName(line[end]))
        }
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x5F
    }
}
