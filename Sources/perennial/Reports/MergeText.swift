import JSONParsing
import Kernel
import Records

/// A merge as text.
enum MergeText {
    static func line(_ merge: MergeListing, _ zone: ZoneRules) -> String {
        var line = "\(merge.id)  \(Figures.time(merge.mergedAt, zone))  "
        line += "\(merge.loser) became \(merge.winner): \(reason(merge))"
        if let undoneAt = merge.undoneAt { line += "  (undone \(Figures.time(undoneAt, zone)))" }
        return line
    }

    /// Why two customers became one, in words.
    static func reason(_ merge: MergeListing) -> String {
        switch merge.reason {
        case "alias": "an alias call named \(merge.strong) and \(merge.weak)"
        case "identifiers": "one event carried \(merge.strong) and \(merge.weak)"
        default: "merged by hand"
        }
    }

    static func table(_ merges: [MergeListing]) -> TextTable {
        var table = TextTable(headings: [
            "merge", "winner", "loser", "reason", "why", "position", "merged_at", "undone_at",
        ])
        table.rows = merges.map { merge in
            [
                merge.id.description, merge.winner.description, merge.loser.description,
                merge.reason, reason(merge), String(merge.position), merge.mergedAt.rfc3339,
                merge.undoneAt?.rfc3339 ?? "",
            ]
        }
        return table
    }

    static func write(_ merge: MergeListing, to json: inout JSONWriter) {
        json.beginObject()
        json.member("merge", merge.id.description)
        json.member("winner", merge.winner.description)
        json.member("loser", merge.loser.description)
        json.member("reason", merge.reason)
        json.member("why", reason(merge))
        json.member("position", merge.position)
        json.time("mergedAt", merge.mergedAt)
        json.time("undoneAt", merge.undoneAt)
        json.endObject()
    }
}
