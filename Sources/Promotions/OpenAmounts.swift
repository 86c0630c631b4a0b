import Kernel

/// What one promotion gives on a cart.
package struct Applied: Hashable, Sendable {
    /// A part of a discount.
    package struct LineShare: Hashable, Sendable {
        /// The line's id.
        package let line: String
        package let minor: Int64
    }

    package struct Gift: Hashable, Sendable {
        package let product: String
        package let quantity: Int
    }

    package let promotion: String
    /// What is off each line, in the cart's order; lines that get nothing aren't named.
    package var lines: [LineShare] = []
    /// What is off the shipping.
    package var shippingMinor: Int64 = 0
    package var gift: Gift?
    package var points = 0

    init(promotion: String) { self.promotion = promotion }

    /// What is off the order.
    package var discountMinor: Int64 { lines.reduce(shippingMinor) { $0 + $1.minor } }

    /// Whether it gives more than another: money first, then points, then gifts by their number.
    func isBetter(than other: Self) -> Bool {
        (discountMinor, points, gift?.quantity ?? 0)
            > (other.discountMinor, other.points, other.gift?.quantity ?? 0)
    }
}

/// What is left to pay of each line and of the shipping while promotions are applied one by one.
struct OpenAmounts {
    private let cart: Cart
    /// By line, in the cart's order; never below zero.
    private(set) var linesMinor: [Int64]
    private(set) var shippingMinor: Int64

    init(_ cart: Cart) {
        self.cart = cart
        linesMinor = cart.lines.map(\.totalMinor)
        shippingMinor = cart.shippingMinor
    }

    /// What a promotion would give now; nil where that is nothing.
    func effect(of promotion: Promotion) -> Applied? {
        var applied = Applied(promotion: promotion.name)
        switch promotion.effect {
        case .amount(let money):
            applied.lines = shares(of: money.minor, promotion.appliesTo)
        case .percent(let basisPoints, let base, let max):
            let covered = cart.lines.indices.filter {
                promotion.appliesTo.covers(cart.lines[$0])
            }
            let baseMinor = covered.reduce(Int64(0)) {
                $0 + (base == .subtotal ? cart.lines[$1].totalMinor : linesMinor[$1])
            }
            let share = Allocation.share(basisPoints, of: baseMinor)
            applied.lines = shares(of: min(share, max?.minor ?? share), promotion.appliesTo)
        case .freeShipping(let max):
            applied.shippingMinor = min(shippingMinor, max?.minor ?? shippingMinor)
        case .gift(let product, let quantity):
            applied.gift = Applied.Gift(product: product, quantity: quantity)
        case .points(let points):
            applied.points = points
        }
        let isNothing = applied.discountMinor == 0 && applied.gift == nil && applied.points == 0
        return isNothing ? nil : applied
    }

    /// Takes what `effect(of:)` returned off what is left.
    mutating func take(_ applied: Applied) {
        shippingMinor -= applied.shippingMinor
        // Shares are in the cart's order, so one walk over the lines finds them all.
        var index = 0
        for share in applied.lines {
            while cart.lines[index].id != share.line { index += 1 }
            linesMinor[index] -= share.minor
        }
    }

    /// An amount, or what is left of the covered lines if that is less, in proportion to what is left of each.
    private func shares(of minor: Int64, _ scope: Promotion.Scope) -> [Applied.LineShare] {
        let weights = cart.lines.indices.map { scope.covers(cart.lines[$0]) ? linesMinor[$0] : 0 }
        let parts = Allocation.split(minor, by: weights)
        return parts.indices.compactMap {
            parts[$0] == 0 ? nil : Applied.LineShare(line: cart.lines[$0].id, minor: parts[$0])
        }
    }
}

/// Dividing whole amounts so that the parts add up.
package enum Allocation {
    /// Splits an amount, or the sum of the weights if that is less, in proportion to the weights.
    ///
    /// By the largest remainder (Hamilton 1792): each part is rounded down, and the units that are left go to the
    /// largest remainders, of equal ones to the first. No part is above its weight or below zero.
    ///
    /// - Parameter weights: At least 0 and together at most `Int64.max`.
    package static func split(_ amount: Int64, by weights: [Int64]) -> [Int64] {
        let sum = weights.reduce(0, +)
        guard amount > 0, sum > 0 else { return weights.map { _ in 0 } }
        if amount >= sum { return weights }
        var parts: [Int64] = []
        var remainders: [(index: Int, remainder: Int64)] = []
        var left = amount
        for (index, weight) in weights.enumerated() {
            // amount < sum and weight <= sum, so the quotient is at most amount and fits.
            let product = amount.multipliedFullWidth(by: weight)
            let (part, remainder) = sum.dividingFullWidth(product)
            parts.append(part)
            left -= part
            if remainder > 0 { remainders.append((index, remainder)) }
        }
        // The units left are the remainders' sum over `sum`: fewer than there are remainders above zero.
        remainders.sort { ($1.remainder, $0.index) < ($0.remainder, $1.index) }
        for (index, _) in remainders.prefix(Int(left)) { parts[index] += 1 }
        return parts
    }

    /// A share of an amount, to the nearest unit, halves up.
    ///
    /// - Parameters:
    ///   - basisPoints: 0...10,000.
    ///   - amount: At least 0.
    package static func share(_ basisPoints: Int, of amount: Int64) -> Int64 {
        let product = amount.multipliedFullWidth(by: Int64(basisPoints))
        let (share, remainder) = Int64(10_000).dividingFullWidth(product)
        return remainder >= 5000 ? share + 1 : share
    }
}
