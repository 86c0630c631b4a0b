package import JSONParsing
package import Kernel

/// What an operation did, as it is answered and kept.
package enum LoyaltyAnswer {
    /// How soon points end that an answer names.
    package static let expiriesMax = 5

    /// JSON.
    package static func json(
        _ outcome: LoyaltyOutcome, id: String, program: LoyaltyProgram, version: Int64,
        zone: ZoneRules
    ) -> [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("operation", id)
        json.member("program", program.name)
        json.member("program_version", version)
        json.member("done", outcome.refusal == nil)
        if let refusal = outcome.refusal {
            // As RFC 9457 has it.
            json.member("type", "about:blank")
            json.member("title", "Refused")
            json.member("status", 409)
            json.member("code", refusal.code)
            json.member("detail", refusal.sentence(unit: program.unit))
        }
        let own = outcome.entries.dropFirst(outcome.entriesByTime)
        json.member("points", own.reduce(0) { $0 + $1.amount })
        write("entries", own, unit: program.unit, to: &json)
        if outcome.entriesByTime > 0 {
            // What ended since the account was last looked at.
            write(
                "meanwhile", outcome.entries.prefix(outcome.entriesByTime), unit: program.unit,
                to: &json)
        }
        write(outcome.account, program, zone, to: &json)
        json.endObject()
        return json.bytes
    }

    private static func write(
        _ name: String, _ entries: ArraySlice<LoyaltyEntry>, unit: String,
        to json: inout JSONWriter
    ) {
        json.key(name)
        json.beginArray()
        for entry in entries { write(entry, unit: unit, to: &json) }
        json.endArray()
    }

    package static func write(
        _ entry: LoyaltyEntry, unit: String, operation: String? = nil, to json: inout JSONWriter
    ) {
        json.beginObject()
        json.member("sequence", entry.sequence)
        json.member("at", entry.at.rfc3339)
        json.member("kind", entry.kind.rawValue)
        json.member("points", entry.amount)
        json.member("balance", entry.balance)
        json.member("lot", entry.lot)
        if let operation { json.member("operation", operation) }
        json.member("code", entry.reason.code)
        json.member("explanation", entry.reason.sentence(points: entry.amount, unit: unit))
        json.endObject()
    }

    /// The account's balance as members: `balance`, and `tier` where the program has tiers.
    package static func write(
        _ account: LoyaltyAccount, _ program: LoyaltyProgram, _ zone: ZoneRules,
        to json: inout JSONWriter
    ) {
        let now = account.latest
        json.key("balance")
        json.beginObject()
        json.member("available", account.available(at: now))
        json.member("pending", account.pending(at: now))
        json.member("reserved", account.held)
        json.member("owed", account.debt)
        json.member("total", account.balance)
        json.endObject()
        json.key("expires")
        json.beginArray()
        for (at, points) in account.expiries().prefix(expiriesMax) {
            json.beginObject()
            json.member("at", at.rfc3339)
            json.member("points", points)
            json.endObject()
        }
        json.endArray()
        guard let rules = program.tiers, let standing = account.standing(program, zone) else {
            return
        }
        let level = rules.levels[standing.tier]
        json.key("tier")
        json.beginObject()
        json.member("name", level.name)
        json.member("title", level.title)
        if let next = standing.next { json.member("next", rules.levels[next].name) }
        if standing.progress.count == 1 {
            write(standing.progress[0], program.currency, to: &json)
        } else {
            json.member("reach", rules.reach.rawValue)
            json.key("progress")
            json.beginArray()
            for item in standing.progress {
                json.beginObject()
                write(item, program.currency, to: &json)
                json.endObject()
            }
            json.endArray()
        }
        if let until = standing.heldUntil { json.member("held_until", until.rfc3339) }
        json.key("benefits")
        json.beginArray()
        for benefit in level.benefits { json.string(benefit) }
        json.endArray()
        json.endObject()
    }
}

extension LoyaltyAnswer {
    private static func write(
        _ item: TierStanding.Progress, _ currency: Currency, to json: inout JSONWriter
    ) {
        let digits = item.metric.digits(currency)
        json.member("by", item.metric.name)
        json.key("amount")
        json.decimal(minor: item.amount, digits: digits)
        guard let missing = item.missing else { return }
        json.key("missing")
        json.decimal(minor: missing, digits: digits)
    }
}

extension LoyaltyAccount {
    /// What ends when, the soonest first.
    package func expiries() -> [(at: Timestamp, points: Int64)] {
        var byTime: [Timestamp: Int64] = [:]
        for lot in lots where lot.remaining > 0 {
            if let at = lot.expiresAt { byTime[at, default: 0] += lot.remaining }
        }
        return byTime.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
