import HTTPTypes
import Hummingbird

/// The fields of a form's body, as browsers and mail programs send it.
enum PostedForm {
    /// Reads `application/x-www-form-urlencoded` and `multipart/form-data` (RFC 7578, files left out); anything
    /// else holds no fields.
    static func fields(_ body: ByteBuffer, contentType: String?) -> FormFields {
        let type = contentType ?? ""
        let kind = trimmed(type.prefix { $0 != ";" }).lowercased()
        let text = String(buffer: body)
        switch kind {
        case "", "application/x-www-form-urlencoded": return FormFields(text)
        case "multipart/form-data":
            guard let boundary = parameter("boundary", of: type), !boundary.isEmpty else {
                return FormFields()
            }
            return multipart(text, boundary: boundary)
        default: return FormFields()
        }
    }

    private static func multipart(_ text: String, boundary: String) -> FormFields {
        // Line ends as bytes: to Swift a CR and LF are one character, which a lone LF is not.
        let lines = Array(text.utf8).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        ).map { line in
            String(
                decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
        var fields = FormFields()
        var head: [String]?
        var value: [String]?
        func end() {
            guard let head, let value, fields.pairs.count < FormFields.pairsMax,
                let name = Self.name(head)
            else { return }
            fields.append(name, value.joined(separator: "\n"))
        }
        for line in lines {
            if line.hasPrefix("--" + boundary) {
                end()
                (head, value) = ([], nil)
                if line.hasPrefix("--\(boundary)--") { break }
            } else if value != nil {
                value?.append(line)
            } else if line.isEmpty, head != nil {
                value = []
            } else {
                head?.append(line)
            }
        }
        return fields
    }

    /// The field's name in a part's headers; nil where it has none, or is a file.
    private static func name(_ head: [String]) -> String? {
        for line in head where line.lowercased().hasPrefix("content-disposition:") {
            guard parameter("filename", of: line) == nil else { return nil }
            return parameter("name", of: line)
        }
        return nil
    }

    /// `b` of `a; name=b` or `a; name="b"`.
    private static func parameter(_ name: String, of header: String) -> String? {
        for part in header.split(separator: ";").dropFirst() {
            guard let cut = part.firstIndex(of: "="), trimmed(part[..<cut]).lowercased() == name
            else { continue }
            let value = trimmed(part[part.index(after: cut)...])
            return value.hasPrefix("\"") && value.hasSuffix("\"") && value.utf8.count > 1
                ? String(value.dropFirst().dropLast()) : value
        }
        return nil
    }
}
