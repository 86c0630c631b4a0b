#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Tastes as vectors: a user's times an item's says how well they fit. Alternating least squares
/// for what was taken, with what was not taken as weak evidence of dislike.
///
/// Hu, Koren & Volinsky, Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008, in the
/// form of Rendle et al., Revisiting the Performance of iALS on Item Recommendation Benchmarks,
/// 2021 (arXiv 2110.14037): the sum of w(s − 1)² over what was taken, plus α₀ s² over all pairs,
/// plus λᵣ|x|² for every row, where λᵣ grows with the row's entries.
public struct ImplicitALS: ItemModel {
    /// What is chosen beforehand.
    public struct Settings: Hashable, Sendable {
        /// Numbers in a vector, 1 to 1,024.
        public var factors = 64
        /// λ, above 0.
        public var regularisation = 0.003
        /// α₀, above 0: what a pair that wasn't taken counts, beside 1 for one that was.
        public var unobservedWeight = 0.1
        /// ν of λᵣ = λ(entries + α₀ rows of the other side)^ν: 1 weighs a row's penalty like its
        /// evidence, 0 is the same penalty for all.
        public var frequencyExponent = 1.0
        /// Alternations, 1 or more.
        public var iterations = 15
        /// Steps of conjugate gradients for a row, 1 or more.
        public var steps = 3
        /// Decides the start.
        public var seed: UInt64 = 1

        /// The defaults; they are a beginning, to be tuned on each shop's data.
        public init() {}

        var areInRange: Bool {
            (1...1024).contains(factors) && regularisation > 0 && regularisation < .infinity
                && unobservedWeight > 0 && unobservedWeight < .infinity
                && frequencyExponent.isFinite && iterations >= 1 && steps >= 1
        }

        func ridge(entries: Int, among rows: Int) -> Double {
            regularisation
                * pow(Double(entries) + unobservedWeight * Double(rows), frequencyExponent)
        }
    }

    /// What was chosen beforehand.
    public let settings: Settings
    private let solver: FactorSolver
    /// Whether anybody took the item. [item]
    private let isKnown: [Bool]

    /// Items that it was fitted on.
    public var itemCount: Int { isKnown.count }

    /// Fits by alternating.
    ///
    /// - Throws: `.noEntries`, `.settingOutOfRange`, `.notFinite`.
    /// - Complexity: O(iterations · (entries · steps · factors + (users + items) · factors²)).
    public init(
        _ interactions: Interactions, _ settings: Settings = Settings(), workers: Workers = .one
    ) throws(ItemModelFailure) {
        guard settings.areInRange else { throw .settingOutOfRange }
        guard interactions.entryCount > 0 else { throw .noEntries }
        let byItem = interactions.transposed()
        var items = FactorRows(
            rowCount: interactions.itemCount, factors: settings.factors,
            deviation: 0.1 / Double(settings.factors).squareRoot(), seed: settings.seed)
        var solver = FactorSolver(items, settings, workers)
        for _ in 0..<settings.iterations {
            let users = solver.solve(interactions, workers)
            items = FactorSolver(users, settings, workers).solve(byItem, workers)
            guard items.groups.allSatisfy({ $0.sum().isFinite }) else { throw .notFinite }
            solver = FactorSolver(items, settings, workers)
        }
        self.settings = settings
        self.solver = solver
        isKnown = interactions.support.map { $0 > 0 }
    }

    /// Near 1 for what such a person takes, near 0 for what not. [item]
    public func scores(_ history: [TakenItem]) -> [Float]? {
        guard history.contains(where: { isKnown.indices.contains($0.item) && isKnown[$0.item] })
        else { return nil }
        let taste = solver.solve(history)
        return isKnown.indices.map { item in
            isKnown[item] ? dot(taste[...], solver.fixed[item]) : -.infinity
        }
    }

    /// Their section 5: with A the history's matrix, the score y'A⁻¹Σwy falls into one part for each
    /// entry.
    public func contributions(of history: [TakenItem], to item: Int) -> [Double] {
        guard isKnown.indices.contains(item) else { return history.map { _ in 0 } }
        let influence = solver.solve(history, for: solver.fixed[item])
        return history.map { taken in
            guard isKnown.indices.contains(taken.item) else { return 0 }
            return taken.weight * Double(dot(influence[...], solver.fixed[taken.item]))
        }
    }

    private func dot(_ a: ArraySlice<SIMD8<Float>>, _ b: ArraySlice<SIMD8<Float>>) -> Float {
        var sum = SIMD8<Float>.zero
        for (x, y) in zip(a, b) { sum += x * y }
        return sum.sum()
    }

    /// The loss that fitting lowers, for judging an approximate solution against another's: the
    /// users' vectors are solved for exactly the settings' steps.
    ///
    /// - Complexity: as one alternation.
    public func loss(_ interactions: Interactions, workers: Workers = .one) -> Double {
        precondition(interactions.itemCount == itemCount, "other items than those fitted")
        let users = solver.solve(interactions, workers)
        let byItem = interactions.support
        var sum = CompensatedSum()
        for user in 0..<interactions.userCount {
            let entries = interactions.entries(of: user)
            for entry in entries {
                let off = 1 - dot(users[user], solver.fixed[Int(interactions.items[entry])])
                sum.add(Double(interactions.weights[entry] * off * off))
            }
            let ridge = settings.ridge(entries: entries.count, among: itemCount)
            sum.add(ridge * Double(dot(users[user], users[user])))
        }
        for item in 0..<itemCount {
            let ridge = settings.ridge(entries: byItem[item], among: interactions.userCount)
            sum.add(ridge * Double(dot(solver.fixed[item], solver.fixed[item])))
        }
        let (userGram, itemGram) = (users.gram(workers), solver.fixed.gram(workers))
        for index in userGram.indices {
            sum.add(settings.unobservedWeight * userGram[index] * itemGram[index])
        }
        return sum.value
    }
}
