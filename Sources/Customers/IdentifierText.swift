import Kernel

/// The forms in which identifiers are compared.
///
/// - A user id or anonymous id loses spaces and invisible characters at its ends; its case stays.
/// - An e-mail address loses them everywhere but for plain spaces inside, which make it malformed,
///   and becomes lower case, both parts: mailboxes that differ in case alone are not met in practice.
///   It needs one character or more on either side of its last `@`, and has 254 bytes at most.
/// - A phone number becomes its digits, with the leading `+` if it had one; `00` in front reads as
///   `+`, and the `(0)` of `+44 (0)20…` is left out. No country is guessed, so a national number and
///   the same number with its country's code are two identifiers. 5 to 15 digits (ITU-T E.164).
package enum IdentifierText {
    /// The longest e-mail address (RFC 5321 §4.5.3.1.3, less the angle brackets).
    package static let emailBytesMax = 254
    package static let phoneDigits = 5...15

    /// Appends the compared form of a text to `output`, which is left as it was where this throws.
    ///
    /// - Parameter text: UTF-8.
    /// - Throws: `.malformed`, `.tooLong`.
    package static func normalize(
        _ text: Span<UInt8>, as kind: IdentifierKind, into output: inout [UInt8]
    ) throws(IdentifierRefusal) {
        let start = output.count
        do throws(IdentifierRefusal) {
            if ByteScan.isASCII(text) {
                try append(plain: text, as: kind, to: &output)
            } else {
                let shown = visible(text, everywhere: kind == .email || kind == .phone)
                guard ByteScan.isASCII(shown.span) || kind != .phone else { throw .malformed }
                try append(plain: shown.span, as: kind, to: &output)
            }
            guard output.count - start <= Identifier.valueBytesMax else { throw .tooLong }
        } catch {
            output.removeSubrange(start...)
            throw error
        }
    }

    private static func append(
        plain text: Span<UInt8>, as kind: IdentifierKind, to output: inout [UInt8]
    ) throws(IdentifierRefusal) {
        let bounds = trimmed(text)
        switch kind {
        case .userID, .anonymousID:
            if ByteScan.hasControls(text.extracting(bounds)) { throw .malformed }
            text.extracting(bounds).withUnsafeBufferPointer { output.append(contentsOf: $0) }
        case .email: try appendEmail(text.extracting(bounds), to: &output)
        case .phone: try appendPhone(text.extracting(bounds), to: &output)
        }
    }

    private static func appendEmail(
        _ text: Span<UInt8>, to output: inout [UInt8]
    ) throws(IdentifierRefusal) {
        if text.isEmpty { return }
        guard text.count <= emailBytesMax else { throw .tooLong }
        var at = -1
        var hasCapitals = false
        for index in text.indices {
            let byte = text[index]
            guard byte > 0x20, byte != 0x7F else { throw .malformed }
            if byte == UInt8(ascii: "@") { at = index }
            if byte &- 0x41 < 26 { hasCapitals = true }
        }
        guard at > 0, at < text.count - 1 else { throw .malformed }
        let start = output.count
        text.withUnsafeBufferPointer { output.append(contentsOf: $0) }
        guard hasCapitals else { return }
        for index in start..<output.count where output[index] &- 0x41 < 26 {
            output[index] |= 0x20
        }
    }

    private static func appendPhone(
        _ text: Span<UInt8>, to output: inout [UInt8]
    ) throws(IdentifierRefusal) {
        if text.isEmpty { return }
        let start = output.count
        var index = 0
        var isInternational = false
        if text[0] == UInt8(ascii: "+") {
            isInternational = true
            index = 1
        } else if text.count > 2, text[0] == 0x30, text[1] == 0x30 {
            isInternational = true
            index = 2
        }
        if isInternational { output.append(UInt8(ascii: "+")) }
        var digits = 0
        while index < text.count {
            let byte = text[index]
            switch byte {
            case 0x30...0x39:
                output.append(byte)
                digits += 1
            case UInt8(ascii: "(") where isInternational && isTrunkPrefix(text, at: index):
                index += 2
            case 0x20, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"),
                UInt8(ascii: "("), UInt8(ascii: ")"):
                break
            default: throw .malformed
            }
            index += 1
        }
        guard phoneDigits.contains(digits) else {
            // All zeros, however many, is a placeholder rather than a mistake.
            guard digits > 0, output[(output.count - digits)...].allSatisfy({ $0 == 0x30 }) else {
                throw .malformed
            }
            output.removeSubrange(start...)
            output.append(0x30)
            return
        }
    }

    /// Whether the three bytes from here are `(0)`.
    private static func isTrunkPrefix(_ text: Span<UInt8>, at index: Int) -> Bool {
        index + 2 < text.count && text[index + 1] == 0x30
            && text[index + 2] == UInt8(ascii: ")")
    }

    /// The bounds without ASCII spaces and controls at either end.
    private static func trimmed(_ text: Span<UInt8>) -> Range<Int> {
        var low = 0
        var high = text.count
        while low < high, text[low] <= 0x20 { low += 1 }
        while high > low, text[high - 1] <= 0x20 { high -= 1 }
        return low..<high
    }

    /// The text without invisible characters, at its ends or everywhere, and then in lower case.
    private static func visible(_ text: Span<UInt8>, everywhere: Bool) -> [UInt8] {
        let decoded = text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        var scalars = Array(decoded.unicodeScalars)
        if everywhere {
            scalars.removeAll(where: isInvisible)
        } else {
            let kept = { (scalar: Unicode.Scalar) in !isInvisible(scalar) && scalar.value > 0x20 }
            guard let first = scalars.firstIndex(where: kept),
                let last = scalars.lastIndex(where: kept)
            else { return [] }
            scalars = Array(scalars[first...last])
        }
        var shown = String.UnicodeScalarView()
        shown.append(contentsOf: scalars)
        return Array((everywhere ? String(shown).lowercased() : String(shown)).utf8)
    }

    /// Spaces that don't break, have no width or steer direction, and the byte order mark.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x85, 0xA0, 0xAD, 0x061C, 0x1680, 0x180E, 0x2000...0x200F, 0x2028...0x202F,
            0x205F...0x206F, 0x3000, 0xFEFF:
            true
        default: false
        }
    }
}
