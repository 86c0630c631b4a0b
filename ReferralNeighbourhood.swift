import Kernel
import Records
import Referrals

/// The part of who referred whom, and who shares what with whom, that a check of one referral looks at.
struct ReferralNeighbourhood {
    /// Customers whose keys and advocates are read; a check that would need more isn't complete.
    private static let customersMax = 256

    private let commit: ReferralCommit
    private let program: String
    private var graph: ReferralGraph
    private var open: [ID<Customer>] = []
    private var seen: Set<ID<Customer>> = []

    /// Reads what surrounds a referral, which needn't be kept yet.
    static func graph(
        joining friend: ID<Customer>, by advocate: ID<Customer>, under program: ReferralProgram,
        in commit: ReferralCommit
    ) throws -> ReferralGraph {
        var neighbourhood = ReferralNeighbourhood(commit, program)
        try neighbourhood.addSharers(friend, advocate)
        neighbourhood.visit(friend)
        neighbourhood.visit(advocate)
        try neighbourhood.spread()
        return neighbourhood.graph
    }

    private init(_ commit: ReferralCommit, _ program: ReferralProgram) {
        self.commit = commit
        self.program = program.name
        graph = ReferralGraph(checks: program.checks)
    }

    /// The advocate's friends who share something with this one.
    private mutating func addSharers(
        _ friend: ID<Customer>, _ advocate: ID<Customer>
    ) throws {
        for bytes in try commit.keys(of: friend) {
            guard let key = PersonKey(bytes: bytes) else { continue }
            let sharers = try commit.friends(
                of: advocate, in: program, having: bytes, limit: graph.limits.stepsMax)
            for sharer in sharers {
                graph.addReferral(by: advocate, of: sharer)
                graph.add(key, of: sharer)
            }
        }
    }

    private mutating func visit(_ customer: ID<Customer>) {
        guard seen.count < Self.customersMax, seen.insert(customer).inserted else { return }
        open.append(customer)
    }

    /// Follows keys that link, and referrals upwards.
    private mutating func spread() throws {
        var next = 0
        while next < open.count {
            let customer = open[next]
            next += 1
            for bytes in try commit.keys(of: customer) {
                guard let key = PersonKey(bytes: bytes) else { continue }
                graph.add(key, of: customer)
                // One more than link anybody says that they are a crowd.
                let holders = try commit.holders(of: bytes, limit: graph.limits.crowdMax + 1)
                for holder in holders { graph.add(key, of: holder) }
                if holders.count <= graph.limits.crowdMax { for one in holders { visit(one) } }
            }
            if let upper = try commit.advocate(of: customer, in: program) {
                graph.addReferral(by: upper, of: customer)
                visit(upper)
            }
        }
    }
}
