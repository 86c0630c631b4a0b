import Documents
import Kernel
import Testing

@testable import Promotions

/// What promotions give together, to the minor unit; conditions at their edges; codes.
@Suite("Stacking")
struct StackingTests {
    private static let zone = ZoneRules.utc

    private static func cart(_ random: inout SeededRandom) throws -> Cart {
        let lines = (0..<Int.random(in: 1...6, using: &random)).map { index in
            Cart.Line(
                id: "\(index)", product: ["mug", "tea"][index % 2],
                category: index % 3 == 0 ? "gift" : nil,
                quantityMilli: [
                    Int64.random(in: 0...4, using: &random) * 1000,
                    Int64.random(in: 0...4000, using: &random),
                ][index % 2],
                unitPriceMinor: Int64.random(in: 0...1999, using: &random))
        }
        return try Cart(
            customer: Cart.Buyer(id: "ann"), currency: #require(Currency("GBP")), lines: lines,
            shippingMinor: Int64.random(in: 0...500, using: &random), at: CheckoutTests.start)
    }

    private static func promotions(_ random: inout SeededRandom) throws -> [Promotion] {
        let effects = [
            #"{"amount": "7.77 GBP"}"#, #"{"percent": "12.5%", "of": "subtotal"}"#,
            #"{"percent": "33.33%", "of": "remaining", "max": "3 GBP"}"#,
            #"{"freeShipping": true, "max": "2 GBP"}"#, #"{"points": 5}"#,
        ]
        return try (0..<Int.random(in: 1...6, using: &random)).map { index in
            let effect = effects[Int.random(in: 0..<effects.count, using: &random)]
            let group = ["stackable", "stackable", "best", "exclusive"][
                Int.random(in: 0..<4, using: &random)]
            let isOnLines = effect.contains("amount") || effect.contains("percent")
            let scope =
                isOnLines && Bool.random(using: &random)
                ? #", "appliesTo": {"products": ["mug"], "categories": ["gift"]}"# : ""
            return try Promotion.reading(
                """
                {"kind": "promotion", "name": "p\(index)", "effect": \(effect), "group": "\(group)",
                 "order": \(Int.random(in: 1...3, using: &random))\(scope)}
                """)
        }
    }

