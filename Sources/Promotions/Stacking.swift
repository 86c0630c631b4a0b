package import Documents
package import Kernel

/// What many promotions give on one cart, together.
///
/// They are taken by their `order`, the smallest first, of equal ones by name; how they were asked for doesn't
/// matter. The first of the `best` group brings the group's turn: of all its members the one that gives most on what
/// is left then is applied (money first, then points, then gifts; of equal ones the first). An exclusive one that
/// comes first is applied alone; one that comes later is left out.
package struct Stacking: Hashable, Sendable {
    /// Of valid promotions on one cart; those that come later in order are left out.
    package static let promotionsMax = 30

    /// What was applied, in order.
    package let applied: [Applied]
    /// What wasn't, and why, in order.
    package let leftOut: [LeftOut]
    /// Every line of the cart, in its order.
    package let lines: [LineResult]
    package let shipping: ShippingResult

    /// What is off the order.
    package var discountMinor: Int64 { applied.reduce(0) { $0 + $1.discountMinor } }
    /// What is left to pay.
    package var totalMinor: Int64 {
        lines.reduce(shipping.totalMinor) { $0 + $1.totalMinor }
    }
    package var points: Int {
        applied.reduce(0) { $0 + $1.points }
    }

    /// What one promotion takes off one line or the shipping.
    package struct Share: Hashable, Sendable {
        package let promotion: String
        package let minor: Int64
    }

    package struct LineResult: Hashable, Sendable {
        /// The line's id.
        package let line: String
        /// Before discounts.
        package let fullMinor: Int64
        package let shares: [Share]

        package var discountMinor: Int64 { shares.reduce(0) { $0 + $1.minor } }
        /// At least 0.
        package var totalMinor: Int64 { fullMinor - discountMinor }
    }

    package struct ShippingResult: Hashable, Sendable {
        /// Before discounts.
        package let fullMinor: Int64
        package let shares: [Share]

        package var discountMinor: Int64 { shares.reduce(0) { $0 + $1.minor } }
        /// At least 0.
        package var totalMinor: Int64 { fullMinor - discountMinor }
    }

    package struct LeftOut: Hashable, Sendable {
        package let promotion: String
        package let reason: Reason
    }

    /// Applies what can be applied.
    ///
    /// - Parameters:
    ///   - promotions: That the cart has codes of, or that need none.
    ///   - uses: By promotion name; none for one that wasn't used.
    ///   - zone: The program's.
    package init(
        _ promotions: [Promotion], cart: Cart, uses: [String: UseCounts], zone: ZoneRules
    ) {
        var walk = StackingWalk(cart)
        var seen: Set<String> = []
        for promotion in promotions.sorted(by: { ($0.order, $0.name) < ($1.order, $1.name) }) {
            guard seen.insert(promotion.name).inserted else {
                walk.leaveOut(promotion, .alreadyThere)
                continue
            }
            let validation = Validation(
                promotion, cart: cart, uses: uses[promotion.name] ?? UseCounts(), zone: zone)
            if !validation.isValid {
                walk.leaveOut(promotion, .rulesFailed(validation.failures))
            } else if walk.valid.count == Self.promotionsMax {
                walk.leaveOut(promotion, .tooMany)
            } else {
                walk.valid.append(promotion)
            }
        }
        walk.run()
        let applied = walk.applied
        self.applied = applied
        leftOut = walk.leftOut.sorted {
            ($0.order, $0.item.promotion) < ($1.order, $1.item.promotion)
        }.map(\.item)
        var shares: [String: [Share]] = [:]
        var shippingShares: [Share] = []
        for one in applied {
            for share in one.lines {
                shares[share.line, default: []].append(
                    Share(promotion: one.promotion, minor: share.minor))
            }
            if one.shippingMinor > 0 {
                shippingShares.append(Share(promotion: one.promotion, minor: one.shippingMinor))
            }
        }
        lines = cart.lines.map {
            LineResult(line: $0.id, fullMinor: $0.totalMinor, shares: shares[$0.id] ?? [])
        }
        shipping = ShippingResult(fullMinor: cart.shippingMinor, shares: shippingShares)
    }
}

