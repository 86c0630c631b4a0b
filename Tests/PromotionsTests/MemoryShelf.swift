import Documents
import Kernel

@testable import Promotions

/// What is kept of promotions, in memory.
final class MemoryShelf: PromotionShelf {
    var checkouts: [String: Checkout] = [:]
    var counts: [CounterKey: Int] = [:]
    var codes: [CodeKey: IssuedCode] = [:]

    func checkout(_ id: String) -> Checkout? { checkouts[id] }

    func taken(_ promotion: String, _ scope: Promotion.CounterScope) -> Int {
        counts[CounterKey(promotion: promotion, scope: scope), default: 0]
    }

    func code(_ key: CodeKey) -> IssuedCode? { codes[key] }

    func apply(_ change: CheckoutChange) {
        if let checkout = change.checkout { checkouts[checkout.id] = checkout }
        for (key, delta) in change.counts { counts[key, default: 0] += delta }
        for (key, state) in change.codes { codes[key]?.state = state }
    }

    /// Ends what is over, then does what is asked.
    func perform(
        _ id: String, _ request: CheckoutRequest, _ inForce: PromotionsInForce, at now: Timestamp
    ) throws -> CheckoutOutcome {
        for checkout in checkouts.values
        where checkout.state == .reserved && checkout.expiresAt <= now {
            apply(CheckoutDecider<MemoryShelf>.over(checkout))
        }
        let (outcome, change) = try CheckoutDecider(inForce, self, now: now).decide(id, request)
        apply(change)
        return outcome
    }

    /// What doesn't add up.
    func problems(_ inForce: PromotionsInForce) -> [String] {
        var found: [String] = []
        var sums: [CounterKey: Int] = [:]
        var holders: [CodeKey: [String]] = [:]
        for checkout in checkouts.values {
            for use in checkout.heldUses {
                for scope in use.counters {
                    sums[CounterKey(promotion: use.promotion, scope: scope), default: 0] += 1
                }
                if let key = use.key { holders[key, default: []].append(checkout.id) }
            }
        }
        for (key, count) in counts where count != 0 || sums[key] != nil {
            if sums[key, default: 0] != count {
                found.append(
                    "\(key.promotion) \(key.scope.text) is \(count), not \(sums[key] ?? 0)")
            }
            let limit = inForce.promotions[key.promotion]?.limits.limit(of: key.scope)
            if let limit, count > limit { found.append("\(key) is above \(limit)") }
            if count < 0 { found.append("\(key) is below zero") }
        }
        for key in sums.keys where counts[key] == nil { found.append("\(key) isn't counted") }
        for (key, code) in codes {
            let holders = holders[key] ?? []
            if holders.count > 1 { found.append("a code is held by \(holders)") }
            let isHeld = code.state == .reserved || code.state == .used
            if isHeld != !holders.isEmpty {
                found.append("a code is \(code.state), held by \(holders)")
            }
        }
        return found
    }
}

extension Promotion {
    /// Reads one from JSON.
    static func reading(_ json: String) throws -> Promotion {
        let node = try DocumentNode(json: Array(json.utf8).span)
        return try Promotion(reading: DocumentReader(node))
    }
}
