import Mustache

/// Every word that the console shows, in one language, by key.
///
/// The file holds one `key = text` a line; `{0}`, `{1}` stand for what is filled in. A key ending
/// in
/// `.one` is taken where the count is one.
struct Words: Sendable, MustacheParent {
    private let texts: [String: String]

    init(file: String) {
        var texts: [String: String] = [:]
        for line in file.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            guard let cut = line.firstIndex(of: "=") else { continue }
            texts[trimmed(line[..<cut])] = trimmed(line[line.index(after: cut)...])
        }
        self.texts = texts
    }

    var keys: Set<String> { Set(texts.keys) }

    /// The text with its places filled in; a key that is missing shows itself between ⟦ and ⟧.
    func callAsFunction(_ key: String, _ values: String...) -> String {
        fill(texts[key] ?? "⟦\(key)⟧", with: values)
    }

    /// The text for a count: `.one` for 1, the plain key for all else.
    ///
    /// - Parameter shown: The count as the viewer's locale writes it; fills `{0}`.
    func callAsFunction(_ key: String, count: Int, _ shown: String, _ more: String...) -> String {
        let text = (count == 1 ? texts[key + ".one"] : nil) ?? texts[key] ?? "⟦\(key)⟧"
        return fill(text, with: [shown] + more)
    }

    /// What a template finds under `{{w.home_title}}`: the text of `home.title` (dots mean
    /// something to the
    /// template engine).
    func child(named name: String) -> Any? {
        let key = String(name.map { $0 == "_" ? "." : $0 })
        return texts[key] ?? "⟦\(key)⟧"
    }

    /// Fills in left to right in one pass, so that a filled-in `{1}` stays what it is.
    private func fill(_ text: String, with values: [String]) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            let after = rest.index(after: open)
            guard let close = rest[after...].firstIndex(of: "}"),
                let place = Int(rest[after..<close]), values.indices.contains(place)
            else {
                result.append("{")
                rest = rest[after...]
                continue
            }
            result += values[place]
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}

/// The text without spaces at its ends.
func trimmed(_ text: some StringProtocol) -> String {
    var part = text[...]
    while let first = part.first, first.isWhitespace { part = part.dropFirst() }
    while let last = part.last, last.isWhitespace { part = part.dropLast() }
    return String(part)
}
