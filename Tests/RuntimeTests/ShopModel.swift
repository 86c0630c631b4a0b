import Customers
import Events
import Kernel

/// Something that happens in a shop, as the tests make it up.
enum Happening {
    /// A call that names somebody by what isn't empty.
    case seen(user: String, email: String, anonymous: String)
    case alias(user: String, previous: String)
    case merged(Int64, Int64)
    case undone(Int64)
    case order(
        CommerceOrder.Action, id: String, total: Int64?, Currency, user: String, anonymous: String)
}

/// What a shop's figures must be, worked out the plain way: everything is kept, and counted when asked.
struct ShopModel {
    struct Event {
        let position: Int64
        let fragment: Int64
        let at: Timestamp
        let what: Happening
    }

    struct Edge {
        let id: Int64
        let first: Int64
        let second: Int64
    }

    private(set) var position: Int64 = 0
    private(set) var events: [Event] = []
    private(set) var fragments: [Int64] = []
    private(set) var edges: [Edge] = []
    private var owners: [String: Int64] = [:]
    private var apart: Set<KeptApart> = []

    // MARK: Who is who

    /// The fragments that count as one customer with this one.
    func members(of fragment: Int64) -> Set<Int64> {
        var found: Set = [fragment]
        var before = 0
        while found.count > before {
            before = found.count
            for edge in edges where found.contains(edge.first) || found.contains(edge.second) {
                found.formUnion([edge.first, edge.second])
            }
        }
        return found
    }

    func root(of fragment: Int64) -> Int64 { members(of: fragment).min() ?? fragment }

    private func isOne(_ one: Int64, _ other: Int64) -> Bool { members(of: one).contains(other) }

    private func pairsAcross(_ one: Int64, _ other: Int64) -> Set<KeptApart> {
        let (left, right) = (members(of: one), members(of: other))
        return apart.filter {
            (left.contains($0.first) && right.contains($0.second))
                || (left.contains($0.second) && right.contains($0.first))
        }
    }

    /// What Perennial itself writes about merges that it has made.
    mutating func passOver() { position += 1 }

    mutating func apply(_ what: Happening, at: Timestamp) {
        position += 1
        var fragment: Int64 = 0
        switch what {
        case .seen(let user, let email, let anonymous):
            fragment = resolve(names(user, email, anonymous), isExplicit: false)
        case .order(_, _, _, _, let user, let anonymous):
            fragment = resolve(names(user, "", anonymous), isExplicit: false)
        case .alias(let user, let previous):
            var names = ["user " + user]
            let asUser = owners["user " + previous] != nil
            let asVisitor = owners["anonymous " + previous] != nil
            if asUser || !asVisitor { names.append("user " + previous) }
            if asVisitor || !asUser { names.append("anonymous " + previous) }
            fragment = resolve(names, isExplicit: true)
        case .merged(let one, let other):
            if !isOne(one, other) {
                apart.subtract(pairsAcross(one, other))
                edges.append(Edge(id: position * 8, first: one, second: other))
                fragment = one
            }
        case .undone(let id):
            if let index = edges.firstIndex(where: { $0.id == id }) {
                let edge = edges.remove(at: index)
                apart.insert(KeptApart(edge.first, edge.second))
            }
        }
        events.append(Event(position: position, fragment: fragment, at: at, what: what))
    }

    private func names(_ user: String, _ email: String, _ anonymous: String) -> [String] {
        [("user ", user), ("email ", email), ("anonymous ", anonymous)]
            .filter { !$0.1.isEmpty }.map { $0.0 + $0.1 }
    }

    /// - Parameter names: The strongest first.
    private mutating func resolve(_ names: [String], isExplicit: Bool) -> Int64 {
        var anchor: Int64?
        var fresh: [String] = []
        var merges: Int64 = 0
        for name in names {
            guard let owner = owners[name] else {
                fresh.append(name)
                continue
            }
            guard let first = anchor else {
                anchor = owner
                continue
            }
            if isOne(first, owner) { continue }
            let across = pairsAcross(first, owner)
            if !across.isEmpty, !isExplicit { continue }
            apart.subtract(across)
            edges.append(Edge(id: position * 8 + merges, first: first, second: owner))
            merges += 1
        }
        guard anchor != nil || !fresh.isEmpty else { return 0 }
        if anchor == nil { fragments.append(position) }
        let fragment = anchor ?? position
        for name in fresh { owners[name] = fragment }
        return fragment
    }

    // MARK: Orders

    struct Order {
        var fragment: Int64
        var at: Timestamp
        var total: Int64
        var currency: Currency
        var isCancelled = false
    }

    struct Refund {
        let fragment: Int64
        let amount: Int64
        let currency: Currency
    }

    /// The orders as they are now, and all refunds.
    var book: (orders: [Order], refunds: [Refund]) {
        var orders: [String: Order] = [:]
        var refunds: [Refund] = []
        for event in events {
            guard case .order(let action, let id, let total, let currency, _, _) = event.what
            else { continue }
            let known = orders[id]
            let owner = event.fragment != 0 ? event.fragment : known?.fragment ?? 0
            switch action {
            case .completed, .updated:
                guard known?.isCancelled != true, let total else { continue }
                let at = action == .updated ? known?.at ?? event.at : event.at
                orders[id] = Order(fragment: owner, at: at, total: total, currency: currency)
            case .cancelled:
                var order =
                    known
                    ?? Order(fragment: owner, at: event.at, total: 0, currency: currency)
                order.isCancelled = true
                orders[id] = order
            case .refunded:
                let whole = known?.currency == currency ? known?.total : nil
                guard let amount = total ?? whole else { continue }
                refunds.append(Refund(fragment: owner, amount: amount, currency: currency))
            }
        }
        return (orders.values.filter { !$0.isCancelled }, refunds)
    }
}
