import Kernel

/// An operation's entries in one run of bytes, so that they are kept in its row: their sequences follow one another,
/// and the first one's is kept beside them.
enum LedgerEntries {
    /// An entry whose texts are still bytes.
    struct Item {
        var sequence: Int64
        var lot: Int64
        var amount: Int64
        var balance: Int64
        var atMs: Int64
        var kind: Range<Int>
        var reason: Range<Int>
    }

    static func bytes(_ entries: [LedgerEntry]) -> [UInt8] {
        if entries.isEmpty { return [] }
        var writer = ByteWriter(reserving: entries.count * 96)
        write(entries, to: &writer)
        return writer.take()
    }

    static func write(_ entries: [LedgerEntry], to writer: inout ByteWriter) {
        for entry in entries {
            writer.writeVarint(UInt64(bitPattern: entry.lot))
            writer.writeSigned(entry.amount)
            writer.writeSigned(entry.balance)
            writer.writeSigned(entry.at.milliseconds)
            writer.writeCounted(entry.kind)
            writer.writeCounted(entry.reason.span)
        }
    }

    /// Goes through them in their order; each is told with the bytes that its texts are in.
    ///
    /// - Throws: `ByteReader.Damaged` where the bytes aren't entries; those before were gone through.
    static func each(
        _ bytes: Span<UInt8>, first: Int64, _ body: (Item, Span<UInt8>) -> Void
    ) throws(ByteReader.Damaged) {
        var reader = ByteReader(bytes)
        var sequence = first
        while !reader.isAtEnd {
            body(
                Item(
                    sequence: sequence, lot: Int64(bitPattern: try reader.readVarint()),
                    amount: try reader.readSigned(), balance: try reader.readSigned(),
                    atMs: try reader.readSigned(), kind: try reader.readCountedRange(),
                    reason: try reader.readCountedRange()), bytes)
            sequence &+= 1
        }
    }

    /// - Throws: `StorageFailure.damaged` where the bytes aren't entries.
    static func all(_ bytes: Span<UInt8>, first: Int64, operation: Int64) throws -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        do throws(ByteReader.Damaged) {
            try each(bytes, first: first) { item, bytes in
                entries.append(
                    LedgerEntry(
                        sequence: item.sequence, lot: item.lot, kind: text(item.kind, bytes),
                        amount: item.amount, balance: item.balance,
                        at: Timestamp(milliseconds: item.atMs),
                        reason: bytes.extracting(item.reason).withUnsafeBufferPointer(Array.init)))
            }
        } catch {
            throw StorageFailure.damaged(
                "the entries of ledger operation \(operation) at byte \(error.offset)")
        }
        return entries
    }

    static func text(_ range: Range<Int>, _ bytes: Span<UInt8>) -> String {
        bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
