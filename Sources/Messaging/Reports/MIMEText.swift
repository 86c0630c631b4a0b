import Kernel

/// What bytes on the way stand for (RFC 2045 §6).
enum TransferEncoding {
    static func decode(_ body: Span<UInt8>, _ name: String) -> [UInt8] {
        switch name.lowercased().filter({ !$0.isWhitespace }) {
        case "base64": return decodedBase64(body)
        case "quoted-printable": return quotedPrintable(body)
        default:
            var bytes = ByteWriter(reserving: body.count)
            bytes.writeRaw(body)
            return bytes.take()
        }
    }

    /// An escape that isn't one stands for itself; spaces at a line's end are no part of it.
    static func quotedPrintable(_ text: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var lines = LineReader(text)
        while let line = lines.next() {
            var end = line.upperBound
            while end > line.lowerBound, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
            let isSoft = end > line.lowerBound && text[end - 1] == UInt8(ascii: "=")
            if isSoft { end -= 1 }
            append(text.extracting(line.lowerBound..<end), isWord: false, to: &bytes)
            let hasEnd = lines.offset > line.upperBound
            if !isSoft, hasEnd {
                for index in line.upperBound..<lines.offset { bytes.append(text[index]) }
            }
        }
        return bytes
    }

    /// Appends bytes whose escapes are decoded; in an encoded word `_` is a space.
    static func append(_ text: Span<UInt8>, isWord: Bool, to bytes: inout [UInt8]) {
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "="), index + 2 < text.count,
                let high = hexValue(text[index + 1]), let low = hexValue(text[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(isWord && byte == UInt8(ascii: "_") ? 0x20 : byte)
                index += 1
            }
        }
    }
}

func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
}

/// Text of headers in other charsets: `=?UTF-8?B?…?=` (RFC 2047).
enum EncodedWords {
    private struct Word {
        let charset: String
        let bytes: [UInt8]
        let end: Int
    }

    /// Words side by side are put together before they are decoded, as some divide characters between them.
    static func decode(_ text: Span<UInt8>) -> String {
        var decodedText = ""
        var plain: [UInt8] = []
        var pending: (charset: String, bytes: [UInt8])?
        func flush() {
            if let word = pending { decodedText += Charset.decode(word.bytes.span, word.charset) }
            pending = nil
            if !plain.isEmpty { decodedText += Charset.decode(plain.span, "utf-8") }
            plain = []
        }
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "="), let word = word(text, at: index) else {
                plain.append(text[index])
                index += 1
                continue
            }
            let isBehindWord = pending != nil && plain.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            if isBehindWord { plain = [] }
            if isBehindWord, let last = pending, last.charset == word.charset {
                pending = (word.charset, last.bytes + word.bytes)
            } else {
                flush()
                pending = (word.charset, word.bytes)
            }
            index = word.end
        }
        flush()
        return decodedText
    }

    private static func word(_ text: Span<UInt8>, at start: Int) -> Word? {
        // Of a word's four pieces none may have spaces; 75 bytes are allowed, and some make them longer.
        let limit = min(text.count, start + 400)
        guard start + 1 < limit, text[start + 1] == UInt8(ascii: "?") else { return nil }
        var marks: [Int] = []
        var index = start + 2
        while index < limit {
            let byte = text[index]
            if byte == UInt8(ascii: "?") {
                marks.append(index)
                if marks.count == 3 { break }
            } else if byte <= 0x20, marks.count < 2 {
                return nil
            }
            index += 1
        }
        guard marks.count == 3, marks[1] == marks[0] + 2, marks[2] + 1 < text.count,
            text[marks[2] + 1] == UInt8(ascii: "=")
        else { return nil }
        let name = decoded(text.extracting((start + 2)..<marks[0])).lowercased()
        // A language may follow (RFC 2231 §5).
        let charset = String(name.prefix { $0 != "*" })
        let content = text.extracting((marks[1] + 1)..<marks[2])
        var bytes: [UInt8] = []
        switch text[marks[0] + 1] | 0x20 {
        case UInt8(ascii: "b"): bytes = decodedBase64(content)
        case UInt8(ascii: "q"): TransferEncoding.append(content, isWord: true, to: &bytes)
        default: return nil
        }
        return Word(charset: charset, bytes: bytes, end: marks[2] + 2)
    }
}

/// A type with its parameters (RFC 2045 §5.1), also in pieces and with charsets (RFC 2231).
enum ContentType {
    private static let parametersMax = 30

    static func parse(_ value: Span<UInt8>) -> (type: String, parameters: [String: String]) {
        let text = Charset.decode(value, "utf-8")
        var rest = Substring(text)
        let type = rest.prefix { $0 != ";" }
        rest = rest.dropFirst(type.count)
        var found: [String: String] = [:]
        while rest.first == ";", found.count < parametersMax {
            rest = rest.dropFirst()
            let name = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(name.count)
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
            var value = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.popFirst(), character != "\"" {
                    if character == "\\", let escaped = rest.popFirst() {
                        value.append(escaped)
                    } else {
                        value.append(character)
                    }
                }
                rest = rest.drop { $0 != ";" }
            } else {
                let bare = rest.prefix { $0 != ";" }
                rest = rest.dropFirst(bare.count)
                value = bare.filter { !$0.isWhitespace }
            }
            found[name.filter { !$0.isWhitespace }.lowercased()] = value
        }
        return (type.filter { !$0.isWhitespace }.lowercased(), joined(found))
    }

    /// `name*0`, `name*1*` and so on as `name`.
    private static func joined(_ found: [String: String]) -> [String: String] {
        guard found.keys.contains(where: { $0.contains("*") }) else { return found }
        var parameters: [String: String] = [:]
        for (name, value) in found {
            guard let star = name.firstIndex(of: "*") else {
                parameters[name] = value
                continue
            }
            let plain = String(name[..<star])
            guard parameters[plain] == nil else { continue }
            if name == plain + "*" {
                parameters[plain] = unescaped(value, isFirst: true)
                continue
            }
            var whole = ""
            for number in 0..<parametersMax {
                if let piece = found["\(plain)*\(number)"] {
                    whole += piece
                } else if let piece = found["\(plain)*\(number)*"] {
                    whole += unescaped(piece, isFirst: number == 0)
                } else {
                    break
                }
            }
            parameters[plain] = whole
        }
        return parameters
    }

    /// Percent escapes, behind `charset'language'` in the first piece.
    private static func unescaped(_ value: String, isFirst: Bool) -> String {
        var text = Substring(value)
        var charset = "utf-8"
        let pieces = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        if isFirst, pieces.count == 3 {
            charset = String(pieces[0])
            text = pieces[2]
        }
        var bytes: [UInt8] = []
        let utf8 = Array(text.utf8)
        var index = 0
        while index < utf8.count {
            if utf8[index] == UInt8(ascii: "%"), index + 2 < utf8.count,
                let high = hexValue(utf8[index + 1]), let low = hexValue(utf8[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(utf8[index])
                index += 1
            }
        }
        return Charset.decode(bytes.span, charset)
    }
}
