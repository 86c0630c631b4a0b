/// What treating the best so many would have gained, as a trial shows.
///
/// People are put in order by score, highest first; those of equal scores count as one step, so that
/// no order is invented. Over the best share s of everybody, with the arms weighed by 1/p and
/// 1/(1 − p):
///
/// - The *gain* is s times the difference of the arms' mean outcomes among them: outcomes gained for
///   each person there is, if those are treated.
/// - **AUUC** is the area under the gain from s = 0 to 1. Without any order it would be half of the
///   gain of treating all.
/// - The *Qini curve* is (Y₁ − Y₀ N₁/N₀)/N₁(1): outcomes of the treated among them, less those of the
///   others scaled to as many, for each treated person there is (Radcliffe 2007, for each person).
/// - **Qini** is the area between that curve and the straight line to its end: 0 for an order by
///   chance, negative for a wrong one. It isn't divided by the area of a perfect order, as
///   scikit-uplift does, nor by the last value, as causalml does: it keeps the outcome's unit.
///
/// Where no one of an arm has come yet, gain and curve are 0.
public struct UpliftCurve: Hashable, Sendable {
    /// Shares of people at which the curve is kept, from 0 to 1, both included.
    public let shares: [Double]
    /// The gain at those shares.
    public let gains: [Double]
    /// The area under the gain.
    public let auuc: Double
    /// The area between the Qini curve and its straight line.
    public let qini: Double

    /// The gain of treating all: the mean effect.
    public var gainOfAll: Double { gains.last ?? 0 }
}

/// People in the order of scores, on which curves are computed again and again.
struct UpliftOrder: Sendable {
    private let trial: TreatmentTrial
    /// Best first.
    private let order: [Int]
    /// Whether the next in order has another score. [place]
    private let endsStep: [Bool]

    init(_ trial: TreatmentTrial, scores: [Double]) {
        precondition(scores.count == trial.count, "a score for each person")
        let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
        self.trial = trial
        self.order = order
        endsStep = order.indices.map {
            $0 + 1 == order.count || scores[order[$0]] != scores[order[$0 + 1]]
        }
    }

    /// The curve where each person counts `counts` times; nil where an arm is empty.
    func curve(_ counts: [Int]?, points: Int) -> UpliftCurve? {
        var (people, weight) = (0.0, (with: 0.0, without: 0.0))
        for row in order.indices {
            let count = Double(counts?[row] ?? 1)
            let p = trial.propensities[row]
            people += count
            if trial.isTreated[row] {
                weight.with += count / p
            } else {
                weight.without += count / (1 - p)
            }
        }
        guard weight.with > 0, weight.without > 0 else { return nil }
        var (shares, gains) = ([0.0], [0.0])
        var (auuc, qiniArea) = (0.0, 0.0)
        var last = (share: 0.0, gain: 0.0, qini: 0.0)
        var (seen, sums) = (0.0, (with: 0.0, without: 0.0))
        var weights = (with: 0.0, without: 0.0)
        for (place, row) in order.enumerated() {
            let count = Double(counts?[row] ?? 1)
            let p = trial.propensities[row]
            seen += count
            if trial.isTreated[row] {
                weights.with += count / p
                sums.with += count / p * trial.outcomes[row]
            } else {
                weights.without += count / (1 - p)
                sums.without += count / (1 - p) * trial.outcomes[row]
            }
            guard endsStep[place] else { continue }
            let share = seen / people
            guard share > last.share else { continue }
            var now = (share: share, gain: 0.0, qini: 0.0)
            if weights.with > 0, weights.without > 0 {
                let mean = sums.without / weights.without
                now.gain = share * (sums.with / weights.with - mean)
                now.qini = (sums.with - mean * weights.with) / weight.with
            }
            auuc += (share - last.share) * (now.gain + last.gain) / 2
            qiniArea += (share - last.share) * (now.qini + last.qini) / 2
            while shares.count <= points {
                let wanted = Double(shares.count) / Double(points)
                guard wanted <= share + 1e-12 else { break }
                let part = (wanted - last.share) / (share - last.share)
                shares.append(wanted)
                gains.append(last.gain + part * (now.gain - last.gain))
            }
            last = now
        }
        while shares.count <= points {
            shares.append(Double(shares.count) / Double(points))
            gains.append(last.gain)
        }
        return UpliftCurve(
            shares: shares, gains: gains, auuc: auuc, qini: qiniArea - last.qini / 2)
    }
}
