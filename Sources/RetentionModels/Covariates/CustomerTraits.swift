/// What is known of each customer from the first day and doesn't change: the channel they came by,
/// the first basket.
public struct CustomerTraits: Equatable, Sendable {
    /// The traits' names.
    public let names: [String]
    /// [trait × customer]; a category is a column of 0 and 1 for each value but one.
    public let columns: [[Double]]

    /// Keeps the columns; nil unless there is one for each name, all are of one length, and all
    /// numbers are finite.
    public init?(names: [String], columns: [[Double]]) {
        guard names.count == columns.count,
            columns.allSatisfy({ $0.count == columns.first?.count && $0.allSatisfy(\.isFinite) })
        else { return nil }
        self.names = names
        self.columns = columns
    }

    /// The traits of one customer, in the order of the names.
    public func row(_ customer: Int) -> [Double] { columns.map { $0[customer] } }
}
