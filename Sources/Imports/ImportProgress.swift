package import Kernel

/// How far the import of one file has come, for the shell to store beside the log.
///
/// An interrupted import reads the file again from its start (so that occurrences are counted right) and
/// passes over the events that are in the log already. Without it nothing doubles either; it only
/// takes longer.
package struct ImportProgress: Sendable, Equatable {
    /// Of the file's size and first bytes and of the options: another file or mapping starts anew.
    package let key: SipHash.Digest
    /// `FileImporter.eventCount` when the last block was acknowledged.
    package var eventsDone: Int

    /// How many first bytes of the file tell it from others.
    package static let headBytes = 1 << 16

    /// - Parameters:
    ///   - head: The file's first `headBytes` bytes, or all of a shorter one, packed or not.
    ///   - byteCount: The file's size; nil for standard input, which can't be continued.
    package init(head: Span<UInt8>, byteCount: Int, options: ImportOptions, eventsDone: Int = 0) {
        var content = ByteWriter(reserving: head.count + 256)
        content.writeVarint(UInt64(byteCount))
        content.writeCounted(head.extracting(first: min(head.count, Self.headBytes)))
        content.writeCounted(options.kind.rawValue)
        for entry in options.mapping {
            content.writeCounted(entry.field)
            content.writeCounted(entry.column)
        }
        content.writeCounted(options.currency?.description ?? "")
        content.writeCounted(options.zone.name)
        content.writeCounted(options.dateOrder?.rawValue ?? "")
        content.writeCounted(options.decimalComma.map { $0 ? "," : "." } ?? "")
        content.writeCounted(options.eventName ?? "")
        content.writeByte(options.keepsColumns ? 1 : 0)
        content.writeByte(options.isHistory ? 1 : 0)
        key = ImportDigest.hash.digest(content.span, domain: 2)
        self.eventsDone = eventsDone
    }

    /// The key as text, which names the file that the progress is stored in.
    package var name: String { ImportDigest.text("import-", key, digits: 26) }
}
