import Customers
import Dispatch
import Logging
import Records

/// What is kept in memory between batches, and when it is dropped.
extension Engine {
    /// Fragments that are kept in memory between the batches of a long stretch, before all are dropped.
    static let keptMax = 400_000
    /// The same under traffic that the fold keeps pace with, such as what a campaign tells of each message.
    static let keptInPaceMax = 40_000
    /// The same once there is nothing to fold.
    static let keptAtRestMax = 5_000

    /// What folding goes by.
    var rules: FoldBatch.Rules {
        FoldBatch.Rules(
            zone: options.zone, currency: options.currency, hash: hash,
            sentChannels: options.sentChannels)
    }

    /// Drops what a long stretch left in memory, and gives the memory back.
    func rest() {
        let isMuch =
            memory.fragments.count > Self.keptAtRestMax
            || memory.identities.count > Self.keptAtRestMax * 4
        guard isMuch else { return }
        forget()
        log.releaseMemory()
        records.releaseMemory()
        garbage.async { MemoryTrim.run() }
    }

    /// Drops what is in memory where it became much.
    func trim(to countMax: Int = keptMax) {
        if memory.fragments.count > countMax { forgetFragments() }
        if memory.identities.count > countMax * 4 { forgetIdentities() }
    }

    /// Drops what is in memory of customers.
    func forget() {
        forgetFragments()
        forgetIdentities()
    }

    private func forgetFragments() {
        let old = (memory.fragments, memory.states)
        memory.fragments = FoldBatch.Fragments()
        memory.states = CustomerStates()
        discard(old)
    }

    private func forgetIdentities() {
        let old = memory.identities
        memory.identities = IdentityState(rules: options.identityRules, hash: hash)
        discard(old)
    }

    /// Takes apart what nobody else holds, on a queue of its own: of many customers that takes longer than whoever's
    /// turn is next should wait.
    private func discard<Value>(_ value: Value) {
        nonisolated(unsafe) let value = value
        garbage.async { withExtendedLifetime(value) {} }
    }
}
