import Kernel
import RetentionModels
import Testing

@testable import Predictions

struct OffersTests {
    private let today = OfferShop.today

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `where people have tastes, offers are of theirs and for what they bought`(
        seed: UInt64
    ) throws {
        let lines = OfferShop.lines(seed: seed)
        let model = OfferModel(lines, asOf: today, settings: OfferShop.settings)
        #expect(model.report.verdict == .usable)
        let check = try #require(model.report.check)
        #expect(check.heldBackDays == 84)
        #expect(check.trainedUntil == today - 84)
        #expect(check.contestants.last?.source == .bestSellers)
        #expect(check.contestants.contains { $0.source == model.report.chosen && $0.gain > 0 })
        var rules = OfferRules()
        rules.count = 2
        var (own, all) = (0, 0)
        for customer in 0..<60 {
            let purchases = OfferShop.purchases(of: customer, in: lines)
            let bought = Set(purchases.map(\.product))
            let found = model.offers(for: purchases, today: today, rules: rules)
            for offer in found.offers {
                #expect(!bought.contains(offer.product.id))
                #expect(offer.because.allSatisfy { bought.contains($0.product.id) })
                all += 1
                if offer.product.category == lines.catalogue[customer % 3 * 8].category { own += 1 }
            }
        }
        #expect(all >= 100)
        #expect(Double(own) / Double(all) > 0.7)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `where there is no taste, offers are best sellers and say so`(seed: UInt64) {
        let lines = OfferShop.lines(seed: seed, fidelity: 0)
        let model = OfferModel(lines, asOf: today, settings: OfferShop.settings)
        #expect(model.report.verdict == .noBetter)
        #expect(model.report.chosen == .bestSellers)
        #expect(model.report.sentence.hasPrefix("No better than best sellers"))
        let found = model.offers(for: OfferShop.purchases(of: 1, in: lines), today: today)
        #expect(!found.offers.isEmpty)
        #expect(found.offers.allSatisfy { $0.source == .bestSellers && $0.because.isEmpty })
    }

    @Test func `with too little to check, nothing is promised`() throws {
        let few = OfferModel(
            OfferShop.lines(seed: 1, customers: 40), asOf: today, settings: OfferShop.settings)
        #expect(few.report.verdict == .tooLittleData)
        let judges = try #require(few.report.check?.judges)
        #expect(judges < 50)
        #expect(few.report.sentence.contains("\(judges) customers bought something new"))
        #expect(few.report.chosen == .boughtTogether)
        let short = OfferModel(
            OfferShop.lines(seed: 1, days: 100), asOf: today, settings: OfferShop.settings)
        #expect(short.report.verdict == .tooLittleData)
        #expect(short.report.check == nil)
        let none = OfferModel(OfferLines(), asOf: today)
        #expect(none.report.verdict == .tooLittleData)
        #expect(none.offers(for: [], today: today).offers.isEmpty)
    }

    @Test func `a stranger is offered best sellers`() {
        let model = OfferModel(
            OfferShop.lines(seed: 1), asOf: today, settings: OfferShop.settings)
        for purchases in [[], [OfferPurchase(product: "unheard of", day: today)]] {
            let found = model.offers(for: purchases, today: today)
            #expect(found.offers.count == 10)
            #expect(found.offers.allSatisfy { $0.source == .bestSellers })
            #expect(found.knownProducts == 0)
        }
    }

