import Documents
package import Kernel
package import Records
package import Referrals
import Synchronization

/// The referral programs of a workspace: what is in force, who referred whom, and what is given for it.
package final class ReferralDesk: Sendable {
    /// A program with the version that is in force.
    package struct InForce: Sendable, Equatable {
        package var program: ReferralProgram
        package var version: Int64
    }

    /// Why nothing was done.
    package enum Failure: Error, Equatable {
        /// The operation's id was used for something else.
        case reused
        case unknownProgram(String)
    }

    /// What is known of a customer that tells one person from another, beside identifiers: from the shop's checkout.
    package struct Traits: Sendable, Equatable {
        package var device = ""
        /// The payment provider's fingerprint of a card or account.
        package var payment = ""
        package var addressLine = ""
        package var postcode = ""
        package var country = ""

        package init() {}
    }

    package let store: ReferralStore
    private let records: RecordsStore
    let clock: WallClock
    let zone: ZoneRules
    let hash: SipHash
    private let kept: Mutex<Kept>

    private struct Kept {
        var inForce: [String: InForce] = [:]
        /// By program; all kinds of keys are kept, each program looks at its own.
        var graphs: [String: ReferralGraph] = [:]
        var older: [String: [Int: ReferralProgram]] = [:]
    }

    init(
        path: String, records: RecordsStore, zone: ZoneRules, clock: WallClock, hash: SipHash
    ) throws {
        store = try ReferralStore(path: path)
        self.records = records
        self.zone = zone
        self.clock = clock
        self.hash = hash
        kept = Mutex(Kept())
        try reload()
    }

    /// Goes by what is defined now.
    func reload() throws {
        var found: [String: InForce] = [:]
        for row in try records.definitionsInForce() where row.kind == "referral" {
            found[row.name] = InForce(
                program: try ReferralProgram(
                    reading: DocumentReader(try DefinitionSet.document(row))),
                version: row.version)
        }
        var graphs = found.mapValues { ReferralGraph(checks: $0.program.checks) }
        try store.graphRows(
            key: { key, customer in
                for name in graphs.keys { graphs[name]?.add(key, of: customer) }
            },
            referral: { program, advocate, friend in
                graphs[program]?.addReferral(by: advocate, of: friend)
            })
        kept.withLock { $0 = Kept(inForce: found, graphs: graphs) }
    }

    package var programs: [InForce] {
        kept.withLock { $0.inForce.values.sorted { $0.program.name < $1.program.name } }
    }

    package func program(_ name: String) -> InForce? { kept.withLock { $0.inForce[name] } }

    /// The program as it was when a friend joined; nil where no such version is kept.
    func program(_ name: String, version: Int) throws -> ReferralProgram? {
        if let known = kept.withLock({ kept -> ReferralProgram? in
            if let inForce = kept.inForce[name], Int(inForce.version) == version {
                return inForce.program
            }
            return kept.older[name]?[version]
        }) {
            return known
        }
        let rows = try records.definitionVersions(kind: "referral", name: name)
        guard let row = rows.first(where: { Int($0.version) == version }) else { return nil }
        let program = try ReferralProgram(
            reading: DocumentReader(try DefinitionSet.document(row)))
        kept.withLock { $0.older[name, default: [:]][version] = program }
        return program
    }

    /// Names of the events, in small letters, that any version of a program asks of friends who joined by it.
    func qualifyingEvents() throws -> Set<String> {
        var names: Set<String> = []
        for program in try store.programNames() + programs.map(\.program.name) {
            for row in try records.definitionVersions(kind: "referral", name: program) {
                guard let known = try self.program(program, version: Int(row.version)) else {
                    continue
                }
                if case .event(let name) = known.qualifies { names.insert(name.lowercased()) }
            }
        }
        return names
    }

    /// Notes by what a customer is known again.
    func note(_ keys: [(PersonKey, ID<Customer>)]) throws {
        try store.commit { commit in
            for (key, customer) in keys { try commit.add(key, of: customer) }
        }
        kept.withLock { kept in
            for name in kept.graphs.keys {
                for (key, customer) in keys { kept.graphs[name]?.add(key, of: customer) }
            }
        }
    }

    /// Looks at who would join by whom, and remembers it.
    func check(
        _ program: String, joining friend: ID<Customer>, by advocate: ID<Customer>,
        keys: [(PersonKey, ID<Customer>)]
    ) -> RingCheck? {
        kept.withLock { kept in
            guard kept.graphs[program] != nil else { return nil }
            for name in kept.graphs.keys {
                for (key, customer) in keys { kept.graphs[name]?.add(key, of: customer) }
            }
            let check = kept.graphs[program]?.check(joining: friend, by: advocate)
            kept.graphs[program]?.addReferral(by: advocate, of: friend)
            return check
        }
    }

    /// What checks find about a referral that was noted.
    func findings(of id: ReferralID) -> [RingFinding] {
        kept.withLock { kept in
            kept.graphs[id.program]?.check(joining: id.friend, by: id.advocate).findings ?? []
        }
    }

    /// All that looks like a ring in a program. Looks at everything.
    package func report(_ program: String) -> [RingFinding] {
        kept.withLock { $0.graphs[program] }?.report() ?? []
    }

    /// A customer's code, made where there is none. Blocks.
    package func code(
        of advocate: ID<Customer>, program: String
    ) throws -> ReferralCode {
        guard self.program(program) != nil else { throw Failure.unknownProgram(program) }
        if let known = try store.code(of: advocate, program: program) { return known }
        var issue = 0
        while true {
            let code = ReferralCode(of: advocate, program: program, issue: issue, hash: hash)
            try store.commit { commit in
                try commit.put(code, of: advocate, program: program, at: clock.now)
            }
            if let kept = try store.code(of: advocate, program: program) { return kept }
            // Another customer has it: a chance of one in 10¹⁹.
            issue += 1
        }
    }

    // MARK: One referral

    /// Takes facts into a friend's referral, with all that follows from them, within a commit.
    ///
    /// - Returns: How it stands afterwards.
    @discardableResult
    func step(
        _ state: ReferralState, _ facts: [ReferralState.Fact], under program: ReferralProgram,
        in commit: ReferralCommit, at now: Timestamp
    ) throws -> ReferralStatus {
        var state = state
        let before = state.status(under: program)
        var effects: [ReferralEffect] = []
        var reason = before.words
        for fact in facts {
            let outcome = state.take(fact, now: now, under: program)
            effects += outcome.effects
            reason = outcome.after.words
        }
        let outcome = state.tick(now: now, under: program)
        effects += outcome.effects
        if facts.isEmpty { reason = outcome.after.words }
        var tally = try commit.tally(program: program.name, advocate: state.id.advocate)
        let unsettled = tally
        var left: Int?
        // What is about all referrals together goes by what is in force.
        let rules = self.program(program.name)?.program ?? program
        if let total = rules.total { left = total - (try commit.rewards(of: program.name)) }
        let settled = tally.settle(
            state.id, as: outcome.after, under: program, rules: rules, in: zone,
            rewardsLeft: left)
        effects += settled.effects
        if case .released = outcome.after { reason += "; " + settled.reason }
        if state.judgement?.word == .counts, let suspicion = state.suspicion {
            reason += "; counts by hand, though \(suspicion.words)"
        }
        if tally != unsettled { try commit.put(tally) }
        try commit.put(
            state, status: outcome.after.word, reason: reason,
            nextAt: state.nextChange(under: program), at: now)
        for effect in effects {
            try commit.owe(effect, of: program.name, in: program.program, at: now)
            try ReferralNews.tell(effect, state.id, in: commit, at: now)
        }
        if before.word != outcome.after.word || before.word == "expected" {
            try ReferralNews.tell(outcome.after, reason, state.id, in: commit, at: now)
        }
        return outcome.after
    }
}
