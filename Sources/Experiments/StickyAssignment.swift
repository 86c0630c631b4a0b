package import Kernel

/// Puts customers into parts of an experiment so that each stays where they are, without a table: the place is
/// a keyed hash of the experiment's name and the customer's id.
package struct StickyAssignment: Sendable {
    private let hash: SipHash

    /// - Parameter hash: The workspace's own.
    package init(hash: SipHash) {
        self.hash = hash
    }

    /// Keeps places in experiments apart from the workspace's other hashes.
    private static let domain: UInt8 = 17

    /// A customer's place in an experiment: uniform in 0..<1, independent from one experiment to another.
    package func place(of customer: ID<Customer>, in experiment: String) -> Double {
        let digest = hash.digest("\(experiment)/\(customer)", domain: Self.domain)
        return Double(digest.first >> 11) * 0x1p-53
    }
}
