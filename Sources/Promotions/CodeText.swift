/// The normal form of what people type as a code: capitals and digits, nothing else.
package enum CodeText {
    /// Bytes that are looked at; more is no code.
    package static let typedBytesMax = 200
    /// Of a normal form: a prefix and a unique code's letters fit, and any public code.
    package static let bytesMax = 64

    /// Capitals for small letters, and without spaces and hyphens of any kind.
    ///
    /// - Returns: Nil where nothing is left, it is too long, or it has what no code has.
    package static func normal(_ typed: String) -> String? {
        guard typed.utf8.count <= typedBytesMax else { return nil }
        var normal = ""
        for scalar in typed.unicodeScalars {
            switch scalar.value {
            case 0x30...0x39, 0x41...0x5A: normal.unicodeScalars.append(scalar)
            case 0x61...0x7A:
                normal.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value - 0x20)))
            // White space, no-break and thin spaces, what is copied along unseen; hyphens, dashes, minus, underscore.
            case 0x09...0x0D, 0x20, 0xA0, 0x2000...0x200D, 0x202F, 0x2060, 0x3000, 0xFEFF, 0x2D,
                0x5F,
                0xAD, 0x2010...0x2015, 0x2212:
                continue
            default: return nil
            }
        }
        return normal.isEmpty || normal.utf8.count > bytesMax ? nil : normal
    }

    /// What a unique code was meant to be, of which some letters were misread.
    ///
    /// Unique codes have none of 0, 1, I and O behind their prefix. A 1 or an I there can only be an l that was written
    /// small; a 0 or an O could be more than one letter, so such a code is unknown.
    ///
    /// - Parameters:
    ///   - normal: In normal form.
    ///   - prefix: The promotion's.
    /// - Returns: The code in normal form; nil where it can't be one of that prefix.
    package static func unique(_ normal: String, prefix: String) -> String? {
        guard normal.hasPrefix(prefix),
            normal.utf8.count == prefix.utf8.count + PromotionCodes.lettersCount
        else { return nil }
        var meant = prefix
        for byte in normal.utf8.dropFirst(prefix.utf8.count) {
            switch byte {
            case UInt8(ascii: "1"), UInt8(ascii: "I"): meant.append("L")
            case UInt8(ascii: "0"), UInt8(ascii: "O"): return nil
            default: meant.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return meant
    }
}
