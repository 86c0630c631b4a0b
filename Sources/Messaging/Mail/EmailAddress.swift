/// An address that mail can be sent to: what RFC 5321 and 5322 allow of it and the Internet carries.
///
/// - The part before the `@` is a dot-atom or a quoted string of printable ASCII, with its case. Letters beyond
///   ASCII (RFC 6531) are refused, as every server on the way would have to take them.
/// - The domain has two labels or more, in lower case. Labels beyond ASCII become A-labels (`xn--…`, RFC 5891).
///   Numbers of hosts (`[192.0.2.1]`) and comments are refused.
/// - At most 254 bytes: 64 before the `@`, 253 after it, 63 in a label.
///
/// So every value can stand in an SMTP command and in a header as it is.
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    package static let bytesMax = 254
    package static let localBytesMax = 64
    package static let domainBytesMax = 253
    package static let labelBytesMax = 63

    /// Before the `@`, with the quotes of a quoted string.
    package let local: String
    /// After the `@`: lower-case ASCII.
    package let domain: String

    package var description: String { local + "@" + domain }

    /// Reads `local@domain`; spaces at the ends are passed over.
    package init(_ text: String) throws(AddressRefusal) {
        var bytes = Array(text.utf8)
        while bytes.last == 0x20 { bytes.removeLast() }
        let start = bytes.firstIndex { $0 != 0x20 } ?? bytes.count
        try self.init(parsing: bytes.span.extracting(droppingFirst: start))
    }

    /// Reads an address that is all of a text.
    ///
    /// - Parameter text: UTF-8.
    package init(parsing text: Span<UInt8>) throws(AddressRefusal) {
        guard !text.isEmpty else { throw .empty }
        // An A-label can be longer than its letters, so that this is only a first bound.
        guard text.count <= Self.bytesMax * 4 else {
            throw .tooLong(.address, limit: Self.bytesMax)
        }
        if hasControl(text) { throw .control }
        guard let at = Self.lastAt(text) else { throw .noAt }
        local = try Self.local(text.extracting(first: at))
        domain = try Self.domain(text.extracting(droppingFirst: at + 1))
        guard local.utf8.count + 1 + domain.utf8.count <= Self.bytesMax else {
            throw .tooLong(.address, limit: Self.bytesMax)
        }
    }

    /// For parts that were made here, of bytes that need no checking.
    init(trusted local: String, domain: String) {
        self.local = local
        self.domain = domain
    }

    private static func lastAt(_ text: Span<UInt8>) -> Int? {
        var index = text.count - 1
        while index >= 0 {
            if text[index] == UInt8(ascii: "@") { return index }
            index -= 1
        }
        return nil
    }

    private static func local(_ text: Span<UInt8>) throws(AddressRefusal) -> String {
        guard !text.isEmpty else { throw .localPart }
        guard text.count <= localBytesMax else { throw .tooLong(.localPart, limit: localBytesMax) }
        if hasEncodedWord(text) { throw .localPart }
        let isQuoted = text[0] == UInt8(ascii: "\"")
        if isQuoted {
            try checkQuoted(text)
        } else {
            var wasDot = true
            for index in text.indices {
                let byte = text[index]
                if byte >= 0x80 { throw .internationalLocalPart }
                let isDot = byte == UInt8(ascii: ".")
                guard isDot ? !wasDot : isAtomByte(byte) else { throw .localPart }
                wasDot = isDot
            }
            if wasDot { throw .localPart }
        }
        return decoded(text)
    }

    /// Whether it has `=?…?=`. Programs that decode encoded words in addresses, where RFC 2047 §5 has none, would read
    /// another address: Heyes, "Splitting the email atom" (2024).
    private static func hasEncodedWord(_ text: Span<UInt8>) -> Bool {
        var isOpen = false
        for index in text.indices.dropLast() {
            let pair = (text[index], text[index + 1])
            if isOpen, pair == (UInt8(ascii: "?"), UInt8(ascii: "=")) { return true }
            if pair == (UInt8(ascii: "="), UInt8(ascii: "?")) { isOpen = true }
        }
        return false
    }

    /// A quoted string (RFC 5321 §4.1.2): printable ASCII; `"` and `\` behind a `\`.
    private static func checkQuoted(_ text: Span<UInt8>) throws(AddressRefusal) {
        guard text.count > 2, text[text.count - 1] == UInt8(ascii: "\"") else { throw .localPart }
        var index = 1
        while index < text.count - 1 {
            let byte = text[index]
            if byte >= 0x80 { throw .internationalLocalPart }
            if byte == UInt8(ascii: "\"") { throw .localPart }
            if byte == UInt8(ascii: "\\") {
                index += 1
                guard index < text.count - 1, text[index] < 0x80 else { throw .localPart }
            }
            index += 1
        }
    }

    /// The domain in A-labels and lower case.
    static func domain(_ text: Span<UInt8>) throws(AddressRefusal) -> String {
        guard !text.isEmpty else { throw .domain }
        if text[0] == UInt8(ascii: "[") { throw .domainLiteral }
        let given = decoded(text)
        var labels: [String] = []
        // The ideographic full stops are dots too (RFC 3490 §3.1).
        let isDot = { (character: Unicode.Scalar) in
            ".\u{3002}\u{FF0E}\u{FF61}".unicodeScalars.contains(character)
        }
        for part in given.unicodeScalars.split(
            omittingEmptySubsequences: false, whereSeparator: isDot)
        {
            labels.append(try DomainLabel.ascii(String(part)))
        }
        guard labels.count >= 2, let top = labels.last else { throw .domain }
        if top.utf8.allSatisfy({ $0 &- 0x30 < 10 }) {
            throw labels.allSatisfy { $0.utf8.allSatisfy { $0 &- 0x30 < 10 } }
                ? .domainLiteral : .domain
        }
        let domain = labels.joined(separator: ".")
        guard domain.utf8.count <= domainBytesMax else {
            throw .tooLong(.domain, limit: domainBytesMax)
        }
        return domain
    }
}

/// Whether a byte may stand in an atom (RFC 5322 §3.2.3).
func isAtomByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
        UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
        UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "?"),
        UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "{"),
        UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "~"):
        true
    default: false
    }
}

/// Whether a text has what may end a line somewhere: C0 and C1 controls, DEL, U+2028 and U+2029.
func hasControl(_ text: Span<UInt8>) -> Bool {
    for index in text.indices {
        let byte = text[index]
        if byte < 0x20 || byte == 0x7F { return true }
        if byte == 0xC2, index + 1 < text.count, text[index + 1] < 0xA0 { return true }
        if byte == 0xE2, index + 2 < text.count, text[index + 1] == 0x80,
            text[index + 2] == 0xA8 || text[index + 2] == 0xA9
        {
            return true
        }
    }
    return false
}

func hasControl(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return hasControl(bytes.span)
}

/// The text of UTF-8; what isn't becomes U+FFFD.
func decoded(_ text: Span<UInt8>) -> String {
    text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
}
