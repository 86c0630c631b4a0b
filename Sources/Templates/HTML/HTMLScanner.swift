/// Goes over HTML that is finished, tag by tag: tolerant, linear in the bytes, without building a tree.
///
/// Conditional comments for Outlook are tokens of their own, and what is inside them is read as HTML.
struct HTMLScanner: ~Escapable {
    enum Token {
        case text(Range<Int>)
        case startTag(Tag)
        /// The name's range.
        case endTag(Range<Int>)
        case comment
        /// `<!--[if …]>`: what follows is for Outlook alone.
        case outlookBegin
        /// `<![endif]-->`
        case outlookEnd
        case declaration
    }

    struct Tag {
        var name: Range<Int>
        /// From `<` to behind `>`.
        var range: Range<Int>
        /// Between the name and `>`.
        var attributes: Range<Int>
    }

    struct Attribute {
        var name: Range<Int>
        /// Without quotation marks; empty where there is no value.
        var value: Range<Int>
    }

    let bytes: Span<UInt8>
    private(set) var index = 0
    /// The element whose inside is text, whatever it looks like.
    private var raw: Range<Int>?

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    mutating func next() -> Token? {
        guard index < bytes.count else { return nil }
        if let name = raw {
            raw = nil
            let end = rawEnd(name)
            if end > index {
                let range = index..<end
                index = end
                return .text(range)
            }
        }
        guard bytes[index] == UInt8(ascii: "<"), index + 1 < bytes.count else { return text() }
        switch bytes[index + 1] {
        case UInt8(ascii: "!"): return declaration()
        case UInt8(ascii: "/"):
            let nameStart = index + 2
            guard nameStart < bytes.count, isLetter(bytes[nameStart]) else { return text() }
            let name = nameStart..<nameEnd(nameStart)
            index = min(tagEnd(name.upperBound) + 1, bytes.count)
            return .endTag(name)
        case let byte where isLetter(byte):
            let start = index
            let name = start + 1..<nameEnd(start + 1)
            let end = tagEnd(name.upperBound)
            index = min(end + 1, bytes.count)
            if isRaw(name) { raw = name }
            return .startTag(
                Tag(name: name, range: start..<index, attributes: name.upperBound..<end))
        default: return text()
        }
    }

    /// Text up to the next `<`; one that begins nothing is text itself.
    private mutating func text() -> Token {
        let start = index
        index = bytes.first(UInt8(ascii: "<"), from: index + 1, to: bytes.count)
        return .text(start..<index)
    }

    private func nameEnd(_ start: Int) -> Int {
        var at = start
        while at < bytes.count, !isSpace(bytes[at]), bytes[at] != UInt8(ascii: ">"),
            bytes[at] != UInt8(ascii: "/")
        {
            at += 1
        }
        return at
    }

