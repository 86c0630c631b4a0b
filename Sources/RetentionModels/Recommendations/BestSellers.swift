/// What everybody takes: for people of whom nothing is known.
///
/// With decayed interactions, what is taken now.
public struct BestSellers: ItemModel {
    /// The summed weights of each item; 0 where its support is too small. [item]
    public let totals: [Double]

    /// Adds up.
    ///
    /// - Parameter minimumSupport: Items taken by fewer users don't sell best, however much each
    ///   of them took.
    public init(_ interactions: Interactions, minimumSupport: Int = 1) {
        var totals = [Double](repeating: 0, count: interactions.itemCount)
        for (item, weight) in zip(interactions.items, interactions.weights) {
            totals[Int(item)] += Double(weight)
        }
        let support = interactions.support
        for item in totals.indices where support[item] < minimumSupport { totals[item] = 0 }
        self.totals = totals
    }

    /// Items that it was fitted on.
    public var itemCount: Int { totals.count }

    /// The same for everybody; nil where nothing sold.
    public func scores(_ history: [TakenItem]) -> [Float]? {
        guard totals.contains(where: { $0 > 0 }) else { return nil }
        return totals.map { $0 > 0 ? Float($0) : -.infinity }
    }

    /// Nothing: it isn't for what the person took.
    public func contributions(of history: [TakenItem], to item: Int) -> [Double] {
        history.map { _ in 0 }
    }
}
