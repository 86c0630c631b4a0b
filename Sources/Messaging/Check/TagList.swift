/// `v=DMARC1; p=none; …`: tags and their values, as DKIM and DMARC write them (RFC 6376 §3.2).
struct TagList {
    private var values: [(name: String, value: String)] = []

    /// Nil where it isn't such a list, or a tag comes twice.
    init?(_ text: String) {
        for part in text.split(separator: ";", omittingEmptySubsequences: false) {
            let part = trimmed(part)
            if part.isEmpty { continue }
            guard let equals = part.firstIndex(of: "=") else { return nil }
            let name = trimmed(part[..<equals]).lowercased()
            guard !name.isEmpty, self[name] == nil else { return nil }
            values.append((name, trimmed(part[part.index(after: equals)...])))
        }
    }

    /// The name of the first tag, which must be `v` for most.
    var firstName: String? { values.first?.name }

    subscript(name: String) -> String? { values.first { $0.name == name }?.value }
}

/// A line for a zone file (RFC 1035 §5); the name without a dot at its end.
func zoneLine(_ name: String, text: String) -> String {
    var strings: [String] = []
    var rest = Substring(text)
    while !rest.isEmpty {
        let piece = rest.prefix(255).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        strings.append("\"" + piece + "\"")
        rest = rest.dropFirst(255)
    }
    let value = strings.count == 1 ? strings[0] : "( " + strings.joined(separator: " ") + " )"
    return name + ". 3600 IN TXT " + value
}
