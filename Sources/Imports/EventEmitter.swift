import Events
import Kernel

/// Puts the events of an import into a block, each with a message id that depends on its content alone.
///
/// So a second import of the same file repeats the same message ids, which the log drops, and a row
/// that changed makes a new event. The draft is used again for every event.
struct EventEmitter: Sendable {
    /// What the next event is; filled by who reads the rows.
    var draft: EventDraft
    /// Events so far, with those that were passed over.
    private(set) var eventCount = 0
    /// Events at the start that an earlier run has brought into the log.
    private let eventsToSkip: Int
    private let flags: EventFlags
    private var content = ByteWriter(reserving: 1024)

    init(isHistory: Bool, eventsToSkip: Int) {
        flags = isHistory ? [.imported, .history] : .imported
        self.eventsToSkip = eventsToSkip
        draft = EventDraft(kind: .track, occurredAt: Timestamp(milliseconds: 0), messageID: "")
        draft.properties.reserveCapacity(1024)
        draft.context.reserveCapacity(256)
    }

    /// Empties the draft; its memory is kept.
    mutating func begin(_ kind: EventKind, at time: Timestamp) {
        draft.kind = kind
        draft.flags = flags
        draft.occurredAt = time
        draft.messageID = ""
        draft.userID = ""
        draft.anonymousID = ""
        draft.name = ""
        draft.properties.removeAll(keepingCapacity: true)
        draft.context.removeAll(keepingCapacity: true)
    }

    /// The digest of the draft's content.
    ///
    /// - Parameter isTimed: Whether the time is part of it; it isn't where the import made it up.
    mutating func contentDigest(isTimed: Bool = true, occurrence: UInt32 = 0) -> SipHash.Digest {
        Self.write(draft, isTimed: isTimed, to: &content)
        if occurrence > 0 { content.writeVarint(UInt64(occurrence)) }
        return ImportDigest.hash.digest(content.bytes.span)
    }

    private static func write(
        _ draft: borrowing EventDraft, isTimed: Bool, to content: inout ByteWriter
    ) {
        content.removeAll()
        content.writeByte(draft.kind.rawValue)
        if isTimed { content.writeSigned(draft.occurredAt.milliseconds) }
        content.writeCounted(draft.userID)
        content.writeCounted(draft.anonymousID)
        content.writeCounted(draft.name)
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
            draft.messageID = ImportDigest.text("imp-", digest ?? contentDigest(), digits: 26)
        }
        builder.append(draft)
    }
}

/// Digests by which imported rows are known again.
enum ImportDigest {
    /// The key is fixed: the same file must give the same ids on every machine and in every year.
    static let hash = SipHash(
        key: SipHash.Key(low: 0x7065_7265_6E6E_6961, high: 0x6C2D_696D_706F_7274))

    /// The prefix and the digest's first bits in Crockford base32; 26 digits are all of them.
    static func text(_ prefix: StaticString, _ digest: SipHash.Digest, digits: Int) -> String {
        let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
        let letters = UnsafeBufferPointer(
            start: alphabet.utf8Start, count: alphabet.utf8CodeUnitCount)
        let prefixCount = prefix.utf8CodeUnitCount
        return String(unsafeUninitializedCapacity: prefixCount + digits) { buffer in
            for index in 0..<prefixCount {
                buffer.initializeElement(at: index, to: prefix.utf8Start[index])
            }
            var high = digest.first
            var low = digest.second
            for index in 0..<digits {
                buffer.initializeElement(at: prefixCount + index, to: letters[Int(high >> 59)])
                high = high << 5 | low >> 59
                low <<= 5
            }
            return prefixCount + digits
        }
    }
}
