/// Why bytes aren't JSON (RFC 8259), and where.
package struct JSONError: Error, Hashable, Sendable {
    package enum Reason: String, Sendable, CaseIterable {
        /// The bytes stop inside a value.
        case unexpectedEnd
        /// A byte that the grammar doesn't allow here.
        case unexpectedByte
        /// A byte order mark at the start, which RFC 8259 §8.1 forbids to send.
        case byteOrderMark
        /// Something other than white space after the value.
        case trailingBytes
        /// A control character inside a string that isn't escaped.
        case controlCharacter
        /// A backslash that starts none of the nine escapes.
        case badEscape
        /// A `\u` escape that is half of a surrogate pair.
        case loneSurrogate
        /// Bytes inside a string that aren't UTF-8.
        case badUTF8
        /// A number that breaks the grammar, such as `01`, `1.` or `+1`.
        case badNumber
        /// A word that is none of `true`, `false` and `null`.
        case badLiteral
        /// More containers open than `JSONReader.depthMax`.
        case tooDeep
        /// Another kind of value than the caller asked for.
        case wrongKind

        /// A phrase for people.
        package var explanation: String {
            switch self {
            case .unexpectedEnd: "the text ends inside a value"
            case .unexpectedByte: "a character that JSON does not allow here"
            case .byteOrderMark: "a byte order mark, which JSON does not allow"
            case .trailingBytes: "something follows the end of the value"
            case .controlCharacter: "a control character in a string that is not escaped"
            case .badEscape: "an unknown escape in a string"
            case .loneSurrogate: "half of a surrogate pair in a string"
            case .badUTF8: "bytes that are not UTF-8"
            case .badNumber: "a malformed number"
            case .badLiteral: "a word that is not true, false or null"
            case .tooDeep: "more than \(JSONReader.depthMax) levels of nesting"
            case .wrongKind: "another kind of value than expected"
            }
        }
    }

    package let reason: Reason
    /// In bytes from the start; the byte count where the text ends too early.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// Where the error is in the document, such as `$.batch[3].properties.total`.
    ///
    /// Found by walking the document again, so that reading good documents keeps no path.
    package func path(in bytes: Span<UInt8>) -> String {
        JSONPath.text(ofOffset: offset, in: bytes)
    }
}
