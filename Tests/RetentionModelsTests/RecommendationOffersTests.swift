import Testing

@testable import RetentionModels

@Suite struct RecommendationOffersTests {
    /// 200 people, 24 items in three categories that people mostly keep to.
    private func rows(seed: UInt64) throws -> Interactions {
        var random = SeededRandom(seed: seed)
        var (users, items) = ([Int](), [Int]())
        for user in 0..<200 {
            // Nobody takes item 23.
            for item in 0..<23 where random.uniform() < (user % 3 == item % 3 ? 0.4 : 0.06) {
                users.append(user)
                items.append(item)
            }
        }
        return try Interactions(userCount: 200, itemCount: 24, users: users, items: items)
    }

    private func recommender(
        _ rows: Interactions, _ catalogue: ItemCatalogue = ItemCatalogue()
    ) throws -> Recommender {
        var settings = ImplicitALS.Settings()
        settings.factors = 8
        return Recommender(
            ease: try EASE(rows, ridge: 10), implicitALS: try ImplicitALS(rows, settings),
            neighbours: try ItemNeighbours(rows), boughtTogether: try BoughtTogether(rows),
            bestSellers: BestSellers(rows), catalogue: catalogue)
    }

    private let categories = (0..<24).map { $0 % 3 }

    @Test func `a stranger is offered what sells best`() throws {
        let rows = try rows(seed: 1)
        let support = rows.support
        let offers = try recommender(rows).offers(for: [], count: 5)
        #expect(offers.map(\.source) == Array(repeating: .bestSellers, count: 5))
        #expect(offers.allSatisfy { $0.because.isEmpty })
        #expect(
            offers.map(\.item)
                == (0..<24).sorted { (support[$1], $0) < (support[$0], $1) }.prefix(5).map { $0 })
        // Neither is one who took only what no model knows.
        let odd = try recommender(rows).offers(for: [TakenItem(item: 23)], count: 3)
        #expect(odd.allSatisfy { $0.source == .bestSellers } && odd.count == 3)
    }

    @Test func `offers come from the best model and say because of what`() throws {
        let history = [TakenItem(item: 0), TakenItem(item: 3)]
        let offers = try recommender(rows(seed: 2)).offers(for: history, count: 4)
        #expect(offers.count == 4)
        for offer in offers {
            #expect(offer.source == .ease && offer.item % 3 == 0)
            #expect(
                !offer.because.isEmpty && offer.because.allSatisfy { [0, 3].contains($0.item) })
            #expect(abs(offer.because.reduce(0) { $0 + $1.share } - 1) < 1e-9)
            #expect(offer.because.map(\.share) == offer.because.map(\.share).sorted(by: >))
        }
    }

    @Test func `what one model leaves open the next fills`() throws {
        let rows = try Interactions(
            userCount: 6, itemCount: 4, users: [0, 0, 1, 1, 2, 3, 4, 5],
            items: [0, 1, 0, 1, 2, 2, 2, 3])
        let recommender = Recommender(
            neighbours: try ItemNeighbours(rows), bestSellers: BestSellers(rows))
        let offers = recommender.offers(for: [TakenItem(item: 0)], count: 10)
        #expect(offers.map(\.item) == [1, 2, 3])
        #expect(offers.map(\.source) == [.neighbours, .bestSellers, .bestSellers])
        #expect(recommender.offers(for: [TakenItem(item: 0)], count: 0).isEmpty)
    }

    @Test(arguments: 0..<20)
    func `what is excluded is never offered`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let rows = try rows(seed: seed % 3)
        let stock = (0..<24).map { _ in random.uniform() < 0.7 }
        let margins = (0..<24).map { _ in random.uniform() }
        let recommender = try recommender(
            rows, ItemCatalogue(categories: categories, isInStock: stock, margins: margins))
        var rules = RecommendationRules()
        rules.excludedItems = [Int(random.uniform() * 24)]
        rules.minimumMargin = 0.3
        rules.excludesTaken = random.uniform() < 0.8
        rules.variety =
            [.none, .perCategory(maximum: 2), .marginalRelevance(relevance: 0.7)][Int(seed) % 3]
        if seed % 2 == 0 { rules.excludedCategories = [1] } else { rules.onlyCategories = [0, 2] }
        let history = rows.history(of: Int(random.uniform() * 200))
        let offers = recommender.offers(for: history, count: 24, rules: rules)
        let allowed = (0..<24).filter {
            stock[$0] && margins[$0] >= 0.3 && $0 % 3 != 1 && !rules.excludedItems.contains($0)
                && !(rules.excludesTaken && history.map(\.item).contains($0)) && $0 != 23
        }
        #expect(Set(offers.map(\.item)).count == offers.count)
        #expect(Set(offers.map(\.item)).isSubset(of: allowed))
        if rules.variety == .perCategory(maximum: 2) {
            for category in 0..<3 { #expect(offers.count { $0.item % 3 == category } <= 2) }
        } else {
            // And nothing that may be offered is kept back.
            #expect(offers.count == allowed.count)
        }
    }

    @Test func `rules ask what the catalogue must know`() {
        var rules = RecommendationRules()
        #expect(rules.allow(7, ItemCatalogue()))
        #expect(!rules.allow(7, ItemCatalogue(isInStock: [true])))
        rules.excludesOutOfStock = false
        #expect(rules.allow(0, ItemCatalogue(isInStock: [false])))
        rules.minimumMargin = 0
        #expect(!rules.allow(0, ItemCatalogue()))
        #expect(rules.allow(0, ItemCatalogue(margins: [0])))
        #expect(!rules.allow(0, ItemCatalogue(margins: [-0.1])))
        rules.onlyCategories = [1]
        #expect(!rules.allow(0, ItemCatalogue(margins: [0])))
        #expect(rules.allow(0, ItemCatalogue(categories: [1], margins: [0])))
    }

    @Test func `marginal relevance brings in other kinds`() throws {
        let rows = try rows(seed: 5)
        let recommender = try recommender(rows, ItemCatalogue(categories: categories))
        let history = [0, 3, 6, 1].map { TakenItem(item: $0) }
        var rules = RecommendationRules()
        func kinds(_ variety: RecommendationRules.Variety) -> Int {
            rules.variety = variety
            let offers = recommender.offers(for: history, count: 5, rules: rules)
            return Set(offers.map { $0.item % 3 }).count
        }
        #expect(kinds(.marginalRelevance(relevance: 0.3)) > kinds(.marginalRelevance(relevance: 1)))
        // At relevance 1 it is the order by score.
        rules.variety = .none
        let plain = recommender.offers(for: history, count: 5, rules: rules)
        rules.variety = .marginalRelevance(relevance: 1)
        #expect(recommender.offers(for: history, count: 5, rules: rules) == plain)
    }

    @Test func `quality by hand`() throws {
        // User 0 took item 0 and then 2; best sellers are 0, 1, 2 by support. Hit at rank 2 of 2.
        let known = try Interactions(
            userCount: 3, itemCount: 4, users: [0, 1, 1, 2, 2, 2], items: [0, 0, 1, 0, 1, 2])
        let later = try Interactions(userCount: 3, itemCount: 4, users: [0, 0], items: [2, 3])
        let quality = RankingQuality(
            of: BestSellers(known), known: known, later: later, count: 2)
        #expect(quality.users == 1 && quality.precision == 0.5 && quality.recall == 0.5)
        #expect(abs(quality.ndcg - 0.6309297536 / 1.6309297536) < 1e-9)
        #expect(quality.coverage == 0.5)
        let nobody = RankingQuality(
            of: BestSellers(known), known: known,
            later: try Interactions(userCount: 3, itemCount: 4, users: [], items: []))
        #expect(nobody.users == 0 && nobody.precision == 0 && nobody.ndcg == 0)
    }
}
