/// What elements mean for plain text.
extension PlainTextWriter {
    enum Kind {
        case paragraph, block, lineBreak, rule, bullets, numbers, item, table, cell, image, link
        case preformatted, other
    }

    func kind(_ name: Range<Int>, _ scanner: borrowing HTMLScanner) -> Kind {
        guard let first = name.first else { return .other }
        func `is`(_ text: StaticString) -> Bool { scanner.is(name, text) }
        switch scanner.bytes[first] | 0x20 {
        case UInt8(ascii: "a"):
            if name.count == 1 { return .link }
            return `is`("article") || `is`("aside") || `is`("address") ? .block : .other
        case UInt8(ascii: "b"):
            if `is`("br") { return .lineBreak }
            return `is`("blockquote") ? .paragraph : .other
        case UInt8(ascii: "c"): return `is`("caption") || `is`("center") ? .block : .other
        case UInt8(ascii: "d"):
            return `is`("div") || `is`("dt") || `is`("dd") || `is`("dl") ? .block : .other
        case UInt8(ascii: "f"):
            return `is`("footer") || `is`("figure") || `is`("figcaption") || `is`("form")
                ? .block : .other
        case UInt8(ascii: "h"):
            if `is`("hr") { return .rule }
            if `is`("header") { return .block }
            return name.count == 2 ? .paragraph : .other
        case UInt8(ascii: "i"): return `is`("img") ? .image : .other
        case UInt8(ascii: "l"): return `is`("li") ? .item : .other
        case UInt8(ascii: "m"): return `is`("main") ? .block : .other
        case UInt8(ascii: "n"): return `is`("nav") ? .block : .other
        case UInt8(ascii: "o"): return `is`("ol") ? .numbers : .other
        case UInt8(ascii: "p"):
            if name.count == 1 { return .paragraph }
            return `is`("pre") ? .preformatted : .other
        case UInt8(ascii: "s"): return `is`("section") ? .block : .other
        case UInt8(ascii: "t"):
            if `is`("td") || `is`("th") { return .cell }
            if `is`("tr") { return .block }
            return `is`("table") ? .table : .other
        case UInt8(ascii: "u"): return `is`("ul") ? .bullets : .other
        default: return .other
        }
    }

    func isVoid(_ name: Range<Int>, _ scanner: borrowing HTMLScanner) -> Bool {
        func `is`(_ text: StaticString) -> Bool { scanner.is(name, text) }
        return `is`("br") || `is`("hr") || `is`("img") || `is`("input") || `is`("meta")
            || `is`("link") || `is`("area") || `is`("col") || `is`("base") || `is`("wbr")
    }

    /// Whether an element's inside isn't text, or isn't shown.
    func hides(_ tag: HTMLScanner.Tag, _ scanner: borrowing HTMLScanner) -> Bool {
        let name = tag.name
        if scanner.is(name, "head") || scanner.is(name, "style") || scanner.is(name, "script")
            || scanner.is(name, "title") || scanner.is(name, "textarea")
            || scanner.is(name, "select") || scanner.is(name, "template")
        {
            return true
        }
        guard let style = scanner.value(of: "style", in: tag) else { return false }
        return hides(style, scanner)
    }

    /// Whether a style has `display:none` or `visibility:hidden`; both properties end in a y, which is rare.
    private func hides(_ style: Range<Int>, _ scanner: borrowing HTMLScanner) -> Bool {
        let bytes = scanner.bytes
        var at = bytes.first(UInt8(ascii: "y"), from: style.lowerBound, to: style.upperBound)
        while at < style.upperBound {
            var after = at + 1
            while after < style.upperBound,
                isSpace(bytes[after]) || bytes[after] == UInt8(ascii: ":")
            {
                after += 1
            }
            if scanner.starts(with: "none", at: after), at - style.lowerBound >= 6,
                scanner.starts(with: "displa", at: at - 6)
            {
                return true
            }
            if scanner.starts(with: "hidden", at: after), at - style.lowerBound >= 9,
                scanner.starts(with: "visibilit", at: at - 9)
            {
                return true
            }
            at = bytes.first(UInt8(ascii: "y"), from: at + 1, to: style.upperBound)
        }
        return false
    }

    func matches(
        _ range: Range<Int>, _ name: [UInt8], _ scanner: borrowing HTMLScanner
    ) -> Bool {
        guard range.count == name.count else { return false }
        for (offset, byte) in name.enumerated()
        where scanner.bytes[range.lowerBound + offset] | 0x20 != byte {
            return false
        }
        return true
    }
}