    /// Where the tag's `>` is, quotation marks minded; the end where there is none.
    private func tagEnd(_ start: Int) -> Int {
        var at = start
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: ">") { return at }
            at += 1
            guard byte == UInt8(ascii: "=") else { continue }
            while at < bytes.count, isSpace(bytes[at]) { at += 1 }
            guard at < bytes.count else { break }
            let quote = bytes[at]
            if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                at = bytes.first(quote, from: at + 1, to: bytes.count) + 1
            }
        }
        return bytes.count
    }

    private mutating func declaration() -> Token {
        if starts(with: "<!--", at: index) {
            if starts(with: "<!--[if", at: index),
                let end = find("]>", UInt8(ascii: "]"), from: index, within: 256)
            {
                // `<!--[if !mso]><!-->` shows what follows to all others.
                if starts(with: "<!-->", at: end + 2) || starts(with: "-->", at: end + 2) {
                    index = end + 2 + (starts(with: "<!-->", at: end + 2) ? 5 : 3)
                    return .comment
                }
                index = end + 2
                return .outlookBegin
            }
            // `<!-->` is a whole comment.
            if starts(with: "<!-->", at: index) {
                index += 5
                return .comment
            }
            index = find("-->", UInt8(ascii: "-"), from: index + 4).map { $0 + 3 } ?? bytes.count
            return .comment
        }
        if starts(with: "<![endif]", at: index) {
            index = find(">", UInt8(ascii: ">"), from: index).map { $0 + 1 } ?? bytes.count
            return .outlookEnd
        }
        index = find(">", UInt8(ascii: ">"), from: index).map { $0 + 1 } ?? bytes.count
        return .declaration
    }

    /// - Parameter first: The mark's first byte.
    private func find(
        _ mark: StaticString, _ first: UInt8, from start: Int, within window: Int = .max
    ) -> Int? {
        let start = min(start, bytes.count)
        let end = window < bytes.count - start ? start + window : bytes.count
        var at = bytes.first(first, from: start, to: end)
        while at < end {
            if starts(with: mark, at: at) { return at }
            at = bytes.first(first, from: at + 1, to: end)
        }
        return nil
    }

    func starts(with mark: StaticString, at start: Int) -> Bool {
        guard start + mark.utf8CodeUnitCount <= bytes.count else { return false }
        return mark.withUTF8Buffer { mark in
            for offset in mark.indices where bytes[start + offset] != mark[offset] { return false }
            return true
        }
    }

    private func isRaw(_ name: Range<Int>) -> Bool {
        `is`(name, "style") || `is`(name, "script") || `is`(name, "title")
            || `is`(name, "textarea")
    }

    /// Where the element's closing tag begins.
    private func rawEnd(_ name: Range<Int>) -> Int {
        var at = bytes.first(UInt8(ascii: "<"), from: index, to: bytes.count)
        while at + 1 < bytes.count {
            if bytes[at + 1] == UInt8(ascii: "/") {
                var offset = 0
                while offset < name.count, at + 2 + offset < bytes.count,
                    lower(bytes[at + 2 + offset]) == lower(bytes[name.lowerBound + offset])
                {
                    offset += 1
                }
                if offset == name.count { return at }
            }
            at = bytes.first(UInt8(ascii: "<"), from: at + 1, to: bytes.count)
        }
        return bytes.count
    }

    /// Whether the range is this name, of small letters, in any case.
    func `is`(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { name in
            for offset in name.indices where lower(bytes[range.lowerBound + offset]) != name[offset]
            {
                return false
            }
            return true
        }
    }

    /// The next attribute from an offset on, which goes behind it.
    func attribute(_ at: inout Int, before end: Int) -> Attribute? {
        while at < end, isSpace(bytes[at]) || bytes[at] == UInt8(ascii: "/") { at += 1 }
        guard at < end else { return nil }
        let nameStart = at
        at += 1
        while at < end, !isSpace(bytes[at]), bytes[at] != UInt8(ascii: "="),
            bytes[at] != UInt8(ascii: "/")
        {
            at += 1
        }
        let name = nameStart..<at
        var after = at
        while after < end, isSpace(bytes[after]) { after += 1 }
        guard after < end, bytes[after] == UInt8(ascii: "=") else {
            return Attribute(name: name, value: at..<at)
        }
        at = after + 1
        while at < end, isSpace(bytes[at]) { at += 1 }
        guard at < end else { return Attribute(name: name, value: at..<at) }
        let quote = bytes[at]
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            let start = at + 1
            at = bytes.first(quote, from: start, to: end)
            let value = start..<at
            if at < end { at += 1 }
            return Attribute(name: name, value: value)
        }
        let start = at
        while at < end, !isSpace(bytes[at]) { at += 1 }
        return Attribute(name: name, value: start..<at)
    }

    /// The value's range of a tag's attribute; nil where it has none of the name.
    func value(of name: StaticString, in tag: Tag) -> Range<Int>? {
        var at = tag.attributes.lowerBound
        while let attribute = attribute(&at, before: tag.attributes.upperBound) {
            if `is`(attribute.name, name) { return attribute.value }
        }
        return nil
    }

    private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    private func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
