/// Writes JSON as bytes; puts the commas itself.
///
/// The caller keeps brackets paired and writes a key before each value of an object.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init(reserving capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// What was written, as text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    package mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func string(_ text: String) {
        string(utf8: text.utf8Span.span)
    }

    /// - Parameter text: UTF-8, which isn't checked.
    package mutating func string(utf8 text: Span<UInt8>) {
        startValue()
        bytes.append(UInt8(ascii: "\""))
        var plain = 0
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                continue
            }
            append(text.extracting(plain..<index))
            escape(byte)
            plain = index + 1
        }
        append(text.extracting(plain..<text.count))
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func number(_ value: Int64) {
        startValue()
        if value == 0 {
            bytes.append(0x30)
            return
        }
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        var rest = value.magnitude
        while rest > 0 {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        bytes[start...].reverse()
    }

    package mutating func number(_ value: Int) { number(Int64(value)) }

    /// The shortest text that reads back as the same number; `null` for what JSON has no number for
    /// (infinities and not-a-number).
    package mutating func number(_ value: Double) {
        guard value.isFinite else { return null() }
        startValue()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Minor units as a decimal number: 1234 with two digits as `12.34`, exactly.
    package mutating func decimal(minor: Int64, digits: Int) {
        startValue()
        if minor < 0 { bytes.append(UInt8(ascii: "-")) }
        let text = String(minor.magnitude).utf8
        let zeros = max(0, digits + 1 - text.count)
        var place = zeros + text.count
        for byte in repeatElement(UInt8(0x30), count: zeros) + Array(text) {
            if place == digits { bytes.append(UInt8(ascii: ".")) }
            bytes.append(byte)
            place -= 1
        }
    }

    package mutating func boolean(_ value: Bool) {
        startValue()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    package mutating func null() {
        startValue()
        bytes.append(contentsOf: "null".utf8)
    }

    /// A value that is JSON already.
    package mutating func raw(_ json: Span<UInt8>) {
        startValue()
        append(json)
    }

    private mutating func startValue() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        startValue()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func append(_ run: Span<UInt8>) {
        run.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x00...0x1F:
            let digits: StaticString = "0123456789abcdef"
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}

extension JSONWriter {
    package mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    package mutating func member(_ name: String, _ value: Int64) {
        key(name)
        number(value)
    }

    package mutating func member(_ name: String, _ value: Int) {
        key(name)
        number(value)
    }

    package mutating func member(_ name: String, _ value: Double) {
        key(name)
        number(value)
    }

    package mutating func member(_ name: String, _ value: Bool) {
        key(name)
        boolean(value)
    }
}
