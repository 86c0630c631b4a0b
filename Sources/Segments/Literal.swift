package import Documents
import JSONParsing

/// A value that a definition compares with: a text, a number or true or false.
///
/// A value of a customer or an event is the same as this where its text is the same, or where both are numbers
/// of the same size and not both plain integers: `50` is `50.0`, and ids of twenty digits are never taken for
/// one another. A text that reads as a number counts as one, since files and forms send numbers as texts.
package struct Literal: Hashable, Sendable {
    package let text: String
    /// How it was written, so that it is written so again.
    private let isQuoted: Bool

    package init(_ text: String) {
        self.text = text
        isQuoted = true
    }

    package init(number: Int) {
        text = String(number)
        isQuoted = false
    }

    /// The number that the text is; nil where it isn't one.
    package var number: Double? { NumberText.double(text.utf8.span) }

    /// Whether the text is a whole number without point and exponent.
    package var isPlainInteger: Bool { NumberText.isPlainInteger(text.utf8.span) }

    package static let bytesMax = 1024

    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        switch reader.node.value {
        case .text(let text):
            guard text.utf8.count <= Self.bytesMax else {
                throw reader.problem("is longer than \(Self.bytesMax) bytes")
            }
            self.text = text
            isQuoted = true
        case .number(let text):
            self.text = text
            isQuoted = false
        case .boolean(let value):
            text = value ? "true" : "false"
            isQuoted = false
        case .null, .list, .mapping:
            throw reader.problem(
                "must be a text, a number, or true or false; not \(reader.node.phrase)")
        }
    }

    package var document: DocumentNode {
        if isQuoted { return .text(text) }
        switch text {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default: return DocumentNode(.number(text))
        }
    }

    /// Whether a value's text is the same as this.
    func isSame(as other: Span<UInt8>) -> Bool {
        if JSONText.areEqual(text.utf8.span, other) { return true }
        guard let number, let value = NumberText.double(other) else { return false }
        return number == value && !(isPlainInteger && NumberText.isPlainInteger(other))
    }
}

/// Numbers as texts, in JSON's grammar.
enum NumberText {
    /// The number; nil where the text isn't one, or is beyond what a Double holds.
    static func double(_ text: Span<UInt8>) -> Double? {
        guard isNumber(text) else { return nil }
        let value = text.withUnsafeBufferPointer { Double(String(decoding: $0, as: UTF8.self)) }
        guard let value, value.isFinite else { return nil }
        return value
    }

    static func isPlainInteger(_ text: Span<UInt8>) -> Bool {
        var index = 0
        return takeInteger(text, &index) && index == text.count
    }

    private static func isNumber(_ text: Span<UInt8>) -> Bool {
        var index = 0
        guard takeInteger(text, &index) else { return false }
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            guard takeDigits(text, &index) else { return false }
        }
        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < text.count,
                text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+")
            {
                index += 1
            }
            guard takeDigits(text, &index) else { return false }
        }
        return index == text.count
    }

    private static func takeInteger(_ text: Span<UInt8>, _ index: inout Int) -> Bool {
        if index < text.count, text[index] == UInt8(ascii: "-") { index += 1 }
        if index < text.count, text[index] == UInt8(ascii: "0") {
            index += 1
            return true
        }
        return takeDigits(text, &index)
    }

    private static func takeDigits(_ text: Span<UInt8>, _ index: inout Int) -> Bool {
        let start = index
        while index < text.count, text[index] &- 0x30 < 10 { index += 1 }
        return index > start
    }
}
