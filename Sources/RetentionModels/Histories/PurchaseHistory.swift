/// What is wrong with one row of purchase histories.
public enum HistoryFault: Error, Equatable, Sendable {
    /// The number of repeat purchases is below zero.
    case negativeFrequency
    /// The recency is not a finite number of zero or more.
    case recencyNotFinite
    /// The age is not a finite number of zero or more.
    case ageNotFinite
    /// The last purchase lies after the end of the observation.
    case recencyAfterAge
    /// There is a last repeat purchase without any repeat purchase.
    case recencyWithoutRepeat
    /// The mean repeat spend is not a finite number (zero and below are allowed, and not fitted).
    case spendNotFinite
}

/// A row of purchase histories that can't be used.
public struct InvalidRow: Error, Equatable, Sendable {
    /// The row, counted from 0.
    public var index: Int
    /// What is wrong with it.
    public var fault: HistoryFault

    /// Names a row and its fault.
    public init(index: Int, fault: HistoryFault) {
        self.index = index
        self.fault = fault
    }
}

/// All that the buy-till-you-die models need to know of one customer.
///
/// Times count from the customer's first purchase, in any unit, as long as it is one and the same
/// everywhere. Purchases of one day are usually counted as one.
public struct PurchaseHistory: Hashable, Sendable {
    /// Repeat purchases: all but the first.
    public let frequency: Int
    /// When the last purchase happened; 0 without a repeat purchase.
    public let recency: Double
    /// How long the customer was observed.
    public let age: Double

    /// A customer who has just made the first purchase.
    public static let new = PurchaseHistory(uncheckedFrequency: 0, recency: 0, age: 0)

    /// Checks and keeps one customer's history.
    ///
    /// - Throws: The first `HistoryFault` found, in the order of the enumeration.
    public init(frequency: Int, recency: Double, age: Double) throws(HistoryFault) {
        guard frequency >= 0 else { throw .negativeFrequency }
        guard recency.isFinite, recency >= 0 else { throw .recencyNotFinite }
        guard age.isFinite, age >= 0 else { throw .ageNotFinite }
        guard recency <= age else { throw .recencyAfterAge }
        guard frequency > 0 || recency == 0 else { throw .recencyWithoutRepeat }
        self.init(uncheckedFrequency: frequency, recency: recency, age: age)
    }

    /// Whether the checked `init` takes it, without a branch for each reason.
    @inline(__always)
    static func isUsable(frequency: Int, recency: Double, age: Double) -> Bool {
        let mayHaveRecency = frequency > 0 ? Double.infinity : 0
        return frequency >= 0 && recency >= 0 && recency <= mayHaveRecency && recency <= age
            && age < .infinity
    }

    init(uncheckedFrequency frequency: Int, recency: Double, age: Double) {
        self.frequency = frequency
        self.recency = recency
        self.age = age
    }
}
