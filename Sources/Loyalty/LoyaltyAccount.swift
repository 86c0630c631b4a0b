package import Kernel

/// A customer's account in one program: lots, orders and what is remembered of them. A value without any clock.
///
/// Time in it never goes back: what is told late is applied at the account's latest time.
package struct LoyaltyAccount: Sendable, Equatable {
    /// How often a rule's limit was used.
    struct Usage: Hashable, Sendable {
        var rule: String
        var period: Int64

        static func isBefore(_ one: Usage, _ other: Usage) -> Bool {
            (one.rule, one.period) < (other.rule, other.period)
        }
    }

    /// What is remembered of one account; an operation that needs more is refused.
    package static let ordersMax = 50_000
    /// Before anything that an account knows.
    static let longAgo = Timestamp(milliseconds: Int64.min / 4)

    package internal(set) var lots: [LoyaltyLot] = []
    /// What the customer owes; at least 0.
    package internal(set) var debt: Int64 = 0
    package internal(set) var entryCount: Int64 = 0
    package internal(set) var latest = Self.longAgo
    /// When the customer last earned or spent.
    var active: Timestamp?
    var orders = LoyaltyOrders()
    var spendings: [String: Spending] = [:]
    var holdings: [String: Holding] = [:]
    var usage: [Usage: Int64] = [:]
    /// How far the customer is with challenges, by rule and period.
    var challenges: [Usage: ChallengeProgress] = [:]
    /// What corrections were to take back, and couldn't.
    var shortfalls: [Shortfall] = []
    /// Points that count towards tiers only, of events.
    var credits: [QualifyingCredit] = []
    /// The tier's place among the program's; the lowest is 0.
    package internal(set) var tier = 0
    /// What it was called when it was last looked at: the program may have other tiers since. Empty where none was.
    var tierName = ""
    /// When the tier that is held is to be looked at again, since it isn't reached any more.
    var graceUntil: Timestamp?
    /// The moment of which it was told that the tier is lost then.
    var warnedOf: Timestamp?
    /// Tiers whose entry points were given.
    var enteredTiers: Set<String> = []

    package init() {}

    /// About how many bytes it takes in memory.
    package var size: Int {
        320 + lots.count * 112 + orders.size + spendings.count * 240 + holdings.count * 192
            + usage.count * 64 + challenges.count * 192 + credits.count * 64 + enteredTiers.count
            * 32 + shortfalls.count * 64
    }

    /// All points, less what is owed.
    package var balance: Int64 {
        var points = -debt
        for index in lots.indices { points += lots[index].remaining }
        return points
    }

    package func available(at now: Timestamp) -> Int64 {
        lots.reduce(0) { $0 + ($1.isAvailable(at: now) ? $1.free : 0) }
    }

    package func pending(at now: Timestamp) -> Int64 {
        lots.reduce(0) { $0 + ($1.isAvailable(at: now) ? 0 : $1.remaining) }
    }

    package var held: Int64 { lots.reduce(0) { $0 + $1.held } }

    /// What doesn't add up; empty where everything does.
    package func problems() -> [String] {
        var found: [String] = []
        for lot in lots {
            if lot.remaining < 0 || lot.held < 0 || lot.held > lot.remaining {
                found.append("lot \(lot.id) has \(lot.remaining) left and \(lot.held) reserved")
            }
            if lot.expired < 0 || lot.reversed < 0 || lot.used < 0 {
                found.append("lot \(lot.id): \(lot.used) used, \(lot.expired) expired")
            }
        }
        if debt < 0 { found.append("owes \(debt)") }
        var held: [Int64: Int64] = [:]
        for holding in holdings.values {
            for draw in holding.draws { held[draw.lot, default: 0] += draw.points }
        }
        for lot in lots where held[lot.id, default: 0] != lot.held {
            found.append("lot \(lot.id) has \(lot.held) held and \(held[lot.id, default: 0]) asked")
        }
        for place in orders.indices {
            let note = orders.note(place)
            if note.forgone >= 0, note.given >= note.forgone { continue }
            found.append(
                "order \(orders[place].id) gave \(note.given), \(note.forgone) of it forgone")
        }
        for (key, progress) in challenges
        where progress.forgone < 0 || progress.done.contains(where: { $0.points < 0 }) {
            found.append("challenge \(key.rule) gave \(progress.done.map(\.points))")
        }
        for shortfall in shortfalls where shortfall.points < 1 {
            found.append("\(shortfall.points) are still to be taken back: \(shortfall.reason)")
        }
        return found
    }

    func lotIndex(_ id: Int64) -> Int? {
        // Lots are never taken away: a lot's place is its number.
        id > 0 && id <= lots.count ? Int(id) - 1 : nil
    }
}

