#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Rows of a Cox regression, the longest duration first, covariates standardised.
///
/// In this order those at risk at a time are the rows passed so far, so every sum over them is
/// carried along.
struct CoxRows {
    let width: Int
    let count: Int
    let events: Int
    /// Of each covariate in the data.
    private(set) var means: [Double] = []
    /// The standard deviation of each covariate.
    private(set) var scales: [Double] = []
    /// Rows of one duration, the longest first; those that ended stand last among them.
    private var groups: [Group] = []
    /// [row × covariate].
    private var values: [Double]

    private struct Group {
        let time: Double
        /// Where the rows that still lasted start, those that ended start, and all end.
        let start: Int
        let endedStart: Int
        let end: Int
    }

    init(_ durations: [Double], ended: [Bool], covariates: [[Double]]) throws(SurvivalFault) {
        let count = durations.count
        guard ended.count == count, covariates.allSatisfy({ $0.count == count }) else {
            throw .shape
        }
        guard count > 0 else { throw .noRows }
        if let row = firstBadDuration(durations) { throw .duration(row: row) }
        self.count = count
        width = covariates.count
        events = ended.count { $0 }
        guard events > 0 else { throw .noEvents }
        values = [Double](repeating: 0, count: width * count)
        for (j, column) in covariates.enumerated() {
            if let row = column.firstIndex(where: { !$0.isFinite }) {
                throw .value(covariate: j, row: row)
            }
            try learnScale(of: column, j)
        }
        let order = arrange(durations, ended)
        for (j, column) in covariates.enumerated() {
            let (mean, scale) = (means[j], 1 / scales[j])
            for place in order.indices {
                values[place * width + j] = (column[order[place]] - mean) * scale
            }
        }
    }

    private mutating func learnScale(of column: [Double], _ j: Int) throws(SurvivalFault) {
        var sum = CompensatedSum()
        for value in column { sum.add(value) }
        let mean = sum.value / Double(count)
        var squares = CompensatedSum()
        for value in column { squares.add((value - mean) * (value - mean)) }
        let deviation = (squares.value / Double(count)).squareRoot()
        guard deviation > 1e-12 * abs(mean), deviation > 0, deviation < .infinity else {
            throw .constant(covariate: j)
        }
        means.append(mean)
        scales.append(deviation)
    }

    /// Fills `groups`; returns the rows in their order.
    private mutating func arrange(_ durations: [Double], _ ended: [Bool]) -> [Int] {
        let ascending = ascendingOrder(durations)
        var order: [Int] = []
        order.reserveCapacity(count)
        var end = count
        while end > 0 {
            let time = durations[ascending[end - 1]]
            var start = end - 1
            while start > 0, durations[ascending[start - 1]] == time { start -= 1 }
            let from = order.count
            for row in ascending[start..<end] where !ended[row] { order.append(row) }
            let endedStart = order.count
            for row in ascending[start..<end] where ended[row] { order.append(row) }
            groups.append(Group(time: time, start: from, endedStart: endedStart, end: order.count))
            end = start
        }
        return order
    }