    @Test func `rules hold`() {
        let lines = OfferShop.lines(seed: 1)
        var settings = OfferShop.settings
        settings.excludedProducts = ["p3", "p9"]
        let model = OfferModel(lines, asOf: today, settings: settings)
        let purchases = OfferShop.purchases(of: 0, in: lines)
        func offered(_ change: (inout OfferRules) -> Void) -> [OfferProduct] {
            var rules = OfferRules()
            rules.count = 24
            change(&rules)
            return model.offers(for: purchases, today: today, rules: rules).offers.map(\.product)
        }
        let bought = Set(purchases.map(\.product)).subtracting(settings.excludedProducts)
        let reasons = model.offers(for: purchases, today: today).offers.flatMap(\.because)
        #expect(!reasons.contains { ["p3", "p9"].contains($0.product.id) })
        #expect(Set(offered { _ in }.map(\.id)).isDisjoint(with: bought.union(["p3", "p9"])))
        #expect(offered { $0.count = 3 }.count == 3)
        #expect(Set(offered { $0.includesBought = true }.map(\.id)).isSuperset(of: bought))
        #expect(Set(offered { $0.categories = ["TEA"] }.map(\.category)) == ["tea"])
        #expect(
            Set(offered { $0.excludedCategories = ["tea", "Coffee"] }.map(\.category)) == ["garden"]
        )
        #expect(Set(offered { $0.isVaried = true }).count == offered { _ in }.count)
        var rules = OfferRules()
        rules.categories = ["tea", "beer"]
        #expect(model.unknownCategories(rules) == ["beer"])
    }

    @Test func `what nobody bought for ninety days is sold out`() {
        var lines = OfferShop.lines(seed: 1)
        let old = lines.filtered { line in
            lines.products[line] != 5 || lines.days[line] <= today - 90
        }
        func offers(_ lines: OfferLines) -> Set<String> {
            let model = OfferModel(lines, asOf: today, settings: OfferShop.settings)
            var rules = OfferRules()
            rules.count = 24
            return Set(model.offers(for: [], today: today, rules: rules).offers.map(\.product.id))
        }
        #expect(!offers(old).contains("p5"))
        lines = old
        lines.add(customer: 0, product: 5, order: 999_999, day: today - 89)
        #expect(offers(lines).contains("p5"))
    }

    @Test func `products of too few buyers aren't offered, and there is a limit to products`() {
        var lines = OfferShop.lines(seed: 1)
        lines.catalogue.append(OfferProduct(id: "rare", name: "", category: ""))
        for customer in 0..<4 {
            lines.add(customer: customer, product: 24, order: 10_000 + customer, day: today)
        }
        #expect(lines.withKnownProducts(OfferShop.settings).catalogue.count == 24)
        lines.add(customer: 4, product: 24, order: 10_004, day: today)
        #expect(lines.withKnownProducts(OfferShop.settings).catalogue.count == 25)
        var settings = OfferShop.settings
        settings.productsMax = 24
        // The rarest goes.
        let kept = lines.withKnownProducts(settings)
        #expect(kept.catalogue.count == 24)
        #expect(!kept.catalogue.contains { $0.id == "rare" })
        #expect(kept.count == lines.count - 5)
    }

    @Test func `the order of the lines doesn't matter`() {
        let lines = OfferShop.lines(seed: 3)
        var random = SeededRandom(seed: 9)
        let shuffled = Array(0..<lines.count).shuffled(using: &random)
        let other = OfferLines(
            customers: shuffled.map { lines.customers[$0] },
            products: shuffled.map { lines.products[$0] },
            orders: shuffled.map { lines.orders[$0] }, days: shuffled.map { lines.days[$0] },
            customerCount: lines.customerCount, catalogue: lines.catalogue)
        let purchases = OfferShop.purchases(of: 7, in: lines)
        let first = OfferModel(lines, asOf: today, settings: OfferShop.settings)
        let second = OfferModel(other, asOf: today, settings: OfferShop.settings)
        #expect(first.report.chosen == second.report.chosen)
        #expect(
            first.offers(for: purchases, today: today).offers.map(\.product)
                == second.offers(for: purchases.reversed(), today: today).offers.map(\.product))
    }

    @Test func `the check sees nothing of what is held back`() throws {
        // The last weeks' purchases are swapped between the customers who made them: whoever looks
        // ahead would still find them, whoever doesn't is as lost as best sellers.
        let lines = OfferShop.lines(seed: 2, customers: 400)
        var swapped = lines
        let late = lines.products.indices.filter { lines.days[$0] > today - 84 }
        var random = SeededRandom(seed: 4)
        for (line, other) in zip(late, late.shuffled(using: &random)) {
            swapped.customers[line] = lines.customers[other]
        }
        let check = try #require(
            OfferCheck(swapped, asOf: today, OfferShop.settings, .one)?.figures)
        for contestant in check.contestants {
            #expect(abs(contestant.gain) < 0.1, "\(contestant.source)")
        }
    }

    @Test func `who buys the same again is due when they usually are`() throws {
        var lines = OfferShop.lines(seed: 1)
        lines.catalogue.append(OfferProduct(id: "beans", name: "Beans", category: "coffee"))
        let beans = 24
        // Each has an interval of their own, between 20 and 39 days.
        for customer in 0..<60 {
            let interval = 20 + customer % 20
            for number in 0..<5 {
                lines.add(
                    customer: customer, product: beans, order: 50_000 + customer * 5 + number,
                    day: today - 30 - interval * number)
            }
        }
        let model = OfferModel(lines, asOf: today, settings: OfferShop.settings)
        func due(last: Int, interval: Int, count: Int) -> CustomerOffers.Due? {
            let purchases = (0..<count).map {
                OfferPurchase(product: "beans", day: last - interval * $0)
            }
            return model.offers(for: purchases, today: today).due
                .first { $0.product.id == "beans" }
        }
        let usual = try #require(due(last: today - 30, interval: 30, count: 5))
        #expect(usual.ownIntervals == 4)
        #expect(abs(usual.medianDay - today) <= 3)
        #expect(usual.range.contains(today))
        #expect(usual.lastDay == today - 30)
        // Bought yesterday, or so long ago that they have gone elsewhere.
        #expect(due(last: today - 1, interval: 30, count: 5) == nil)
        #expect(due(last: today - 300, interval: 30, count: 5) == nil)
        // With a single purchase the others' intervals speak, as nearly all come back for it.
        #expect(due(last: today - 30, interval: 30, count: 1)?.ownIntervals == 0)
        let once = model.offers(
            for: [OfferPurchase(product: "p1", day: today - 120)], today: today)
        #expect(once.due.isEmpty)
    }

    @Test func `the card says what it goes by`() throws {
        let report = OfferModel(
            OfferShop.lines(seed: 1), asOf: today, settings: OfferShop.settings
        ).report
        #expect(report.customers == 300)
        #expect(report.products == 24)
        #expect(report.offeredProducts == 24)
        #expect(report.parameters["ridge"] == 20)
        #expect(report.parameters["halfLifeDays"] == 180)
        #expect(report.sentence.hasPrefix("Usable: of ten offers by \(report.chosen.name), "))
    }
}
