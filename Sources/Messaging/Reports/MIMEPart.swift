/// One part of a mail that came in, as far as it could be read.
package struct MIMEPart: Sendable, Equatable {
    /// A header field: its name in lower case, its value on one line, as bytes that needn't be ASCII.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: [UInt8]

        /// The value as text, encoded words decoded (RFC 2047).
        package var text: String { EncodedWords.decode(value.span) }
    }

    package internal(set) var fields: [Field] = []
    /// In lower case, such as `text/plain`, which is also what a part without a type is.
    package internal(set) var type = "text/plain"
    /// Of the type, by their names in lower case.
    package internal(set) var parameters: [String: String] = [:]
    /// The parts of a multipart, or the message inside a `message/rfc822`.
    package internal(set) var children: [MIMEPart] = []
    /// What a part without children holds, decoded from its transfer encoding.
    package internal(set) var content: [UInt8] = []

    /// The value of the first field of a name, which is given in lower case.
    package func field(_ name: String) -> String? { fields.first { $0.name == name }?.text }

    /// The content as text, by its charset.
    package var text: String { Charset.decode(content.span, parameters["charset"] ?? "utf-8") }

    /// This part and all inside it, outermost first.
    package var all: [MIMEPart] {
        var parts: [MIMEPart] = []
        collect(into: &parts)
        return parts
    }

    private func collect(into parts: inout [MIMEPart]) {
        parts.append(self)
        for child in children { child.collect(into: &parts) }
    }

    /// The first part of a type.
    package func first(_ type: String) -> MIMEPart? {
        if self.type == type { return self }
        for child in children {
            if let found = child.first(type) { return found }
        }
        return nil
    }
}

/// How much of a mail is read. What is beyond is left out; nothing fails.
package struct MIMELimits: Sendable {
    /// The whole mail; the rest is cut off.
    package var bytesMax = 2_000_000
    /// Parts inside parts; deeper ones stay undivided.
    package var depthMax = 8
    package var partsMax = 100
    /// Of each part.
    package var fieldsMax = 300
    package var fieldBytesMax = 16_384

    package init() {}
}

/// The charsets that mail is written in mostly.
enum Charset {
    /// UTF-8 where the charset isn't known or the text is valid as that; Latin-1 (as Windows has it) otherwise.
    static func decode(_ text: Span<UInt8>, _ name: String) -> String {
        switch name.lowercased() {
        case "iso-8859-1", "iso-8859-15", "latin1", "windows-1252", "cp1252": latin(text)
        default:
            text.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) } ?? latin(text)
        }
    }

    private static func latin(_ text: Span<UInt8>) -> String {
        var decoded = String.UnicodeScalarView()
        for index in text.indices {
            let byte = text[index]
            if (0x80...0x9F).contains(byte), let scalar = Unicode.Scalar(windows[Int(byte - 0x80)])
            {
                decoded.append(scalar)
            } else {
                decoded.append(Unicode.Scalar(byte))
            }
        }
        return String(decoded)
    }

    /// 0x80 to 0x9F in windows-1252.
    private static let windows: [UInt32] = [
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
    ]
}
