import Events
import JSONParsing
import Kernel
import Records

/// Tells merges that the fold decided as events on the log, for whoever acts on them.
///
/// A merge's event has a message id made of the merge's own, so telling it again changes nothing. The fold
/// passes over it: the merge has happened (`IdentityEvent` is what people ask for by hand).
struct MergeTeller {
    /// Merges that one commit of the log tells.
    private static let groupMax = 1000

    let log: LogStore
    let records: RecordsStore
    let clock: WallClock

    func tell() throws {
        while true {
            let told = try records.fold { try $0.state(.toldMerge) }
            let merges = try records.merges(after: told, limit: Self.groupMax)
            guard let last = merges.last else { return }
            var builder = EventBlockBuilder()
            for merge in merges where merge.reason != "manual" { builder.append(event(merge)) }
            if !builder.isEmpty {
                let block = try PreparedBlock(bytes: builder.takeBytes().bytes, hash: log.hash)
                _ = try log.append([block], receivedAt: clock.now)
            }
            try records.fold { try $0.setState(.toldMerge, to: last.id.rawValue) }
        }
    }

    private func event(_ merge: MergeListing) -> EventDraft {
        var json = JSONWriter()
        json.beginObject()
        json.member("mergeId", merge.id.description)
        json.member("winnerId", merge.winner.description)
        json.member("loserId", merge.loser.description)
        json.member("reason", merge.reason)
        json.member("strong", merge.strong)
        json.member("weak", merge.weak)
        json.endObject()
        var draft = EventDraft(
            kind: .track, occurredAt: merge.mergedAt, messageID: "merge-\(merge.id)")
        draft.flags = .system
        draft.name = "Customers Merged"
        draft.properties = json.bytes
        return draft
    }
}
