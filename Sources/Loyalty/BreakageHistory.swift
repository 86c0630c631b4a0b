import Kernel

/// Lots, laid out for fitting the curve many times: what each customer adds to the exits at each
/// age, and the open points by the stretch of age they have yet to live.
struct BreakageHistory: Sendable {
    /// What one customer adds at one age.
    private struct Part: Sendable {
        var customer: Int64
        /// In days, then the index in the grid.
        var age: Int
        var exits: PointExits
    }

    /// Open points with the same way to go, as steps of the curve.
    private struct Stretch: Sendable, Hashable {
        var from: Int
        var to: Int
    }

    let grid: AgeGrid
    /// [age of the grid], all customers once.
    let exits: [PointExits]
    let openPoints: Int64
    let openBeyondHistory: Int64
    let redeemingCustomers: Int
    let usualLifeDays: Int?
    /// By customer, then by age.
    private let parts: [Part]
    /// Where each customer's parts begin, and the end of all.
    private let starts: [Int]
    private let stretches: [(stretch: Stretch, points: Double)]

    init(lots: [BreakageLot], today: Int) {
        let issued = lots.filter { $0.issuedDay <= today }
        var parts = Self.parts(of: issued, today: today)
        let grid = AgeGrid(Set(parts.lazy.map(\.age)))
        self.grid = grid
        var exits = Array(repeating: PointExits(), count: grid.days.count)
        var starts: [Int] = []
        var redeeming = 0
        var lastRedeeming: Int64?
        for index in parts.indices {
            let step = grid.step(atDay: parts[index].age) - 1
            parts[index].age = step
            exits[step] += parts[index].exits
            let customer = parts[index].customer
            if index == 0 || parts[index - 1].customer != customer { starts.append(index) }
            if parts[index].exits.redeemed > 0, lastRedeeming != customer {
                redeeming += 1
                lastRedeeming = customer
            }
        }
        starts.append(parts.count)
        self.parts = parts
        self.starts = starts
        self.exits = exits
        redeemingCustomers = redeeming
        usualLifeDays = Self.usualLifeDays(issued)
        var open = Saturating()
        var beyond = Saturating()
        var ways: [Stretch: Double] = [:]
        let seen = grid.days.last ?? 0
        for lot in issued {
            let points = lot.open(on: today)
            guard points > 0 else { continue }
            open.add(points)
            if lot.lifeDays.map({ $0 > seen }) ?? true { beyond.add(points) }
            let from = grid.step(atDay: today - lot.issuedDay)
            let to = lot.lifeDays.map { grid.step(atDay: $0) } ?? grid.days.count
            if to > from { ways[Stretch(from: from, to: to), default: 0] += Double(points) }
        }
        openPoints = open.sum
        openBeyondHistory = beyond.sum
        // In one order, so that the same sum comes out to the last bit.
        stretches = ways.map { (stretch: $0.key, points: $0.value) }
            .sorted { ($0.stretch.from, $0.stretch.to) < ($1.stretch.from, $1.stretch.to) }
    }

    /// The step of the curve at an age; the last one for nil.
    func step(atDay day: Int?) -> Int {
        day.map { grid.step(atDay: $0) } ?? grid.days.count
    }

    /// Of the points open today, those that will be redeemed.
    func expectedRedemptions(_ curve: RedemptionCurve) -> Double {
        stretches.reduce(0) {
            $0 + $1.points * curve.chance(from: $1.stretch.from, to: $1.stretch.to)
        }
    }

    /// Curves of resampled customers: the cluster bootstrap (Efron & Tibshirani 1993, ch. 8), since
    /// the points of one customer go together.
    ///
    /// Each customer comes Poisson(1) times, which stands for drawing as many customers as there
    /// are and needs no second pass (Hanley & MacGibbon 2006). O(count × (parts + ages)).
    func resample(
        _ count: Int, random: inout SeededRandom, each: (RedemptionCurve) -> Void
    ) {
        var sums = exits
        var curve = RedemptionCurve(ages: exits.count)
        for _ in 0..<count {
            for index in sums.indices { sums[index] = PointExits() }
            for customer in 0..<starts.count - 1 {
                let weight = Self.poissonOne(&random)
                guard weight > 0 else { continue }
                for index in starts[customer]..<starts[customer + 1] {
                    let age = parts[index].age
                    sums[age].all += weight * parts[index].exits.all
                    sums[age].redeemed += weight * parts[index].exits.redeemed
                    sums[age].reversed += weight * parts[index].exits.reversed
                }
            }
            curve.fit(sums)
            each(curve)
        }
    }

    /// Poisson with mean 1, by inversion.
    private static func poissonOne(_ random: inout SeededRandom) -> Double {
        var left = random.unit()
        var chance = 0.367_879_441_171_442_33  // exp(−1)
        var value = 0.0
        // Past 17, the chance is below the 53 bits of the draw.
        while left >= chance, value < 17 {
            left -= chance
            value += 1
            chance /= value
        }
        return value
    }

    /// What each customer adds at each age, by customer and age.
    private static func parts(of lots: [BreakageLot], today: Int) -> [Part] {
        var parts: [Part] = []
        parts.reserveCapacity(lots.count * 2)
        func watched(_ age: Int) -> Int { min(max(0, age), Breakage.ageDaysMax) }
        for lot in lots {
            for piece in lot.pieces where piece.points > 0 && piece.day <= today {
                let points = Double(piece.points)
                var age = piece.day - lot.issuedDay
                var exits = PointExits(all: points)
                switch piece.end {
                case .redeemed: exits.redeemed = age <= Breakage.ageDaysMax ? points : 0
                case .reversed: exits.reversed = age <= Breakage.ageDaysMax ? points : 0
                // Booked late perhaps, but of no use since then.
                case .expired: age = min(age, lot.lifeDays ?? age)
                }
                parts.append(Part(customer: lot.customer, age: watched(age), exits: exits))
            }
            let open = lot.open(on: today)
            if open > 0 {
                let age = today - lot.issuedDay
                let usable = min(age, lot.lifeDays ?? age)
                parts.append(
                    Part(
                        customer: lot.customer, age: watched(usable),
                        exits: PointExits(all: Double(open))))
            }
        }
        parts.sort { ($0.customer, $0.age) < ($1.customer, $1.age) }
        var merged: [Part] = []
        merged.reserveCapacity(parts.count)
        for part in parts {
            if let last = merged.last, last.customer == part.customer, last.age == part.age {
                merged[merged.count - 1].exits += part.exits
            } else {
                merged.append(part)
            }
        }
        return merged
    }

    /// The median life by points issued; nil where at least half never expire.
    private static func usualLifeDays(_ lots: [BreakageLot]) -> Int? {
        var points: [Int: Double] = [:]
        var all = 0.0
        for lot in lots {
            let issued = lot.pieces.reduce(Double(max(0, lot.left))) {
                $0 + Double(max(0, $1.points))
            }
            all += issued
            if let life = lot.lifeDays { points[life, default: 0] += issued }
        }
        var below = 0.0
        for (life, issued) in points.sorted(by: { $0.key < $1.key }) {
            below += issued
            if below > all / 2 { return life }
        }
        return nil
    }
}

/// A sum of points that stops at the largest number instead of trapping.
private struct Saturating {
    private(set) var sum: Int64 = 0

    mutating func add(_ points: Int64) {
        let (more, overflow) = sum.addingReportingOverflow(points)
        sum = overflow ? .max : more
    }
}
