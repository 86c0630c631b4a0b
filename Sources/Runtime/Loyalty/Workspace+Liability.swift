package import Kernel
package import Loyalty
import Records

/// What a program owes, and how much of it is expected to be redeemed.
package struct LoyaltyLiability: Sendable {
    /// A month: what members of each tier, as it is now, got and spent in it, and what was owed at its end.
    package struct Month: Sendable, Equatable {
        package var month: CalendarMonth
        /// By the tier's place.
        package var issued: [Int64]
        package var spent: [Int64]
        /// Points that were left at its end; of the running month, now.
        package var outstanding: Int64 = 0
        /// How many of them were expected to be redeemed, by what was known then; nil where that was too little.
        package var expected: Breakage.Estimate?
    }

    package var inForce: LoyaltyInForce
    package var asOf: Timestamp
    /// Nil where the history says too little; then `shortage` says why.
    package var breakage: Breakage?
    package var shortage: BreakageShortage?
    /// Points that are left, by the tier's place; one place where there are no tiers.
    package var outstanding: [Int64]
    /// The newest last.
    package var months: [Month]

    package var outstandingInAll: Int64 { outstanding.reduce(0, +) }

    /// What points are worth in money; nil where the program doesn't say.
    package func money(_ points: Double) -> Money? {
        inForce.program.money(ofPoints: points)
    }
}

extension LoyaltyLiability.Month {
    /// Adds what was owed at its end, or now where it isn't over.
    ///
    /// - Parameter sample: The lots of some of the customers, by which the expectation goes.
    fileprivate mutating func close(
        _ lots: [BreakageLot], sample: [BreakageLot], at zone: ZoneRules, now: Timestamp,
        resamples: Int,
        _ random: inout SeededRandom
    ) {
        let (today, next) = (zone.day(of: now), CalendarMonth(index: month.index + 1))
        let isOver = next.index <= today.month.index
        let first = CalendarDay(year: next.index / 12, month: next.index % 12 + 1, day: 1)
        let end =
            isOver ? (first?.daysSinceEpoch ?? today.daysSinceEpoch + 1) - 1 : today.daysSinceEpoch
        outstanding = lots.reduce(0) { $0 + $1.open(on: end) }
        guard isOver,
            let breakage = try? Breakage(
                lots: sample, today: end, resamples: resamples, random: &random)
        else { return }
        let share = breakage.open > 0 ? Double(outstanding) / Double(breakage.open) : 1
        expected = breakage.expectedRedemptions.scaled(by: share)
    }
}

extension Workspace {
    /// Resamples customers for the intervals: the same history has the same ones.
    private static let liabilitySeed: UInt64 = 20_260_101
    /// For months that are over a coarser interval does: there are many.
    private static let pastResamples = 80
    /// About so many lots are looked at for a month that is over.
    private static let pastLots = 200_000

    /// Works a program's liability out of its ledger. Blocks: a second for some hundred thousand members.
    ///
    /// Months that are over are worked out by what had happened by their ends; lots end when they do as the ledger has it
    /// now, and what was given back since wasn't spent.
    ///
    /// - Parameter months: How many, up to now. Each takes about half as long as what is owed now.
    package func liability(
        of inForce: LoyaltyInForce, months: Int = 12
    ) throws -> LoyaltyLiability {
        let (zone, now) = (inForce.zone, loyalty.now)
        let histories = try loyalty.store.lotHistories(program: inForce.program.name)
        let tiers = max(1, inForce.program.tiers?.levels.count ?? 1)
        let last = zone.day(of: now).month.index
        var liability = LoyaltyLiability(
            inForce: inForce, asOf: now, outstanding: Array(repeating: 0, count: tiers),
            months: (0..<months).map { place in
                .init(
                    month: CalendarMonth(index: last - months + 1 + place),
                    issued: Array(repeating: 0, count: tiers),
                    spent: Array(repeating: 0, count: tiers))
            })
        var lots: [BreakageLot] = []
        lots.reserveCapacity(histories.count)
        for history in histories {
            let tier = min(history.tier, tiers - 1)
            liability.outstanding[tier] += history.lot.remaining
            for movement in history.movements {
                let place = zone.day(of: movement.at).month.index - (last - months + 1)
                guard liability.months.indices.contains(place) else { continue }
                switch LoyaltyEntry.Kind(rawValue: movement.kind) {
                case .award, .adjust: liability.months[place].issued[tier] += movement.points
                case .spend, .giveBack: liability.months[place].spent[tier] -= movement.points
                default: break
                }
            }
            if let lot = Self.watched(history, zone) { lots.append(lot) }
        }
        var random = SeededRandom(seed: Self.liabilitySeed)
        do throws(BreakageShortage) {
            liability.breakage = try Breakage(
                lots: lots, today: zone.day(of: now).daysSinceEpoch, random: &random)
        } catch {
            liability.shortage = error
        }
        // Of many customers some tell enough of the past: their intervals are as wide as that makes them.
        let sample = Self.sampled(lots, atMost: Self.pastLots)
        for place in liability.months.indices {
            var random = SeededRandom(seed: Self.liabilitySeed)
            liability.months[place].close(
                lots, sample: sample, at: zone, now: now, resamples: Self.pastResamples, &random)
        }
        liability.months[months - 1].expected = liability.breakage?.expectedRedemptions
        return liability
    }

    /// Lots of so many customers that there are about so many at most; all of them where there are no more.
    static func sampled(_ lots: [BreakageLot], atMost count: Int) -> [BreakageLot] {
        let every = UInt64(max(1, (lots.count + count - 1) / count))
        if every == 1 { return lots }
        return lots.filter { lot in
            // Numbers of accounts may alternate between programs: they are spread first.
            ((UInt64(bitPattern: lot.customer) &* 0x9e37_79b9_7f4a_7c15) >> 32) % every == 0
        }
    }

    /// A lot as the model watches it; nil of one that was moved away to another account.
    private static func watched(_ history: LedgerLotHistory, _ zone: ZoneRules) -> BreakageLot? {
        let lot = history.lot
        guard lot.issued > 0 else { return nil }
        func day(_ time: Timestamp) -> Int { zone.day(of: time).daysSinceEpoch }
        var pieces: [BreakageLot.Piece] = []
        for movement in history.movements {
            let kind = LoyaltyEntry.Kind(rawValue: movement.kind)
            if movement.points > 0 {
                guard kind == .giveBack else { continue }
                // What was given back was never redeemed: the newest redemptions are undone.
                var back = movement.points
                while back > 0, let place = pieces.lastIndex(where: { $0.end == .redeemed }) {
                    let undone = min(back, pieces[place].points)
                    pieces[place].points -= undone
                    back -= undone
                    if pieces[place].points == 0 { pieces.remove(at: place) }
                }
                continue
            }
            let end: BreakageLot.End =
                switch kind {
                case .spend, .repay: .redeemed
                case .expire: .expired
                default: .reversed
                }
            pieces.append(.init(day: day(movement.at), points: -movement.points, end: end))
        }
        return BreakageLot(
            customer: history.account, issuedDay: day(lot.createdAt), pieces: pieces,
            left: lot.remaining,
            expiresDay: lot.expiresAt.map { day($0.adding(milliseconds: -1)) })
    }
}
