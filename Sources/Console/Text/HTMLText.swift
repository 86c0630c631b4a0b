import Mustache

/// Makes text safe between tags and inside quoted attributes of HTML.
///
/// Works on bytes: the template engine's own escaping compares characters, and a `"` that is
/// followed by a
/// combining mark is another character to it, which would end an attribute early.
enum HTMLText {
    static func escape(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
            case UInt8(ascii: "'"): bytes.append(contentsOf: "&#39;".utf8)
            case 0: continue
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The content type that every template of the console is rendered with.
struct EscapedHTML: MustacheContentType {
    /// The name under which templates ask for it.
    static let name = "ESCAPED_HTML"

    func escapeText(_ text: String) -> String {
        HTMLText.escape(text)
    }
}
