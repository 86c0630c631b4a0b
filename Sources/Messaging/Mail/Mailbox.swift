/// Whom a message is from or to: an address and, where known, a name to show.
package struct Mailbox: Hashable, Sendable {
    package static let nameBytesMax = 256

    /// Any Unicode but line ends and controls; empty for none.
    package let name: String
    package let address: EmailAddress

    /// - Throws: `.control` or `.tooLong` for the name.
    package init(name: String = "", _ address: EmailAddress) throws(AddressRefusal) {
        if hasControl(name) { throw .control }
        guard name.utf8.count <= Self.nameBytesMax else {
            throw .tooLong(.displayName, limit: Self.nameBytesMax)
        }
        var name = Substring(name)
        while name.first == " " { name.removeFirst() }
        while name.last == " " { name.removeLast() }
        self.name = String(name)
        self.address = address
    }

    /// Reads `shop@example.com`, `<shop@example.com>`, `The Shop <shop@example.com>` and
    /// `"Shop, Ltd" <shop@example.com>`, as people set them up.
    ///
    /// A comma outside quotes is taken as part of the name if there is an address in angle brackets at the end.
    package init(_ text: String) throws(AddressRefusal) {
        if hasControl(text) { throw .control }
        var rest = Substring(text)
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        guard rest.last == ">" else {
            try self.init(try EmailAddress(String(rest)))
            return
        }
        guard let open = rest.lastIndex(of: "<") else { throw .malformed }
        let address = try EmailAddress(String(rest[rest.index(after: open)...].dropLast()))
        var name = rest[..<open]
        while name.last == " " { name.removeLast() }
        if name.first == "\"" {
            try self.init(name: try Self.unquoted(name), address)
        } else {
            guard !name.contains(where: { $0 == "<" || $0 == ">" || $0 == "\"" }) else {
                throw .malformed
            }
            try self.init(name: String(name), address)
        }
    }

    /// What a quoted string says (RFC 5322 §3.2.4).
    private static func unquoted(_ text: Substring) throws(AddressRefusal) -> String {
        guard text.count >= 2, text.last == "\"" else { throw .malformed }
        var said = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if isEscaped {
                said.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                throw .malformed
            } else {
                said.append(character)
            }
        }
        guard !isEscaped else { throw .malformed }
        return said
    }
}
