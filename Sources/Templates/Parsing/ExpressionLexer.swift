/// A word, text, number or mark inside an output or a tag.
struct ExpressionToken: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A name, which may have dots and indices: `cart.items[0].name`.
        case path
        case text(String)
        case number(TemplateNumber)
        /// `|`, `:`, `,`, `=`, `==` and the other comparisons.
        case mark(String)
        case end
    }

    var kind: Kind
    var range: Range<Int>
}

/// Reads the tokens of one output or tag.
struct ExpressionLexer {
    let bytes: [UInt8]
    private(set) var index: Int
    private let end: Int
    private(set) var next: ExpressionToken

    init(_ bytes: [UInt8], _ range: Range<Int>) throws(ParseFailure) {
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
        next = ExpressionToken(kind: .end, range: range.lowerBound..<range.lowerBound)
        try advance()
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The path that comes next, where it is this word.
    func isWord(_ word: String) -> Bool {
        next.kind == .path && bytes[next.range].elementsEqual(word.utf8)
    }

    mutating func take(word: String) throws(ParseFailure) -> Bool {
        guard isWord(word) else { return false }
        try advance()
        return true
    }

    mutating func take(mark: String) throws(ParseFailure) -> Bool {
        guard next.kind == .mark(mark) else { return false }
        try advance()
        return true
    }

    mutating func advance() throws(ParseFailure) {
        while index < end, isSpace(bytes[index]) { index += 1 }
        guard index < end else {
            next = ExpressionToken(kind: .end, range: end..<end)
            return
        }
        let start = index
        let byte = bytes[index]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            index += 1
            while index < end, bytes[index] != byte { index += 1 }
            guard index < end else {
                throw ParseFailure(.syntax, start, "this text has no closing quotation mark")
            }
            let text = text(start + 1..<index)
            index += 1
            next = ExpressionToken(kind: .text(text), range: start..<index)
        case UInt8(ascii: "|"), UInt8(ascii: ":"), UInt8(ascii: ","):
            index += 1
            next = ExpressionToken(kind: .mark(text(start..<index)), range: start..<index)
        case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "<"), UInt8(ascii: ">"):
            index += 1
            if index < end, bytes[index] == UInt8(ascii: "=") { index += 1 }
            next = ExpressionToken(kind: .mark(text(start..<index)), range: start..<index)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            try readNumber()
        case _ where isNameStart(byte): readPath()
        default:
            let sign = text(start..<min(end, start + 4)).first.map(String.init) ?? "?"
            throw ParseFailure(.syntax, start, "\(sign) isn't understood here")
        }
    }

    private mutating func readNumber() throws(ParseFailure) {
        let start = index
        index += 1
        while index < end, bytes[index] &- 0x30 < 10 || bytes[index] == UInt8(ascii: ".") {
            index += 1
        }
        guard let number = TemplateNumber(text(start..<index)) else {
            throw ParseFailure(.syntax, start, "\(text(start..<index)) isn't a number")
        }
        next = ExpressionToken(kind: .number(number), range: start..<index)
    }

    private mutating func readPath() {
        let start = index
        while index < end {
            let byte = bytes[index]
            let isMore =
                isNameStart(byte) || byte &- 0x30 < 10 || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "-")
            if isMore {
                index += 1
            } else if byte == UInt8(ascii: "[") {
                while index < end, bytes[index] != UInt8(ascii: "]") { index += 1 }
                if index < end { index += 1 }
            } else {
                break
            }
        }
        next = ExpressionToken(kind: .path, range: start..<index)
    }

    private func isNameStart(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_") || byte >= 0x80
    }
}

/// Why a template can't be parsed, at an offset of its bytes.
struct ParseFailure: Error {
    var kind: TemplateProblem.Kind
    var offset: Int
    var reason: String

    init(_ kind: TemplateProblem.Kind, _ offset: Int, _ reason: String) {
        self.kind = kind
        self.offset = offset
        self.reason = reason
    }
}
