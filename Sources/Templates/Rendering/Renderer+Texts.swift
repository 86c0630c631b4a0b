extension Renderer {
    /// A value as text for a filter; nil for what has none.
    private func text(_ value: TemplateValue) -> String? {
        if case .text(let text) = value { return text }
        var bytes: [UInt8] = []
        return appendText(of: value, to: &bytes) ? String(decoding: bytes, as: UTF8.self) : nil
    }

    mutating func applyToText(
        _ call: FilterCall, _ value: TemplateValue
    ) throws(RenderFailure) -> TemplateValue {
        guard let text = text(value) else { return bad(call) }
        try spend(text.utf8.count / 16)
        switch call.filter {
        case .upper: return try checked(text.uppercased())
        case .lower: return try checked(text.lowercased())
        case .capitalize: return .text(text.prefix(1).uppercased() + text.dropFirst())
        case .strip: return .text(stripped(text))
        case .stripHTML:
            let plain = HTMLToText.text(from: text.utf8Span.span, links: .none)
            return .text(String(decoding: plain, as: UTF8.self))
        case .urlEncode:
            return try checked(
                String(decoding: Escaper.urlEncoded(text.utf8Span.span), as: UTF8.self))
        case .truncate: return .text(truncated(text, call))
        case .truncatewords: return .text(truncatedWords(text, call))
        case .append, .prepend:
            guard let other = self.text(argument(call, 0)) else { return bad(call) }
            return try checked(call.filter == .append ? text + other : other + text)
        case .replace, .remove:
            guard let old = self.text(argument(call, 0)),
                let new = call.filter == .remove ? "" : self.text(argument(call, 1))
            else { return bad(call) }
            return try replaced(text, old, new)
        default: return try split(text, call)
        }
    }

    private func checked(_ text: String) throws(RenderFailure) -> TemplateValue {
        guard text.utf8.count <= limits.textBytesMax else { throw textTooLong }
        return .text(text)
    }

    private func stripped(_ text: String) -> String {
        let bytes = text.utf8
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(text[first...last])
    }

    /// Cut to a number of characters with the mark at its end, by default 50 and `…`.
    private mutating func truncated(_ text: String, _ call: FilterCall) -> String {
        let length = argument(call, 0).asNumber.map { Int(min(max($0.integer, 0), 1 << 20)) } ?? 50
        let mark = call.arguments.count > 1 ? self.text(argument(call, 1)) ?? "" : "…"
        guard text.count > length else { return text }
        var cut = text.prefix(max(0, length - mark.count))
        while cut.last == " " { cut.removeLast() }
        return cut + mark
    }

    private mutating func truncatedWords(_ text: String, _ call: FilterCall) -> String {
        let count = argument(call, 0).asNumber.map { Int(min(max($0.integer, 1), 1 << 16)) } ?? 15
        let mark = call.arguments.count > 1 ? self.text(argument(call, 1)) ?? "" : "…"
        let words = text.split(maxSplits: count) { $0 == " " || $0.isNewline || $0 == "\t" }
        guard words.count > count else { return text }
        return words.prefix(count).joined(separator: " ") + mark
    }

    private mutating func replaced(
        _ text: String, _ old: String, _ new: String
    ) throws(RenderFailure) -> TemplateValue {
        let (bytes, part, replacement) = (Array(text.utf8), Array(old.utf8), Array(new.utf8))
        guard !part.isEmpty else { return .text(text) }
        try spend(bytes.count * part.count / 1024)
        var output: [UInt8] = []
        var from = 0
        while let at = find(part, in: bytes, from: from) {
            output.append(contentsOf: bytes[from..<at])
            output.append(contentsOf: replacement)
            guard output.count <= limits.textBytesMax else { throw textTooLong }
            from = at + part.count
        }
        output.append(contentsOf: bytes[from...])
        guard output.count <= limits.textBytesMax else { throw textTooLong }
        return .text(String(decoding: output, as: UTF8.self))
    }

    private mutating func split(
        _ text: String, _ call: FilterCall
    ) throws(RenderFailure) -> TemplateValue {
        guard let mark = self.text(argument(call, 0)) else { return bad(call) }
        let (bytes, part) = (Array(text.utf8), Array(mark.utf8))
        guard !part.isEmpty else { return .list([.text(text)]) }
        try spend(bytes.count * part.count / 1024)
        var parts: [TemplateValue] = []
        var from = 0
        func add(_ end: Int) {
            parts.append(.text(String(decoding: bytes[from..<end], as: UTF8.self)))
        }
        while let at = find(part, in: bytes, from: from) {
            add(at)
            from = at + part.count
        }
        add(bytes.count)
        return .list(parts)
    }

    // MARK: Lists

    mutating func applyToList(
        _ call: FilterCall, _ value: TemplateValue
    ) throws(RenderFailure) -> TemplateValue {
        if value.isNothing { return call.filter == .size ? .number(0) : .nothing }
        if case .text(let text) = value { return try applyToCharacters(call, text) }
        if call.filter == .size, case .mapping = value { return .number(value.size) }
        guard case .list(let values) = value else { return bad(call) }
        try spend(values.count / 4)
        switch call.filter {
        case .first: return values.first ?? .nothing
        case .last: return values.last ?? .nothing
        case .size: return .number(values.count)
        case .reverse: return .list(values.reversed())
        case .compact: return .list(values.filter { !$0.isNothing })
        case .limit:
            guard let count = argument(call, 0).asNumber else { return bad(call) }
            return .list(Array(values.prefix(max(0, Int(count.integer)))))
        case .slice:
            guard let range = range(call, values.count) else { return bad(call) }
            return .list(Array(values[range]))
        case .map:
            let name = text(argument(call, 0)) ?? ""
            try spend(values.count * (values.first?.size ?? 0) / 64)
            return .list(values.map { part(name, of: $0) })
        case .whereEqual:
            let name = text(argument(call, 0)) ?? ""
            let wanted = call.arguments.count > 1 ? argument(call, 1) : nil
            return .list(
                values.filter {
                    let part = part(name, of: $0)
                    return wanted.map { part.isSame(as: $0) } ?? part.isTrue
                })
        case .uniq:
            var seen: Set<TemplateValue> = []
            return .list(values.filter { seen.insert($0).inserted })
        case .sort: return try sorted(values, call)
        default: return try joined(values, call)
        }
    }

    /// A part by its name, with dots: `price.amount`.
    private func part(_ path: String, of value: TemplateValue) -> TemplateValue {
        var value = value
        for name in path.split(separator: ".").prefix(16) {
            guard let next = value[String(name)] else { return .nothing }
            value = next
        }
        return value
    }

    private mutating func applyToCharacters(
        _ call: FilterCall, _ text: String
    ) throws(RenderFailure) -> TemplateValue {
        try spend(text.utf8.count / 16)
        switch call.filter {
        case .first: return .text(String(text.prefix(1)))
        case .last: return .text(String(text.suffix(1)))
        case .size: return .number(text.count)
        case .reverse: return .text(String(text.reversed()))
        case .limit:
            guard let count = argument(call, 0).asNumber else { return bad(call) }
            return .text(String(text.prefix(max(0, Int(count.integer)))))
        case .slice:
            guard let range = range(call, text.count) else { return bad(call) }
            return .text(String(text.dropFirst(range.lowerBound).prefix(range.count)))
        case .join: return .text(text)
        default: return bad(call)
        }
    }

    /// `slice: from, count`; from below zero counts from the end, and without a count it is one.
    private mutating func range(_ call: FilterCall, _ count: Int) -> Range<Int>? {
        guard let start = argument(call, 0).asNumber else { return nil }
        let wanted = call.arguments.count > 1 ? argument(call, 1).asNumber : TemplateNumber(1)
        guard let wanted else { return nil }
        let first = Int(min(max(start.integer, -1 << 30), 1 << 30))
        let from = min(max(first < 0 ? count + first : first, 0), count)
        let length = Int(min(max(wanted.integer, 0), 1 << 30))
        return from..<min(count, from + length)
    }

    /// By the elements, or by a part of each; what can't be compared keeps its place at the end.
    private mutating func sorted(
        _ values: [TemplateValue], _ call: FilterCall
    ) throws(RenderFailure) -> TemplateValue {
        try spend(values.count * 4)
        let name = call.arguments.isEmpty ? nil : text(argument(call, 0))
        let keyed = values.enumerated().map { index, value in
            let key = name.map { part($0, of: value) } ?? value
            return (rank: Self.rank(of: key), key: key, index: index, value: value)
        }
        let sorted = keyed.sorted { left, right in
            if left.rank != right.rank { return left.rank < right.rank }
            if left.key.isLess(than: right.key) == true { return true }
            if right.key.isLess(than: left.key) == true { return false }
            return left.index < right.index
        }
        return .list(sorted.map(\.value))
    }

    /// Kinds that can be compared among themselves stand together, so that there is one order.
    private static func rank(of value: TemplateValue) -> Int {
        switch value {
        case .number, .money: 0
        case .time: 1
        case .text: 2
        default: 3
        }
    }

    private mutating func joined(
        _ values: [TemplateValue], _ call: FilterCall
    ) throws(RenderFailure) -> TemplateValue {
        let mark = call.arguments.isEmpty ? ", " : text(argument(call, 0)) ?? ""
        var bytes: [UInt8] = []
        for (index, element) in values.enumerated() {
            if index > 0 { bytes.append(contentsOf: mark.utf8) }
            switch element {
            case .list, .mapping: return bad(call)
            default: _ = appendText(of: element, to: &bytes)
            }
            guard bytes.count <= limits.textBytesMax else { throw textTooLong }
        }
        try spend(bytes.count / 64)
        return .text(String(decoding: bytes, as: UTF8.self))
    }
}
