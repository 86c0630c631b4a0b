import Analytics
import Events
import JSONParsing
import Kernel
import Logging
import Loyalty
import Records
import Referrals

extension Workspace {
    private static let itemsAtOnce = 500
    private static let logName = "log"
    private static let mergesName = "merges"

    /// Takes into referrals what the log says and what time changes, and has the ledger move the points; returns once
    /// nothing is left.
    ///
    /// - Returns: Whether anything was done.
    @discardableResult
    package func followReferrals() async throws -> Bool {
        var didSomething = try followReferralLog()
        if try followReferralMerges() { didSomething = true }
        if try letReferralTimePass() { didSomething = true }
        if try await carryOutReferralEffects() { didSomething = true }
        if try await tellReferralNews() { didSomething = true }
        return didSomething
    }

    private func followReferralLog() throws -> Bool {
        let last = engine.status.archivedPosition
        var position = try referrals.store.position(Self.logName) ?? 0
        // Friends who joined by a program that isn't in force any more are still followed: what was promised holds, and
        // what comes back is taken back.
        let names = try referrals.qualifyingEvents().union(LoyaltyInForce.orderEvents)
        if try referrals.programs.isEmpty && referrals.store.programNames().isEmpty {
            // Whoever joins later is looked at with their whole history.
            if position < last {
                try referrals.store.commit { try $0.setPosition(Self.logName, last) }
            }
            return false
        }
        var didSomething = false
        while position < last {
            let rows = try archive.loyaltyEvents(
                after: position, through: last, names: names.sorted(), limit: Self.eventsAtOnce)
            var facts: [Int64: [ReferralState.Fact]] = [:]
            for row in rows {
                let name = Array(row.name.utf8)
                let isOrder = CommerceOrder.action(named: name.span) != nil
                facts[row.customer, default: []] +=
                    isOrder ? [] : [.event(name: row.name, at: row.occurredAt)]
            }
            for (customer, more) in facts.sorted(by: { $0.key < $1.key }) {
                let members = try records.members(of: ID(rawValue: customer))
                for found in try referrals.store.referrals(among: members)
                where members.contains(found.friend) {
                    try lookAgain(found.program, friend: found.friend, more: more)
                    didSomething = true
                }
            }
            position = rows.count < Self.eventsAtOnce ? last : rows.last?.position ?? last
            let reached = position
            try referrals.store.commit { try $0.setPosition(Self.logName, reached) }
        }
        return didSomething
    }

    /// Looks anew at referrals of customers who were found to be somebody else.
    private func followReferralMerges() throws -> Bool {
        var didSomething = false
        while true {
            let last = try referrals.store.position(Self.mergesName) ?? 0
            let merges = try records.merges(after: last, limit: Self.itemsAtOnce)
            guard let newest = merges.last else { return didSomething }
            for merge in merges {
                let root = try records.root(of: merge.loser) ?? merge.loser
                for found in try referrals.store.referrals(
                    among: try records.members(of: root))
                {
                    try lookAgain(found.program, friend: found.friend)
                    didSomething = true
                }
            }
            try referrals.store.commit {
                try $0.setPosition(Self.mergesName, newest.id.rawValue)
            }
        }
    }

    private func letReferralTimePass() throws -> Bool {
        let now = referrals.clock.now
        var seen: Set<String> = []
        while true {
            let due = try referrals.store.due(at: now, limit: Self.itemsAtOnce)
                .filter { seen.insert("\($0.program) \($0.friend)").inserted }
            if due.isEmpty { return !seen.isEmpty }
            for item in due { try lookAgain(item.program, friend: item.friend) }
        }
    }

    private func carryOutReferralEffects() async throws -> Bool {
        var didSomething = false
        while true {
            let effects = try referrals.store.openEffects(limit: Self.itemsAtOnce)
            let known = effects.filter { loyalty.program($0.ledger) != nil }
            // What a program that isn't in force owes waits until it is.
            if known.isEmpty { return didSomething }
            for effect in known {
                let refusal = try await carryOut(effect)
                try referrals.store.finish(effect: effect.number, refusal: refusal)
            }
            didSomething = true
            if effects.count < Self.itemsAtOnce { return true }
        }
    }

    /// - Returns: Why the ledger refused; nil where it did it.
    private func carryOut(_ effect: ReferralEffectRow) async throws -> String? {
        let customer = try records.root(of: effect.customer) ?? effect.customer
        if effect.points < 0, effect.operation.hasSuffix(":back"),
            try await isRefused(String(effect.operation.dropLast(5)), in: effect.ledger)
        {
            return "nothing was given"
        }
        let operation: LoyaltyOperation =
            effect.points < 0
            ? .takeBack(points: -effect.points, reason: effect.reason)
            : .award(points: effect.points, reason: effect.reason)
        let ask = try loyalty.ask(
            effect.ledger, customer, id: effect.operation, LoyaltyRequest(operation))
        do {
            let answer = try await performLoyalty(ask)
            let done = try JSONLookup.member(named: "done", in: answer.bytes.span)
            guard done?.text(in: answer.bytes.span) == "false" else { return nil }
            let detail = try JSONLookup.member(named: "detail", in: answer.bytes.span)
            let reason = detail?.text(in: answer.bytes.span) ?? "it was refused"
            logger.warning(
                "the ledger refused a referral's points",
                metadata: ["operation": "\(effect.operation)", "reason": "\(reason)"])
            return reason
        } catch LoyaltyDesk.Failure.writing(.reused) {
            // Carried out before the customer was merged: the points moved with the account.
            return nil
        }
    }

    private func tellReferralNews() async throws -> Bool {
        var didSomething = false
        while true {
            let news = try referrals.store.news(limit: Self.itemsAtOnce)
            guard let last = news.last else { return didSomething }
            var builder = EventBlockBuilder()
            for item in news { builder.append(try EventBlock(decoding: item.event)) }
            _ = try await append(builder.takeBytes().bytes)
            try referrals.store.dropNews(through: last.number)
            didSomething = true
        }
    }
}