    /// Adds the partial likelihood's parts at standardised coefficients to slopes that are zero.
    func slopes(at point: [Double], into slopes: inout NewtonSlopes) {
        let scores = scores(at: point)
        let top = scores.max() ?? 0
        var (risk, ending) = (Moments(width), Moments(width))
        var (value, gradient, hessian) = (CompensatedSum(), slopes.gradient, slopes.hessian)
        values.withUnsafeBufferPointer { values in
            for group in groups {
                for row in group.start..<group.endedStart {
                    risk.add(exp(scores[row] - top), values, row * width)
                }
                guard group.endedStart < group.end else { continue }
                ending.clear()
                for row in group.endedStart..<group.end {
                    ending.add(exp(scores[row] - top), values, row * width)
                    value.add(scores[row] - top)
                    for j in 0..<width { gradient[j] += values[row * width + j] }
                }
                risk.add(ending)
                let sums = EfronSums(risk.weight, ending.weight, group.end - group.endedStart)
                value.add(-sums.logs)
                for j in 0..<width {
                    let (a, b) = (risk.first[j], ending.first[j])
                    gradient[j] -= a * sums.inverse - b * sums.shareInverse
                    for k in 0...j {
                        let (c, d) = (risk.first[k], ending.first[k])
                        hessian[j * width + k] +=
                            risk.second[j * width + k] * sums.inverse
                            - ending.second[j * width + k] * sums.shareInverse
                            - a * c * sums.square + (a * d + b * c) * sums.shareSquare
                            - b * d * sums.squareSquare
                    }
                }
            }
        }
        slopes.value = value.value
        slopes.gradient = gradient
        slopes.hessian = hessian
    }

    /// The cumulated hazard at the means, by the times at which one or more ended, ascending.
    func baseline(at point: [Double]) -> (times: [Double], hazard: [Double]) {
        let scores = scores(at: point)
        let top = scores.max() ?? 0
        var (times, steps) = ([Double](), [Double]())
        var risk = 0.0
        for group in groups {
            for row in group.start..<group.end { risk += exp(scores[row] - top) }
            guard group.endedStart < group.end else { continue }
            var ending = 0.0
            for row in group.endedStart..<group.end { ending += exp(scores[row] - top) }
            let sums = EfronSums(risk, ending, group.end - group.endedStart)
            times.append(group.time)
            steps.append(sums.inverse * exp(-top))
        }
        times.reverse()
        var (hazard, sum) = ([Double](), CompensatedSum())
        hazard.reserveCapacity(steps.count)
        for step in steps.reversed() {
            sum.add(step)
            hazard.append(sum.value)
        }
        return (times, hazard)
    }

    private func scores(at point: [Double]) -> [Double] {
        var scores = [Double](repeating: 0, count: count)
        for row in 0..<count {
            var score = 0.0
            for j in 0..<width { score += point[j] * values[row * width + j] }
            scores[row] = score
        }
        return scores
    }
}

/// Weighted sums over rows: of 1, of the covariates, of their products (the lower half).
private struct Moments {
    var weight = 0.0
    var first: [Double]
    var second: [Double]

    init(_ width: Int) {
        first = Array(repeating: 0, count: width)
        second = Array(repeating: 0, count: width * width)
    }

    @inline(__always)
    mutating func add(_ weight: Double, _ values: UnsafeBufferPointer<Double>, _ start: Int) {
        self.weight += weight
        let width = first.count
        for j in 0..<width {
            let scaled = weight * values[start + j]
            first[j] += scaled
            for k in 0...j { second[j * width + k] += scaled * values[start + k] }
        }
    }

    mutating func add(_ other: Moments) {
        weight += other.weight
        for j in first.indices { first[j] += other.first[j] }
        for j in second.indices { second[j] += other.second[j] }
    }

    mutating func clear() {
        weight = 0
        for j in first.indices { first[j] = 0 }
        for j in second.indices { second[j] = 0 }
    }
}

/// What Efron's terms of one time add up to: those that ended leave the risk one share after
/// another, a = 0, 1/d … (d − 1)/d, and each term is over risk − a × ending.
private struct EfronSums {
    var logs = 0.0
    var inverse = 0.0
    var shareInverse = 0.0
    var square = 0.0
    var shareSquare = 0.0
    var squareSquare = 0.0

    @inline(__always)
    init(_ risk: Double, _ ending: Double, _ count: Int) {
        for already in 0..<count {
            let share = Double(already) / Double(count)
            let rest = risk - share * ending
            let term = 1 / rest
            logs += log(rest)
            inverse += term
            shareInverse += share * term
            square += term * term
            shareSquare += share * term * term
            squareSquare += share * share * term * term
        }
    }
}
