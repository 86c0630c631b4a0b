/// What is known of the items, beside who took them. Columns that aren't there don't restrict.
public struct ItemCatalogue: Hashable, Sendable {
    /// A category's number for each item. [item]
    public var categories: [Int]?
    /// Whether it can be sold today. [item]
    public var isInStock: [Bool]?
    /// What a sale earns of its price, from 1 down; negative for a loss. [item]
    public var margins: [Double]?

    /// A catalogue of the columns given; each has an element for every item.
    public init(categories: [Int]? = nil, isInStock: [Bool]? = nil, margins: [Double]? = nil) {
        self.categories = categories
        self.isInStock = isInStock
        self.margins = margins
    }
}

/// What may be offered, and how varied a list must be.
public struct RecommendationRules: Hashable, Sendable {
    /// How a list is kept from being the same thing ten times.
    public enum Variety: Hashable, Sendable {
        /// By score alone.
        case none
        /// At most so many items of a category; items beyond are passed over.
        case perCategory(maximum: Int)
        /// Maximal marginal relevance (Carbonell & Goldstein 1998): each next item is the one with
        /// the most of `relevance` times its score less (1 − relevance) times its likeness to the
        /// most alike of those before. Scores and likenesses count from 0 to 1.
        case marginalRelevance(relevance: Double)
    }

    /// Whether items that the person has are left out; false where people buy the same again.
    public var excludesTaken = true
    /// Whether items out of stock are left out.
    public var excludesOutOfStock = true
    /// Items that may not be offered.
    public var excludedItems: Set<Int> = []
    /// Categories that may not be offered.
    public var excludedCategories: Set<Int> = []
    /// Where given, only these categories may be offered.
    public var onlyCategories: Set<Int>?
    /// Items that earn less are left out.
    public var minimumMargin: Double?
    /// How varied the list is.
    public var variety = Variety.none

    /// Nothing but what the person has, and what is out of stock, is left out.
    public init() {}

    /// Whether an item may be offered to somebody. An item without a known category, stock or margin
    /// is refused where the rules ask for one.
    func allow(_ item: Int, _ catalogue: ItemCatalogue) -> Bool {
        if excludedItems.contains(item) { return false }
        if let stock = catalogue.isInStock, excludesOutOfStock,
            !(stock.indices.contains(item) && stock[item])
        {
            return false
        }
        if !excludedCategories.isEmpty || onlyCategories != nil {
            guard let category = category(of: item, catalogue) else { return false }
            if excludedCategories.contains(category) { return false }
            if let onlyCategories, !onlyCategories.contains(category) { return false }
        }
        if let minimumMargin {
            guard let margins = catalogue.margins, margins.indices.contains(item) else {
                return false
            }
            return margins[item] >= minimumMargin
        }
        return true
    }

    func category(of item: Int, _ catalogue: ItemCatalogue) -> Int? {
        guard let categories = catalogue.categories, categories.indices.contains(item) else {
            return nil
        }
        return categories[item]
    }
}
