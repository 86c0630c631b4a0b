/// Puts other addresses into a rendered message's links, and the open pixel at its end.
///
/// Links of `a`, `area` and Outlook's buttons are taken, where they begin with `http:` or `https:`; `mailto:`, `tel:`,
/// anchors, and tags with `data-track="no"` stay as they are. Linear in the bytes.
package struct LinkRewriter: Sendable {
    /// A link on its way out.
    package struct Link: Hashable, Sendable {
        /// As it would be opened, with the campaign's parameters.
        package var url: String
        /// Which of the part's links it is, from 0.
        package var index: Int
    }

    /// Added to each link before it is handed over; nil adds nothing.
    package var parameters: CampaignParameters?
    /// Of an image of one pixel, put before `</body>`; nil puts none.
    package var pixelURL: String?

    package init(parameters: CampaignParameters? = nil, pixelURL: String? = nil) {
        self.parameters = parameters
        self.pixelURL = pixelURL
    }

    /// - Parameter replacement: What a link becomes; nil leaves its address, with the parameters.
    package func rewrite(html: [UInt8], replacement: (Link) -> String?) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(html.count + 2048)
        let bytes = html.span
        var scanner = HTMLScanner(bytes)
        var copied = 0
        var count = 0
        var bodyEnd: Int?
        var tokenStart = 0
        while let token = scanner.next() {
            defer { tokenStart = scanner.index }
            switch token {
            case .startTag(let tag):
                guard let range = linkRange(of: tag, in: scanner) else { continue }
                let old = HTMLEntities.decode(bytes.extracting(range))
                let url = parameters?.adding(to: old) ?? old
                let new = replacement(Link(url: url, index: count)) ?? url
                count += 1
                guard new != old else { continue }
                Escaper.append(bytes.extracting(copied..<range.lowerBound), to: &output)
                Escaper.html(new.utf8Span.span, breaksLines: false, to: &output)
                copied = range.upperBound
            case .endTag(let name):
                guard pixelURL != nil, scanner.is(name, "body"), tokenStart >= copied else {
                    continue
                }
                Escaper.append(bytes.extracting(copied..<tokenStart), to: &output)
                copied = tokenStart
                bodyEnd = output.count
            default: break
            }
        }
        Escaper.append(bytes.extracting(copied..<bytes.count), to: &output)
        if let pixelURL {
            output.insert(contentsOf: pixel(pixelURL), at: bodyEnd ?? output.count)
        }
        return output
    }

    private func pixel(_ url: String) -> [UInt8] {
        var tag = Array("<img src=\"".utf8)
        Escaper.html(url.utf8Span.span, breaksLines: false, to: &tag)
        let rest =
            "\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;width:1px;height:1px;border:0\">"
        tag.append(contentsOf: rest.utf8)
        return tag
    }

    /// Where a tag's address stands, of those that are rewritten.
    private func linkRange(
        of tag: HTMLScanner.Tag, in scanner: borrowing HTMLScanner
    ) -> Range<Int>? {
        guard
            scanner.is(tag.name, "a") || scanner.is(tag.name, "area")
                || scanner.is(tag.name, "v:roundrect") || scanner.is(tag.name, "v:rect")
        else { return nil }
        var href: Range<Int>?
        var at = tag.attributes.lowerBound
        while let attribute = scanner.attribute(&at, before: tag.attributes.upperBound) {
            if scanner.is(attribute.name, "href") {
                href = href ?? attribute.value
            } else if scanner.is(attribute.name, "data-track"), scanner.is(attribute.value, "no") {
                return nil
            }
        }
        guard let href, Self.isWeb(scanner.bytes.extracting(href)) else { return nil }
        return href
    }

    private static func isWeb(_ link: Span<UInt8>) -> Bool {
        func starts(_ mark: StaticString) -> Bool {
            guard link.count > mark.utf8CodeUnitCount else { return false }
            return mark.withUTF8Buffer { mark in
                for index in mark.indices {
                    let byte = link[index]
                    if (byte &- 0x41 < 26 ? byte | 0x20 : byte) != mark[index] { return false }
                }
                return true
            }
        }
        return starts("https://") || starts("http://")
    }

    /// Rewrites the addresses that stand in plain text.
    ///
    /// - Parameter replacement: What a link becomes; nil leaves its address, with the parameters.
    package func rewrite(text: [UInt8], replacement: (Link) -> String?) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + 512)
        let bytes = text.span
        var copied = 0
        var index = 0
        var count = 0
        while index < bytes.count {
            guard bytes[index] | 0x20 == UInt8(ascii: "h"), index == 0 || !isWord(bytes[index - 1]),
                Self.isWeb(bytes.extracting(index..<min(index + 9, bytes.count)))
            else {
                index += 1
                continue
            }
            let end = Self.linkEnd(bytes, from: index)
            // More than a scheme.
            guard Self.isWeb(bytes.extracting(index..<end)) else {
                index += 1
                continue
            }
            let old = String(decoding: text[index..<end], as: UTF8.self)
            let url = parameters?.adding(to: old) ?? old
            let new = replacement(Link(url: url, index: count)) ?? url
            count += 1
            output.append(contentsOf: text[copied..<index])
            output.append(contentsOf: new.utf8)
            copied = end
            index = end
        }
        output.append(contentsOf: text[copied...])
        return output
    }

    private func isWord(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "=")
            || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "%")
    }

    /// A link in a text ends at white space or a bracket, and a sentence's marks behind it aren't its own.
    private static func linkEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var end = start
        var open = 0
        while end < bytes.count {
            let byte = bytes[end]
            if byte <= 0x20 || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
                || byte == UInt8(ascii: "\"")
            {
                break
            }
            if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") { open += 1 }
            if byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") {
                open -= 1
                if open < 0 { break }
            }
            end += 1
        }
        while end > start, ".,;:!?'".utf8.contains(bytes[end - 1]) { end -= 1 }
        return end
    }
}
