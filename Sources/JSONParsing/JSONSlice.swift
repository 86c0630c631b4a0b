/// The kinds of JSON value.
package enum JSONKind: Sendable, CaseIterable, BitwiseCopyable {
    case object
    case array
    case string
    case number
    case boolean
    case null

    // Across targets `==` goes through a witness table, which shows in a profile of the parser.
    @inlinable package var isString: Bool { if case .string = self { true } else { false } }
    @inlinable package var isNumber: Bool { if case .number = self { true } else { false } }
    @inlinable package var isObject: Bool { if case .object = self { true } else { false } }
    @inlinable package var isNull: Bool { if case .null = self { true } else { false } }

    /// With its article, for messages.
    package var phrase: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .boolean: "true or false"
        case .null: "null"
        }
    }
}

/// Where a value is in a document that `JSONReader` has checked: a kind and a range of bytes.
///
/// Nothing is decoded before somebody asks. Every method takes the bytes that the slice was read
/// from.
package struct JSONSlice: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline let start: UInt32
    /// How many bytes, quotes and brackets included.
    @usableFromInline let byteCount: UInt32
    package let kind: JSONKind
    /// True of a string that holds a backslash, whose text therefore differs from its bytes.
    package let hasEscapes: Bool

    init(kind: JSONKind, range: Range<Int>, hasEscapes: Bool = false) {
        self.kind = kind
        start = UInt32(truncatingIfNeeded: range.lowerBound)
        byteCount = UInt32(truncatingIfNeeded: range.count)
        self.hasEscapes = hasEscapes
    }

    /// All the value's bytes, quotes and brackets included.
    @inlinable package var range: Range<Int> { Int(start)..<Int(start) &+ Int(byteCount) }

    /// Behind the last byte.
    var end: Int { Int(start) &+ Int(byteCount) }

    /// A string's bytes between its quotes, escapes as they are; all the bytes of other values.
    @inlinable package var content: Range<Int> {
        kind.isString ? Int(start) &+ 1..<Int(start) &+ Int(byteCount) &- 1 : range
    }

    /// A string's text without quotes and escapes; other values' bytes as they are (so a number
    /// is exact).
    package func text(in bytes: Span<UInt8>) -> String {
        guard hasEscapes else {
            return bytes.extracting(content).withUnsafeBufferPointer {
                String(decoding: $0, as: UTF8.self)
            }
        }
        var decoded: [UInt8] = []
        appendText(in: bytes, to: &decoded)
        return String(decoding: decoded, as: UTF8.self)
    }

    /// Appends what `text(in:)` gives, as UTF-8.
    package func appendText(in bytes: Span<UInt8>, to output: inout [UInt8]) {
        let content = bytes.extracting(content)
        if hasEscapes {
            JSONText.decode(content, into: &output)
        } else {
            content.withUnsafeBufferPointer { output.append(contentsOf: $0) }
        }
    }

    /// Whether the value's text is exactly this.
    package func isText(_ text: Span<UInt8>, in bytes: Span<UInt8>) -> Bool {
        guard hasEscapes else { return JSONText.areEqual(bytes.extracting(content), text) }
        var decoded: [UInt8] = []
        appendText(in: bytes, to: &decoded)
        return JSONText.areEqual(decoded.span, text)
    }

    /// Whether the value's text is exactly this.
    @inlinable
    package func isText(_ text: StaticString, in bytes: Span<UInt8>) -> Bool {
        // Most differ in length, which costs no call. An escape takes more bytes than it stands for.
        let count = content.count
        guard count == text.utf8CodeUnitCount || hasEscapes && count > text.utf8CodeUnitCount else {
            return false
        }
        // Safe: a static string of bytes is that many bytes, for ever.
        return isText(
            UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount).span,
            in: bytes)
    }

    /// True or false; nil for other kinds.
    package func boolean(in bytes: Span<UInt8>) -> Bool? {
        kind == .boolean ? bytes[Int(start)] == UInt8(ascii: "t") : nil
    }
}
