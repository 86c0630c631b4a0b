#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An item that a person took, and how much that counts.
public struct TakenItem: Hashable, Sendable {
    /// The item's index.
    public let item: Int
    /// Above 0; 1 is one plain purchase of today.
    public let weight: Double

    /// Keeps both.
    public init(item: Int, weight: Double = 1) {
        self.item = item
        self.weight = weight
    }
}

/// Who took what: users × items in compressed rows, one entry for each pair that occurred.
public struct Interactions: Equatable, Sendable {
    /// Users, with and without entries.
    public let userCount: Int
    /// Items, with and without entries.
    public let itemCount: Int
    /// Where each user's entries begin; one more at the end. [user + 1]
    let starts: [Int]
    /// The items of the entries, ascending within a user. [entry]
    let items: [Int32]
    /// How much each entry counts, above 0. [entry]
    let weights: [Float]
    /// When the pair last occurred; 0 where no times were given. [entry]
    let times: [Double]

    /// Pairs of a user and an item that occurred.
    public var entryCount: Int { items.count }

    /// Puts rows in any order into compressed rows. The weights of a pair's rows are added, the
    /// latest of their times is kept.
    ///
    /// - Parameters:
    ///   - weights: Above 0 and finite; 1 each if left out.
    ///   - times: In any unit; needed for a decay.
    ///   - decay: How older rows count less. Rows whose weight it takes to nothing are left out.
    /// - Throws: `InteractionFault` with the first row that is wrong.
    /// - Complexity: O(rows + users + items).
    public init(
        userCount: Int, itemCount: Int, users: [Int], items: [Int], weights: [Double]? = nil,
        times: [Double]? = nil, decay: TimeDecay? = nil
    ) throws(InteractionFault) {
        let count = users.count
        guard userCount >= 0, itemCount >= 0, itemCount < Int(Int32.max) else {
            throw .countsOutOfRange
        }
        guard
            items.count == count, (weights?.count ?? count) == count,
            (times?.count ?? count) == count
        else { throw .columnsDiffer }
        guard decay == nil || times != nil else { throw .timesMissing }
        var counted = [Float](repeating: 1, count: count)
        for row in 0..<count {
            guard (0..<userCount).contains(users[row]) else { throw .userOutOfRange(row: row) }
            guard (0..<itemCount).contains(items[row]) else { throw .itemOutOfRange(row: row) }
            var weight = weights?[row] ?? 1
            guard weight > 0, weight < .infinity else { throw .weightInvalid(row: row) }
            if let time = times?[row] {
                guard time.isFinite else { throw .timeInvalid(row: row) }
                if let decay {
                    guard time <= decay.asOf else { throw .afterAsOf(row: row) }
                    weight *= decay.factor(at: time)
                }
            }
            counted[row] = Float(weight)
        }
        let byItem = Self.order(items, among: itemCount, of: Array(0..<count))
        let byUser = Self.order(users, among: userCount, of: byItem)
        var (starts, columns) = ([Int](repeating: 0, count: userCount + 1), [Int32]())
        var (sums, latest) = ([Float](), [Double]())
        columns.reserveCapacity(count)
        sums.reserveCapacity(count)
        latest.reserveCapacity(count)
        var previousUser = -1
        for row in byUser where counted[row] > 0 {
            let item = Int32(items[row])
            if users[row] == previousUser, columns.last == item {
                sums[sums.count - 1] += counted[row]
                latest[latest.count - 1] = max(latest[latest.count - 1], times?[row] ?? 0)
                continue
            }
            previousUser = users[row]
            starts[previousUser + 1] += 1
            columns.append(item)
            sums.append(counted[row])
            latest.append(times?[row] ?? 0)
        }
        for user in 0..<userCount { starts[user + 1] += starts[user] }
        self.init(
            userCount: userCount, itemCount: itemCount, starts: starts, items: columns,
            weights: sums, times: latest)
    }

    init(
        userCount: Int, itemCount: Int, starts: [Int], items: [Int32], weights: [Float],
        times: [Double]
    ) {
        self.userCount = userCount
        self.itemCount = itemCount
        self.starts = starts
        self.items = items
        self.weights = weights
        self.times = times
    }

    /// Nobody and nothing.
    public static let none = Interactions(
        userCount: 0, itemCount: 0, starts: [0], items: [], weights: [], times: [])

    /// What a user took, ascending by item.
    public func history(of user: Int) -> [TakenItem] {
        entries(of: user).map { TakenItem(item: Int(items[$0]), weight: Double(weights[$0])) }
    }

    /// Users that took each item. [item]
    public var support: [Int] {
        var support = [Int](repeating: 0, count: itemCount)
        for item in items { support[Int(item)] += 1 }
        return support
    }

    func entries(of user: Int) -> Range<Int> { starts[user]..<starts[user + 1] }

    /// A stable counting sort of rows by key.
    private static func order(_ keys: [Int], among count: Int, of rows: [Int]) -> [Int] {
        var places = [Int](repeating: 0, count: count + 1)
        for row in rows { places[keys[row] + 1] += 1 }
        for key in 0..<count { places[key + 1] += places[key] }
        var sorted = [Int](repeating: 0, count: rows.count)
        for row in rows {
            sorted[places[keys[row]]] = row
            places[keys[row]] += 1
        }
        return sorted
    }
}

/// Older rows count less: half as much for each half-life of age.
public struct TimeDecay: Hashable, Sendable {
    /// The age at which a row counts half, in the unit of the times.
    public let halfLife: Double
    /// The moment from which ages are counted; no row may be later.
    public let asOf: Double

    /// Nil unless the half-life is above 0 (infinite is no decay) and the moment finite.
    public init?(halfLife: Double, asOf: Double) {
        guard halfLife > 0, asOf.isFinite else { return nil }
        self.halfLife = halfLife
        self.asOf = asOf
    }

    /// What a row of that time counts, from 0 to 1.
    public func factor(at time: Double) -> Double { exp2((time - asOf) / halfLife) }
}

/// Why rows can't be interactions.
public enum InteractionFault: Error, Hashable, Sendable {
    /// A count is negative, or the items are more than 2³¹ − 2.
    case countsOutOfRange
    /// Columns of different lengths.
    case columnsDiffer
    /// A decay without times.
    case timesMissing
    /// A user that isn't in 0 ..< userCount.
    case userOutOfRange(row: Int)
    /// An item that isn't in 0 ..< itemCount.
    case itemOutOfRange(row: Int)
    /// A weight that is 0, negative, infinite or not a number.
    case weightInvalid(row: Int)
    /// A time that is infinite or not a number.
    case timeInvalid(row: Int)
    /// A row from after the moment that the decay counts from: a leak from the future.
    case afterAsOf(row: Int)
}
