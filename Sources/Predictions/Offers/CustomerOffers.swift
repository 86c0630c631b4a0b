package import RetentionModels

/// One customer's purchase, of whatever product.
package struct OfferPurchase: Hashable, Sendable {
    /// As `OfferProduct.id`.
    package var product: String
    /// Days since 1970.
    package var day: Int

    package init(product: String, day: Int) {
        self.product = product
        self.day = day
    }
}

/// What may be offered.
package struct OfferRules: Sendable, Equatable {
    /// Of offers, and of products that are due.
    package var count = 10
    /// Only of these categories, whatever their capitals; empty for all.
    package var categories: [String] = []
    package var excludedCategories: [String] = []
    /// Whether what the customer has may be offered again.
    package var includesBought = false
    /// Whether a list of things alike is broken up.
    package var isVaried = false

    package init() {}
}

/// What to offer to one customer, and what they are due to need again.
package struct CustomerOffers: Sendable, Equatable {
    package struct Offer: Sendable, Equatable {
        package var product: OfferProduct
        package var source: OfferReport.Source
        /// Scores of different sources can't be compared.
        package var score: Double
        /// What they bought that speaks for it, strongest first; empty for best sellers.
        package var because: [Reason]
    }

    package struct Reason: Sendable, Equatable {
        package var product: OfferProduct
        /// Of all that speaks for the offer, from 0 to 1.
        package var share: Double
    }

    /// A product that is due: the interval holds the day.
    package struct Due: Sendable, Equatable {
        package var product: OfferProduct
        /// Days since 1970, like the others.
        package var lastDay: Int
        package var medianDay: Int
        /// 80 %.
        package var range: ClosedRange<Int>
        /// The customer's own intervals behind it; 0 leans on other customers alone.
        package var ownIntervals: Int
    }

    package var offers: [Offer]
    /// The nearest to its median first; as many as offers at most.
    package var due: [Due]
    /// Different products that they bought and that something is known of.
    package var knownProducts: Int
}

extension OfferModel {
    /// Categories that nothing was bought of, as they were asked for.
    package func unknownCategories(_ rules: OfferRules) -> [String] {
        (rules.categories + rules.excludedCategories).filter { category(named: $0) == nil }
    }

    /// What to offer to a customer who bought this; they needn't have been there when it was learnt.
    ///
    /// - Parameters:
    ///   - purchases: Up to `today`, in any order; empty for a stranger.
    ///   - today: Days since 1970.
    package func offers(
        for purchases: [OfferPurchase], today: Int, rules: OfferRules = OfferRules()
    ) -> CustomerOffers {
        let known = purchases.compactMap { purchase in
            place(of: purchase.product).map { (item: $0, day: min(purchase.day, today)) }
        }
        let history = history(known, today: today)
        var itemRules = RecommendationRules()
        itemRules.excludesTaken = !rules.includesBought
        if !rules.categories.isEmpty {
            itemRules.onlyCategories = Set(rules.categories.compactMap { category(named: $0) })
        }
        itemRules.excludedCategories = Set(
            rules.excludedCategories.compactMap { category(named: $0) })
        if rules.isVaried { itemRules.variety = .marginalRelevance(relevance: 0.7) }
        let found = recommender.offers(
            for: history, count: rules.count, rules: itemRules, reasonsMax: 2)
        let offers = found.map { offer in
            CustomerOffers.Offer(
                product: catalogue[offer.item],
                source: OfferReport.Source(rawValue: offer.source.rawValue) ?? .bestSellers,
                score: Double(offer.score),
                because: offer.because.map { .init(product: catalogue[$0.item], share: $0.share) })
        }
        return CustomerOffers(
            offers: offers, due: due(known, today: today, count: rules.count),
            knownProducts: Set(known.map(\.item)).count)
    }

    /// Each purchase counts by its age, those of one product together: as the models were fitted.
    private func history(_ known: [(item: Int, day: Int)], today: Int) -> [TakenItem] {
        guard let decay = TimeDecay(halfLife: settings.halfLifeDays, asOf: Double(today)) else {
            return []
        }
        var weights: [Int: Double] = [:]
        for purchase in known {
            weights[purchase.item, default: 0] += decay.factor(at: Double(purchase.day))
        }
        return weights.sorted { $0.key < $1.key }.map { TakenItem(item: $0.key, weight: $0.value) }
    }

    private func due(
        _ known: [(item: Int, day: Int)], today: Int, count: Int
    ) -> [CustomerOffers.Due] {
        guard let replenishment else { return [] }
        let due = replenishment.due(
            for: known.map(\.item), times: known.map { Double($0.day) })
        let needed = due.compactMap { due -> CustomerOffers.Due? in
            // Far beyond any calendar the median says nothing.
            guard due.interval.upper.isFinite, due.interval.upper < 1e6 else { return nil }
            guard Double(today) >= due.interval.lower, Double(today) <= due.interval.upper else {
                return nil
            }
            // What most buy once isn't needed again, unless this customer shows otherwise.
            guard due.ownIntervals > 0 || repeatShares[due.product] >= settings.repeatShareMin
            else { return nil }
            let low = Int(due.interval.lower.rounded(.down))
            return CustomerOffers.Due(
                product: catalogue[due.product], lastDay: Int(due.lastTime),
                medianDay: Int(due.median.rounded()),
                range: low...max(low, Int(due.interval.upper.rounded(.up))),
                ownIntervals: due.ownIntervals)
        }
        let nearest = needed.sorted {
            (abs($0.medianDay - today), $0.product.id) < (abs($1.medianDay - today), $1.product.id)
        }
        return Array(nearest.prefix(count))
    }
}
