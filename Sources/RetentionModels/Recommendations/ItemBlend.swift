/// Two models of the same scale, averaged: `EASE` and `ImplicitALS` both predict 1 for what is taken
/// and 0 for what isn't, and err differently.
public struct ItemBlend<First: ItemModel, Second: ItemModel>: ItemModel {
    /// Counts `1 - share`.
    public let first: First
    /// Counts `share`.
    public let second: Second
    /// From 0 to 1.
    public let share: Double

    /// Averages.
    ///
    /// - Throws: `.settingOutOfRange` where the share isn't from 0 to 1, or the models have different
    ///   items.
    public init(_ first: First, _ second: Second, share: Double) throws(ItemModelFailure) {
        guard (0...1).contains(share), first.itemCount == second.itemCount else {
            throw .settingOutOfRange
        }
        self.first = first
        self.second = second
        self.share = share
    }

    /// Items that it was fitted on.
    public var itemCount: Int { first.itemCount }

    /// Where one model knows nothing of the history or an item, that of the other alone.
    public func scores(_ history: [TakenItem]) -> [Float]? {
        guard let a = first.scores(history) else { return second.scores(history) }
        guard let b = second.scores(history) else { return a }
        let weight = Float(share)
        return zip(a, b).map { a, b in
            !b.isFinite ? a : !a.isFinite ? b : (1 - weight) * a + weight * b
        }
    }

    /// What each item of the history adds to an item's score. [place in history]
    public func contributions(of history: [TakenItem], to item: Int) -> [Double] {
        let a = first.contributions(of: history, to: item)
        let b = second.contributions(of: history, to: item)
        guard let own = first.scores(history), own.indices.contains(item), own[item].isFinite else {
            return b
        }
        guard let other = second.scores(history), other[item].isFinite else { return a }
        return zip(a, b).map { (1 - share) * $0 + share * $1 }
    }
}
