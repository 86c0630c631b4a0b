import Kernel

/// Writes header fields of 7-bit ASCII, in lines of 76 bytes where they can be divided (RFC 5322 §2.2.3).
///
/// What it is given has no controls; who calls it has checked that.
struct HeaderWriter {
    static let lineBytesMax = 76

    var bytes: ByteWriter
    /// How many bytes the line has.
    private var column = 0

    init(reserving capacity: Int) {
        bytes = ByteWriter(reserving: capacity)
    }

    /// Starts a field, up to its colon.
    mutating func begin(_ name: String) {
        bytes.writeRaw(name)
        bytes.writeByte(UInt8(ascii: ":"))
        column = name.utf8.count + 1
    }

    mutating func end() { bytes.writeRaw("\r\n" as StaticString) }

    /// A field of one piece that isn't divided.
    mutating func field(_ name: String, _ value: String) {
        begin(name)
        piece(value)
        end()
    }

    /// A space and a piece of ASCII, on a new line if it doesn't fit on this one.
    mutating func piece(_ text: String) {
        if column + 1 + text.utf8.count > Self.lineBytesMax, !isAtStart { fold() }
        bytes.writeByte(0x20)
        bytes.writeRaw(text)
        column += 1 + text.utf8.count
    }

    /// A piece of ASCII right behind what was written, or on a new line if it doesn't fit on this one.
    mutating func joined(_ text: String) {
        guard column + text.utf8.count > Self.lineBytesMax else {
            bytes.writeRaw(text)
            column += text.utf8.count
            return
        }
        fold()
        bytes.writeByte(0x20)
        bytes.writeRaw(text)
        column = 1 + text.utf8.count
    }

    /// Whether the line holds a name alone: dividing it there would leave a line that says nothing.
    private var isAtStart: Bool { bytes.last == UInt8(ascii: ":") }

    /// The space that follows starts the new line.
    private mutating func fold() {
        bytes.writeRaw("\r\n" as StaticString)
        column = 0
    }

    /// Text for people, such as a subject: words, or encoded words where it isn't plain ASCII (RFC 2047).
    ///
    /// - Parameter dividesWords: Whether a word too long for a line is encoded, which divides it.
    mutating func unstructured(_ text: String, dividesWords: Bool = true) {
        let utf8 = Array(text.utf8)
        let room = Self.lineBytesMax - column - 1
        if needsEncoding(utf8, longestWord: dividesWords ? room : Int.max) {
            return encodedWords(utf8)
        }
        var start = 0
        while start < utf8.count {
            // Spaces and the word behind them stay together; the first space is the fold's.
            var end = start
            while end < utf8.count, utf8[end] == 0x20 { end += 1 }
            while end < utf8.count, utf8[end] != 0x20 { end += 1 }
            let isFirst = start == 0
            let count = end - start + (isFirst ? 1 : 0)
            if !isFirst, column + count > Self.lineBytesMax { fold() }
            if isFirst { bytes.writeByte(0x20) }
            bytes.writeRaw(utf8.span.extracting(start..<end))
            column += count
            start = end
        }
    }

    /// A display name and an address (RFC 5322 §3.4).
    mutating func mailbox(_ mailbox: Mailbox) {
        guard !mailbox.name.isEmpty else { return piece(mailbox.address.description) }
        phrase(mailbox.name)
        piece("<" + mailbox.address.description + ">")
    }

    /// A name in front of something in angle brackets: words, a quoted string, or encoded words.
    mutating func phrase(_ text: String) {
        let name = Array(text.utf8)
        if needsEncoding(name, longestWord: 50) || name.count > 60 {
            encodedWords(name)
        } else if name.allSatisfy({ isAtomByte($0) || $0 == 0x20 }), !text.contains("  ") {
            piece(text)
        } else {
            piece(quoted(text))
        }
    }

