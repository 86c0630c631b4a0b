/// What goes with what, by a closed form: each item's score is a weighted sum of what was taken.
///
/// Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019: with the Gram matrix
/// G = XᵀX + λI and P = G⁻¹, the weights are B = I − P diag(P)⁻¹, whose diagonal is 0. Suited to
/// thousands of items: memory is quadratic and time cubic in their number.
public struct EASE: ItemModel {
    /// Items that it was fitted on.
    public let itemCount: Int
    /// The ridge λ.
    public let ridge: Double
    /// The model's items, ascending: those with support.
    let members: [Int32]
    /// The place of each item among the members; −1 for none. [item]
    let places: [Int32]
    /// [taken member × scored member]
    let weights: [Float]

    /// Fits in closed form.
    ///
    /// - Parameters:
    ///   - ridge: λ above 0, in the unit of squared weights; hundreds are usual.
    ///   - minimumSupport: Items taken by fewer users are left out; at least 1.
    ///   - itemsMax: How many items with support it may have.
    /// - Throws: `.noEntries`, `.settingOutOfRange`, `.tooManyItems`, `.notFinite`.
    /// - Complexity: O(Σ entries of a user squared + items³).
    public init(
        _ interactions: Interactions, ridge: Double, minimumSupport: Int = 1,
        itemsMax: Int = 10_000, workers: Workers = .one
    ) throws(ItemModelFailure) {
        guard ridge > 0, ridge < .infinity, minimumSupport >= 1, itemsMax > 0 else {
            throw .settingOutOfRange
        }
        let support = interactions.support
        let members = support.indices.filter { support[$0] >= minimumSupport }
        guard !members.isEmpty else { throw .noEntries }
        guard members.count <= itemsMax else { throw .tooManyItems(limit: itemsMax) }
        var places = [Int32](repeating: -1, count: interactions.itemCount)
        for (place, item) in members.enumerated() { places[item] = Int32(place) }

        var gram = SymmetricInverse(size: members.count)
        for user in 0..<interactions.userCount {
            // Ascending, so the second is never right of the first.
            let taken = interactions.entries(of: user).compactMap { entry in
                let place = Int(places[Int(interactions.items[entry])])
                return place < 0
                    ? nil : (place: place, weight: Double(interactions.weights[entry]))
            }
            for (index, first) in taken.enumerated() {
                for second in taken[...index] {
                    gram[first.place, second.place] += first.weight * second.weight
                }
            }
        }
        for member in members.indices { gram[member, member] += ridge }
        guard gram.invert(workers) else { throw .notFinite }

        let count = members.count
        var weights = [Float](repeating: 0, count: count * count)
        for taken in 0..<count {
            for scored in 0..<count where scored != taken {
                let element = scored > taken ? gram[scored, taken] : gram[taken, scored]
                weights[taken * count + scored] = Float(-element / gram[scored, scored])
            }
        }
        itemCount = interactions.itemCount
        self.ridge = ridge
        self.members = members.map { Int32($0) }
        self.places = places
        self.weights = weights
    }

    /// Near 1 for what such a person takes, near 0 for what not. [item]
    public func scores(_ history: [TakenItem]) -> [Float]? {
        var sums = [Float](repeating: 0, count: members.count)
        var isKnown = false
        for taken in history {
            guard let place = place(of: taken.item) else { continue }
            isKnown = true
            let weight = Float(taken.weight)
            let start = place * members.count
            for scored in members.indices { sums[scored] += weight * weights[start + scored] }
        }
        guard isKnown else { return nil }
        var scores = [Float](repeating: -.infinity, count: itemCount)
        for (place, item) in members.enumerated() { scores[Int(item)] = sums[place] }
        return scores
    }

    /// What each item of the history adds to an item's score. [place in history]
    public func contributions(of history: [TakenItem], to item: Int) -> [Double] {
        guard let scored = place(of: item) else { return history.map { _ in 0 } }
        return history.map { taken in
            guard let place = place(of: taken.item) else { return 0 }
            return taken.weight * Double(weights[place * members.count + scored])
        }
    }

    private func place(of item: Int) -> Int? {
        guard places.indices.contains(item), places[item] >= 0 else { return nil }
        return Int(places[item])
    }
}
