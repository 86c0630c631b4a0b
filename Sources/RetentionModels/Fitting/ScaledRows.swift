/// Grouped histories as the likelihoods read them: in columns, by frequency, times scaled.
///
/// Times are divided by a power of two so that the longest age falls in 32..<64: the search then
/// looks the same whether the data came in seconds or in years, and no digit is lost.
struct ScaledRows: Sendable {
    /// The rows of one frequency.
    struct Run: Sendable {
        let frequency: Double
        let rows: Range<Int>
        /// Customers of all the rows.
        let customers: Double
    }

    /// What one unit of the scaled time is in the data's unit.
    let timeScale: Double
    private(set) var recency: [Double]
    private(set) var age: [Double]
    private(set) var customers: [Double]
    private(set) var runs: [Run]
    /// All customers.
    private(set) var total: Double
    /// The mean age of all customers of the data, however many of them are kept.
    let meanAge: Double

    /// The rows of one frequency that one worker sums at once.
    struct Piece: Sendable {
        let run: Int
        let rows: Range<Int>
    }
    private(set) var pieces: [Piece]

    /// Nil when no history has a length.
    init?(_ histories: GroupedHistories) {
        let longest = histories.age.max() ?? 0
        guard longest > 0 else { return nil }
        let scale = longest.binade / 32
        timeScale = scale
        recency = histories.recency.map { $0 / scale }
        age = histories.age.map { $0 / scale }
        customers = histories.customers.map { Double($0) }
        var sum = CompensatedSum()
        for i in age.indices { sum.add(age[i] * customers[i]) }
        total = customers.reduce(0, +)
        meanAge = sum.value / total
        runs = []
        pieces = []
        setRuns(histories.frequency.map { Double($0) })
    }

    /// Every so many-th customer, so that each frequency keeps its share.
    func thinned(every stride: Double) -> ScaledRows {
        var thin = self
        (thin.recency, thin.age, thin.customers) = ([], [], [])
        var frequency: [Double] = []
        var passed = 0.0
        for run in runs {
            for row in run.rows {
                let before = (passed / stride).rounded(.down)
                passed += customers[row]
                let kept = (passed / stride).rounded(.down) - before
                guard kept > 0 else { continue }
                frequency.append(run.frequency)
                thin.recency.append(recency[row])
                thin.age.append(age[row])
                thin.customers.append(kept)
            }
        }
        thin.total = thin.customers.reduce(0, +)
        thin.setRuns(frequency)
        return thin
    }

    /// The sums of each piece, in order.
    func sums<Sums: Sendable>(
        workers: Workers, _ sum: @Sendable (_ run: Int, _ rows: Range<Int>) -> Sums
    ) -> [Sums] {
        let pieces = pieces
        // Small data isn't worth waking anybody for.
        let workers = age.count < 4 * Self.rowsPerPiece ? .one : workers
        return workers.map(pieces.count) { sum(pieces[$0].run, pieces[$0].rows) }
    }

    private static let rowsPerPiece = 4096

    private mutating func setRuns(_ frequency: [Double]) {
        runs = []
        pieces = []
        var start = 0
        while start < frequency.count {
            var end = start + 1
            while end < frequency.count, frequency[end] == frequency[start] { end += 1 }
            var first = start
            while first < end {
                let last = min(end, first + Self.rowsPerPiece)
                pieces.append(Piece(run: runs.count, rows: first..<last))
                first = last
            }
            runs.append(
                Run(
                    frequency: frequency[start], rows: start..<end,
                    customers: customers[start..<end].reduce(0, +)))
            start = end
        }
    }
}
