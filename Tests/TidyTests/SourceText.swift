/// Swift source taken apart: the code alone, and the texts of its string literals.
struct SourceText {
    /// The source with comments and the insides of string literals as spaces; the lines stay as they are.
    private(set) var code: [UInt8]
    /// Each string literal with the line it starts on, from 1.
    private(set) var literals: [(line: Int, text: String)] = []

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1

    init(_ source: String) {
        bytes = Array(source.utf8)
        code = bytes
        readCode(untilParenthesis: false)
    }

    /// The code's lines, the first at 0.
    var codeLines: [String] {
        code.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads code up to its end, or up to the parenthesis that closes an interpolation.
    private mutating func readCode(untilParenthesis: Bool) {
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "/"), UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "("),
                UInt8(ascii: ")"):
                break
            default:
                advance()
                continue
            }
            if starts(with: "//") {
                while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { blank() }
            } else if starts(with: "/*") {
                readBlockComment()
            } else if let hashes = literalHashes() {
                readLiteral(hashes: hashes)
            } else {
                let byte = bytes[index]
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") {
                    if untilParenthesis && depth == 0 { return }
                    depth -= 1
                }
                advance()
            }
        }
    }

    private mutating func readBlockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                blank(2)
            } else if starts(with: "*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && index < bytes.count
    }

    /// How many `#` stand before the quotation mark here; nil where no literal starts.
    private func literalHashes() -> Int? {
        var end = index
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
        return end - index
    }

    private mutating func readLiteral(hashes: Int) {
        let marks = String(repeating: "#", count: hashes)
        blank(hashes)
        let quote = starts(with: "\"\"\"") ? "\"\"\"" : "\""
        let startLine = line
        var text: [UInt8] = []
        blank(quote.utf8.count)
        while index < bytes.count {
            if ![UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "\n")].contains(bytes[index])
            {
                text.append(bytes[index])
                blank()
                continue
            }
            if starts(with: quote + marks) {
                blank(quote.utf8.count + hashes)
                break
            }
            if starts(with: "\\" + marks + "(") {
                blank(hashes + 2)
                readCode(untilParenthesis: true)
                blank()
                text.append(UInt8(ascii: "?"))
            } else if starts(with: "\\" + marks) {
                blank(hashes + 1)
                blank()
            } else if quote == "\"", bytes[index] == UInt8(ascii: "\n") {
                break  // Not a literal after all, as in a regular expression's quotation mark.
            } else {
                text.append(bytes[index])
                blank()
            }
        }
        literals.append((startLine, String(decoding: text, as: UTF8.self)))
    }

    private func starts(with text: String) -> Bool {
        var at = index
        for byte in text.utf8 {
            guard at < bytes.count, bytes[at] == byte else { return false }
            at += 1
        }
        return true
    }

    private mutating func advance() {
        if bytes[index] == UInt8(ascii: "\n") { line += 1 }
        index += 1
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where index < bytes.count {
            if bytes[index] != UInt8(ascii: "\n") { code[index] = UInt8(ascii: " ") }
            advance()
        }
    }
}
