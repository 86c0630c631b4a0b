package import Kernel

/// What one promotion alone would give on a cart, or every rule that the cart fails.
package struct Validation: Hashable, Sendable {
    package let promotion: String
    /// Nil where a rule fails.
    package let gives: Applied?
    /// Every failed rule, in the order of the definition's parts; empty where it gives something.
    package let failures: [RuleFailure]

    package var isValid: Bool { failures.isEmpty }

    /// - Parameters:
    ///   - uses: How often it was used or is reserved.
    ///   - zone: The program's, by which days and hours are meant.
    package init(_ promotion: Promotion, cart: Cart, uses: UseCounts, zone: ZoneRules) {
        self.promotion = promotion.name
        var failures: [RuleFailure] = []
        Self.checkTime(promotion.conditions, cart.at, zone, &failures)
        Self.checkBuyer(promotion, cart.customer, &failures)
        let giftOrNil = Self.checkCart(promotion, cart, &failures)
        Self.checkLimits(promotion.limits, cart, uses, zone, &failures)
        self.failures = failures
        gives = failures.isEmpty ? giftOrNil : nil
    }

    private static func checkTime(
        _ conditions: Promotion.Conditions, _ now: Timestamp, _ zone: ZoneRules,
        _ failures: inout [RuleFailure]
    ) {
        if let starts = conditions.starts?.start(in: zone), now < starts {
            failures.append(.notStarted(starts: starts))
        }
        if let end = conditions.ends?.end(in: zone), now >= end {
            failures.append(.ended(at: end))
        }
        let local = CalendarDateTime(now, offsetSeconds: zone.offsetSeconds(at: now))
        let weekday = Promotion.Weekday(of: local.day)
        if !conditions.weekdays.isEmpty, !conditions.weekdays.contains(weekday) {
            let allowed = Promotion.Weekday.allCases.filter(conditions.weekdays.contains)
            failures.append(.weekdayNotAllowed(weekday, allowed: allowed))
        }
        let time = Promotion.TimeOfDay(local)
        if let hours = conditions.hours, !hours.contains(time) {
            failures.append(.hourNotAllowed(time, allowed: hours))
        }
    }

    private static func checkBuyer(
        _ promotion: Promotion, _ buyer: Cart.Buyer?, _ failures: inout [RuleFailure]
    ) {
        let conditions = promotion.conditions
        guard let buyer else {
            if conditions.needsCustomer || promotion.limits.needsCustomer || promotion.givesPoints {
                failures.append(.customerNeeded)
            }
            return
        }
        if !buyer.isKnown, promotion.givesPoints { failures.append(.customerNeeded) }
        if !conditions.segments.isEmpty,
            !conditions.segments.contains(where: buyer.segments.contains)
        {
            failures.append(.segmentNotMatched(anyOf: conditions.segments))
        }
        if !conditions.tiers.isEmpty, buyer.tiers.isDisjoint(with: conditions.tiers) {
            failures.append(.tierNotMatched(anyOf: conditions.tiers, tiers: buyer.tiers.sorted()))
        }
        if conditions.isFirstOrderOnly, buyer.ordersCount > 0 {
            failures.append(.notFirstOrder(ordersCount: buyer.ordersCount))
        }
    }

    /// - Returns: What it would give if no other rule failed.
    private static func checkCart(
        _ promotion: Promotion, _ cart: Cart, _ failures: inout [RuleFailure]
    ) -> Applied? {
        let conditions = promotion.conditions
        let inCart = cart.lines.filter { $0.quantityMilli > 0 }
        if let minimum = conditions.minimum, minimum.currency == cart.currency,
            cart.subtotalMinor < minimum.minor
        {
            failures.append(
                .minimumNotReached(
                    minimum: minimum,
                    subtotal: Money(minor: cart.subtotalMinor, currency: cart.currency)))
        }
        if !conditions.products.isEmpty,
            !inCart.contains(where: { conditions.products.contains($0.product) })
        {
            failures.append(.productMissing(anyOf: conditions.products))
        }
        if !conditions.categories.isEmpty,
            !inCart.contains(where: { $0.category.map(conditions.categories.contains) ?? false })
        {
            failures.append(.categoryMissing(anyOf: conditions.categories))
        }
        let scopeIsMet =
            promotion.appliesTo == .order || inCart.contains(where: promotion.appliesTo.covers)
        if !scopeIsMet { failures.append(.noLineApplies) }
        if let currency = promotion.currency, currency != cart.currency {
            failures.append(.currencyDiffers(promotion: currency, cart: cart.currency))
            return nil
        }
        let gives = OpenAmounts(cart).effect(of: promotion)
        if gives == nil, scopeIsMet { failures.append(.nothingToGive) }
        return gives
    }

    private static func checkLimits(
        _ limits: Promotion.Limits, _ cart: Cart, _ uses: UseCounts, _ zone: ZoneRules,
        _ failures: inout [RuleFailure]
    ) {
        if let total = limits.total, uses.total >= total {
            failures.append(.totalLimitReached(limit: total))
        }
        guard cart.customer != nil else { return }
        if let limit = limits.perCustomer, uses.ofCustomer >= limit {
            failures.append(.customerLimitReached(limit: limit))
        }
        for period in Promotion.Period.allCases {
            guard let limit = limits.perPeriod[period],
                uses.ofCustomerInPeriod[period, default: 0] >= limit
            else { continue }
            let next = period.nextFirstDay(after: zone.day(of: cart.at))
            failures.append(.periodLimitReached(period, limit: limit, until: zone.start(of: next)))
        }
    }
}
