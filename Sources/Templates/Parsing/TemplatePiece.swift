/// One piece of a template's text: text that stays, an output, or a tag.
struct TemplatePiece: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case literal
        /// `{{ … }}`; the range is what is inside.
        case output
        /// `{% … %}`; the range is what is inside.
        case tag
    }

    var kind: Kind
    var range: Range<Int>
    /// Where the marks begin.
    var offset: Int
}

/// Cuts a template's text into its pieces.
///
/// White space: `{%-` and `-%}` take it away on their side, as in Liquid. A tag that stands alone on its line takes
/// the line with it, so that plain text keeps no empty lines where its tags were. `{# … #}` and
/// `{% comment %}…{% endcomment %}` are left out, and what is between `{% raw %}` and `{% endraw %}` isn't cut.
struct TemplateCutter {
    private let bytes: [UInt8]
    private var pieces: [TemplatePiece] = []
    private var literalStart = 0
    private var index = 0
    /// What was wrong first: the kind, the place, why.
    private(set) var failure: (kind: TemplateProblem.Kind, offset: Int, reason: String)?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func cut() -> [TemplatePiece] {
        while failure == nil, let next = nextMark() {
            switch bytes[next + 1] {
            case UInt8(ascii: "{"): takeMarked(.output, from: next, closing: UInt8(ascii: "}"))
            case UInt8(ascii: "%"): takeMarked(.tag, from: next, closing: UInt8(ascii: "%"))
            default: takeNote(from: next)
            }
        }
        endLiteral(at: bytes.count)
        return pieces
    }

    /// The next `{{`, `{%` or `{#`.
    private func nextMark() -> Int? {
        var at = index
        while at + 1 < bytes.count {
            if bytes[at] == UInt8(ascii: "{") {
                let next = bytes[at + 1]
                if next == UInt8(ascii: "{") || next == UInt8(ascii: "%")
                    || next == UInt8(ascii: "#") && isNote(at)
                {
                    return at
                }
            }
            at += 1
        }
        return nil
    }

    /// Whether `{#` begins a note: styles have `{#id` too, notes a space.
    private func isNote(_ at: Int) -> Bool {
        at + 2 < bytes.count && bytes[at + 2] == UInt8(ascii: " ")
    }

    private mutating func takeNote(from start: Int) {
        endLiteral(at: start)
        var at = start + 2
        while at + 1 < bytes.count,
            !(bytes[at] == UInt8(ascii: "#") && bytes[at + 1] == UInt8(ascii: "}"))
        {
            at += 1
        }
        guard at + 1 < bytes.count else {
            return fail(.unclosed, start, "this note has no end: #} is missing")
        }
        begin(at: at + 2)
    }

    private mutating func takeMarked(_ kind: TemplatePiece.Kind, from start: Int, closing: UInt8) {
        guard let end = end(from: start + 2, closing: closing) else {
            let mark = kind == .output ? "}}" : "%}"
            return fail(.unclosed, start, "this has no end: \(mark) is missing")
        }
        var inner = start + 2..<end
        var after = end + 2
        var literalEnd = start
        let trimsBefore = !inner.isEmpty && bytes[inner.lowerBound] == UInt8(ascii: "-")
        let trimsAfter = inner.count > 1 && bytes[inner.upperBound - 1] == UInt8(ascii: "-")
        if trimsBefore { inner = inner.lowerBound + 1..<inner.upperBound }
        if trimsAfter { inner = inner.lowerBound..<inner.upperBound - 1 }
        if trimsBefore {
            while literalEnd > literalStart, isSpace(bytes[literalEnd - 1]) { literalEnd -= 1 }
        }
        if trimsAfter {
            while after < bytes.count, isSpace(bytes[after]) { after += 1 }
        }
        if kind == .tag, !trimsBefore, !trimsAfter, let line = lineAlone(start, end + 2) {
            literalEnd = line.lowerBound
            after = line.upperBound
        }
        endLiteral(at: max(literalEnd, literalStart))
        while inner.lowerBound < inner.upperBound, isSpace(bytes[inner.lowerBound]) {
            inner = inner.lowerBound + 1..<inner.upperBound
        }
        while inner.lowerBound < inner.upperBound, isSpace(bytes[inner.upperBound - 1]) {
            inner = inner.lowerBound..<inner.upperBound - 1
        }
        begin(at: after)
        if kind == .tag {
            if isWord("comment", inner) { return skip(to: "endcomment", from: start, keeps: false) }
            if isWord("raw", inner) { return skip(to: "endraw", from: start, keeps: true) }
        }
        pieces.append(TemplatePiece(kind: kind, range: inner, offset: start))
    }

