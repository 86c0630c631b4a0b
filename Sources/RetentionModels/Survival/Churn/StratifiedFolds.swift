/// Customers dealt into groups of equal size with equal shares of an outcome.
///
/// What is fitted without a group is judged on that group: no customer judges a model that knew
/// them.
public struct StratifiedFolds: Equatable, Sendable {
    /// The group of each customer, from 0.
    public let fold: [Int]
    /// How many groups there are.
    public let count: Int

    /// Shuffles those to whom it happened, then the others, and deals each in turn.
    ///
    /// - Parameters:
    ///   - count: 2 or more.
    ///   - seed: The same seed gives the same groups, everywhere.
    public init(_ happened: [Bool], count: Int, seed: UInt64) {
        precondition(count >= 2, "two folds at the least")
        var draws = SeededDraws(seed: seed)
        var fold = [Int](repeating: 0, count: happened.count)
        var next = 0
        for outcome in [true, false] {
            var rows = happened.indices.filter { happened[$0] == outcome }
            for last in stride(from: rows.count - 1, to: 0, by: -1) {
                rows.swapAt(last, Int(draws.uniform() * Double(last + 1)))
            }
            for row in rows {
                fold[row] = next % count
                next += 1
            }
        }
        self.fold = fold
        self.count = count
    }

    /// The customers of a group, ascending.
    public func inside(_ group: Int) -> [Int] { fold.indices.filter { fold[$0] == group } }

    /// The customers of all other groups, ascending.
    public func outside(_ group: Int) -> [Int] { fold.indices.filter { fold[$0] != group } }
}
