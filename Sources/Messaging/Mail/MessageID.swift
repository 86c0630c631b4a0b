/// By which every mailbox knows a message again: `<left@domain>` (RFC 5322 §3.6.4).
///
/// A message that is sent again after a crash has the same one, and replies and reports name it.
package struct MessageID: Hashable, Sendable, CustomStringConvertible {
    /// So that its header is one line of 78.
    package static let bytesMax = 240

    /// Without the angle brackets.
    package let text: String

    package var description: String { "<" + text + ">" }

    /// - Parameters:
    ///   - left: A dot-atom that is unique in the domain, such as an outbox item's id.
    ///   - domain: The sender's.
    package init(left: String, domain: String) throws(AddressRefusal) {
        let address = try EmailAddress(left + "@" + domain)
        guard !address.local.hasPrefix("\"") else { throw .localPart }
        text = address.description
    }

    /// Reads what a report or a reply names, with or without angle brackets; nil where it can't be one of ours.
    ///
    /// Kept as it stands, as ids of others needn't be addresses.
    package init?(_ given: String) {
        var text = given[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        if text.first == "<", text.last == ">" { text = text.dropFirst().dropLast() }
        guard !text.isEmpty, text.utf8.count <= Self.bytesMax, text.contains("@"),
            text.utf8.allSatisfy({
                (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
            })
        else { return nil }
        self.text = String(text)
    }
}
