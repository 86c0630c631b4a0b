import Analytics
import Events
import Kernel
import Logging
import Loyalty
import Records

extension Workspace {
    /// Events that are read at once.
    static let eventsAtOnce = 2000
    /// The same for programs, which count them in one commit: some tenths of a second, and tens of megabytes.
    package static let countedAtOnce = 20_000
    /// Accounts that are looked at in one commit for what time changes.
    private static let dueAtOnce = 500
    private static let newsAtOnce = 500

    /// Counts what the log says, lets time pass, and tells the log what came of it; returns once nothing is left.
    ///
    /// - Returns: Whether anything was done.
    @discardableResult
    package func followLoyalty() async throws -> Bool {
        var didSomething = false
        if try await followMerges() { didSomething = true }
        for inForce in loyalty.programs {
            if try await follow(inForce) { didSomething = true }
            if try await reviewTiers(inForce) { didSomething = true }
            if try await letTimePass(inForce) { didSomething = true }
            if try await remind(inForce) { didSomething = true }
            if try await tellTraits(inForce) { didSomething = true }
        }
        if try await followApprovals() { didSomething = true }
        if try await tellNews() { didSomething = true }
        return didSomething
    }

    /// Follows the log as far as the archive knows it. What comes next is read while what was read is decided, and what
    /// was before that is written.
    private func follow(_ inForce: LoyaltyInForce) async throws -> Bool {
        let name = inForce.program.name
        let last = engine.status.archivedPosition
        var position = try loyalty.store.position(program: name) ?? last
        var didSomething = false
        var past: PastMemberships?
        var before: LedgerBulk?
        var next = try read(after: position, through: last, inForce, &past)
        while let (asks, reached) = next {
            // Who is one by now is asked about as one: what they had is to be there.
            if try await followMerges() { didSomething = true }
            let bulk = loyalty.writer.begin(
                asks, LedgerBulk.Reach(program: name, position: reached, after: position))
            position = reached
            if !asks.isEmpty { didSomething = true }
            let found = Result { try read(after: position, through: last, inForce, &past) }
            try await before?.done()
            before = bulk
            next = try found.get()
        }
        try await before?.done()
        return didSomething
    }

    /// What the log tells next, and up to where that is; nil at its end.
    ///
    /// - Parameter past: Who was in which segments, once that is asked.
    private func read(
        after position: Int64, through last: Int64, _ inForce: LoyaltyInForce,
        _ past: inout PastMemberships?
    ) throws -> (asks: [LedgerWriter.Ask], reached: Int64)? {
        guard position < last else { return nil }
        let rows = try archive.loyaltyEvents(
            after: position, through: last, names: inForce.eventNames, limit: Self.countedAtOnce)
        let reached = rows.count < Self.countedAtOnce ? last : rows.last?.position ?? last
        // What was there before the program is counted by the segments of its time.
        if past == nil, !inForce.program.segmentNames.isEmpty,
            rows.contains(where: { Self.isBefore($0, inForce) })
        {
            past = try pastMemberships(
                of: Set(inForce.program.segmentNames), from: inForce.starts, to: inForce.since)
        }
        let known = past
        return (try rows.compactMap { try ask($0, inForce, known) }, reached)
    }

    /// The name under which it is kept how far merges were followed; no program is called so.
    private static let merges = "-merges"
    private static let mergesAtOnce = 200

    /// Moves the accounts of customers who were found to be somebody else's. A merge that is undone later moves
    /// nothing back: whose the points were can't be told any more; an adjustment can.
    func followMerges() async throws -> Bool {
        var didSomething = false
        while true {
            let last = try loyalty.store.position(program: Self.merges) ?? 0
            let merges = try records.merges(after: last, limit: Self.mergesAtOnce)
            guard let newest = merges.last else { return didSomething }
            for merge in merges where merge.undoneAt == nil {
                guard let winner = try records.root(of: merge.loser), winner != merge.loser else {
                    continue
                }
                for inForce in loyalty.programs {
                    try await loyalty.writer.move(
                        inForce.program.name, from: merge.loser, into: winner,
                        id: "merge:\(merge.id)")
                }
                didSomething = true
            }
            try await loyalty.writer.perform([], reached: (Self.merges, newest.id.rawValue))
        }
    }

    /// Whether it had come, and happened, before the program was there.
    private static func isBefore(_ row: LoyaltyEventRow, _ inForce: LoyaltyInForce) -> Bool {
        row.receivedAt <= inForce.since && row.occurredAt < inForce.since
    }

    private func ask(
        _ row: LoyaltyEventRow, _ inForce: LoyaltyInForce, _ past: PastMemberships?
    ) throws -> LedgerWriter.Ask? {
        guard row.occurredAt >= inForce.starts,
            let request = LoyaltyEventReading.request(
                row, currency: currency, program: inForce.program)
        else { return nil }
        var ask = LedgerWriter.Ask(
            program: inForce.program.name, customer: ID(rawValue: row.customer),
            id: "event:\(row.position)", content: [], request: request)
        ask.now = row.occurredAt
        ask.isQuiet = row.occurredAt < inForce.since
        if let past, Self.isBefore(row, inForce) {
            ask.segments = past.segments(of: row.customer, at: row.occurredAt)
        } else {
            ask.segments = try loyalty.segments(of: ask.customer, in: inForce)
        }
        return ask
    }

    /// Brings accounts to now that time has changed: points that end, tiers that are left.
    private func letTimePass(_ inForce: LoyaltyInForce) async throws -> Bool {
        let name = inForce.program.name
        let now = loyalty.now
        var didSomething = false
        while true {
            let due = try loyalty.store.customersDue(
                program: name, at: now, limit: Self.dueAtOnce)
            if due.isEmpty { return didSomething }
            let asks = due.map { customer in
                var ask = LedgerWriter.Ask(
                    program: name, customer: customer, id: "time:\(customer):\(now.milliseconds)",
                    content: [], request: LoyaltyRequest(.tick, at: now))
                ask.now = now
                ask.isQuiet = now < inForce.since
                return ask
            }
            try await loyalty.writer.perform(asks)
            didSomething = true
        }
    }

    private func tellNews() async throws -> Bool {
        var didSomething = false
        while true {
            let news = try loyalty.store.news(limit: Self.newsAtOnce)
            guard let last = news.last else { return didSomething }
            var builder = EventBlockBuilder()
            for item in news { builder.append(try EventBlock(decoding: item.event)) }
            _ = try await append(builder.takeBytes().bytes)
            try loyalty.store.dropNews(through: last.number)
            didSomething = true
        }
    }
}
