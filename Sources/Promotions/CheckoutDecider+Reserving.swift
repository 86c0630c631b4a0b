import Documents
import Kernel

extension CheckoutDecider {
    /// A code that names a promotion.
    private struct Candidate {
        let promotion: Promotion
        let code: String
        let key: CodeKey?
        /// Its place among the codes as they were given.
        let place: Int
    }

    /// What the cart gets. A cart that changed is reserved again under its id: what it had is given back first.
    func reserve(
        _ id: String, _ before: Checkout?, _ asked: CheckoutRequest.Reservation
    ) throws -> (outcome: CheckoutOutcome, change: CheckoutChange) {
        let customer = asked.cart.customer?.id ?? ""
        var change = CheckoutChange()
        var own: [Checkout.Use] = []
        if let before {
            switch before.state {
            case .confirmed: return (.refused(.alreadyConfirmed), change)
            case .refunded: return (.refused(.alreadyRefunded), change)
            case .reserved:
                // A guest may sign in; nobody takes over another's.
                guard before.customer.isEmpty || before.customer == customer else {
                    return (.refused(.notTheirs), change)
                }
                own = before.uses
                change = Self.over(before)
                change.checkout = nil
            case .released, .expired: break
            }
        }
        var results: [CheckoutOutcome.CodeResult] = []
        var candidates: [Candidate] = []
        for (place, typed) in asked.codes.enumerated() {
            let (result, candidate) = try look(up: typed, place, asked.cart, customer, own)
            results.append(result)
            if let candidate { candidates.append(candidate) }
        }
        let promotions = candidates.map(\.promotion) + inForce.automatic
        var uses: [String: UseCounts] = [:]
        for promotion in promotions where uses[promotion.name] == nil {
            uses[promotion.name] = try counts(promotion, customer, asked.cart.at, less: own)
        }
        let stacking = Stacking(promotions, cart: asked.cart, uses: uses, zone: inForce.zone)
        let applied = Set(stacking.applied.map(\.promotion))
        var first: [String: Candidate] = [:]
        for candidate in candidates {
            let name = candidate.promotion.name
            if first[name] != nil {
                results[candidate.place].refusal = .notApplied(.alreadyThere)
            } else {
                first[name] = candidate
                if !applied.contains(name) {
                    let reason = stacking.leftOut.first { $0.promotion == name }?.reason
                    results[candidate.place].refusal = .notApplied(reason ?? .nothingLeft)
                }
            }
        }
        if !asked.isPartial, results.contains(where: { $0.refusal != nil }) {
            return (.refusedCodes(stacking, codes: results), CheckoutChange())
        }
        return take(id, asked, stacking, first, results, change)
    }

    private func take(
        _ id: String, _ asked: CheckoutRequest.Reservation, _ stacking: Stacking,
        _ candidates: [String: Candidate], _ results: [CheckoutOutcome.CodeResult],
        _ given: CheckoutChange
    ) -> (outcome: CheckoutOutcome, change: CheckoutChange) {
        var change = given
        var hold: TimeSpan?
        var uses: [Checkout.Use] = []
        for one in stacking.applied {
            guard let promotion = inForce.promotions[one.promotion] else { continue }
            let candidate = candidates[one.promotion]
            let use = Checkout.Use(
                promotion: one.promotion, code: candidate?.code ?? "", key: candidate?.key,
                counters: promotion.counters(
                    for: asked.cart.customer?.id, at: asked.cart.at, zone: inForce.zone),
                discountMinor: one.discountMinor, points: one.points)
            change.count(use, 1)
            noteLimits(of: use, in: &change)
            if let key = use.key { change.codes[key] = .reserved }
            uses.append(use)
            hold = min(hold ?? promotion.hold, promotion.hold)
        }
        let until = now.adding(milliseconds: (hold ?? Promotion.holdDefault).milliseconds)
        change.checkout = Checkout(
            id: id, customer: asked.cart.customer?.id ?? "", state: .reserved, expiresAt: until,
            uses: uses)
        return (.reserved(stacking, codes: results, until: until), change)
    }

    private func look(
        up typed: String, _ place: Int, _ cart: Cart, _ customer: String,
        _ own: [Checkout.Use]
    ) throws -> (CheckoutOutcome.CodeResult, Candidate?) {
        func refused(_ refusal: CodeRefusal) -> (CheckoutOutcome.CodeResult, Candidate?) {
            (CheckoutOutcome.CodeResult(code: typed, refusal: refusal), nil)
        }
        switch inForce.meaning(of: typed) {
        case .nothing: return refused(.unknown)
        case .public(let promotion, let code):
            return (
                CheckoutOutcome.CodeResult(code: typed, promotion: promotion.name),
                Candidate(promotion: promotion, code: code, key: nil, place: place)
            )
        case .unique(let key, let code):
            guard let issued = try shelf.code(key),
                let promotion = inForce.promotions[issued.promotion],
                code.utf8.count == issued.prefix.utf8.count + PromotionCodes.lettersCount,
                code.hasPrefix(issued.prefix)
            else { return refused(.unknown) }
            switch issued.state {
            case .used: return refused(.used)
            case .withdrawn: return refused(.withdrawn)
            case .reserved where !own.contains { $0.key == key }: return refused(.reserved)
            case .reserved, .free: break
            }
            guard issued.customer.isEmpty || issued.customer == customer else {
                return refused(.notTheirs)
            }
            // What was reserved in time stays so while the cart changes.
            if let expires = issued.expiresAt, cart.at >= expires,
                !own.contains(where: { $0.key == key })
            {
                return refused(.expired(at: expires, isOwn: !issued.customer.isEmpty))
            }
            return (
                CheckoutOutcome.CodeResult(code: typed, promotion: promotion.name),
                Candidate(promotion: promotion, code: code, key: key, place: place)
            )
        }
    }

    /// How often it was used by others, and by this customer elsewhere.
    private func counts(
        _ promotion: Promotion, _ customer: String, _ at: Timestamp, less own: [Checkout.Use]
    ) throws -> UseCounts {
        var counts = UseCounts()
        let ownUses = own.filter { $0.promotion == promotion.name }
        let counters = promotion.counters(
            for: customer.isEmpty ? nil : customer, at: at, zone: inForce.zone)
        for scope in counters {
            let taken =
                try shelf.taken(promotion.name, scope)
                - ownUses.count { $0.counters.contains(scope) }
            switch scope {
            case .everybody: counts.total = taken
            case .customer: counts.ofCustomer = taken
            case .customerIn(_, let period, _): counts.ofCustomerInPeriod[period] = taken
            }
        }
        return counts
    }
}
