/// How the points of one age left the books, each count a sum over points.
///
/// Doubles, since resampled customers are weighted; whole numbers below 2^53 are exact.
struct PointExits: Sendable, Equatable {
    /// All that were no more observed after that age, whatever the cause.
    var all = 0.0
    var redeemed = 0.0
    var reversed = 0.0

    static func += (sum: inout PointExits, more: PointExits) {
        sum.all += more.all
        sum.redeemed += more.redeemed
        sum.reversed += more.reversed
    }
}

/// The share of points that is redeemed by an age, where a reversal competes and everything else
/// (expiry, being open still) only ends the watching: Aalen & Johansen (1978), with points as
/// weights.
///
/// At each age with exits, d redeemed and v reversed of the Y points still watched at that age:
///
///     F(t) = Σ S(s−) d(s)/Y(s),  R(t) = Σ S(s−) v(s)/Y(s),  S(t) = Π (1 − (d(s) + v(s))/Y(s))
///
/// over the ages s up to t. A point that stops being watched at an age was watched at that age.
/// After the last age anything was watched, no hazard is assumed: the curves stay where they are.
struct RedemptionCurve: Sendable {
    /// Steps 0 ... n: after the first i ages of the grid; 0 is before all of them.
    private(set) var redeemed: [Double]
    /// As `redeemed`.
    private(set) var reversed: [Double]
    /// Neither redeemed nor reversed; as `redeemed`.
    private(set) var alive: [Double]

    /// - Parameter ages: How many ages the grid has.
    init(ages: Int) {
        redeemed = Array(repeating: 0, count: ages + 1)
        reversed = redeemed
        alive = Array(repeating: 1, count: ages + 1)
    }

    /// - Parameter exits: [age of the grid], in rising order of age.
    init(exits: [PointExits]) {
        self.init(ages: exits.count)
        fit(exits)
    }

    /// Fits again in place: O(ages).
    ///
    /// - Parameter exits: As many as the grid has ages.
    mutating func fit(_ exits: [PointExits]) {
        precondition(exits.count + 1 == alive.count, "one sum of exits for each age of the grid")
        var watched = 0.0
        for exit in exits { watched += exit.all }
        var surviving = 1.0
        var spent = 0.0
        var taken = 0.0
        for index in exits.indices {
            let exit = exits[index]
            if watched > 0, exit.redeemed + exit.reversed > 0 {
                spent += surviving * exit.redeemed / watched
                taken += surviving * exit.reversed / watched
                surviving *= max(0, 1 - (exit.redeemed + exit.reversed) / watched)
            }
            watched -= exit.all
            redeemed[index + 1] = spent
            reversed[index + 1] = taken
            alive[index + 1] = surviving
        }
    }

    /// The chance that a point which is alive after step `from` is redeemed by step `to`; 0 where
    /// none is alive any more.
    func chance(from: Int, to: Int) -> Double {
        guard to > from, alive[from] > 0 else { return 0 }
        return min(1, max(0, (redeemed[to] - redeemed[from]) / alive[from]))
    }
}

/// Whole ages in days at which anything left the books, rising.
struct AgeGrid: Sendable {
    let days: [Int]

    init(_ ages: some Sequence<Int>) {
        days = Set(ages).sorted()
    }

    /// The step of the curve that holds at an age: how many ages of the grid lie at or before it.
    func step(atDay day: Int) -> Int {
        var low = 0
        var high = days.count
        while low < high {
            let middle = (low + high) / 2
            if days[middle] <= day { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
