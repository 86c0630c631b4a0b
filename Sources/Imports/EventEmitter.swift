import Events
import Kernel

/// Puts the events of an import into a block, each with a message id that depends on its content alone.
///
/// So a second import of the same file repeats the same message ids, which the log drops, and a row
/// that changed makes a new event. The draft is used again for every event.
struct EventEmitter: Sendable {
    /// What the next event is; filled by who reads the rows.
    var draft = ImportDraft()
    /// Events so far, with those that were passed over.
    private(set) var eventCount = 0
    /// Events at the start that an earlier run has brought into the log.
    private let eventsToSkip: Int
    private let flags: EventFlags
    private var content = ByteWriter(reserving: 1024)

    init(isHistory: Bool, eventsToSkip: Int) {
        flags = isHistory ? [.imported, .history] : .imported
        self.eventsToSkip = eventsToSkip
    }

    /// Empties the draft; its memory is kept.
    mutating func begin(_ kind: EventKind, at time: Timestamp) {
        draft.kind = kind
        draft.flags = flags
        draft.occurredAt = time
        draft.messageID.removeAll()
        draft.userID.removeAll()
        draft.anonymousID.removeAll()
        draft.name.removeAll()
        draft.properties.removeAll()
        draft.context.removeAll()
    }

    /// The digest of the draft's content.
    ///
    /// - Parameter isTimed: Whether the time is part of it; it isn't where the import made it up.
    mutating func contentDigest(isTimed: Bool = true, occurrence: UInt32 = 0) -> SipHash.Digest {
        Self.write(draft, isTimed: isTimed, to: &content)
        if occurrence > 0 { content.writeVarint(UInt64(occurrence)) }
        return ImportDigest.hash.digest(content.span)
    }

    /// The digest of a content that has a version beside it, such as the time of its last change: what
    /// comes back after having been otherwise is an event of its own. Without a version, the content's.
    mutating func digest(
        _ digest: SipHash.Digest, version: Span<UInt8>
    ) -> SipHash.Digest {
        if version.isEmpty { return digest }
        content.removeAll()
        content.writeFixed(digest.first)
        content.writeFixed(digest.second)
        content.writeRaw(version)
        return ImportDigest.hash.digest(content.span, domain: 3)
    }

    /// The digest of the refund that an order's status tells: by what is paid back alone, so that a file that
    /// says more of the order, or says it otherwise, doesn't pay back twice.
    mutating func refundDigest(
        orderID: Span<UInt8>, total: Money
    ) -> SipHash.Digest {
        content.removeAll()
        content.writeSigned(draft.occurredAt.milliseconds)
        content.writeFixed(total.currency.packed)
        content.writeSigned(total.minor)
        content.writeRaw(orderID)
        return ImportDigest.hash.digest(content.span, domain: 4)
    }

    private static func write(
        _ draft: borrowing ImportDraft, isTimed: Bool, to content: inout ByteWriter
    ) {
        content.removeAll()
        content.writeByte(draft.kind.rawValue)
        if isTimed { content.writeSigned(draft.occurredAt.milliseconds) }
        content.writeCounted(draft.userID.span)
        content.writeCounted(draft.anonymousID.span)
        content.writeCounted(draft.name.span)
        content.writeCounted(draft.properties.span)
        content.writeCounted(draft.context.span)
    }

    /// Adds the draft; where it has no message id, one made of its content.
    mutating func emit(
        digest: SipHash.Digest? = nil, into builder: inout EventBlockBuilder
    ) {
        eventCount += 1
        guard eventCount > eventsToSkip else { return }
        if draft.messageID.isEmpty {
            let digest = digest ?? contentDigest()
            ImportDigest.write("imp-", digest, digits: 26, to: &draft.messageID)
        }
        builder.beginFrame(
            kind: draft.kind, flags: draft.flags, occurredAt: draft.occurredAt)
        builder.writePart(draft.messageID.span)
        builder.writePart(draft.userID.span)
        builder.writePart(draft.anonymousID.span)
        builder.writePart(draft.name.span)
        builder.writePart(draft.properties.span)
        builder.writePart(draft.context.span)
        builder.endFrame()
    }
}

/// An event that a row becomes: an `EventDraft` of nothing but bytes, whose memory is used again.
struct ImportDraft: Sendable {
    var kind = EventKind.track
    var flags: EventFlags = []
    var occurredAt = Timestamp(milliseconds: 0)
    /// Empty for one that is made of the content.
    var messageID = ByteWriter(reserving: 64)
    var userID = ByteWriter(reserving: 64)
    var anonymousID = ByteWriter(reserving: 64)
    var name = ByteWriter(reserving: 64)
    var properties = ByteWriter(reserving: 1024)
    var context = ByteWriter(reserving: 256)
}

extension ByteWriter {
    /// Writes a text in the place of what was written.
    mutating func set(_ text: Span<UInt8>) {
        removeAll()
        writeRaw(text)
    }

    mutating func set(_ text: StaticString) {
        removeAll()
        writeRaw(text)
    }

    mutating func set(_ text: String) {
        removeAll()
        writeRaw(text)
    }
}

/// Digests by which imported rows are known again.
enum ImportDigest {
    /// The key is fixed: the same file must give the same ids on every machine and in every year.
    static let hash = SipHash(
        key: SipHash.Key(low: 0x7065_7265_6E6E_6961, high: 0x6C2D_696D_706F_7274))

    /// The prefix and the digest's first bits in Crockford base32; 26 digits are all of them.
    static func write(
        _ prefix: StaticString, _ digest: SipHash.Digest, digits: Int, to output: inout ByteWriter
    ) {
        let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
        var text = InlineArray<26, UInt8>(repeating: 0)
        var high = digest.first
        var low = digest.second
        for index in 0..<digits {
            // Five bits are an index into the 32 letters.
            text[index] = alphabet.utf8Start[Int(high >> 59)]
            high = high << 5 | low >> 59
            low <<= 5
        }
        output.writeRaw(prefix)
        output.writeRaw(text.span.extracting(first: digits))
    }

    /// As above, as text.
    static func text(_ prefix: StaticString, _ digest: SipHash.Digest, digits: Int) -> String {
        var output = ByteWriter(reserving: 64)
        write(prefix, digest, digits: digits, to: &output)
        return String(copying: output.span)
    }
}
