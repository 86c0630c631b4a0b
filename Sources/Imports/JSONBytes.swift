/// Writing JSON onto bytes, for the few shapes that an import makes.
extension [UInt8] {
    mutating func appendASCII(_ text: StaticString) {
        append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// A JSON string of text that is UTF-8.
    mutating func appendJSONString(_ text: Span<UInt8>) {
        append(UInt8(ascii: "\""))
        appendJSONEscaped(text)
        append(UInt8(ascii: "\""))
    }

    mutating func appendJSONEscaped(_ text: Span<UInt8>) {
        var plain = 0
        for index in text.indices {
            let byte = text[index]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
            appendRun(text.extracting(plain..<index))
            appendEscape(byte)
            plain = index + 1
        }
        appendRun(text.extracting(plain..<text.count))
    }

    mutating func appendRun(_ text: Span<UInt8>) {
        text.withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    private mutating func appendEscape(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0x09: append(UInt8(ascii: "t"))
        default:
            appendASCII("u00")
            append(hexDigit(byte >> 4))
            append(hexDigit(byte & 15))
        }
    }

    /// `,"name":` or, as the object's first member, `"name":`.
    mutating func appendJSONName(_ name: StaticString) {
        if last != UInt8(ascii: "{") { append(UInt8(ascii: ",")) }
        append(UInt8(ascii: "\""))
        appendASCII(name)
        appendASCII("\":")
    }

    /// `name` is already escaped.
    mutating func appendJSONName(escaped name: [UInt8]) {
        if last != UInt8(ascii: "{") { append(UInt8(ascii: ",")) }
        append(UInt8(ascii: "\""))
        append(contentsOf: name)
        appendASCII("\":")
    }

    /// A member with a text, if there is text.
    mutating func appendJSONMember(_ name: StaticString, _ text: Span<UInt8>) {
        guard !text.isEmpty else { return }
        appendJSONName(name)
        appendJSONString(text)
    }

    mutating func appendDecimal(_ number: Decimal) {
        appendDecimal(number.mantissa, scale: number.scale)
    }

    /// `1234` with scale 2 as `12.34`.
    mutating func appendDecimal(_ mantissa: Int64, scale: Int) {
        if mantissa < 0 { append(UInt8(ascii: "-")) }
        var rest = mantissa.magnitude
        let first = count
        var digits = 0
        while rest > 0 || digits <= scale {
            if digits == scale, scale > 0 { append(UInt8(ascii: ".")) }
            append(UInt8(0x30) + UInt8(rest % 10))
            rest /= 10
            digits += 1
        }
        self[first...].reverse()
    }

    /// The value as a JSON number, `true` or `false` where it is one (and not one that names something,
    /// as `007` does), else as a JSON string.
    mutating func appendJSONValue(_ text: Span<UInt8>) {
        if isPlainNumber(text) || equals(text, "true") || equals(text, "false") {
            for index in text.indices { append(text[index]) }
        } else {
            appendJSONString(text)
        }
    }
}

func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x57 + value
}

func equals(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
    guard text.count == word.utf8CodeUnitCount else { return false }
    let word = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    return text.indices.allSatisfy { text[$0] == word[$0] }
}

/// Whether the text is a JSON number of at most 15 digits, without an exponent.
private func isPlainNumber(_ text: Span<UInt8>) -> Bool {
    var index = 0
    if index < text.count, text[index] == UInt8(ascii: "-") { index += 1 }
    let first = index
    var digits = 0
    var points = 0
    while index < text.count {
        if text[index] &- 0x30 < 10 {
            digits += 1
        } else if text[index] == UInt8(ascii: "."), points == 0, index > first {
            points = 1
        } else {
            return false
        }
        index += 1
    }
    guard digits > 0, digits <= 15, text[text.count - 1] != UInt8(ascii: ".") else { return false }
    return text[first] != UInt8(ascii: "0") || index - first == 1
        || text[first + 1] == UInt8(ascii: ".")
}
