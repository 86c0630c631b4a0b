/// Calibration by the rising curve that fits best (Barlow et al. 1972, pool adjacent violators).
///
/// Between the middles of the pooled blocks it runs straight, which keeps customers of different
/// scores apart; beyond the first and last it is flat. Each block's share is taken with half a
/// customer of each outcome more, so that no probability is 0 or 1.
public struct IsotonicCurve: Equatable, Sendable {
    /// Scores at the middles of the blocks, ascending.
    public let scores: [Double]
    /// The probability at each, never falling.
    public let probabilities: [Double]

    /// A curve; nil where there is no point, or scores don't rise, or probabilities fall or aren't.
    public init?(scores: [Double], probabilities: [Double]) {
        guard !scores.isEmpty, scores.count == probabilities.count,
            scores.allSatisfy(\.isFinite), probabilities.allSatisfy({ (0...1).contains($0) }),
            zip(scores, scores.dropFirst()).allSatisfy({ $0 < $1 }),
            zip(probabilities, probabilities.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return nil }
        self.scores = scores
        self.probabilities = probabilities
    }

    /// The probability at this score.
    public func probability(_ score: Double) -> Double {
        var (low, high) = (0, scores.count)
        while low < high {
            let middle = (low + high) / 2
            if scores[middle] <= score { low = middle + 1 } else { high = middle }
        }
        if low == 0 { return probabilities[0] }
        if low == scores.count { return probabilities[low - 1] }
        let share = (score - scores[low - 1]) / (scores[low] - scores[low - 1])
        let (from, to) = (probabilities[low - 1], probabilities[low])
        return min(max(from + share * (to - from), from), to)
    }

    /// The curve of least squares.
    ///
    /// - Throws: `.shape`, `.oneOutcome`.
    public static func fit(
        scores: [Double], happened: [Bool]
    ) throws(LearningFault) -> IsotonicCurve {
        guard scores.count == happened.count else { throw .shape }
        let positives = happened.count { $0 }
        guard positives > 0, positives < happened.count else { throw .oneOutcome }
        var blocks: [Block] = []
        let order = ascendingOrder(scores)
        var start = 0
        while start < order.count {
            var block = Block()
            let score = scores[order[start]]
            // Customers of one score are one from the start.
            while start < order.count, scores[order[start]] == score {
                block.add(score, happened[order[start]])
                start += 1
            }
            while let last = blocks.last, last.share >= block.share {
                block.absorb(last)
                blocks.removeLast()
            }
            blocks.append(block)
        }
        // Half a customer more can turn the order of a small and a large block: pool once more.
        var smoothed: [Block] = []
        for block in blocks {
            var block = block
            while let last = smoothed.last, last.smoothedShare >= block.smoothedShare {
                block.absorb(last)
                smoothed.removeLast()
            }
            smoothed.append(block)
        }
        return IsotonicCurve(
            uncheckedScores: smoothed.map(\.middle), probabilities: smoothed.map(\.smoothedShare))
    }

    private init(uncheckedScores: [Double], probabilities: [Double]) {
        scores = uncheckedScores
        self.probabilities = probabilities
    }

    private struct Block {
        var customers = 0.0
        var happened = 0.0
        var scoreSum = 0.0

        var share: Double { happened / customers }
        var smoothedShare: Double { (happened + 0.5) / (customers + 1) }
        var middle: Double { scoreSum / customers }

        mutating func add(_ score: Double, _ outcome: Bool) {
            customers += 1
            happened += outcome ? 1 : 0
            scoreSum += score
        }

        mutating func absorb(_ other: Block) {
            customers += other.customers
            happened += other.happened
            scoreSum += other.scoreSum
        }
    }
}
