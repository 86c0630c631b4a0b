/// Offers items to a person: from the best model that knows anything of the history, filled up by
/// the next, down to best sellers for strangers.
public struct Recommender: Sendable {
    /// Where an offer comes from, best first.
    public enum Source: String, CaseIterable, Sendable {
        /// `EASE`.
        case ease
        /// `ImplicitALS`.
        case implicitALS
        /// `ItemNeighbours`.
        case neighbours
        /// `BoughtTogether`.
        case boughtTogether
        /// `BestSellers`.
        case bestSellers
    }

    /// An item to offer.
    public struct Offer: Hashable, Sendable {
        /// The item's index.
        public let item: Int
        /// The model's score; scores of different sources can't be compared.
        public let score: Float
        /// The model that named it.
        public let source: Source
        /// "Because you bought …": the items of the history that speak for it, strongest first;
        /// empty for best sellers.
        public let because: [Reason]
    }

    /// An item of the history that speaks for an offer.
    public struct Reason: Hashable, Sendable {
        /// The item's index.
        public let item: Int
        /// Its part of all that speaks for the offer, from 0 to 1.
        public let share: Double
    }

    /// What is known of the items.
    public let catalogue: ItemCatalogue
    private let models: [(source: Source, model: any ItemModel)]
    /// What says how alike two items are, where the rules want variety.
    private let likeness: ItemNeighbours?

    /// Puts models together; those that are nil are passed over.
    public init(
        ease: EASE? = nil, implicitALS: ImplicitALS? = nil, neighbours: ItemNeighbours? = nil,
        boughtTogether: BoughtTogether? = nil, bestSellers: BestSellers,
        catalogue: ItemCatalogue = ItemCatalogue()
    ) {
        var models: [(source: Source, model: any ItemModel)] = []
        if let ease { models.append((.ease, ease)) }
        if let implicitALS { models.append((.implicitALS, implicitALS)) }
        if let neighbours { models.append((.neighbours, neighbours)) }
        if let boughtTogether { models.append((.boughtTogether, boughtTogether)) }
        models.append((.bestSellers, bestSellers))
        self.models = models
        self.catalogue = catalogue
        likeness = neighbours
    }

    /// Offers for a person, best first; fewer than asked for where the rules leave no more.
    ///
    /// - Parameters:
    ///   - history: What the person took; empty for a stranger.
    ///   - reasonsMax: Reasons for each offer at most.
    public func offers(
        for history: [TakenItem], count: Int, rules: RecommendationRules = RecommendationRules(),
        reasonsMax: Int = 3
    ) -> [Offer] {
        var chosen: [Offer] = []
        var barred = rules.excludesTaken ? Set(history.map(\.item)) : []
        var perCategory: [Int: Int] = [:]
        for (source, model) in models where chosen.count < count {
            guard let scores = model.scores(history) else { continue }
            let pool = pool(scores, source, count: count - chosen.count, rules, barred, perCategory)
            for item in varied(pool, scores, count: count - chosen.count, rules, chosen) {
                barred.insert(item)
                if let category = rules.category(of: item, catalogue) {
                    perCategory[category, default: 0] += 1
                }
                chosen.append(
                    Offer(
                        item: item, score: scores[item], source: source,
                        because: reasons(model, history, item, max: reasonsMax)))
            }
        }
        return chosen
    }

    /// The items to choose from, best first.
    private func pool(
        _ scores: [Float], _ source: Source, count: Int, _ rules: RecommendationRules,
        _ barred: Set<Int>, _ perCategory: [Int: Int]
    ) -> [Int] {
        // A score of 0 or less says that nothing in the history speaks for the item.
        func mayBe(_ item: Int) -> Bool {
            scores[item] > 0 && !barred.contains(item) && rules.allow(item, catalogue)
        }
        switch rules.variety {
        case .none:
            return highest(count, of: scores, where: mayBe)
        case .marginalRelevance:
            return highest(max(50, 10 * count), of: scores, where: mayBe)
        case .perCategory(let maximum):
            var room = perCategory.mapValues { maximum - $0 }
            return highest(scores.count, of: scores, where: mayBe).filter { item in
                guard let category = rules.category(of: item, catalogue) else { return true }
                guard room[category, default: maximum] > 0 else { return false }
                room[category, default: maximum] -= 1
                return true
            }
        }
    }

    private func varied(
        _ pool: [Int], _ scores: [Float], count: Int, _ rules: RecommendationRules,
        _ before: [Offer]
    ) -> [Int] {
        guard case .marginalRelevance(let given) = rules.variety, let best = pool.first else {
            return Array(pool.prefix(count))
        }
        let relevance = min(max(given, 0), 1)
        var remaining = pool
        var chosen: [Int] = []
        // The likeness of each to the most alike chosen so far.
        var nearest = pool.map { item in
            before.reduce(0) { max($0, alike(item, $1.item, rules)) }
        }
        while chosen.count < count, !remaining.isEmpty {
            var (next, most) = (0, -Double.infinity)
            for (place, item) in remaining.enumerated() {
                let score = Double(scores[item] / scores[best])
                let worth = relevance * score - (1 - relevance) * nearest[place]
                if worth > most { (next, most) = (place, worth) }
            }
            let item = remaining.remove(at: next)
            nearest.remove(at: next)
            chosen.append(item)
            for (place, other) in remaining.enumerated() {
                nearest[place] = max(nearest[place], alike(other, item, rules))
            }
        }
        return chosen
    }

    /// From 0 to 1: by neighbours, beside the item's nearest; else by category.
    private func alike(_ first: Int, _ second: Int, _ rules: RecommendationRules) -> Double {
        if let likeness, likeness.neighbours.indices.contains(first),
            let nearest = likeness.neighbours[first].first
        {
            return Double(likeness.likeness(of: first, to: second) / nearest.likeness)
        }
        guard let category = rules.category(of: first, catalogue) else { return 0 }
        return category == rules.category(of: second, catalogue) ? 1 : 0
    }

    private func reasons(
        _ model: any ItemModel, _ history: [TakenItem], _ item: Int, max count: Int
    ) -> [Reason] {
        var parts: [Int: Double] = [:]
        for (taken, part) in zip(history, model.contributions(of: history, to: item))
        where part > 0 && taken.item != item {
            parts[taken.item, default: 0] += part
        }
        let whole = parts.values.sorted().reduce(0, +)
        let sorted = parts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return sorted.prefix(count).map { Reason(item: $0.key, share: $0.value / whole) }
    }
}
