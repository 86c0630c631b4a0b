import Events
import JSONParsing
import Kernel
import Loyalty
import Records

/// Decides what an operation does to an account as the ledger keeps it. Pure.
enum LoyaltyDecider {
    static func decide(
        _ ask: LedgerWriter.Ask, _ kept: inout LedgerMemory.Account,
        _ spent: [LoyaltyBudget: Int64], _ now: Timestamp, by inForce: LoyaltyInForce
    ) throws(ByteReader.Damaged) -> LedgerWriter.Decision {
        // Nobody else has it then: its parts are changed in place.
        var rules: LoyaltyAccount?
        swap(&rules, &kept.rules)
        let before =
            if let rules = consume rules { rules } else {
                try LoyaltyAccount(decoding: kept.row.state.span)
            }
        var outcome = (consume before).applying(
            ask.request.operation, id: ask.id, at: min(ask.request.at ?? now, now), now: now,
            on: inForce.ground, facts: facts(for: ask, spent, inForce))
        // Nobody asks again for what the log told.
        let answer =
            ask.content.isEmpty
            ? []
            : LoyaltyAnswer.json(
                outcome, id: ask.id, program: inForce.program, version: inForce.version,
                zone: inForce.zone)
        return decision(
            of: &outcome, customer: ask.customer, operation: ask.id, isQuiet: ask.isQuiet,
            answer: answer, inForce)
    }

    private static func facts(
        for ask: LedgerWriter.Ask, _ spent: [LoyaltyBudget: Int64], _ inForce: LoyaltyInForce
    ) -> LoyaltyFacts {
        var facts = LoyaltyFacts()
        facts.segments = ask.segments
        facts.spent = spent
        facts.draws = inForce.draws
        return facts
    }

    /// Moves all of one account into another.
    static func move(
        _ from: LedgerAccount, into: LedgerAccount, id: String, _ spent: [LoyaltyBudget: Int64],
        by inForce: LoyaltyInForce
    ) throws(ByteReader.Damaged) -> (from: LedgerWriter.Decision, into: LedgerWriter.Decision) {
        var facts = LoyaltyFacts()
        facts.spent = spent
        facts.draws = inForce.draws
        var merging = try LoyaltyAccount(decoding: from.state.span).moving(
            into: try LoyaltyAccount(decoding: into.state.span),
            names: (from.customer.description, into.customer.description),
            // A shop's history that is looked at later isn't moved to now.
            now: .earliest,
            program: inForce.program, zone: inForce.zone, facts: facts)
        let isQuiet = merging.into.account.latest < inForce.since
        return (
            decision(
                of: &merging.from, customer: from.customer, operation: id, isQuiet: true,
                answer: [], inForce),
            decision(
                of: &merging.into, customer: into.customer, operation: id, isQuiet: isQuiet,
                answer: [], inForce)
        )
    }

    /// - Parameter outcome: Its account is given away.
    private static func decision(
        of outcome: inout LoyaltyOutcome, customer: ID<Customer>, operation: String, isQuiet: Bool,
        answer: [UInt8], _ inForce: LoyaltyInForce
    ) -> LedgerWriter.Decision {
        var decision = LedgerWriter.Decision(answer: answer, state: [])
        decision.entries = outcome.entries.map { entry in
            LedgerEntry(
                sequence: entry.sequence, lot: entry.lot, kind: entry.kind.rawValue,
                amount: entry.amount, balance: entry.balance, at: entry.at,
                reason: entry.reason.json)
        }
        decision.lots = outcome.changedLots.map { row(of: outcome.account.lots[Int($0) - 1]) }
        decision.tier = outcome.account.tier
        decision.budgetChanges = outcome.budgetChanges
        decision.nextAt = outcome.nextAt
        if !isQuiet {
            for (place, news) in outcome.news.enumerated() {
                decision.news.append(
                    frame(
                        news, customer: customer, operation: operation, place: place,
                        account: outcome.account, inForce))
            }
            if !outcome.news.isEmpty, inForce.program.tellsTraits {
                var builder = EventBlockBuilder()
                builder.append(
                    traits(of: outcome.account, customer: customer, key: operation, inForce))
                decision.news.append(builder.takeBytes().bytes)
            }
        }
        // Not copied.
        var account = LoyaltyAccount()
        swap(&account, &outcome.account)
        decision.account = consume account
        return decision
    }

