/// A number by which customers are drawn into the sample: the same for a customer forever, and as good as random
/// among customers.
enum SampleLot {
    /// Lots are below this.
    static let bound: Int64 = 1 << 31

    /// The lot of the customer in a column: a multiplication and a shift, twice, within 62 bits. DuckDB's own hash
    /// may be another in its next version, and the sample outlives the library.
    static func sql(_ customer: String) -> String {
        let mask = bound - 1
        let first = "((\(customer) & \(mask)) * 1640531527 & \(mask))"
        return "(xor(\(first), \(first) >> 15) * 1181783497 & \(mask))"
    }
}