    /// The line with its end, where nothing but white space stands beside the tag.
    private func lineAlone(_ start: Int, _ end: Int) -> Range<Int>? {
        var first = start
        // What an earlier tag of the line has taken isn't there again.
        while first > literalStart, bytes[first - 1] == 0x20 || bytes[first - 1] == 0x09 {
            first -= 1
        }
        guard first == 0 || bytes[first - 1] == 0x0A else { return nil }
        var last = end
        while last < bytes.count, bytes[last] == 0x20 || bytes[last] == 0x09 { last += 1 }
        if last < bytes.count, bytes[last] == 0x0D { last += 1 }
        if last == bytes.count { return first..<last }
        return bytes[last] == 0x0A ? first..<last + 1 : nil
    }

    /// The end of an output or tag; texts in quotation marks may have the closing marks in them.
    private func end(from start: Int, closing: UInt8, within window: Int = .max) -> Int? {
        var at = start
        var quote: UInt8?
        while at + 1 < bytes.count, at - start < window {
            let byte = bytes[at]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == closing, bytes[at + 1] == UInt8(ascii: "}") {
                return at
            }
            at += 1
        }
        return nil
    }

    /// Goes on after the tag that ends a comment or raw text.
    private mutating func skip(to word: String, from start: Int, keeps: Bool) {
        var at = index
        let textStart = index
        while at + 1 < bytes.count {
            if bytes[at] == UInt8(ascii: "{"), bytes[at + 1] == UInt8(ascii: "%"),
                let end = end(from: at + 2, closing: UInt8(ascii: "%"), within: 64)
            {
                var inner = at + 2..<end
                while inner.lowerBound < inner.upperBound,
                    isSpace(bytes[inner.lowerBound]) || bytes[inner.lowerBound] == 0x2D
                {
                    inner = inner.lowerBound + 1..<inner.upperBound
                }
                while inner.lowerBound < inner.upperBound,
                    isSpace(bytes[inner.upperBound - 1]) || bytes[inner.upperBound - 1] == 0x2D
                {
                    inner = inner.lowerBound..<inner.upperBound - 1
                }
                if isWord(word, inner) {
                    if keeps, at > textStart {
                        pieces.append(
                            TemplatePiece(kind: .literal, range: textStart..<at, offset: textStart))
                    }
                    return begin(at: end + 2)
                }
            }
            at += 1
        }
        fail(.unclosed, start, "this is never closed: {% \(word) %} is missing")
    }

    private func isWord(_ word: String, _ range: Range<Int>) -> Bool {
        bytes[range].elementsEqual(word.utf8)
    }

    private mutating func endLiteral(at end: Int) {
        if failure == nil, end > literalStart {
            pieces.append(
                TemplatePiece(kind: .literal, range: literalStart..<end, offset: literalStart))
        }
        literalStart = end
    }

    private mutating func begin(at start: Int) {
        index = start
        literalStart = start
    }

    private mutating func fail(_ kind: TemplateProblem.Kind, _ offset: Int, _ reason: String) {
        failure = (kind, offset, reason)
        index = bytes.count
    }
}

func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte >= 0x09 && byte <= 0x0D }
