import Events
import Kernel

@testable import Records

let testHash = SipHash(key: SipHash.Key(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908))

/// An event whose content tells it apart from every other with the same message id.
func event(_ messageID: String, _ content: Int = 0) -> EventDraft {
    var draft = EventDraft(
        kind: .track, occurredAt: Timestamp(milliseconds: Int64(content)), messageID: messageID)
    draft.userID = "user \(content % 7)"
    draft.name = "Event \(content)"
    draft.properties = Array("{\"n\":\(content)}".utf8)
    return draft
}

func prepared(_ drafts: [EventDraft]) throws -> PreparedBlock {
    var builder = EventBlockBuilder()
    for draft in drafts { builder.append(draft) }
    return try PreparedBlock(bytes: builder.takeBytes().bytes, hash: testHash)
}

/// What a log promises, in the plainest form: a list, and the message ids that are in it.
struct LogModel {
    private(set) var events: [EventDraft] = []
    private(set) var receivedAt: [Timestamp] = []
    /// For each event, the first and last position of the commit that brought it.
    private(set) var commits: [ClosedRange<Int>] = []
    private var ids: Set<String> = []

    mutating func append(_ blocks: [[EventDraft]], receivedAt time: Timestamp)
        -> [LogStore.Appended]
    {
        let before = events.count
        let results = blocks.map { block in
            let fresh = block.filter { ids.insert($0.messageID).inserted }
            events += fresh
            return LogStore.Appended(
                accepted: fresh.count, repeated: block.count - fresh.count)
        }
        let added = events.count - before
        receivedAt += Array(repeating: time, count: added)
        if added > 0 {
            commits += Array(repeating: before + 1...events.count, count: added)
        }
        return results
    }
}

extension LogStore {
    /// Everything that the log holds, block by block.
    func all() throws -> [StoredBlock] { try blocks(after: 0, byteCountMax: .max) }

    /// Everything that the log holds, event by event.
    func drafts() throws -> [EventDraft] {
        try all().flatMap { stored in stored.block.frames.map { stored.block.draft($0) } }
    }
}
