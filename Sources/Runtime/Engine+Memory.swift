import Customers
import Logging
import Records

/// What is kept in memory between batches, and when it is dropped.
extension Engine {
    /// Drops what a long stretch left in memory, and gives the memory back.
    func rest() {
        let isMuch =
            memory.fragments.count > Self.keptAtRestMax
            || memory.identities.count > Self.keptAtRestMax * 4
        guard isMuch else { return }
        forget()
        log.releaseMemory()
        records.releaseMemory()
        MemoryTrim.run()
    }

    /// Drops what is in memory where it became much.
    func trim() {
        if memory.fragments.count > Self.keptMax {
            memory.fragments = FoldBatch.Fragments()
            memory.states = CustomerStates()
        }
        if memory.identities.count > Self.keptMax * 4 {
            memory.identities = IdentityState(rules: options.identityRules, hash: hash)
        }
    }

    func forget() {
        memory.identities = IdentityState(rules: options.identityRules, hash: hash)
        memory.fragments = FoldBatch.Fragments()
        memory.states = CustomerStates()
    }
}