    /// An identify call of our own: what can be spent, and the tier, under the program's name.
    ///
    /// - Parameter key: One for each telling.
    static func traits(
        of account: LoyaltyAccount, customer: ID<Customer>, key: String, _ inForce: LoyaltyInForce
    ) -> EventDraft {
        let name = inForce.program.name
        var traits = JSONWriter()
        traits.beginObject()
        traits.member(name + "_points", account.available(at: account.latest))
        if let level = account.level(inForce.program) { traits.member(name + "_tier", level.name) }
        traits.endObject()
        var context = JSONWriter()
        context.beginObject()
        context.member("customerId", customer.description)
        context.member("program", name)
        context.endObject()
        var draft = EventDraft(
            kind: .identify, occurredAt: account.latest,
            messageID: "loyalty/\(name)/\(customer)/\(key)/traits")
        draft.flags = .system
        draft.properties = traits.bytes
        draft.context = context.bytes
        return draft
    }

    private static func row(of lot: LoyaltyLot) -> LedgerLot {
        LedgerLot(
            id: lot.id, createdAt: lot.createdAt, availableAt: lot.availableAt,
            expiresAt: lot.expiresAt, issued: lot.issued, remaining: lot.remaining, held: lot.held)
    }

    /// News as an event on the log. Its message id is made of the operation, so that telling it again changes nothing.
    private static func frame(
        _ news: LoyaltyNews, customer: ID<Customer>, operation: String, place: Int,
        account: LoyaltyAccount, _ inForce: LoyaltyInForce
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("customerId", customer.description)
        json.member("program", inForce.program.name)
        json.member("operation", operation)
        let unit = inForce.program.unit
        switch news {
        case .awarded(let points, let reason, let availableAt, let expiresAt):
            json.member("points", points)
            json.member("code", reason.code)
            json.member("reason", reason.sentence(points: points, unit: unit))
            if let availableAt { json.member("availableAt", availableAt.rfc3339) }
            if let expiresAt { json.member("expiresAt", expiresAt.rfc3339) }
        case .spent(let points, let reference):
            json.member("points", points)
            if !reference.isEmpty { json.member("reference", reference) }
        case .givenBack(let points), .expired(let points): json.member("points", points)
        case .reversed(let points, let order):
            json.member("points", points)
            if !order.isEmpty { json.member("order_id", order) }
        case .adjusted(let points, let reason):
            json.member("points", points)
            json.member("reason", reason)
        case .tierChanged(let from, let to, let isUp):
            json.member("from", from)
            json.member("to", to)
            json.member("direction", isUp ? "up" : "down")
        case .tierWillChange(let from, let to, let at):
            json.member("from", from)
            json.member("to", to)
            json.member("at", at.rfc3339)
            json.member(
                "lastDay", inForce.zone.day(of: at.adding(milliseconds: -1)).description)
        case .qualified(let points, let rule):
            json.member("points", points)
            json.member("rule", rule)
        }
        json.member("available", account.available(at: account.latest))
        json.member("balance", account.balance)
        json.endObject()
        let key = "loyalty/\(inForce.program.name)/\(customer)/\(operation)/\(place)"
        var draft = EventDraft(kind: .track, occurredAt: account.latest, messageID: key)
        draft.flags = .system
        draft.name = news.name
        draft.properties = json.bytes
        var builder = EventBlockBuilder()
        builder.append(draft)
        return builder.takeBytes().bytes
    }
}