    /// `name="value"`, or `name*=UTF-8''value` where the value isn't plain ASCII (RFC 2231), in several parts where
    /// it is long.
    mutating func parameter(_ name: String, _ value: String) {
        let utf8 = Array(value.utf8)
        if utf8.allSatisfy({ $0 < 0x80 }), utf8.count <= 50 {
            return piece(name + "=" + quoted(value))
        }
        var parts: [String] = ["UTF-8''"]
        var start = 0
        while start < utf8.count {
            let end = characterEnd(utf8, from: start)
            var escaped = ""
            for byte in utf8[start..<end] {
                if isIdentifierByte(byte) {
                    escaped.unicodeScalars.append(Unicode.Scalar(byte))
                } else {
                    escaped.append("%")
                    escaped.unicodeScalars.append(Unicode.Scalar(hexDigit(byte >> 4)))
                    escaped.unicodeScalars.append(Unicode.Scalar(hexDigit(byte & 15)))
                }
            }
            if parts[parts.count - 1].utf8.count + escaped.utf8.count > 56 { parts.append("") }
            parts[parts.count - 1] += escaped
            start = end
        }
        guard parts.count > 1 else { return piece(name + "*=" + parts[0]) }
        for (number, part) in parts.enumerated() {
            piece("\(name)*\(number)*=" + part + (number < parts.count - 1 ? ";" : ""))
        }
    }

    /// A quoted string (RFC 5322 §3.2.4).
    private func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    private func needsEncoding(_ text: [UInt8], longestWord: Int) -> Bool {
        var wordBytes = 0
        for index in text.indices {
            let byte = text[index]
            if byte >= 0x80 { return true }
            if byte == UInt8(ascii: "="), index + 1 < text.count,
                text[index + 1] == UInt8(ascii: "?")
            {
                return true
            }
            wordBytes = byte == 0x20 ? 0 : wordBytes + 1
            if wordBytes > longestWord { return true }
        }
        // Spaces at the ends would be lost otherwise.
        return text.first == 0x20 || text.last == 0x20
    }

    /// Encoded words of UTF-8, as B or Q, whichever is shorter. A character is in one of them whole.
    private mutating func encodedWords(_ text: [UInt8]) {
        let escapes = text.count { !Self.isPlainInWord($0) && $0 != 0x20 }
        let usesBase64 = (text.count + 2) / 3 * 4 < text.count + escapes * 2
        // =?UTF-8?B? and ?=
        let frame = 12
        var index = 0
        while index < text.count {
            var room = min(75, Self.lineBytesMax - column - 1) - frame
            if room < 12 {
                fold()
                room = Self.lineBytesMax - 1 - frame
            }
            var end = index
            var cost = 0
            while end < text.count {
                let next = characterEnd(text, from: end)
                var nextCost = cost
                if usesBase64 {
                    nextCost = (next - index + 2) / 3 * 4
                } else {
                    for byte in text[end..<next] {
                        nextCost += Self.isPlainInWord(byte) || byte == 0x20 ? 1 : 3
                    }
                }
                guard nextCost <= room else { break }
                cost = nextCost
                end = next
            }
            bytes.writeRaw(usesBase64 ? " =?UTF-8?B?" as StaticString : " =?UTF-8?Q?")
            if usesBase64 {
                bytes.writeBase64(text.span.extracting(index..<end))
            } else {
                writeQ(text[index..<end])
            }
            bytes.writeRaw("?=" as StaticString)
            column += 1 + frame + cost
            index = end
        }
    }

    private func characterEnd(_ text: [UInt8], from start: Int) -> Int {
        var end = start + 1
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }

    private mutating func writeQ(_ text: ArraySlice<UInt8>) {
        for byte in text {
            if byte == 0x20 {
                bytes.writeByte(UInt8(ascii: "_"))
            } else if Self.isPlainInWord(byte) {
                bytes.writeByte(byte)
            } else {
                bytes.writeByte(UInt8(ascii: "="))
                bytes.writeByte(hexDigit(byte >> 4))
                bytes.writeByte(hexDigit(byte & 15))
            }
        }
    }

    /// What stands for itself in the Q encoding also in a display name (RFC 2047 §5 (3)).
    private static func isPlainInWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "!"), UInt8(ascii: "*"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
