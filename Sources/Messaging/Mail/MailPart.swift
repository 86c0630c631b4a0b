/// A file that goes with a message, or an image inside it.
package struct MailPart: Equatable, Sendable {
    package static let nameBytesMax = 200

    /// What the file is called.
    package let name: String
    /// Such as `image/png`.
    package let type: String
    package let bytes: [UInt8]
    /// For images inside: what the HTML names as `cid:…`.
    package let contentID: String?

    /// - Parameter contentID: `name@domain`, ASCII.
    /// - Throws: `.control`, `.tooLong`, `.partType`, `.identifier`.
    package init(
        name: String, type: String, bytes: [UInt8], contentID: String? = nil
    ) throws(MessageRefusal) {
        if hasControl(name) { throw .control(header: "Content-Disposition") }
        guard !name.isEmpty, name.utf8.count <= Self.nameBytesMax else {
            throw .tooLong(header: "Content-Disposition", limit: Self.nameBytesMax)
        }
        let halves = type.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, type.utf8.count <= 100,
            halves.allSatisfy({ half in
                !half.isEmpty
                    && half.utf8.allSatisfy { isIdentifierByte($0) || $0 == UInt8(ascii: "+") }
            }), halves[0].lowercased() != "multipart"
        else { throw .partType(shown(type)) }
        if let contentID {
            guard (1...120).contains(contentID.utf8.count),
                contentID.utf8.allSatisfy({ $0 == UInt8(ascii: "@") || isIdentifierByte($0) })
            else { throw .identifier(header: "Content-ID") }
        }
        self.name = name
        self.type = type
        self.bytes = bytes
        self.contentID = contentID
    }
}
