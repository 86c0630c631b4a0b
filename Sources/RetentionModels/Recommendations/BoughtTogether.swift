/// What is in the same orders, beyond what chance puts there.
public struct BoughtTogether: ItemModel {
    /// An item that goes with another.
    public struct Companion: Hashable, Sendable {
        /// The item's index.
        public let item: Int
        /// Orders with both.
        public let orders: Int
        /// How many times as often as if the two were independent: P(both) / (P(one) P(other)).
        public let lift: Double
        /// The share of the other's orders that have this one too.
        public let confidence: Double
    }

    /// The companions of each item, by confidence, highest first. [item]
    public let companions: [[Companion]]

    /// Counts pairs.
    ///
    /// - Parameters:
    ///   - baskets: Orders in place of users; weights don't matter.
    ///   - minimumOrders: Pairs in fewer orders are left out, at least 1.
    ///   - minimumLift: So are pairs of less lift; 1 is independence.
    ///   - companionsMax: How many are kept for each item.
    ///   - linesMax: Orders of more lines (wholesale, corrections) are left out of the pairs.
    /// - Throws: `.noEntries`, `.settingOutOfRange`.
    public init(
        _ baskets: Interactions, minimumOrders: Int = 3, minimumLift: Double = 1,
        companionsMax: Int = 50, linesMax: Int = 200
    ) throws(ItemModelFailure) {
        guard minimumOrders >= 1, minimumLift >= 0, companionsMax >= 1, linesMax >= 1 else {
            throw .settingOutOfRange
        }
        let isCounted = (0..<baskets.userCount).map {
            (1...linesMax).contains(baskets.entries(of: $0).count)
        }
        let orders = Double(isCounted.count { $0 })
        guard orders > 0 else { throw .noEntries }
        let byItem = baskets.transposed()
        let ordersOf = (0..<baskets.itemCount).map { item in
            byItem.entries(of: item).count { isCounted[Int(byItem.items[$0])] }
        }
        var pairs = [Int](repeating: 0, count: baskets.itemCount)
        companions = (0..<baskets.itemCount).map { item in
            var touched: [Int] = []
            for line in byItem.entries(of: item) where isCounted[Int(byItem.items[line])] {
                for entry in baskets.entries(of: Int(byItem.items[line])) {
                    let other = Int(baskets.items[entry])
                    if pairs[other] == 0 { touched.append(other) }
                    pairs[other] += 1
                }
            }
            let own = Double(ordersOf[item])
            let found: [Companion] = touched.compactMap { other in
                guard other != item, pairs[other] >= minimumOrders else { return nil }
                let both = Double(pairs[other])
                let lift = both * orders / (own * Double(ordersOf[other]))
                guard lift >= minimumLift else { return nil }
                return Companion(
                    item: other, orders: pairs[other], lift: lift, confidence: both / own)
            }
            for other in touched { pairs[other] = 0 }
            let sorted = found.sorted {
                ($1.confidence, $1.lift, $0.item) < ($0.confidence, $0.lift, $1.item)
            }
            return Array(sorted.prefix(companionsMax))
        }
    }

    /// Items that it was fitted on.
    public var itemCount: Int { companions.count }

    /// The summed confidences of what goes with each taken item; how often it was taken doesn't
    /// matter.
    public func scores(_ history: [TakenItem]) -> [Float]? {
        var scores = [Float](repeating: -.infinity, count: itemCount)
        var isKnown = false
        for taken in history where companions.indices.contains(taken.item) {
            for companion in companions[taken.item] {
                isKnown = true
                let before = scores[companion.item]
                scores[companion.item] =
                    (before.isFinite ? before : 0) + Float(companion.confidence)
            }
        }
        return isKnown ? scores : nil
    }

    /// What each item of the history adds to an item's score. [place in history]
    public func contributions(of history: [TakenItem], to item: Int) -> [Double] {
        history.map { taken in
            guard companions.indices.contains(taken.item) else { return 0 }
            return companions[taken.item].first { $0.item == item }?.confidence ?? 0
        }
    }
}
