import Kernel
import Loyalty
import Runtime

/// How a customer stands in a program, in plain sentences.
enum LoyaltyMemberText {
    /// Lots that are listed.
    private static let lotsMax = 10

    /// - Parameter movements: The newest first.
    static func lines(_ member: LoyaltyMember, _ movements: [LoyaltyMovement]) -> [String] {
        let (account, program, zone) = (
            member.account, member.inForce.program, member.inForce.zone
        )
        let unit = program.unit
        let now = account.latest
        var lines = ["\(program.title) (\(program.name)), on \(zone.day(of: now))"]
        var balance = "\(points(account.available(at: now))) \(unit) can be spent"
        let pending = account.pending(at: now)
        if pending > 0 { balance += "; \(points(pending)) are pending" }
        if account.debt > 0 { balance += "; \(points(account.debt)) are owed" }
        lines.append(balance)
        if let rules = program.tiers, let standing = account.standing(program, zone) {
            lines.append("tier: " + tier(standing, rules, program, zone))
        }
        // Those first that are spent first.
        let lots = account.lots.filter { $0.remaining > 0 }.sorted { left, right in
            (left.expiresAt?.milliseconds ?? .max, left.id)
                < (right.expiresAt?.milliseconds ?? .max, right.id)
        }
        for lot in lots.prefix(lotsMax) {
            var line = "  lot \(lot.id): \(points(lot.remaining)) of \(points(lot.issued)) \(unit) "
            line += "for \(lot.source.phrase), earned on \(zone.day(of: lot.createdAt))"
            switch lot.availableAt {
            case nil: line += "; not spendable yet"
            case .some(let at) where at > now: line += "; spendable from \(Figures.time(at, zone))"
            case .some: break
            }
            if let at = lot.expiresAt { line += "; until \(Figures.time(at, zone))" }
            lines.append(line)
        }
        if lots.count > lotsMax {
            let rest = lots.dropFirst(lotsMax).reduce(0) { $0 + $1.remaining }
            lines.append("  … \(lots.count - lotsMax) more lots with \(points(rest)) \(unit)")
        }
        if !movements.isEmpty { lines.append("last movements") }
        for movement in movements {
            let entry = movement.entry
            lines.append(
                "  \(Figures.time(entry.at, zone))  "
                    + entry.reason.sentence(points: entry.amount, unit: unit)
                    + "; then \(points(entry.balance))")
        }
        return lines
    }

    private static func tier(
        _ standing: TierStanding, _ rules: TierRules, _ program: LoyaltyProgram, _ zone: ZoneRules
    ) -> String {
        var text = rules.levels[standing.tier].title + " with "
        text += LoyaltyWords.amounts(standing, program)
        if let next = standing.next {
            let missing = LoyaltyWords.missing(standing, rules, program)
            text += "; \(missing) more for \(rules.levels[next].title)"
        }
        if let until = standing.heldUntil {
            text += "; kept until \(zone.day(of: until)) if nothing more is bought"
        }
        return text
    }

    private static func points(_ count: Int64) -> String { Figures.grouped(Int(count)) }
}
