import Kernel
import Testing

@testable import Promotions

/// What promotions give together, worked out slowly from what the documentation says, and from nothing else: money is
/// whole pennies, and a discount is given away a penny at a time.
struct StackingModel {
    enum Kind: CaseIterable { case amount, percentOfAll, percentOfRest, shipping, gift, points }
    enum Group: String, CaseIterable { case stackable, best, exclusive }

    struct Offer {
        var name: String
        var order: Int
        var group: Group
        var kind: Kind
        /// Pennies, hundredths of a percent, points or pieces.
        var value: Int
        /// Pennies; nil for none.
        var most: Int?
        /// Whether it is for mugs alone.
        var isForMugs: Bool
        /// Pennies that the lines must come to.
        var minimum: Int?

        private func money(_ pennies: Int) -> String {
            let rest = String(pennies % 100)
            return "\"\(pennies / 100).\(rest.count < 2 ? "0" : "")\(rest) GBP\""
        }

        /// As a shop writes it.
        var json: String {
            let limit = most.map { ", \"max\": \(money($0))" } ?? ""
            let percent = "\(value / 100).\(value % 100 < 10 ? "0" : "")\(value % 100)%"
            let effect =
                switch kind {
                case .amount: "{\"amount\": \(money(value))}"
                case .percentOfAll: "{\"percent\": \"\(percent)\", \"of\": \"subtotal\"\(limit)}"
                case .percentOfRest: "{\"percent\": \"\(percent)\", \"of\": \"remaining\"\(limit)}"
                case .shipping: "{\"freeShipping\": true\(limit)}"
                case .gift: "{\"gift\": {\"product\": \"pin\", \"quantity\": \(value)}}"
                case .points: "{\"points\": \(value)}"
                }
            let scope = isForMugs ? ", \"appliesTo\": {\"products\": [\"mug\"]}" : ""
            let conditions = minimum.map { ", \"conditions\": {\"minimum\": \(money($0))}" } ?? ""
            return "{\"kind\": \"promotion\", \"name\": \"\(name)\", \"order\": \(order), "
                + "\"group\": \"\(group.rawValue)\", \"effect\": \(effect)\(scope)\(conditions)}"
        }
    }

    /// What one offer gives.
    struct Gain: Equatable {
        var offer: String
        /// Off each line.
        var lines: [Int]
        var shipping = 0
        var points = 0
        var gifts = 0

        var money: Int { lines.reduce(shipping, +) }
        var isNothing: Bool { money == 0 && points == 0 && gifts == 0 }
    }

    let isMug: [Bool]
    let full: [Int]
    private(set) var left: [Int]
    private(set) var shipping: Int
    private(set) var gains: [Gain] = []

    init(isMug: [Bool], full: [Int], shipping: Int, offers: [Offer]) {
        self.isMug = isMug
        self.full = full
        self.shipping = shipping
        left = full
        let all = full.reduce(0, +)
        // A penny more than nothing is a cart; what asks for a minimum looks at the lines before any discount.
        let valid = offers.filter { all >= $0.minimum ?? 0 && worthOfLines($0) }
            .sorted { ($0.order, $0.name) < ($1.order, $1.name) }
        var bestIsDone = false
        for offer in valid {
            // Whoever goes alone is alone.
            if gains.contains(where: { gain in
                offers.contains { $0.name == gain.offer && $0.group == .exclusive }
            }) {
                break
            }
            switch offer.group {
            case .stackable: take(gain(of: offer))
            case .exclusive: if gains.isEmpty { take(gain(of: offer)) }
            case .best:
                if bestIsDone { continue }
                bestIsDone = true
                let all = valid.filter { $0.group == .best }.map(gain(of:))
                var best = all[0]
                for one in all.dropFirst()
                where (one.money, one.points, one.gifts) > (best.money, best.points, best.gifts) {
                    best = one
                }
                take(best)
            }
        }
    }

    /// Whether there is a line that it is for.
    private func worthOfLines(_ offer: Offer) -> Bool {
        !offer.isForMugs || isMug.contains(true)
    }

    private func gain(of offer: Offer) -> Gain {
        var gain = Gain(offer: offer.name, lines: left.map { _ in 0 })
        let own = left.indices.filter { !offer.isForMugs || isMug[$0] }
        switch offer.kind {
        case .amount: gain.lines = pennies(offer.value, over: own)
        case .percentOfAll: gain.lines = percent(offer, of: own.map { full[$0] }, over: own)
        case .percentOfRest: gain.lines = percent(offer, of: own.map { left[$0] }, over: own)
        case .shipping: gain.shipping = min(shipping, offer.most ?? shipping)
        case .gift: gain.gifts = offer.value
        case .points: gain.points = offer.value
        }
        return gain
    }

