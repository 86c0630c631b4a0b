/// How a value is made safe for the place where it stands.
enum OutputEscape: Hashable, Sendable {
    /// As it is: plain text.
    case none
    /// One line of a message's head.
    case header
    case htmlText
    /// HTML's text, with line ends as `<br>`.
    case htmlLines
    /// HTML as it is; what isn't trusted is escaped all the same.
    case htmlRaw
    case attribute
    /// A whole link or its beginning: the scheme is looked at.
    case linkStart
    case linkHost
    case linkPath
    /// A parameter's name or value, or whatever else must stay one part.
    case linkPart
    /// A word of a style: a colour, a length, a font's name.
    case style

    var isHTMLText: Bool {
        switch self {
        case .htmlText, .htmlLines, .htmlRaw: true
        default: false
        }
    }
}

/// Writes values so that they stay values.
enum Escaper {
    /// Writes a text.
    ///
    /// - Returns: False where the text was refused, and nothing or a harmless stand-in was written.
    static func write(
        _ text: Span<UInt8>, as escape: OutputEscape, to output: inout [UInt8]
    ) -> Bool {
        switch escape {
        case .none: append(text, to: &output)
        case .header: header(text, to: &output)
        case .htmlText, .htmlRaw, .attribute: html(text, breaksLines: false, to: &output)
        case .htmlLines: html(text, breaksLines: true, to: &output)
        case .linkStart: return link(text, to: &output)
        case .linkHost: return host(text, to: &output)
        case .linkPath: percent(text, keeping: pathBytes, to: &output)
        case .linkPart: percent(text, keeping: unreserved, to: &output)
        case .style: return style(text, to: &output)
        }
        return true
    }

    static func append(_ text: Span<UInt8>, to output: inout [UInt8]) {
        text.withUnsafeBufferPointer { output.append(contentsOf: $0) }
    }

    /// The five signs that mean something in HTML's text and quoted attributes; NUL is left out.
    static func html(_ text: Span<UInt8>, breaksLines: Bool, to output: inout [UInt8]) {
        var plain = 0
        for index in text.indices {
            let replacement: StaticString
            switch text[index] {
            case UInt8(ascii: "&"): replacement = "&amp;"
            case UInt8(ascii: "<"): replacement = "&lt;"
            case UInt8(ascii: ">"): replacement = "&gt;"
            case UInt8(ascii: "\""): replacement = "&#34;"
            case UInt8(ascii: "'"): replacement = "&#39;"
            case 0: replacement = ""
            case 0x0A where breaksLines: replacement = "<br>\n"
            default: continue
            }
            append(text.extracting(plain..<index), to: &output)
            replacement.withUTF8Buffer { output.append(contentsOf: $0) }
            plain = index + 1
        }
        append(text.extracting(plain..<text.count), to: &output)
    }

    /// Control characters, of Unicode's too (C1, line and paragraph separators, directions), become one space.
    static func header(_ text: Span<UInt8>, to output: inout [UInt8]) {
        var index = 0
        while index < text.count {
            let byte = text[index]
            var width = 0
            if byte < 0x20 || byte == 0x7F {
                width = 1
            } else if byte == 0xC2, index + 1 < text.count, text[index + 1] < 0xA0 {
                width = 2
            } else if byte == 0xE2, index + 2 < text.count {
                let third = text[index + 2]
                // U+2028–202E and U+2066–2069, and the direction marks U+200E, U+200F.
                if text[index + 1] == 0x80 {
                    if third >= 0xA8 && third <= 0xAE || third == 0x8E || third == 0x8F {
                        width = 3
                    }
                } else if text[index + 1] == 0x81, third >= 0xA6, third <= 0xA9 {
                    width = 3
                }
            }
            if width == 0 {
                output.append(byte)
                index += 1
            } else {
                if let last = output.last, last != 0x20 { output.append(0x20) }
                index += width
            }
        }
    }

