import Documents
package import Kernel
package import Loyalty
package import Records
import Synchronization

/// The rewards that points are good for: what is in force, and who has or is kept which.
package final class RewardDesk: Sendable {
    package let store: RewardStore
    private let records: RecordsStore
    private let known = Mutex<[String: LoyaltyReward]>([:])

    init(path: String, records: RecordsStore) throws {
        store = try RewardStore(path: path)
        self.records = records
        try reload()
    }

    /// Goes by what is defined now.
    func reload() throws {
        var found: [String: LoyaltyReward] = [:]
        for row in try records.definitionsInForce() where row.kind == "reward" {
            found[row.name] = try LoyaltyReward(
                reading: DocumentReader(try DefinitionSet.document(row)))
        }
        known.withLock { $0 = found }
    }

    /// A program's rewards, the cheapest first.
    package func rewards(of program: String) -> [LoyaltyReward] {
        known.withLock { $0.values.filter { $0.program == program } }
            .sorted { ($0.cost, $0.name) < ($1.cost, $1.name) }
    }

    package func reward(_ name: String, of program: String) -> LoyaltyReward? {
        known.withLock { $0[name] }.flatMap { $0.program == program ? $0 : nil }
    }
}

/// What came of asking for a reward.
package enum RewardOutcome: Sendable, Equatable {
    case claim(RewardClaim)
    /// Nothing was done.
    case refused(code: String, reason: String)
    /// The claim's id was used for something else, or somebody else.
    case reused
    case unknownReward
}
