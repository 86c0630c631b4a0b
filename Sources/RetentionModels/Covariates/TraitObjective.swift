#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The negative mean log-likelihood of a model with traits, with its exact gradient by the four
/// logarithms of the base model's parameters and the effects.
///
/// Traits are taken less their mean and over their standard deviation, so that effects are of one
/// size and hardly depend on the base.
struct TraitObjective<Model: BuyTillYouDieModel>: LikelihoodObjective {
    let centre: [Double]
    let prior: Prior
    var total: Double { Double(histories.count) }
    var rowCount: Int { histories.count }
    /// By trait.
    let means: [Double]
    /// By trait.
    let deviations: [Double]

    private var histories: [PurchaseHistory]
    /// [customer × trait], standardised.
    private var traits: [Double]
    private let traitCount: Int
    private let leaving: Bool
    private let workers: Workers

    init(
        _ histories: PurchaseHistories, traits: CustomerTraits, leaving: Bool, rows: ScaledRows,
        prior: Prior, workers: Workers
    ) {
        let count = Double(histories.count)
        let means = traits.columns.map { $0.reduce(0, +) / count }
        let deviations = zip(traits.columns, means).map { column, mean in
            (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        }
        self.means = means
        self.deviations = deviations
        self.histories = (0..<histories.count).map {
            PurchaseHistory(
                uncheckedFrequency: histories.frequency[$0],
                recency: histories.recency[$0] / rows.timeScale,
                age: histories.age[$0] / rows.timeScale)
        }
        self.traits = (0..<histories.count).flatMap { customer in
            traits.columns.indices.map {
                deviations[$0] > 0
                    ? (traits.columns[$0][customer] - means[$0]) / deviations[$0] : 0
            }
        }
        traitCount = traits.names.count
        self.leaving = leaving
        self.prior = prior
        self.workers = workers
        let quarter = log(max(rows.meanAge, 1e-3) / 4)
        let base = [0, quarter, 0, Model.traitCoordinates.leavingSign < 0 ? quarter : 0]
        centre = base + Array(repeating: 0, count: traitCount * (leaving ? 2 : 1))
    }

    func thinned(every stride: Double) -> TraitObjective? {
        var thin = self
        let step = max(1, Int(stride))
        let kept = Swift.stride(from: 0, to: histories.count, by: step)
        thin.histories = kept.map { histories[$0] }
        thin.traits = kept.flatMap { traits[$0 * traitCount..<($0 + 1) * traitCount] }
        return thin
    }

    func meanLoss(_ point: [Double], _ gradient: inout [Double]) -> Double {
        let pieceSize = 2048
        let base = Array(point[0..<4])
        let parts = workers.map((rowCount + pieceSize - 1) / pieceSize) { piece in
            sum(piece * pieceSize..<min(rowCount, (piece + 1) * pieceSize), base, point)
        }
        var sums = [CompensatedSum](repeating: CompensatedSum(), count: point.count + 1)
        for part in parts {
            for i in part.indices { sums[i].add(part[i]) }
        }
        for i in point.indices { gradient[i] = -sums[i + 1].value / total }
        return -sums[0].value / total
    }

    /// The log-likelihood of some rows, and its slopes by the point.
    private func sum(_ rows: Range<Int>, _ base: [Double], _ point: [Double]) -> [Double] {
        var sums = [CompensatedSum](repeating: CompensatedSum(), count: point.count + 1)
        let coordinates = Model.traitCoordinates
        for row in rows {
            let first = row * traitCount
            var (rate, leave) = (0.0, 0.0)
            for i in 0..<traitCount {
                rate += point[4 + i] * traits[first + i]
                if leaving { leave += point[4 + traitCount + i] * traits[first + i] }
            }
            guard let model = Model.moved(base, rate: rate, leaving: leave) else {
                sums[0].add(-.infinity)
                continue
            }
            let (value, slopes) = model.logLikelihoodAndSlopes(histories[row])
            sums[0].add(value)
            for i in 0..<4 { sums[1 + i].add(slopes[i]) }
            for i in 0..<traitCount {
                sums[5 + i].add(-slopes[coordinates.rate] * traits[first + i])
                guard leaving else { continue }
                let slope = coordinates.leavingSign * slopes[coordinates.leaving]
                sums[5 + traitCount + i].add(slope * traits[first + i])
            }
        }
        return sums.map(\.value)
    }
}
