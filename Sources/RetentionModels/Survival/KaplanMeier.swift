#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The share that lasts longer than a time, from durations of which some haven't ended yet
/// (Kaplan & Meier 1958).
public struct KaplanMeier: Equatable, Sendable {
    /// Distinct durations at which one or more ended, ascending; the curve falls at these alone.
    public let times: [Double]
    /// How many lasted as long as each time or longer.
    public let atRisk: [Int]
    /// How many ended at each time.
    public let events: [Int]
    /// The share that lasts longer than each time.
    public let survival: [Double]
    /// Greenwood's sum at each time: the variance of the curve over its square; infinite where the
    /// curve has come to 0.
    public let greenwood: [Double]
    /// How many durations there are.
    public let count: Int
    /// The longest duration. Beyond it the curve stays as it is, which is the custom, not
    /// knowledge.
    public let observedUntil: Double

    /// Linear time, whatever the durations are.
    ///
    /// - Parameters:
    ///   - durations: In any unit, from 0.
    ///   - ended: False where it still lasted when last seen. Nobody having ended gives a curve
    ///     that stays at 1.
    /// - Throws: `.shape`, `.noRows`, `.duration`.
    public init(durations: [Double], ended: [Bool]) throws(SurvivalFault) {
        let ordered = try OrderedDurations(durations, ended: ended)
        times = ordered.times
        atRisk = ordered.atRisk
        events = ordered.events
        count = ordered.count
        observedUntil = ordered.last
        var survival = [Double](repeating: 0, count: times.count)
        var greenwood = survival
        var (share, sum) = (1.0, 0.0)
        for i in times.indices {
            let (n, d) = (Double(ordered.atRisk[i]), Double(ordered.events[i]))
            share *= (n - d) / n
            sum += d / (n * (n - d))
            survival[i] = share
            greenwood[i] = sum
        }
        self.survival = survival
        self.greenwood = greenwood
    }

    /// The share that lasts longer than `time`.
    public func survival(at time: Double) -> Double {
        lastPlace(in: times, notAbove: time).map { survival[$0] } ?? 1
    }

    /// How an interval around the curve is built.
    public enum Interval: Sendable {
        /// Symmetric about the curve (Greenwood 1926), cut off at 0 and 1.
        case plain
        /// Symmetric about ln(−ln S) (Kalbfleisch & Prentice 1980, 1.15), which stays between 0 and
        /// 1 by itself and is the better one for few.
        case logLog
    }

    /// Where the share lies that lasts longer than `time`; nil where the curve has come to 0, where
    /// neither formula says anything.
    ///
    /// - Parameter confidence: Between 0 and 1.
    public func interval(
        at time: Double, confidence: Double = 0.95, _ kind: Interval = .logLog
    ) -> ClosedRange<Double>? {
        guard let place = lastPlace(in: times, notAbove: time) else { return 1...1 }
        return interval(place, z: standardNormalQuantile((1 + confidence) / 2), kind)
    }

    /// The interval at each of `times`.
    public func intervals(
        confidence: Double = 0.95, _ kind: Interval = .logLog
    ) -> [ClosedRange<Double>?] {
        let z = standardNormalQuantile((1 + confidence) / 2)
        return times.indices.map { interval($0, z: z, kind) }
    }

    private func interval(_ place: Int, z: Double, _ kind: Interval) -> ClosedRange<Double>? {
        let share = survival[place]
        guard share > 0 else { return nil }
        let deviation = greenwood[place].squareRoot()
        switch kind {
        case .plain:
            return max(0, share * (1 - z * deviation))...min(1, share * (1 + z * deviation))
        case .logLog:
            let logShare = log(share)
            let width = exp(z * deviation / -logShare)
            return exp(logShare * width)...exp(logShare / width)
        }
    }

    /// The first time by which at least this share has ended; nil where the curve stays above.
    ///
    /// - Parameter ended: From 0, excluded, to 1; a half for the median.
    public func time(ended: Double = 0.5) -> Double? {
        var (low, high) = (0, survival.count)
        while low < high {
            let middle = (low + high) / 2
            // Rounding must not carry the curve past a share that it meets exactly.
            if survival[middle] > (1 - ended) * (1 + 1e-14) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < survival.count ? times[low] : nil
    }

    /// The mean duration where each is cut off at `time`: the area under the curve up to there.
    public func restrictedMean(until time: Double) -> Double {
        var (area, from, share) = (CompensatedSum(), 0.0, 1.0)
        for i in times.indices {
            if times[i] >= time { break }
            area.add((times[i] - from) * share)
            (from, share) = (times[i], survival[i])
        }
        area.add(max(0, time - from) * share)
        return area.value
    }
}

/// The cumulated hazard from durations of which some haven't ended yet (Nelson 1969, Aalen 1978).
public struct NelsonAalen: Equatable, Sendable {
    /// Distinct durations at which one or more ended, ascending.
    public let times: [Double]
    /// The hazard cumulated up to each time.
    public let cumulativeHazard: [Double]
    /// Its variance at each time (Aalen's: the sum of d/n²).
    public let variance: [Double]

    /// Linear time.
    ///
    /// Where several end at one time they are taken one after another, 1/n + 1/(n−1) + …
    /// (Fleming & Harrington 1984), as durations that are rounded ask for.
    ///
    /// - Throws: `.shape`, `.noRows`, `.duration`.
    public init(durations: [Double], ended: [Bool]) throws(SurvivalFault) {
        let ordered = try OrderedDurations(durations, ended: ended)
        times = ordered.times
        var (hazards, variances) = ([Double](), [Double]())
        hazards.reserveCapacity(times.count)
        variances.reserveCapacity(times.count)
        var (hazard, variance) = (CompensatedSum(), CompensatedSum())
        for i in ordered.times.indices {
            for already in 0..<ordered.events[i] {
                let n = Double(ordered.atRisk[i] - already)
                hazard.add(1 / n)
                variance.add(1 / (n * n))
            }
            hazards.append(hazard.value)
            variances.append(variance.value)
        }
        cumulativeHazard = hazards
        self.variance = variances
    }

    /// The hazard cumulated up to `time`.
    public func cumulativeHazard(at time: Double) -> Double {
        lastPlace(in: times, notAbove: time).map { cumulativeHazard[$0] } ?? 0
    }

    /// Where the cumulated hazard lies, symmetric about its logarithm; nil before the first end.
    public func interval(at time: Double, confidence: Double = 0.95) -> ClosedRange<Double>? {
        guard let place = lastPlace(in: times, notAbove: time) else { return nil }
        let hazard = cumulativeHazard[place]
        let z = standardNormalQuantile((1 + confidence) / 2)
        let width = exp(z * variance[place].squareRoot() / hazard)
        return hazard / width...hazard * width
    }
}
