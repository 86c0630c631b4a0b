package import Kernel

/// What is kept of promotions, as far as a decision asks.
package protocol PromotionShelf {
    func checkout(_ id: String) throws -> Checkout?
    /// Uses that are reserved or definite.
    func taken(_ promotion: String, _ scope: Promotion.CounterScope) throws -> Int
    func code(_ key: CodeKey) throws -> IssuedCode?
}

/// Decides what is done about a checkout. Nothing here reads a clock or changes what is kept.
package struct CheckoutDecider<Shelf: PromotionShelf> {
    let inForce: PromotionsInForce
    let shelf: Shelf
    let now: Timestamp

    /// - Parameters:
    ///   - shelf: From which all that is over at `now` was taken (`over`).
    package init(_ inForce: PromotionsInForce, _ shelf: Shelf, now: Timestamp) {
        self.inForce = inForce
        self.shelf = shelf
        self.now = now
    }

    package func decide(
        _ id: String, _ request: CheckoutRequest
    ) throws -> (outcome: CheckoutOutcome, change: CheckoutChange) {
        let before = try shelf.checkout(id)
        switch request {
        case .reserve(let reservation): return try reserve(id, before, reservation)
        case .confirm: return try confirm(before)
        case .release: return release(before)
        case .refund: return refund(before)
        }
    }

    /// A reservation that is over gives everything back.
    package static func over(_ checkout: Checkout) -> CheckoutChange {
        ending(checkout, .expired)
    }

    private static func ending(_ checkout: Checkout, _ state: Checkout.State) -> CheckoutChange {
        var change = CheckoutChange()
        var after = checkout
        after.state = state
        change.checkout = after
        for use in checkout.uses {
            change.count(use, -1)
            if let key = use.key { change.codes[key] = .free }
        }
        return change
    }

    // MARK: Once it is paid, or not

    private func confirm(
        _ before: Checkout?
    ) throws -> (CheckoutOutcome, CheckoutChange) {
        guard let before else { return (.refused(.unknown), CheckoutChange()) }
        var change = CheckoutChange()
        var isLate = false
        switch before.state {
        case .confirmed: return (.confirmed(isLate: false), change)
        case .released: return (.refused(.alreadyReleased), change)
        case .refunded: return (.refused(.alreadyRefunded), change)
        case .reserved: break
        case .expired:
            isLate = true
            for use in before.uses {
                guard try hasRoom(for: use) else {
                    return (.refused(.expired(promotion: use.promotion)), CheckoutChange())
                }
                change.count(use, 1)
                noteLimits(of: use, in: &change)
            }
        }
        var after = before
        after.state = .confirmed
        change.checkout = after
        change.redeemed = before.uses
        for use in before.uses {
            if let key = use.key { change.codes[key] = .used }
        }
        return (.confirmed(isLate: isLate), change)
    }

    /// Whether what expired could be had again, as it was.
    private func hasRoom(for use: Checkout.Use) throws -> Bool {
        if let key = use.key {
            guard let code = try shelf.code(key), code.state == .free else { return false }
        }
        // What limits it had isn't known any more.
        guard let promotion = inForce.promotions[use.promotion] else { return false }
        for scope in use.counters {
            guard let limit = promotion.limits.limit(of: scope) else { continue }
            if try shelf.taken(use.promotion, scope) >= limit { return false }
        }
        return true
    }

    func noteLimits(of use: Checkout.Use, in change: inout CheckoutChange) {
        guard let limits = inForce.promotions[use.promotion]?.limits else { return }
        for scope in use.counters {
            let key = CounterKey(promotion: use.promotion, scope: scope)
            // Where nothing limits it, as often as one likes.
            change.limits[key] = limits.limit(of: scope) ?? .max
        }
    }

    private func release(_ before: Checkout?) -> (CheckoutOutcome, CheckoutChange) {
        switch before?.state {
        case nil: (.refused(.unknown), CheckoutChange())
        case .confirmed: (.refused(.alreadyConfirmed), CheckoutChange())
        case .refunded: (.refused(.alreadyRefunded), CheckoutChange())
        case .released: (.released, CheckoutChange())
        case .expired:
            // It gave everything back already; from now on it can't be confirmed late.
            (.released, before.map { Self.closing($0) } ?? CheckoutChange())
        case .reserved:
            (.released, before.map { Self.ending($0, .released) } ?? CheckoutChange())
        }
    }

    private static func closing(_ checkout: Checkout) -> CheckoutChange {
        var change = CheckoutChange()
        var after = checkout
        after.state = .released
        change.checkout = after
        return change
    }

    private func refund(_ before: Checkout?) -> (CheckoutOutcome, CheckoutChange) {
        guard let before else { return (.refused(.unknown), CheckoutChange()) }
        var change = CheckoutChange()
        switch before.state {
        case .refunded:
            return (.refunded(usableAgain: before.uses.filter(\.isBack).map(\.promotion)), change)
        case .reserved, .released, .expired: return (.refused(.notConfirmed), change)
        case .confirmed: break
        }
        var after = before
        after.state = .refunded
        change.givenBack = before.uses
        for (place, use) in before.uses.enumerated()
        where inForce.promotions[use.promotion]?.afterRefund == .usableAgain {
            after.uses[place].isBack = true
            change.count(use, -1)
            if let key = use.key { change.codes[key] = .free }
        }
        change.checkout = after
        return (.refunded(usableAgain: after.uses.filter(\.isBack).map(\.promotion)), change)
    }
}

extension Promotion.Limits {
    /// The limit that a count is held against; nil for none.
    func limit(of scope: Promotion.CounterScope) -> Int? {
        switch scope {
        case .everybody: total
        case .customer: perCustomer
        case .customerIn(_, let period, _): perPeriod[period]
        }
    }
}
