package import RetentionModels

/// Everything that offers are made from, learnt from a shop's order lines.
package struct OfferModel: Sendable {
    package let report: OfferReport
    package let settings: OfferSettings
    /// What may be offered or bought again. [product]
    let catalogue: [OfferProduct]
    let recommender: Recommender
    let replenishment: Replenishment?
    /// Of each product's buyers, the share who bought it again on another day. [product]
    let repeatShares: [Double]
    private let places: [String: Int]
    private let categories: [String: Int]

    /// Learns from all lines up to a day.
    ///
    /// A check on held-back purchases decides which model makes the offers; where none beats best
    /// sellers, offers are best sellers.
    ///
    /// - Parameter asOf: The last day, days since 1970; no line is later.
    /// - Complexity: twice that of the models; `EASE`'s cube of the products is most of it.
    package init(
        _ all: OfferLines, asOf: Int, settings: OfferSettings = OfferSettings(),
        workers: Workers = .one
    ) {
        precondition(all.days.allSatisfy { $0 <= asOf }, "lines from after the day")
        let lines = all.withKnownProducts(settings)
        let check = OfferCheck(lines, asOf: asOf, settings, workers)
        let fits = OfferFits(lines, asOf: asOf, settings, workers)
        var categories: [String: Int] = [:]
        let numbers = lines.catalogue.map { product in
            let key = product.category.lowercased()
            let number = categories[key] ?? categories.count
            categories[key] = number
            return number
        }
        let itemCatalogue = ItemCatalogue(categories: numbers, isInStock: fits?.isInStock)
        var chosen = OfferReport.Source.bestSellers
        if let fits {
            let neighbours = check?.best == .bestSellers ? nil : fits.neighbours()
            let together = check?.best == .bestSellers ? nil : fits.boughtTogether(lines)
            let ease = check?.best == .ease ? fits.ease() : nil
            let factors = check?.best == .implicitALS ? fits.implicitALS() : nil
            // Without a check, what is simplest: the same orders.
            let isChecked = check?.best != nil
            recommender = Recommender(
                ease: ease, implicitALS: factors, neighbours: isChecked ? neighbours : nil,
                boughtTogether: together, bestSellers: fits.bestSellers, catalogue: itemCatalogue)
            chosen = check?.best ?? (together == nil ? .bestSellers : .boughtTogether)
        } else {
            recommender = Recommender(
                bestSellers: BestSellers(.none), catalogue: itemCatalogue)
        }
        let own = lines.products.indices.filter { lines.customers[$0] >= 0 }
        replenishment = try? Replenishment(
            .init(
                customers: own.map { lines.customers[$0] },
                products: own.map { lines.products[$0] },
                times: own.map { Double(lines.days[$0]) }), minimumGap: 1)
        let (buyers, repeaters) = lines.demand()
        repeatShares = zip(repeaters, buyers).map { Double($0) / Double(max(1, $1)) }
        places = Dictionary(
            lines.catalogue.enumerated().map { ($1.id, $0) },
            uniquingKeysWith: { first, _ in first })
        catalogue = lines.catalogue
        self.categories = categories
        self.settings = settings
        let verdict: OfferReport.Verdict =
            switch check?.best {
            case nil: .tooLittleData
            case .bestSellers: .noBetter
            default: .usable
            }
        report = OfferReport(
            asOf: asOf, lines: all.count, cutBefore: all.cutBefore,
            customers: Set(all.customers.filter { $0 >= 0 }).count,
            orders: Set(all.orders).count, products: all.catalogue.count,
            offeredProducts: fits?.bestSellers.totals.count { $0 > 0 } ?? 0,
            check: check?.figures, chosen: chosen, verdict: verdict,
            parameters: settings.parameters)
    }

    /// The product's place in the catalogue; nil where nothing is known of it.
    func place(of id: String) -> Int? { places[id] }

    /// The number of a category, whatever its capitals; nil where there is none such.
    func category(named name: String) -> Int? { categories[name.lowercased()] }
}

extension OfferSettings {
    /// The figures of the model card.
    var parameters: [String: Double] {
        [
            "buyersMin": Double(buyersMin), "productsMax": Double(productsMax),
            "halfLifeDays": halfLifeDays, "easeProductsMax": Double(easeProductsMax),
            "ridge": ridge, "factors": Double(factors.factors),
            "factorIterations": Double(factors.iterations),
            "factorRegularisation": factors.regularisation,
            "factorUnobservedWeight": factors.unobservedWeight,
            "neighboursMax": Double(neighboursMax), "pairsMin": Double(pairsMin),
            "unsoldDaysMax": Double(unsoldDaysMax),
        ]
    }
}
