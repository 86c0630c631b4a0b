package import Kernel

/// Makes what operations are found by: two are the same where these are.
package struct LedgerOperationKeys: Sendable {
    /// Not secret: it only spreads them. Ids with the same hash in a run are told apart by their text.
    private static let hash = SipHash(
        key: SipHash.Key(low: 0x7065_7265_6e6e_6961, high: 0x6c65_6467_6572_6964))

    private var programs: [String: SipHash.Digest] = [:]
    /// The program that was asked about last, which mostly is the next one, too.
    private var last: (name: String, digest: SipHash.Digest)?

    package init() {}

    package mutating func key(_ program: String, _ id: String) -> SipHash.Digest {
        let own = Self.hash.digest(id)
        let others: SipHash.Digest
        if let last, last.name == program {
            others = last.digest
        } else {
            others = programs[program] ?? remember(program)
            last = (program, others)
        }
        return SipHash.Digest(first: own.first ^ others.first, second: own.second ^ others.second)
    }

    private mutating func remember(_ program: String) -> SipHash.Digest {
        let digest = Self.hash.digest(program, domain: 1)
        programs[program] = digest
        return digest
    }
}