    @Test(
        "Results add up over lines, nothing goes below zero, and how it was asked doesn't matter",
        arguments: UInt64(0)..<300)
    func addsUp(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let cart = try Self.cart(&random)
        let promotions = try Self.promotions(&random)
        let result = Stacking(promotions, cart: cart, uses: [:], zone: Self.zone)
        #expect(
            result.lines.allSatisfy { $0.totalMinor >= 0 && $0.shares.allSatisfy { $0.minor > 0 } })
        #expect(result.shipping.totalMinor >= 0)
        let full = cart.subtotalMinor + cart.shippingMinor
        #expect(result.totalMinor + result.discountMinor == full)
        for one in result.applied {
            let shares = result.lines.flatMap(\.shares) + result.shipping.shares
            #expect(
                shares.filter { $0.promotion == one.promotion }.reduce(0) { $0 + $1.minor }
                    == one.discountMinor)
        }
        #expect(Set(result.applied.map(\.promotion)).count == result.applied.count)
        #expect(result.applied.count + result.leftOut.count == promotions.count)
        let byName = Dictionary(uniqueKeysWithValues: promotions.map { ($0.name, $0) })
        let groups = result.applied.compactMap { byName[$0.promotion]?.group }
        #expect(!groups.contains(.exclusive) || groups.count == 1)
        #expect(groups.count { $0 == .best } <= 1)
        #expect(
            Stacking(promotions.shuffled(using: &random), cart: cart, uses: [:], zone: Self.zone)
                == result)
    }

    @Test(
        "A divided amount adds up, each part within a unit of its share", arguments: UInt64(0)..<200
    )
    func divides(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let weights = (0..<Int.random(in: 1...9, using: &random)).map { _ in
            Int64.random(in: 0...5000, using: &random)
        }
        let sum = weights.reduce(0, +)
        let amount = Int64.random(in: 0...(sum + 100), using: &random)
        let parts = Allocation.split(amount, by: weights)
        #expect(parts.reduce(0, +) == min(amount, sum))
        for (part, weight) in zip(parts, weights) {
            #expect((0...weight).contains(part))
            guard sum > 0, amount < sum else { continue }
            let share = Double(amount) * Double(weight) / Double(sum)
            #expect(abs(Double(part) - share) < 1.000001)
        }
    }

    @Test(
        "What is sold by weight costs to the nearest penny, halves up",
        arguments: [(350, 1290, 452), (1, 499, 0), (1, 500, 1), (2500, 3, 8), (0, 999, 0)])
    func weighed(milli: Int64, price: Int64, total: Int64) {
        let line = Cart.Line(
            id: "1", product: "cheese", quantityMilli: milli, unitPriceMinor: price)
        #expect(line.totalMinor == total)
    }

    @Test("A quantity has three decimals at most, and asks for the same have the same bytes")
    func quantities() throws {
        func ask(_ quantity: String) throws -> CheckoutAsk {
            let json =
                #"{"checkout": "c", "currency": "GBP", "lines": [{"product": "cheese", "price": 12.9, "quantity": \#(quantity)}]}"#
            return try CheckoutAsk(
                reading: DocumentReader(DocumentNode(json: Array(json.utf8).span)),
                kind: .reserve, currency: #require(Currency("GBP")))
        }
        #expect(try ask("0.350").lines[0].quantityMilli == 350)
        #expect(try ask("0.35").canonical == ask("0.350").canonical)
        #expect(try ask("350").canonical != ask("0.350").canonical)
        for wrong in ["0.3501", "-1", "1000001", "\"a\""] {
            #expect(throws: DocumentProblem.self) { try ask(wrong) }
        }
    }

    @Test(
        "A promotion is on from its first moment to the last of its last day",
        arguments: [-1, 0, 1])
    func edges(offset: Int64) throws {
        let promotion = try Promotion.reading(
            """
            {"kind": "promotion", "name": "p", "effect": {"amount": "1 GBP"},
             "conditions": {"starts": "2026-03-01", "ends": "2026-03-02"}}
            """)
        func isOn(_ text: String) throws -> Bool {
            let at = try #require(Timestamp(text)).adding(milliseconds: offset)
            let cart = try Cart(
                customer: nil, currency: #require(Currency("GBP")),
                lines: [Cart.Line(id: "1", product: "mug", unitPriceMinor: 500)], at: at)
            return Validation(promotion, cart: cart, uses: UseCounts(), zone: Self.zone).isValid
        }
        #expect(try isOn("2026-03-01T00:00:00.000Z") == (offset >= 0))
        #expect(try isOn("2026-03-03T00:00:00.000Z") == (offset < 0))
    }

    @Test("Each failed rule is told, all at once")
    func failures() throws {
        let promotion = try Promotion.reading(
            """
            {"kind": "promotion", "name": "p", "effect": {"amount": "1 GBP"},
             "conditions": {"segments": ["vip"], "tiers": ["gold"], "minimum": "90 GBP", "firstOrder": true,
              "categories": ["tea"], "weekdays": ["monday"]}, "limits": {"total": 1, "perCustomer": 2}}
            """)
        let cart = try Cart(
            customer: Cart.Buyer(id: "ann", tiers: ["silver"], ordersCount: 3),
            currency: #require(Currency("GBP")),
            lines: [Cart.Line(id: "1", product: "mug", unitPriceMinor: 500)],
            // A Tuesday.
            at: try #require(Timestamp("2026-03-03T12:00:00Z")))
        let validation = Validation(
            promotion, cart: cart, uses: UseCounts(total: 1, ofCustomer: 2), zone: Self.zone)
        #expect(
            Set(validation.failures.map(\.word)) == [
                "weekday_not_allowed", "segment_not_matched", "tier_not_matched", "not_first_order",
                "minimum_not_reached", "category_missing", "total_limit_reached",
                "customer_limit_reached",
            ])
    }

    @Test("Codes are all different, and each is found however it is typed")
    func codes() throws {
        let hash = SipHash(key: SipHash.Key(low: 7, high: 9))
        let codes = PromotionCodes(promotion: "back", batch: 3, prefix: "BACK", hash: hash)
        let keys = codes.keys(0..<100_000)
        #expect(Set(keys).count == keys.count)
        for number in 0..<500 {
            let code = codes.code(number)
            let typed = code.lowercased().replacing("-", with: " ").replacing("l", with: "1")
            let normal = try #require(CodeText.normal(typed))
            let key = try #require(CodeKey(letters: normal.suffix(PromotionCodes.lettersCount)))
            #expect(codes.keys(number..<(number + 1)) == [key])
        }
        let other = PromotionCodes(promotion: "back", batch: 4, prefix: "BACK", hash: hash)
        #expect(Set(other.keys(0..<1000)).isDisjoint(with: keys))
    }
}
