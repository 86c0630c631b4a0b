import RetentionModels

/// The models of offers, fitted to what was bought up to a day.
struct OfferFits {
    let known: Interactions
    let bestSellers: BestSellers
    /// Whether each product was bought lately. [product]
    let isInStock: [Bool]
    private let settings: OfferSettings
    private let workers: Workers

    /// - Returns: Nil where no product has enough buyers.
    init?(_ lines: OfferLines, asOf: Int, _ settings: OfferSettings, _ workers: Workers) {
        let own = lines.products.indices.filter { lines.customers[$0] >= 0 }
        guard
            let all = try? Interactions(
                userCount: lines.customerCount, itemCount: lines.catalogue.count,
                users: own.map { lines.customers[$0] }, items: own.map { lines.products[$0] },
                times: own.map { Double(lines.days[$0]) },
                decay: TimeDecay(halfLife: settings.halfLifeDays, asOf: Double(asOf)))
        else { return nil }
        known = all.supported(byUsers: settings.buyersMin)
        guard known.entryCount > 0 else { return nil }
        bestSellers = BestSellers(known, minimumSupport: settings.buyersMin)
        var isInStock = [Bool](repeating: false, count: lines.catalogue.count)
        for line in lines.products.indices where asOf - lines.days[line] < settings.unsoldDaysMax {
            isInStock[lines.products[line]] = true
        }
        self.isInStock = isInStock
        self.settings = settings
        self.workers = workers
    }

    /// Nil where there are too many products for it, or it can't be fitted.
    func ease() -> EASE? {
        try? EASE(
            known, ridge: settings.ridge, minimumSupport: settings.buyersMin,
            itemsMax: settings.easeProductsMax, workers: workers)
    }

    func implicitALS() -> ImplicitALS? {
        try? ImplicitALS(known, settings.factors, workers: workers)
    }

    func neighbours() -> ItemNeighbours? {
        try? ItemNeighbours(
            known, .cosine, neighboursMax: settings.neighboursMax, minimumPairs: settings.pairsMin,
            workers: workers)
    }

    /// What is in the same orders, also those without a customer.
    func boughtTogether(_ lines: OfferLines) -> BoughtTogether? {
        var numbers: [Int: Int] = [:]
        let users = lines.orders.map { order in
            let number = numbers[order] ?? numbers.count
            numbers[order] = number
            return number
        }
        guard
            let baskets = try? Interactions(
                userCount: numbers.count, itemCount: lines.catalogue.count, users: users,
                items: lines.products)
        else { return nil }
        return try? BoughtTogether(
            baskets, minimumOrders: settings.pairsMin, companionsMax: settings.neighboursMax)
    }

    /// A model as offers are made by it.
    func offered(_ model: any ItemModel) -> OfferedModel {
        OfferedModel(model: model, bestSellers: bestSellers, isInStock: isInStock)
    }
}

/// A model with best sellers for whom it knows nothing of, and without what is sold out.
struct OfferedModel: ItemModel {
    let model: any ItemModel
    let bestSellers: BestSellers
    let isInStock: [Bool]

    var itemCount: Int { model.itemCount }

    func scores(_ history: [TakenItem]) -> [Float]? {
        guard let scores = model.scores(history) ?? bestSellers.scores(history) else { return nil }
        return zip(scores, isInStock).map { $1 ? $0 : -.infinity }
    }

    func contributions(of history: [TakenItem], to item: Int) -> [Double] {
        model.contributions(of: history, to: item)
    }
}
