import Kernel
import Logging

/// One log line, before it is text.
struct LogLine {
    var time: Timestamp
    var level: Logger.Level
    var label: String
    var message: String
    /// In the order in which they are written.
    var fields: [(name: String, value: Logger.MetadataValue)]

    /// The longest message or value in bytes; the rest is cut and marked.
    static let textBytesMax = 16 * 1024
    /// How deep a value may nest before it is written as text.
    static let depthMax = 8

    /// The line with its line end.
    func bytes(_ format: LogFormat) -> [UInt8] {
        var text = ""
        switch format {
        case .text: writeText(to: &text)
        case .json: writeJSON(to: &text)
        }
        text += "\n"
        return Array(text.utf8)
    }

    // MARK: text

    private func writeText(to text: inout String) {
        text += "time=" + time.rfc3339 + " level=" + level.rawValue + " logger="
        Self.writeValue(label, to: &text)
        text += " message="
        Self.writeQuoted(message, to: &text)
        for field in fields {
            Self.writeText(name: field.name, field.value, depth: 0, to: &text)
        }
    }

    private static func writeText(
        name: String, _ value: Logger.MetadataValue, depth: Int, to text: inout String
    ) {
        if SecretNames.contains(name) {
            text += " " + plainName(name) + "=" + SecretNames.mask
            return
        }
        switch value {
        case .dictionary(let members) where depth < depthMax:
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                writeText(name: name + "." + key, member, depth: depth + 1, to: &text)
            }
        case .array(let items) where depth < depthMax:
            for (index, item) in items.enumerated() {
                writeText(name: name + "." + String(index), item, depth: depth + 1, to: &text)
            }
        case .string, .stringConvertible, .dictionary, .array:
            text += " " + plainName(name) + "="
            writeValue(value.description, to: &text)
        }
    }

    /// Letters, digits, `.`, `-` and `_`; anything else becomes `_`, so that a name can't forge a field.
    private static func plainName(_ name: String) -> String {
        let plain = name.unicodeScalars.map { scalar -> Character in
            scalar.properties.isAlphabetic || (0x30...0x39).contains(scalar.value)
                || scalar == "." || scalar == "-" || scalar == "_" ? Character(scalar) : "_"
        }
        return plain.isEmpty ? "_" : String(plain)
    }

    private static func writeValue(_ value: String, to text: inout String) {
        let isPlain =
            !value.isEmpty
            && value.utf8.allSatisfy {
                $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D && $0 != 0x5C
            }
        if isPlain && value.utf8.count <= textBytesMax {
            text += value
        } else {
            writeQuoted(value, to: &text)
        }
    }

    // MARK: JSON

    private func writeJSON(to text: inout String) {
        text +=
            "{\"time\":\"" + time.rfc3339 + "\",\"level\":\"" + level.rawValue + "\",\"logger\":"
        Self.writeQuoted(label, to: &text)
        text += ",\"message\":"
        Self.writeQuoted(message, to: &text)
        for field in fields {
            text += ","
            // A field never replaces one of the line's own.
            let isTaken = ["time", "level", "logger", "message"].contains(field.name)
            Self.writeQuoted(isTaken ? field.name + "_" : field.name, to: &text)
            text += ":"
            Self.writeJSON(name: field.name, field.value, depth: 0, to: &text)
        }
        text += "}"
    }

    private static func writeJSON(
        name: String, _ value: Logger.MetadataValue, depth: Int, to text: inout String
    ) {
        if SecretNames.contains(name) {
            writeQuoted(SecretNames.mask, to: &text)
            return
        }
        switch value {
        case .dictionary(let members) where depth < depthMax:
            text += "{"
            for (index, (key, member)) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { text += "," }
                writeQuoted(key, to: &text)
                text += ":"
                writeJSON(name: key, member, depth: depth + 1, to: &text)
            }
            text += "}"
        case .array(let items) where depth < depthMax:
            text += "["
            for (index, item) in items.enumerated() {
                if index > 0 { text += "," }
                writeJSON(name: "", item, depth: depth + 1, to: &text)
            }
            text += "]"
        case .string, .stringConvertible, .dictionary, .array:
            writeQuoted(value.description, to: &text)
        }
    }

    // MARK: quoting

    /// The text in quotation marks with JSON's escapes; every control character and line or
    /// paragraph separator is escaped, so that a line stays one line on any terminal.
    private static func writeQuoted(_ value: String, to text: inout String) {
        text += "\""
        var byteCount = 0
        for scalar in value.unicodeScalars {
            byteCount += scalar.utf8.count
            guard byteCount <= textBytesMax else {
                text += "… (cut)"
                break
            }
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where isUnsafe(scalar):
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    /// Controls, separators, and the marks that turn the direction of writing.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F: return true
        default: return false
        }
    }
}
