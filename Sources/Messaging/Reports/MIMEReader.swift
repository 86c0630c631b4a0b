import Kernel

/// Reads mail that came in from anywhere (RFC 5322, RFC 2045 to 2047, RFC 2231).
///
/// It never fails: line ends of either kind, fields without a colon, boundaries that never close and encodings that
/// are broken are read as far as they make sense. Time and memory are bounded by `MIMELimits`.
package struct MIMEReader: ~Copyable {
    private let limits: MIMELimits
    private var partsLeft: Int

    private init(_ limits: MIMELimits) {
        self.limits = limits
        partsLeft = limits.partsMax
    }

    /// The mail's outermost part.
    package static func read(
        _ mail: Span<UInt8>, limits: MIMELimits = MIMELimits()
    ) -> MIMEPart {
        var reader = MIMEReader(limits)
        let cut = mail.extracting(first: min(mail.count, limits.bytesMax))
        return reader.part(cut, depth: 0, isDigest: false)
    }

    private mutating func part(_ bytes: Span<UInt8>, depth: Int, isDigest: Bool) -> MIMEPart {
        partsLeft -= 1
        var part = MIMEPart()
        let bodyStart = fields(bytes, of: &part)
        let body = bytes.extracting(droppingFirst: bodyStart)
        if let value = part.fields.first(where: { $0.name == "content-type" })?.value {
            (part.type, part.parameters) = ContentType.parse(value.span)
        } else if isDigest {
            part.type = "message/rfc822"
        }
        let encoding = part.field("content-transfer-encoding") ?? ""
        let isInsideLimits = depth < limits.depthMax && partsLeft > 0
        if part.type.hasPrefix("multipart/"), let boundary = part.parameters["boundary"],
            !boundary.isEmpty, isInsideLimits
        {
            divide(body, by: Array(boundary.utf8), depth: depth, into: &part)
        } else if isInsideLimits, part.type == "message/rfc822" || part.type == "message/global" {
            let inner = TransferEncoding.decode(body, encoding)
            part.children = [self.part(inner.span, depth: depth + 1, isDigest: false)]
        } else if isInsideLimits, part.type == "text/rfc822-headers" {
            let inner = TransferEncoding.decode(body, encoding)
            part.children = [self.part(inner.span, depth: depth + 1, isDigest: false)]
            part.content = inner
        } else {
            part.content = TransferEncoding.decode(body, encoding)
        }
        return part
    }

    /// Reads the fields at the start; where the body starts.
    private func fields(_ bytes: Span<UInt8>, of part: inout MIMEPart) -> Int {
        var lines = LineReader(bytes)
        var open: (name: String, value: [UInt8])?
        func close() {
            guard let field = open, part.fields.count < limits.fieldsMax else { return }
            var value = field.value
            while value.last == 0x20 || value.last == 0x09 { value.removeLast() }
            part.fields.append(MIMEPart.Field(name: field.name, value: value))
        }
        while let line = lines.next() {
            if line.isEmpty {
                close()
                return lines.offset
            }
            let first = bytes[line.lowerBound]
            if first == 0x20 || first == 0x09 {
                let room = limits.fieldBytesMax - (open?.value.count ?? 0)
                open?.value.append(bytes.extracting(line), countMax: max(0, room))
                continue
            }
            let text = bytes.extracting(line)
            guard let colon = Self.colon(text) else {
                // A mailbox file starts each mail with such a line.
                if part.fields.isEmpty, open == nil, text.starts(with: "From ") { continue }
                close()
                return line.lowerBound
            }
            close()
            let rest = text.extracting(droppingFirst: colon + 1)
            var value: [UInt8] = []
            value.append(Self.withoutSpaceAtStart(rest), countMax: limits.fieldBytesMax)
            open = (Self.name(text.extracting(first: colon)), value)
        }
        close()
        return bytes.count
    }

    /// Where a field's name ends; nil where the line isn't a field.
    private static func colon(_ line: Span<UInt8>) -> Int? {
        var index = 0
        while index < min(line.count, 200) {
            let byte = line[index]
            if byte == UInt8(ascii: ":") { return index == 0 ? nil : index }
            // Spaces stand in front of the colon in old mail.
            guard (0x21...0x7E).contains(byte) || byte == 0x20 else { return nil }
            if byte == 0x20, index + 1 < line.count, line[index + 1] != UInt8(ascii: ":") {
                return nil
            }
            index += 1
        }
        return nil
    }

    private static func name(_ text: Span<UInt8>) -> String {
        var name = decoded(text).lowercased()
        while name.last == " " { name.removeLast() }
        return name
    }

    @_lifetime(copy text)
    private static func withoutSpaceAtStart(_ text: Span<UInt8>) -> Span<UInt8> {
        var start = 0
        while start < text.count, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
        return text.extracting(droppingFirst: start)
    }

    /// Divides a multipart's body (RFC 2046 §5.1.1). What is before the first boundary and after the last is left out.
    private mutating func divide(
        _ body: Span<UInt8>, by boundary: [UInt8], depth: Int, into part: inout MIMEPart
    ) {
        let isDigest = part.type == "multipart/digest"
        var lines = LineReader(body)
        var start: Int?
        // Where the line before ended, without its line end.
        var end = 0
        while let line = lines.next() {
            let text = body.extracting(line)
            if let isLast = Self.isDelimiter(text, boundary) {
                if let start, partsLeft > 0 {
                    let inside = body.extracting(start..<max(start, end))
                    part.children.append(self.part(inside, depth: depth + 1, isDigest: isDigest))
                }
                start = lines.offset
                if isLast { return }
            }
            end = line.upperBound
        }
        if let start, start < body.count, partsLeft > 0 {
            let inside = body.extracting(droppingFirst: start)
            part.children.append(self.part(inside, depth: depth + 1, isDigest: isDigest))
        }
    }

    /// Nil where a line isn't a boundary; else whether it is the last.
    private static func isDelimiter(_ line: Span<UInt8>, _ boundary: [UInt8]) -> Bool? {
        guard line.count >= boundary.count + 2, line[0] == 0x2D, line[1] == 0x2D,
            line.extracting(2..<(2 + boundary.count)).isSame(as: boundary.span)
        else { return nil }
        var rest = line.extracting(droppingFirst: 2 + boundary.count)
        let isLast = rest.count >= 2 && rest[0] == 0x2D && rest[1] == 0x2D
        if isLast { rest = rest.extracting(droppingFirst: 2) }
        for index in rest.indices where rest[index] != 0x20 && rest[index] != 0x09 { return nil }
        return isLast
    }
}

/// Reads lines that end in LF or CRLF.
struct LineReader: ~Escapable {
    private let bytes: Span<UInt8>
    /// Where the next line starts.
    private(set) var offset = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    /// The next line without its end; nil behind the last.
    mutating func next() -> Range<Int>? {
        guard offset < bytes.count else { return nil }
        let start = offset
        var end = start
        while end < bytes.count, bytes[end] != 0x0A { end += 1 }
        offset = min(end + 1, bytes.count)
        if end > start, end < bytes.count, bytes[end - 1] == 0x0D { end -= 1 }
        return start..<end
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ bytes: Span<UInt8>, countMax: Int) {
        for index in 0..<Swift.min(bytes.count, countMax) { append(bytes[index]) }
    }
}

extension Span<UInt8> {
    func starts(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where self[index] != text.utf8Start[index] {
            return false
        }
        return true
    }
}
