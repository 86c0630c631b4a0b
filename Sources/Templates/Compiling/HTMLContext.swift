/// Where in HTML a place is: read over the text that stays the same, so that each value is escaped by where it stands.
///
/// Simpler than a browser's parser, and stricter: what isn't clear is refused when compiling. Conditional comments
/// (`<!--[if mso]>`) are read as HTML, for Outlook does so.
struct HTMLContext: Hashable, Sendable {
    enum State: Hashable, Sendable {
        case text
        /// After `<`.
        case tagOpen
        case tagName
        /// After `</`.
        case endTag
        case insideTag
        case attributeName
        case afterAttributeName
        case beforeValue
        case value(quote: UInt8)
        case unquotedValue
        /// `<!` up to what it is.
        case declarationOpen
        case declaration
        case comment
        /// The inside of an element whose text isn't HTML: style, script, title, textarea.
        case rawText
    }

    enum Attribute: Hashable, Sendable {
        case plain, link, style, script, candidates
    }

    /// How far a link has come.
    enum LinkPart: Hashable, Sendable {
        case start
        /// Letters that may yet be a scheme.
        case scheme
        case host
        case path
        case query
        /// A value stood at the start: what follows it is a path until a `?`, `&` or `=`.
        case afterValue
        /// Begins with a scheme that runs code.
        case refused
    }

    var state: State = .text
    /// The name being read, or the element that `rawText` is the inside of; small letters.
    var name: [UInt8] = []
    /// The element whose tag this is.
    var element: [UInt8] = []
    var attribute: Attribute = .plain
    var link: LinkPart = .start
    /// What has been seen of the mark that ends a comment or raw text, or of a link's scheme.
    var seen: [UInt8] = []
    /// Whether a link's scheme is a value's, as in `href="{{ x }}:…"`: nothing can make that safe.
    var hasValueAsScheme = false

    mutating func read(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes { read(byte) }
    }