/// One operation on an account while it is carried out: collects what it does.
struct LoyaltyWork {
    let ground: LoyaltyGround
    let operation: String
    let facts: LoyaltyFacts
    /// What this operation takes of budgets, or gives back.
    var budgetChanges: [LoyaltyBudget: Int64] = [:]
    var account: LoyaltyAccount
    var entries: [LoyaltyEntry] = []
    var changedLots = ChangedLots()
    var news: [LoyaltyNews] = []

    /// What the entries come to.
    private var balance: Int64

    var program: LoyaltyProgram { ground.program }
    var zone: ZoneRules { ground.zone }

    init(
        _ account: consuming LoyaltyAccount, on ground: LoyaltyGround, _ id: String,
        _ facts: LoyaltyFacts = LoyaltyFacts()
    ) {
        self.facts = facts
        self.ground = ground
        operation = id
        balance = account.balance
        self.account = account
    }

    init(
        _ account: LoyaltyAccount, _ program: LoyaltyProgram, _ zone: ZoneRules, _ id: String,
        _ facts: LoyaltyFacts = LoyaltyFacts()
    ) {
        self.init(account, on: LoyaltyGround(program, zone), id, facts)
    }

    mutating func enter(
        _ kind: LoyaltyEntry.Kind, lot: Int64, _ amount: Int64, _ reason: LoyaltyReason
    ) {
        guard amount != 0 else { return }
        account.entryCount += 1
        balance += amount
        entries.append(
            LoyaltyEntry(
                sequence: account.entryCount, lot: lot, kind: kind, amount: amount,
                balance: balance, at: account.latest, reason: reason))
        if lot > 0 { changedLots.insert(lot) }
    }

    /// Opens a lot.
    mutating func issue(
        _ points: Int64, _ source: LoyaltyLot.Source, earned: Timestamp, kind: LoyaltyEntry.Kind,
        _ reason: LoyaltyReason, availableAt: Timestamp?
    ) -> Int64 {
        let id = Int64(account.lots.count) + 1
        if account.lots.count == account.lots.capacity {
            account.lots.reserveCapacity(max(4, account.lots.count * 2))
        }
        account.lots.append(
            LoyaltyLot(
                id: id, source: source, createdAt: earned, availableAt: availableAt,
                expiresAt: program.expiry.expires(
                    earned: earned, active: max(earned, account.active ?? earned), in: zone),
                issued: points, remaining: points))
        changedLots.insert(id)
        enter(kind, lot: id, points, reason)
        return id
    }

    /// Lots that can be spent now, in the order in which they are drawn on: what ends first, first.
    func spendable() -> [Int] {
        account.lots.indices
            .filter {
                let lot = account.lots[$0]
                // What is told late may be over before it is there.
                return lot.free > 0 && lot.isAvailable(at: account.latest)
                    && lot.expiresAt.map { $0 > account.latest } ?? true
            }
            .sorted { left, right in
                let (one, other) = (account.lots[left], account.lots[right])
                let (first, second) = (
                    one.expiresAt?.milliseconds ?? .max, other.expiresAt?.milliseconds ?? .max
                )
                return (first, one.id) < (second, other.id)
            }
    }

    /// What would be drawn for some points; fewer where there aren't so many.
    func draws(for points: Int64) -> [Draw] {
        var left = points
        var draws: [Draw] = []
        for index in spendable() where left > 0 {
            let taken = min(left, account.lots[index].free)
            draws.append(Draw(lot: account.lots[index].id, points: taken))
            left -= taken
        }
        return draws
    }

    mutating func take(_ draw: Draw, _ kind: LoyaltyEntry.Kind, _ reason: LoyaltyReason) {
        guard let index = account.lotIndex(draw.lot) else { return }
        account.lots[index].remaining -= draw.points
        enter(kind, lot: draw.lot, -draw.points, reason)
    }

    /// Notes that the customer earned or spent: points that end by inactivity are put off.
    mutating func noteActivity(at time: Timestamp) {
        let active = max(account.active ?? time, time)
        account.active = active
        guard case .inactivity = program.expiry else { return }
        for index in account.lots.indices {
            // Also points that are used now, for they may be given back; none that ended already.
            guard let before = account.lots[index].expiresAt, before > account.latest,
                let expires = program.expiry.expires(
                    earned: account.lots[index].createdAt, active: active, in: zone),
                expires > before
            else { continue }
            account.lots[index].expiresAt = expires
            if account.lots[index].remaining > 0 { changedLots.insert(account.lots[index].id) }
        }
    }

    /// Pays what is owed with what can be spent.
    mutating func payDebt() {
        if account.debt == 0 { return }
        for draw in draws(for: account.debt) {
            take(draw, .repay, .debtPaid)
            account.debt -= draw.points
            enter(.repay, lot: 0, draw.points, .debtPaid)
        }
    }
}
