/// Makes a message's plain-text part of its HTML.
///
/// Links become footnotes or stand behind their text, lists keep their marks, layout tables come apart and tables of
/// data keep their rows; what is hidden or for Outlook alone is left out. Linear in the bytes.
package enum HTMLToText {
    /// Where links' addresses go.
    package enum Links: Sendable {
        /// `text [1]`, with the addresses at the end.
        case footnotes
        /// `text (https://…)`
        case inline
        case none
    }

    /// - Parameter html: UTF-8.
    /// - Returns: UTF-8 with `\n` line ends, no white space at lines' ends, and at most one empty line in a row.
    package static func text(from html: Span<UInt8>, links: Links = .footnotes) -> [UInt8] {
        var scanner = HTMLScanner(html)
        var writer = PlainTextWriter(links: links)
        writer.output.reserveCapacity(html.count / 4)
        while let token = scanner.next() {
            switch token {
            case .text(let range): writer.text(html.extracting(range))
            case .startTag(let tag): writer.start(tag, in: scanner)
            case .endTag(let name): writer.end(name, in: scanner)
            case .outlookBegin: writer.isForOutlook = true
            case .outlookEnd: writer.isForOutlook = false
            case .comment, .declaration: break
            }
        }
        return writer.finish()
    }
}

struct PlainTextWriter {
    private let links: HTMLToText.Links
    var output: [UInt8] = []
    var isForOutlook = false
    /// The element that isn't shown, and how many of its name are open.
    private var hidden: (name: [UInt8], depth: Int)?
    /// Line ends to write before the next text.
    private var breaks = 0
    private var needsSpace = false
    /// Open lists: nil for marks, the next number for numbers.
    private var lists: [Int?] = []
    /// Open tables: whether one holds data, not layout.
    private var tables: [Bool] = []
    private var preformatted = 0
    private var link: (url: String, start: Int)?
    private var addresses: [String] = []
    private var numbers: [String: Int] = [:]

    private static let depthMax = 32
    static let addressesMax = 500

    init(links: HTMLToText.Links) {
        self.links = links
    }

    private var isHidden: Bool { isForOutlook || hidden != nil }

    // MARK: Text