    private func percent(_ offer: Offer, of base: [Int], over own: [Int]) -> [Int] {
        let exact = base.reduce(0, +) * offer.value
        // To the nearest penny, halves up.
        let share = exact / 10_000 + (exact % 10_000 * 2 >= 10_000 ? 1 : 0)
        return pennies(min(share, offer.most ?? share), over: own)
    }

    /// Divides pennies over lines by what is left of each: whole pennies of its share first, then one by one to who
    /// is furthest below it.
    private func pennies(_ count: Int, over own: [Int]) -> [Int] {
        var parts = left.map { _ in 0 }
        let sum = own.reduce(0) { $0 + left[$1] }
        let given = min(count, sum)
        guard given > 0 else { return parts }
        for line in own { parts[line] = given * left[line] / sum }
        while parts.reduce(0, +) < given {
            // By how much, in parts of `sum`, each is below its share.
            let missing = own.map { given * left[$0] - parts[$0] * sum }
            guard let most = missing.max(), let place = missing.firstIndex(of: most) else { break }
            parts[own[place]] += 1
        }
        return parts
    }

    private mutating func take(_ gain: Gain) {
        if gain.isNothing { return }
        for (line, pennies) in gain.lines.enumerated() { left[line] -= pennies }
        shipping -= gain.shipping
        gains.append(gain)
    }
}

/// Random promotions on random carts, beside the plain model.
struct StackingModelTests {
    private static func offers(_ random: inout SeededRandom) -> [StackingModel.Offer] {
        (0..<Int.random(in: 1...7, using: &random)).map { number in
            let kind = StackingModel.Kind.allCases.randomElement(using: &random) ?? .amount
            let mayHaveMost = [.percentOfAll, .percentOfRest, .shipping].contains(kind)
            let value =
                switch kind {
                case .percentOfAll, .percentOfRest: Int.random(in: 1...10_000, using: &random)
                case .amount: Int.random(in: 1...3000, using: &random)
                case .shipping: 0
                case .gift, .points: Int.random(in: 1...5, using: &random)
                }
            let isOnLines = [.amount, .percentOfAll, .percentOfRest].contains(kind)
            return StackingModel.Offer(
                name: "p\(number)", order: Int.random(in: 1...4, using: &random),
                group: [.stackable, .stackable, .best, .best, .exclusive].randomElement(
                    using: &random) ?? .stackable,
                kind: kind, value: value,
                most: mayHaveMost && Bool.random(using: &random)
                    ? Int.random(in: 1...400, using: &random) : nil,
                isForMugs: isOnLines && Bool.random(using: &random),
                minimum: Int.random(in: 0..<4, using: &random) == 0
                    ? Int.random(in: 1...6000, using: &random) : nil)
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `what is applied, and every penny of it, is what the documentation says`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed &* 977 &+ 5)
        let pound = try #require(Currency("GBP"))
        for _ in 0..<100 {
            let isMug = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                Bool.random(using: &random)
            }
            let full = isMug.map { _ in Int.random(in: 0...2500, using: &random) }
            let shipping = Int.random(in: 0...600, using: &random)
            let offers = Self.offers(&random)
            let cart = try Cart(
                customer: Cart.Buyer(id: "ann"), currency: pound,
                lines: zip(isMug, full).enumerated().map { place, line in
                    Cart.Line(
                        id: "\(place)", product: line.0 ? "mug" : "tea",
                        unitPriceMinor: Int64(line.1))
                }, shippingMinor: Int64(shipping), at: CheckoutTests.start)
            let promotions = try offers.shuffled(using: &random).map {
                try Promotion.reading($0.json)
            }
            let stacking = Stacking(promotions, cart: cart, uses: [:], zone: .utc)
            let model = StackingModel(
                isMug: isMug, full: full, shipping: shipping, offers: offers)
            let gains = stacking.applied.map { one in
                StackingModel.Gain(
                    offer: one.promotion,
                    lines: cart.lines.map { line in
                        Int(one.lines.first { $0.line == line.id }?.minor ?? 0)
                    },
                    shipping: Int(one.shippingMinor), points: one.points,
                    gifts: one.gift?.quantity ?? 0)
            }
            #expect(gains == model.gains, "\(offers.map(\.json)) on \(full) and \(shipping)")
            #expect(stacking.lines.map { Int($0.totalMinor) } == model.left)
            #expect(Int(stacking.shipping.totalMinor) == model.shipping)
            #expect(Int(stacking.totalMinor) == model.left.reduce(model.shipping, +))
        }
    }
}
