#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Items like an item, because the same people took them.
public struct ItemNeighbours: ItemModel {
    /// How alike two items are, from the weights of the people who took both.
    public enum Likeness: Hashable, Sendable {
        /// The cosine of their columns: 1 where the same people took both equally.
        case cosine
        /// Weights that saturate with repetition, and count less for people who take everything
        /// and for items that everybody takes (Robertson & Zaragoza 2009): tf(k + 1)/(tf + k(1 − b +
        /// b length/mean)) ln(1 + (N − n + ½)/(n + ½)), with people as texts and items as words.
        case bm25(k: Double, b: Double)
    }

    /// One neighbour.
    public struct Neighbour: Hashable, Sendable {
        /// The item's index.
        public let item: Int
        /// Above 0.
        public let likeness: Float
    }

    /// The neighbours of each item, most alike first. [item]
    public let neighbours: [[Neighbour]]

    /// Compares all items that somebody took together.
    ///
    /// - Parameters:
    ///   - neighboursMax: How many of the nearest are kept for each item, at least 1.
    ///   - minimumPairs: Pairs taken by fewer people are chance and left out.
    ///   - entriesMax: People with more items than that tell nothing about which go together, and
    ///     cost the square; they are left out.
    /// - Throws: `.noEntries`, `.settingOutOfRange`.
    /// - Complexity: O(Σ entries of a user squared).
    public init(
        _ interactions: Interactions, _ likeness: Likeness = .cosine, neighboursMax: Int = 100,
        minimumPairs: Int = 1, entriesMax: Int = 2_000, workers: Workers = .one
    ) throws(ItemModelFailure) {
        guard neighboursMax >= 1, minimumPairs >= 1, entriesMax >= 1 else {
            throw .settingOutOfRange
        }
        if case .bm25(let k, let b) = likeness {
            guard k > 0, k < .infinity, (0...1).contains(b) else { throw .settingOutOfRange }
        }
        guard interactions.entryCount > 0 else { throw .noEntries }
        let counted = interactions.ofUsers { interactions.entries(of: $0).count <= entriesMax }
        let byUser = Self.weigh(counted, likeness)
        let byItem = byUser.transposed()
        let size = 256
        let pieces = (byItem.userCount + size - 1) / size
        neighbours = workers.map(pieces) { piece in
            var sums = [Float](repeating: 0, count: byItem.userCount)
            var pairs = [Int32](repeating: 0, count: byItem.userCount)
            return (piece * size..<min(byItem.userCount, (piece + 1) * size)).map { item in
                var touched: [Int] = []
                for taker in byItem.entries(of: item) {
                    for entry in byUser.entries(of: Int(byItem.items[taker])) {
                        let other = Int(byUser.items[entry])
                        if pairs[other] == 0 { touched.append(other) }
                        pairs[other] += 1
                        sums[other] += byItem.weights[taker] * byUser.weights[entry]
                    }
                }
                var nearest = touched.filter {
                    $0 != item && pairs[$0] >= minimumPairs && sums[$0] > 0
                }
                nearest.sort { sums[$0] != sums[$1] ? sums[$0] > sums[$1] : $0 < $1 }
                let kept = nearest.prefix(neighboursMax).map {
                    Neighbour(item: $0, likeness: sums[$0])
                }
                for other in touched { (sums[other], pairs[other]) = (0, 0) }
                return kept
            }
        }.flatMap { $0 }
    }

    /// Items that it was fitted on.
    public var itemCount: Int { neighbours.count }

    /// Summed likenesses to what was taken; nil without any neighbours. [item]
    public func scores(_ history: [TakenItem]) -> [Float]? {
        var scores = [Float](repeating: -.infinity, count: itemCount)
        var isKnown = false
        for taken in history where neighbours.indices.contains(taken.item) {
            for neighbour in neighbours[taken.item] {
                isKnown = true
                let before = scores[neighbour.item]
                scores[neighbour.item] =
                    (before.isFinite ? before : 0) + Float(taken.weight) * neighbour.likeness
            }
        }
        return isKnown ? scores : nil
    }

    /// What each item of the history adds to an item's score. [place in history]
    public func contributions(of history: [TakenItem], to item: Int) -> [Double] {
        history.map { taken in
            taken.weight * Double(likeness(of: taken.item, to: item))
        }
    }

    /// How alike an item is to another; 0 where it is not among the nearest.
    func likeness(of first: Int, to second: Int) -> Float {
        guard neighbours.indices.contains(first) else { return 0 }
        return neighbours[first].first { $0.item == second }?.likeness ?? 0
    }

    private static func weigh(_ interactions: Interactions, _ likeness: Likeness) -> Interactions {
        var weights = interactions.weights
        switch likeness {
        case .cosine:
            var lengths = [Double](repeating: 0, count: interactions.itemCount)
            for (item, weight) in zip(interactions.items, weights) {
                lengths[Int(item)] += Double(weight) * Double(weight)
            }
            for entry in weights.indices {
                weights[entry] /= Float(lengths[Int(interactions.items[entry])].squareRoot())
            }
        case .bm25(let k, let b):
            let people = (0..<interactions.userCount).filter {
                !interactions.entries(of: $0).isEmpty
            }
            let rarity = interactions.support.map { takers in
                log1p((Double(people.count - takers) + 0.5) / (Double(takers) + 0.5))
            }
            let mean = weights.reduce(0) { $0 + Double($1) } / Double(max(1, people.count))
            for user in people {
                let entries = interactions.entries(of: user)
                let length = weights[entries].reduce(0) { $0 + Double($1) } / mean
                for entry in entries {
                    let count = Double(weights[entry])
                    let saturated = count * (k + 1) / (count + k * (1 - b + b * length))
                    weights[entry] = Float(saturated * rarity[Int(interactions.items[entry])])
                }
            }
        }
        return Interactions(
            userCount: interactions.userCount, itemCount: interactions.itemCount,
            starts: interactions.starts, items: interactions.items, weights: weights,
            times: interactions.times)
    }
}