    mutating func text(_ text: Span<UInt8>) {
        if isHidden { return }
        var index = 0
        while index < text.count {
            let byte = text[index]
            if isSpace(byte) {
                if preformatted > 0 {
                    if byte == 0x0A { breaks += 1 } else { needsSpace = true }
                } else {
                    needsSpace = true
                }
                index += 1
            } else if byte == UInt8(ascii: "&"),
                let (scalar, count) = HTMLEntities.read(text, at: index)
            {
                put(scalar)
                index += count
            } else if byte < 0x80 {
                // A word at once.
                let start = index
                index += 1
                while index < text.count, text[index] > 0x20, text[index] < 0x7F,
                    text[index] != UInt8(ascii: "&")
                {
                    index += 1
                }
                if byte > 0x20, byte != 0x7F {
                    settle()
                    Escaper.append(text.extracting(start..<index), to: &output)
                }
            } else {
                index += putMultibyte(text, at: index)
            }
        }
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0xA0, 0x2002, 0x2003, 0x2009, 9, 10, 13, 32: needsSpace = true
        case 0x200B...0x200D, 0xAD, 0x34F, 0xFEFF, 0..<32: break
        default:
            settle()
            output.append(contentsOf: String(scalar).utf8)
        }
    }

    /// Characters that only fill or divide are left out: no-break space, zero-width ones, soft hyphens.
    private mutating func putMultibyte(_ text: Span<UInt8>, at index: Int) -> Int {
        let byte = text[index]
        let next = index + 1 < text.count ? text[index + 1] : 0
        let third = index + 2 < text.count ? text[index + 2] : 0
        if byte == 0xC2, next == 0xA0 {
            needsSpace = true
            return 2
        }
        if byte == 0xC2, next == 0xAD { return 2 }
        if byte == 0xCD, next == 0x8F { return 2 }
        if byte == 0xE2, next == 0x80, third >= 0x8B, third <= 0x8D { return 3 }
        if byte == 0xEF, next == 0xBB, third == 0xBF { return 3 }
        settle()
        output.append(byte)
        return 1
    }

    /// Writes the line ends or the space that are due.
    private mutating func settle() {
        if breaks > 0 {
            if !output.isEmpty {
                for _ in 0..<min(breaks, 2) { output.append(0x0A) }
            }
            breaks = 0
        } else if needsSpace, let last = output.last, last != 0x0A, last != 0x20 {
            output.append(0x20)
        }
        needsSpace = false
    }

    private mutating func line(_ count: Int) {
        breaks = max(breaks, count)
        needsSpace = false
    }

    private mutating func write(_ text: String) {
        settle()
        output.append(contentsOf: text.utf8)
    }

    // MARK: Tags

    mutating func start(_ tag: HTMLScanner.Tag, in scanner: borrowing HTMLScanner) {
        if var hidden {
            if matches(tag.name, hidden.name, scanner), !isVoid(tag.name, scanner) {
                hidden.depth += 1
                self.hidden = hidden
            }
            return
        }
        if isForOutlook { return }
        let name = tag.name
        if hides(tag, scanner), !isVoid(name, scanner) {
            hidden = (name.map { scanner.bytes[$0] | 0x20 }, 1)
            return
        }
        switch kind(name, scanner) {
        case .paragraph: line(2)
        case .block: line(1)
        case .lineBreak: breaks = min(breaks + 1, 2)
        case .rule:
            line(2)
            write("---")
            line(2)
        case .bullets, .numbers:
            line(lists.isEmpty ? 2 : 1)
            if lists.count < Self.depthMax {
                lists.append(kind(name, scanner) == .numbers ? 1 : nil)
            }
        case .item: item()
        case .table:
            let isLayout = scanner.value(of: "role", in: tag).map { scanner.is($0, "presentation") }
            if tables.count < Self.depthMax { tables.append(isLayout != true) }
            line(1)
        case .cell:
            if tables.last == true {
                needsSpace = false
                if breaks == 0, let last = output.last, last != 0x0A { write(" | ") }
                needsSpace = false
            } else {
                line(1)
            }
        case .image:
            if let alt = scanner.value(of: "alt", in: tag) { text(scanner.bytes.extracting(alt)) }
        case .link:
            endLink()
            if let href = scanner.value(of: "href", in: tag) {
                link = (HTMLEntities.decode(scanner.bytes.extracting(href)), output.count)
            }
        case .preformatted:
            line(2)
            preformatted += 1
        case .other: break
        }
    }

    mutating func end(_ name: Range<Int>, in scanner: borrowing HTMLScanner) {
        if var hidden {
            if matches(name, hidden.name, scanner) {
                hidden.depth -= 1
                self.hidden = hidden.depth == 0 ? nil : hidden
            }
            return
        }
        if isForOutlook { return }
        switch kind(name, scanner) {
        case .paragraph: line(2)
        case .block, .item: line(1)
        case .bullets, .numbers:
            if !lists.isEmpty { lists.removeLast() }
            line(lists.isEmpty ? 2 : 1)
        case .table:
            if !tables.isEmpty { tables.removeLast() }
            line(1)
        case .link: endLink()
        case .preformatted:
            preformatted = max(0, preformatted - 1)
            line(2)
        case .lineBreak, .rule, .cell, .image, .other: break
        }
    }

    private mutating func item() {
        line(1)
        let depth = min(max(0, lists.count - 1), 8)
        var mark = String(repeating: "  ", count: depth)
        if case .some(.some(let number)) = lists.last {
            mark += "\(number). "
            lists[lists.count - 1] = number + 1
        } else {
            mark += "- "
        }
        write(mark)
    }

    private mutating func endLink() {
        guard let link else { return }
        self.link = nil
        guard links != .none, output.count > link.start else { return }
        let shown = String(decoding: output[link.start...], as: UTF8.self)
            .split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        var address = link.url
        if address.hasPrefix("mailto:") {
            address = String(address.dropFirst(7).prefix { $0 != "?" })
        } else if address.hasPrefix("tel:") {
            address = String(address.dropFirst(4))
        }
        guard !address.isEmpty, !address.hasPrefix("#"), address != shown,
            address != "https://" + shown, address != "http://" + shown,
            Escaper.isSafeLink(link.url.utf8Span.span),
            !address.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F })
        else { return }
        let isSpaced = needsSpace
        needsSpace = false
        switch links {
        case .footnotes:
            guard let number = number(of: address) else { return }
            output.append(contentsOf: " [\(number)]".utf8)
        default: output.append(contentsOf: " (\(address))".utf8)
        }
        needsSpace = isSpaced
    }

    private mutating func number(of address: String) -> Int? {
        if let number = numbers[address] { return number }
        guard addresses.count < Self.addressesMax else { return nil }
        addresses.append(address)
        numbers[address] = addresses.count
        return addresses.count
    }

    mutating func finish() -> [UInt8] {
        endLink()
        while let last = output.last, last == 0x20 || last == 0x0A { output.removeLast() }
        if !addresses.isEmpty {
            output.append(contentsOf: "\n".utf8)
            for (index, address) in addresses.enumerated() {
                output.append(contentsOf: "\n[\(index + 1)] \(address)".utf8)
            }
        }
        if !output.isEmpty { output.append(0x0A) }
        return output
    }
}
