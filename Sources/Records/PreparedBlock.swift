package import Kernel

/// Framed events with the key of each, made ready for the log outside its writing thread.
package struct PreparedBlock: Sendable {
    /// Where one frame is, its length prefix included, and what its message id hashes to.
    package struct Entry: Sendable {
        package let range: Range<Int>
        package let key: SipHash.Digest
    }

    package let bytes: [UInt8]
    package let entries: [Entry]

    /// - Throws: `ByteReader.Damaged` where the bytes aren't frames.
    package init(bytes: [UInt8], hash: SipHash) throws(ByteReader.Damaged) {
        var entries: [Entry] = []
        var reader = ByteReader(bytes.span)
        while !reader.isAtEnd {
            let start = reader.offset
            let body = try reader.readCountedRange()
            var frame = ByteReader(reader.bytes.extracting(body))
            _ = try frame.readByte()
            _ = try frame.readByte()
            _ = try frame.readSigned()
            let id = try frame.readCountedRange()
            let key = hash.digest(frame.bytes.extracting(id), domain: Self.messageDomain)
            entries.append(Entry(range: start..<body.upperBound, key: key))
        }
        self.bytes = bytes
        self.entries = entries
    }

    /// Keeps message keys apart from the other uses of the workspace's hash key.
    private static let messageDomain: UInt8 = 1
}