/// The promotions' turns.
private struct StackingWalk {
    /// In order; each name once.
    var valid: [Promotion] = []
    private(set) var applied: [Applied] = []
    private(set) var leftOut: [(order: Int, item: Stacking.LeftOut)] = []
    private var open: OpenAmounts

    init(_ cart: Cart) { open = OpenAmounts(cart) }

    mutating func leaveOut(_ promotion: Promotion, _ reason: Stacking.Reason) {
        leftOut.append(
            (promotion.order, Stacking.LeftOut(promotion: promotion.name, reason: reason)))
    }

    mutating func run() {
        var exclusive: String?
        var bestIsDone = false
        for promotion in valid {
            if let exclusive {
                leaveOut(promotion, .excludedBy(exclusive))
                continue
            }
            switch promotion.group {
            case .exclusive:
                if let first = applied.first {
                    leaveOut(promotion, .notAlone(first: first.promotion))
                } else if apply(promotion) {
                    exclusive = promotion.name
                }
            case .stackable: _ = apply(promotion)
            case .best:
                if !bestIsDone { applyBest() }
                bestIsDone = true
            }
        }
    }

    /// - Returns: Whether it gave anything.
    private mutating func apply(_ promotion: Promotion) -> Bool {
        guard let effect = open.effect(of: promotion) else {
            leaveOut(promotion, .nothingLeft)
            return false
        }
        open.take(effect)
        applied.append(effect)
        return true
    }

    private mutating func applyBest() {
        let members = valid.filter { $0.group == .best }
        var best: Applied?
        for member in members {
            guard let effect = open.effect(of: member) else { continue }
            if let sofar = best, !effect.isBetter(than: sofar) { continue }
            best = effect
        }
        if let best {
            open.take(best)
            applied.append(best)
        }
        for member in members where member.name != best?.promotion {
            leaveOut(member, best.map { .anotherIsBetter($0.promotion) } ?? .nothingLeft)
        }
    }
}

extension Stacking {
    /// Why a promotion wasn't applied.
    package enum Reason: Hashable, Sendable {
        case rulesFailed([RuleFailure])
        /// Two codes of one promotion.
        case alreadyThere
        /// The exclusive promotion that came before in order.
        case excludedBy(String)
        /// It is exclusive, and another came before in order.
        case notAlone(first: String)
        /// The one of its group that gives more, or as much and came before.
        case anotherIsBetter(String)
        /// Those before it took all that it could have taken off.
        case nothingLeft
        /// Beyond `promotionsMax`.
        case tooMany

        package var word: String {
            switch self {
            case .rulesFailed: "rules_failed"
            case .alreadyThere: "already_there"
            case .excludedBy: "excluded"
            case .notAlone: "not_alone"
            case .anotherIsBetter: "another_is_better"
            case .nothingLeft: "nothing_left"
            case .tooMany: "too_many"
            }
        }

        /// The other promotion that it is about, or the failed rules, as a mapping.
        package var values: DocumentNode {
            switch self {
            case .rulesFailed(let failures):
                .mapping([
                    (
                        "failures",
                        .list(
                            failures.map {
                                .mapping([("reason", .text($0.word)), ("values", $0.values)])
                            })
                    )
                ])
            case .excludedBy(let name), .notAlone(let name), .anotherIsBetter(let name):
                .mapping([("promotion", .text(name))])
            case .alreadyThere, .nothingLeft: .mapping([])
            case .tooMany: .mapping([("limit", .number(Stacking.promotionsMax))])
            }
        }

        package var sentence: String {
            switch self {
            case .rulesFailed(let failures): failures.map(\.sentence).joined(separator: " ")
            case .alreadyThere: "The promotion is on the order already."
            case .excludedBy(let name): "\(name) goes together with nothing else."
            case .notAlone(let first):
                "It goes together with nothing else, and \(first) comes before it."
            case .anotherIsBetter(let name): "\(name) gives the customer as much or more."
            case .nothingLeft: "The promotions before it left nothing that it could take off."
            case .tooMany: "An order has at most \(Stacking.promotionsMax) promotions."
            }
        }
    }
}
