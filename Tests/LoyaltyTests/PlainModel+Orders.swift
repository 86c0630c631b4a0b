import Kernel

@testable import Loyalty

extension PlainModel {
    mutating func tell(_ id: String, _ at: Timestamp, _ change: (inout Facts) -> Void) {
        var facts = orders[id] ?? Facts(rank: orders.count)
        let wasPlaced = facts.placed != nil
        change(&facts)
        orders[id] = facts
        if facts.released {
            for index in tokens.indices
            where tokens[index].order == id && tokens[index].available == nil {
                tokens[index].available = now
            }
            pay()
        }
        guard let placed = facts.placed else { return }
        if !wasPlaced { act(placed) }
        let more = facts.pounds - facts.worth
        orders[id]?.worth = facts.pounds
        if more > 0 {
            let restored = min(more, facts.forgone)
            orders[id]?.forgone -= restored
            if more > restored {
                let open: Timestamp? =
                    pendingDays.map { placed.adding(days: $0) } ?? (facts.released ? now : nil)
                give(more - restored, earned: placed, order: id, available: open)
            }
        }
        for _ in 0..<max(0, -more) { takeBack(id) }
    }

    /// Takes one point back: own that are left, own that ended, others, and then by policy.
    private mutating func takeBack(_ id: String) {
        let own = tokens.indices.filter { tokens[$0].order == id }
            .sorted { tokens[$0].lot > tokens[$1].lot }
        let mayOpen = policy != .onlyPending
        let left = own.first {
            tokens[$0].place == .free && (mayOpen || !isOpen(tokens[$0]))
        }
        if let index = left ?? own.first(where: { tokens[$0].place == .expired }) {
            tokens[index].place = .gone
        } else if mayOpen, let index = next {
            tokens[index].place = .gone
        } else if policy == .allowNegative {
            debt += 1
        } else {
            orders[id]?.forgone += 1
            orders[id]?.forgoneAt = now
        }
    }

    mutating func apply(_ operation: LoyaltyOperation, _ id: String, at: Timestamp, now: Timestamp)
    {
        settle(now)
        let at = min(at, now)
        switch operation {
        case .order(let order, let lines, _):
            tell(order, at) { facts in
                facts.placed = min(facts.placed ?? at, at)
                if let told = facts.told, told > at { return }
                facts.told = at
                facts.lines = lines.map {
                    ($0.amount / ($0.quantityMilli / 1000), $0.quantityMilli / 1000)
                }
            }
        case .refund(let order, let refund):
            tell(order, at) { facts in
                guard facts.refunds[refund.id] == nil else { return }
                var quantities: [Int: Int64] = [:]
                for part in refund.parts {
                    quantities[(Int(part.line) ?? 1) - 1, default: 0] += part.quantityMilli / 1000
                }
                facts.refunds[refund.id] = (quantities, refund.amount)
                if refund.isWhole { facts.isOver = true }
            }
        case .cancel(let order): tell(order, at) { $0.isOver = true }
        case .event(_, let order):
            if let order, pendingDays == nil { tell(order, at) { $0.released = true } }
        case .award(let points, _):
            act(self.now)
            give(points, earned: self.now, order: nil, available: self.now)
        case .adjust(let points, _):
            if points > 0 {
                give(points, earned: self.now, order: nil, available: self.now)
            } else {
                _ = draw(-points, to: .gone)
            }
        case .takeBack(let points, _):
            var short: Int64 = 0
            for _ in 0..<points {
                if let index = next {
                    tokens[index].place = .gone
                } else if policy == .allowNegative {
                    debt += 1
                } else {
                    short += 1
                }
            }
            if short > 0 { shortfalls.append((short, self.now)) }
        case .spend(let points, _):
            if draw(points, to: .spent(id)) {
                since[id] = self.now
                act(self.now)
            }
        case .reserve(let points, _, let seconds):
            if draw(points, to: .held(id)) {
                since[id] = self.now
                holds[id] = self.now.adding(milliseconds: Int64(seconds) * 1000)
            }
        case .confirm(let held):
            guard holds[held] != nil else { return due() }
            holds[held] = nil
            since[id] = since[held]
            for index in tokens.indices where tokens[index].place == .held(held) {
                tokens[index].place = .spent(id)
            }
            act(self.now)
        case .release(let held): letGo(held)
        case .unspend(let spent, let points):
            // A whole spending only.
            _ = points
            free(.spent(spent), since: since[spent])
        case .tick: break
        }
        due()
    }
}