    private mutating func read(_ byte: UInt8) {
        switch state {
        case .text:
            if byte == UInt8(ascii: "<") { state = .tagOpen }
        case .tagOpen:
            if byte == UInt8(ascii: "/") {
                enter(.endTag)
            } else if byte == UInt8(ascii: "!") {
                enter(.declarationOpen)
            } else if isLetter(byte) {
                enter(.tagName)
                name = [byte | 0x20]
            } else if byte != UInt8(ascii: "<") {
                state = .text
            }
        case .tagName:
            if isSpace(byte) || byte == UInt8(ascii: "/") {
                element = name
                enter(.insideTag)
            } else if byte == UInt8(ascii: ">") {
                element = name
                endTag()
            } else if name.count < 24 {
                name.append(lower(byte))
            }
        case .endTag:
            if byte == UInt8(ascii: ">") { reset() }
        case .insideTag:
            if byte == UInt8(ascii: ">") {
                endTag()
            } else if !isSpace(byte), byte != UInt8(ascii: "/") {
                enter(.attributeName)
                name = [lower(byte)]
            }
        case .attributeName, .afterAttributeName: readAttributeName(byte)
        case .beforeValue:
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                beginValue(.value(quote: byte))
            } else if byte == UInt8(ascii: ">") {
                endTag()
            } else if !isSpace(byte) {
                beginValue(.unquotedValue)
                readLink(byte)
            }
        case .value(let quote):
            if byte == quote { endValue() } else { readLink(byte) }
        case .unquotedValue:
            if byte == UInt8(ascii: ">") {
                endTag()
            } else if isSpace(byte) {
                endValue()
            }
        case .declarationOpen: readDeclaration(byte)
        case .declaration:
            if byte == UInt8(ascii: ">") { reset() }
        case .comment: readComment(byte)
        case .rawText: readRawText(byte)
        }
    }

    mutating func enter(_ next: State) {
        state = next
        name = []
        seen = []
    }

    private mutating func reset() {
        let isForged = hasValueAsScheme
        self = HTMLContext()
        hasValueAsScheme = isForged
    }

    private mutating func readAttributeName(_ byte: UInt8) {
        if byte == UInt8(ascii: "=") {
            attribute = Self.kind(of: name, in: element)
            enter(.beforeValue)
        } else if byte == UInt8(ascii: ">") {
            endTag()
        } else if byte == UInt8(ascii: "/") {
            enter(.insideTag)
        } else if isSpace(byte) {
            state = .afterAttributeName
        } else if state == .afterAttributeName {
            enter(.attributeName)
            name = [lower(byte)]
        } else if name.count < 24 {
            name.append(lower(byte))
        }
    }

    private mutating func beginValue(_ next: State) {
        enter(next)
        link = .start
    }

    private mutating func endValue() {
        enter(.insideTag)
        attribute = .plain
        link = .start
    }

    /// `>` of a tag.
    private mutating func endTag() {
        let element = element
        reset()
        if Self.rawElements.contains(element) {
            state = .rawText
            name = element
        }
    }

    private static let rawElements: [[UInt8]] = ["style", "script", "title", "textarea", "xmp"]
        .map { Array($0.utf8) }

    private mutating func readDeclaration(_ byte: UInt8) {
        seen.append(byte)
        if seen == [0x2D, 0x2D] {
            enter(.comment)
        } else if seen == [0x2D] {
            return
        } else if byte == UInt8(ascii: ">") {
            reset()
        } else {
            enter(.declaration)
        }
    }

    /// Inside a comment `seen` holds its first bytes, and `name` what was seen of `-->`.
    private mutating func readComment(_ byte: UInt8) {
        let isStart = seen.count < 4
        if isStart { seen.append(lower(byte)) }
        if byte == UInt8(ascii: "-") {
            if name.count < 2 { name.append(byte) }
        } else if byte == UInt8(ascii: ">") {
            // `<!-->` and `<!--->` are comments too, without an inside.
            let isEmpty = seen == [byte] || seen == [UInt8(ascii: "-"), byte]
            // Outlook reads what is between `<!--[if …]>` and `<![endif]-->` as HTML.
            if name.count == 2 || isEmpty || seen.starts(with: Array("[if".utf8)) { return reset() }
            name = []
        } else {
            name = []
        }
    }

    private mutating func readRawText(_ byte: UInt8) {
        let mark: [UInt8] = [0x3C, 0x2F] + name
        let wanted = seen.count < mark.count ? mark[seen.count] : 0
        if seen.count == mark.count {
            if byte == UInt8(ascii: ">") {
                reset()
            } else if isSpace(byte) || byte == UInt8(ascii: "/") {
                enter(.endTag)
            } else {
                seen = byte == 0x3C ? [byte] : []
            }
        } else if lower(byte) == wanted {
            seen.append(wanted)
        } else {
            seen = byte == 0x3C ? [byte] : []
        }
    }

    private mutating func readLink(_ byte: UInt8) {
        guard attribute == .link else { return }
        switch link {
        case .start, .scheme:
            if byte == UInt8(ascii: ":") {
                link = Self.safeSchemes.contains(seen) ? .path : .refused
                if seen == Array("http".utf8) || seen == Array("https".utf8) { link = .host }
                seen = []
            } else if byte == UInt8(ascii: "/") {
                link = .path
                seen = []
            } else if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") {
                link = .query
                seen = []
            } else if byte > 0x20 {
                link = .scheme
                if seen.count < 16 { seen.append(lower(byte)) }
            }
        case .host:
            // Two slashes come first.
            if byte == UInt8(ascii: "/") {
                if seen.count < 2 { seen.append(byte) } else { link = .path }
            } else if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") {
                link = .query
            } else {
                seen = [UInt8(ascii: "/"), UInt8(ascii: "/")]
            }
            if link != .host { seen = [] }
        case .path:
            if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") { link = .query }
        case .afterValue:
            if byte == UInt8(ascii: ":") {
                hasValueAsScheme = true
            } else if byte == UInt8(ascii: "/") {
                link = .path
            } else if [UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "&"), UInt8(ascii: "=")]
                .contains(byte)
            {
                link = .query
            }
        case .query, .refused: break
        }
    }

    static let safeSchemes: [[UInt8]] = ["http", "https", "mailto", "tel", "sms", "cid"]
        .map { Array($0.utf8) }

    private static let unsafeElements: Set<String> = [
        "script", "link", "base", "iframe", "frame", "object", "embed", "applet", "set", "animate",
        "animatetransform", "animatemotion", "use",
    ]

    private static func kind(of name: [UInt8], in element: [UInt8]) -> Attribute {
        let name = String(decoding: name, as: UTF8.self)
        let element = String(decoding: element, as: UTF8.self)
        // What loads or changes other things than a picture.
        if unsafeElements.contains(element) { return .candidates }
        if name.hasPrefix("on") { return .script }
        switch name {
        case "href", "src", "action", "background", "cite", "formaction", "poster", "data",
            "longdesc", "usemap", "manifest", "xlink:href", "o:href", "lowsrc", "dynsrc",
            "codebase",
            "profile", "ping":
            return .link
        case "style": return .style
        case "srcset", "imagesrcset", "srcdoc", "archive": return .candidates
        case "content" where element == "meta": return .candidates
        default: return .plain
        }
    }

    private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    private func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
