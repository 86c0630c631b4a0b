import Kernel

@testable import Loyalty

/// The ledger once more, slow and plain: each point is a token of its own. One rule of a point per pound, UTC.
struct PlainModel {
    enum Place: Equatable { case free, held(String), spent(String), expired, gone }

    struct Token {
        var lot: Int
        var order: String?
        var available: Timestamp?
        var expires: Timestamp?
        var place = Place.free
    }

    /// All facts that were told of an order.
    struct Facts {
        var placed: Timestamp?
        var told: Timestamp?
        var lines: [(pence: Int64, quantity: Int64)] = []
        var refunds: [String: (quantities: [Int: Int64], pence: Int64)] = [:]
        var isOver = false
        var released = false
        /// Points that count as given, whether or not they could be taken back.
        var worth: Int64 = 0
        var forgone: Int64 = 0
        var forgoneAt: Timestamp?
        /// The how-manyth that was told of.
        var rank = 0

        /// Whole pounds that are left; a line's price is one of each unit.
        var pounds: Int64 {
            if isOver { return 0 }
            var left: Int64 = 0
            for (index, line) in lines.enumerated() {
                let back = refunds.values.reduce(0) { $0 + ($1.quantities[index] ?? 0) }
                left += line.pence * max(0, line.quantity - back)
            }
            return max(0, left - refunds.values.reduce(0) { $0 + $1.pence }) / 100
        }
    }

    let expiryDays: Int?
    let isInactivity: Bool
    /// Nil: until the event `sent`.
    let pendingDays: Int?
    let policy: LoyaltyProgram.RefundPolicy
    var now = Timestamp(milliseconds: 0)
    var active: Timestamp?
    var tokens: [Token] = []
    var lots = 0
    var debt: Int64 = 0
    var orders: [String: Facts] = [:]
    var holds: [String: Timestamp] = [:]
    /// Since when what was reserved or spent isn't free.
    var since: [String: Timestamp] = [:]
    /// What corrections couldn't take back.
    var shortfalls: [(points: Int64, at: Timestamp)] = []

    func count(_ fits: (Token) -> Bool) -> Int64 { Int64(tokens.count(where: fits)) }
    func isOpen(_ token: Token) -> Bool { token.available.map { $0 <= now } ?? false }
    func isLeft(_ token: Token) -> Bool {
        if case .held = token.place { return true }
        return token.place == .free
    }
    func isOver(_ token: Token) -> Bool { token.expires.map { $0 <= now } ?? false }
    var available: Int64 { count { $0.place == .free && isOpen($0) } }
    var pending: Int64 { count { isLeft($0) && !isOpen($0) } }
    var balance: Int64 { count(isLeft) - debt }

    /// The next point to be drawn on: what ends first, then what is older.
    var next: Int? {
        tokens.indices.filter {
            tokens[$0].place == .free && isOpen(tokens[$0]) && !isOver(tokens[$0])
        }.min { isDrawn($0, before: $1) }
    }

    private func isDrawn(_ one: Int, before other: Int) -> Bool {
        let ends = (tokens[one].expires ?? .latest, tokens[other].expires ?? .latest)
        return ends.0 != ends.1 ? ends.0 < ends.1 : tokens[one].lot < tokens[other].lot
    }

    mutating func settle(_ until: Timestamp) {
        var moments = Set(holds.values)
        for token in tokens {
            if let at = token.available { moments.insert(at) }
            if let at = token.expires { moments.insert(at) }
        }
        for moment in moments.sorted() where moment > now && moment < until {
            now = moment
            due()
        }
        now = max(now, until)
        due()
    }

    mutating func due() {
        for (id, at) in holds.sorted(by: { $0.key < $1.key }) where at <= now { letGo(id) }
        for index in tokens.indices where tokens[index].place == .free && isOver(tokens[index]) {
            tokens[index].place = .expired
        }
        pay()
    }

    mutating func pay() {
        while debt > 0, let index = next {
            tokens[index].place = .gone
            debt -= 1
        }
    }

    mutating func letGo(_ id: String) {
        holds[id] = nil
        free(.held(id), since: since[id])
    }

    /// Frees points. Of orders that were returned meanwhile they go, as they would have then: those of the order itself,
    /// and others that were drawn on before.
    mutating func free(_ place: Place, since: Timestamp?) {
        let freed = tokens.indices.filter { tokens[$0].place == place }
        for index in freed { tokens[index].place = .free }
        guard policy == .withinBalance, let since else { return }
        for index in freed.sorted(by: { tokens[$0].lot > tokens[$1].lot }) {
            guard let order = tokens[index].order, let forgone = orders[order]?.forgone, forgone > 0
            else { continue }
            tokens[index].place = .gone
            orders[order]?.forgone -= 1
        }
        for (id, facts) in orders.sorted(by: { $0.value.rank < $1.value.rank }) {
            guard let at = facts.forgoneAt, since <= at else { continue }
            while (orders[id]?.forgone ?? 0) > 0, let index = nextFreed(freed) {
                tokens[index].place = .gone
                orders[id]?.forgone -= 1
            }
        }
        for place in shortfalls.indices where since <= shortfalls[place].at {
            while shortfalls[place].points > 0, let index = nextFreed(freed) {
                tokens[index].place = .gone
                shortfalls[place].points -= 1
            }
        }
    }

    /// Of points that were freed, the next to be drawn on.
    private func nextFreed(_ freed: [Int]) -> Int? {
        freed.filter {
            tokens[$0].place == .free && isOpen(tokens[$0]) && !isOver(tokens[$0])
        }.min { isDrawn($0, before: $1) }
    }

    mutating func act(_ at: Timestamp) {
        active = max(active ?? at, at)
        guard isInactivity, let active, let days = expiryDays else { return }
        for index in tokens.indices where !isOver(tokens[index]) {
            tokens[index].expires = max(tokens[index].expires ?? active, active.adding(days: days))
        }
    }

    mutating func give(_ points: Int64, earned: Timestamp, order: String?, available: Timestamp?) {
        lots += 1
        let from = isInactivity ? max(earned, active ?? earned) : earned
        let expires = expiryDays.map { from.adding(days: $0) }
        for _ in 0..<points {
            tokens.append(
                Token(lot: lots, order: order, available: available, expires: expires))
        }
        pay()
    }

    /// Draws some points, or none where there aren't enough.
    mutating func draw(_ points: Int64, to place: Place) -> Bool {
        guard available >= points else { return false }
        for _ in 0..<points { if let index = next { tokens[index].place = place } }
        return true
    }
}