    private static func set(_ text: StaticString) -> [Bool] {
        var set = [Bool](repeating: false, count: 256)
        for byte in UInt8(ascii: "a")...UInt8(ascii: "z") { set[Int(byte)] = true }
        for byte in UInt8(ascii: "A")...UInt8(ascii: "Z") { set[Int(byte)] = true }
        for byte in UInt8(ascii: "0")...UInt8(ascii: "9") { set[Int(byte)] = true }
        text.withUTF8Buffer { for byte in $0 { set[Int(byte)] = true } }
        return set
    }

    /// RFC 3986 §2.3.
    private static let unreserved = set("-._~")
    private static let pathBytes = set("-._~/")
    /// What a whole link keeps (RFC 3986 §2.2); `&` and `'` are written for HTML.
    private static let linkBytes = set("-._~:/?#[]@!$()*+,;=%")
    private static let hex = Array("0123456789ABCDEF".utf8)

    private static func percent(
        _ text: Span<UInt8>, keeping kept: [Bool], to output: inout [UInt8]
    ) {
        for index in text.indices {
            let byte = text[index]
            if kept[Int(byte)] {
                output.append(byte)
            } else {
                output.append(UInt8(ascii: "%"))
                output.append(hex[Int(byte >> 4)])
                output.append(hex[Int(byte & 15)])
            }
        }
    }

    static func urlEncoded(_ text: Span<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + 16)
        percent(text, keeping: unreserved, to: &output)
        return output
    }

    /// A link with a scheme that mail programs open, or none; anything else becomes `#`.
    private static func link(_ text: Span<UInt8>, to output: inout [UInt8]) -> Bool {
        guard isSafeLink(text) else {
            output.append(UInt8(ascii: "#"))
            return false
        }
        for index in text.indices {
            let byte = text[index]
            if linkBytes[Int(byte)] {
                output.append(byte)
            } else if byte == UInt8(ascii: "&") {
                output.append(contentsOf: "&amp;".utf8)
            } else if byte > 0x20, byte != 0x7F {
                percent(text.extracting(index..<index + 1), keeping: unreserved, to: &output)
            } else if byte == 0x20 {
                output.append(contentsOf: "%20".utf8)
            }
            // Other controls are left out, as browsers do.
        }
        return true
    }

    /// Whether a link's scheme is one that runs nothing. White space and controls are no part of it, for browsers
    /// leave them out (WHATWG URL §4.4).
    static func isSafeLink(_ text: Span<UInt8>) -> Bool {
        var scheme: [UInt8] = []
        for index in text.indices {
            let byte = text[index]
            if byte <= 0x20 || byte == 0x7F { continue }
            switch byte {
            case UInt8(ascii: ":"): return HTMLContext.safeSchemes.contains(scheme)
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): return true
            default:
                guard scheme.count < 64 else { return false }
                scheme.append(byte &- 0x41 < 26 ? byte | 0x20 : byte)
            }
        }
        return true
    }

    /// A host's name or a part of it: letters, digits, dots and hyphens.
    private static func host(_ text: Span<UInt8>, to output: inout [UInt8]) -> Bool {
        for index in text.indices {
            let byte = text[index]
            guard
                (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: ".")
                    || byte == UInt8(ascii: "-")
            else {
                output.append(contentsOf: "invalid.invalid".utf8)
                return false
            }
        }
        append(text, to: &output)
        return true
    }

    static let styleBytesMax = 64

    /// Letters, digits and `# . , % - _` and spaces: a colour, a length or a font's name, and no function.
    private static func style(_ text: Span<UInt8>, to output: inout [UInt8]) -> Bool {
        guard text.count <= styleBytesMax else { return false }
        for index in text.indices {
            let byte = text[index]
            guard
                (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x20
                    || [0x23, 0x2E, 0x2C, 0x25, 0x2D, 0x5F].contains(byte)
            else { return false }
        }
        append(text, to: &output)
        return true
    }
}
