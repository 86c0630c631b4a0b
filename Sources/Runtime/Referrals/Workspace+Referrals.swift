import Analytics
import Customers
package import Kernel
import Records
package import Referrals

/// What came of a friend's joining.
package enum ReferralJoining: Sendable, Equatable {
    case joined(advocate: ID<Customer>, friend: ID<Customer>, status: String, reason: String)
    case refused(code: String, reason: String)
}

extension Workspace {
    /// By what a customer is known again. Blocks.
    private func personKeys(
        of customer: ID<Customer>, _ traits: ReferralDesk.Traits? = nil
    ) throws -> [(PersonKey, ID<Customer>)] {
        let forms = PersonKeys(hash: hash, countryCode: "")
        var keys: [PersonKey?] = []
        for listing in try records.identifiers(of: try records.members(of: customer)) {
            switch listing.kind {
            case .email: keys.append(forms.email(listing.value))
            case .phone: keys.append(forms.phone(listing.value))
            case .anonymousID: keys.append(forms.device(listing.value))
            case .userID: break
            }
        }
        if let traits {
            keys.append(forms.device(traits.device))
            keys.append(forms.payment(traits.payment))
            keys.append(
                forms.address(
                    line: traits.addressLine, postcode: traits.postcode, country: traits.country))
        }
        return keys.compactMap { key in key.map { ($0, customer) } }
    }

    /// Has a friend join by a code. Blocks.
    ///
    /// What is asked again under an id is answered as before.
    ///
    /// - Throws: `ReferralDesk.Failure`, and what the stores throw.
    package func joinReferral(
        _ program: String, friend: ID<Customer>, code typed: String, traits: ReferralDesk.Traits,
        operation: String, digest: [UInt8], isDry: Bool,
        answer: (ReferralJoining) -> [UInt8]
    ) throws -> (answer: [UInt8], isDone: Bool, isRepeat: Bool) {
        guard let inForce = referrals.program(program) else {
            throw ReferralDesk.Failure.unknownProgram(program)
        }
        if let known = try referrals.store.commit({ commit in
            try Self.answered(operation, digest, commit)
        }) {
            return known
        }
        let outcome = try decideJoining(inForce, friend: friend, code: typed)
        func result(_ outcome: ReferralJoining) -> (answer: [UInt8], isDone: Bool, isRepeat: Bool) {
            if case .joined = outcome { return (answer(outcome), true, false) }
            return (answer(outcome), false, false)
        }
        guard !isDry else { return result(outcome) }
        let now = referrals.clock.now
        guard case .joined(let advocate, _, _, _) = outcome else {
            let refused = result(outcome)
            return try referrals.store.commit { commit in
                if let known = try Self.answered(operation, digest, commit) { return known }
                try commit.addOperation(
                    operation, digest: digest, answer: [0] + refused.answer, at: now)
                return refused
            }
        }
        let keys = try personKeys(of: advocate) + personKeys(of: friend, traits)
        let check = referrals.check(program, joining: friend, by: advocate, keys: keys)
        let known = try orderFacts(of: friend)
        let joined = try referrals.store.commit { commit in
            if let known = try Self.answered(operation, digest, commit) { return known }
            // Somebody else's click may have been a moment faster.
            guard try commit.state(program: program, friend: friend.rawValue) == nil else {
                return result(Self.alreadyReferred)
            }
            for (key, customer) in keys { try commit.add(key, of: customer) }
            let id = ReferralID(program: program, advocate: advocate, friend: friend)
            var facts: [ReferralState.Fact] = [.joined(at: now)]
            if let block = check?.block {
                facts.append(.reviewed(block, version: now.milliseconds))
            }
            let status = try referrals.step(
                ReferralState(id: id, programVersion: Int(inForce.version)), facts + known,
                under: inForce.program, in: commit, at: now)
            let done = result(
                .joined(
                    advocate: advocate, friend: friend, status: status.word, reason: status.words))
            try commit.addOperation(
                operation, digest: digest, answer: [1] + done.answer, at: now)
            return done
        }
        // What the archive took in meanwhile was passed by: there was no referral to tell it.
        if joined.isDone { try lookAgain(program, friend: friend.rawValue) }
        return joined
    }

    /// What was answered under an id before; nil where nothing was.
    static func answered(
        _ operation: String, _ digest: [UInt8], _ commit: ReferralCommit
    ) throws -> (answer: [UInt8], isDone: Bool, isRepeat: Bool)? {
        guard let before = try commit.operation(operation) else { return nil }
        guard before.digest == digest else { throw ReferralDesk.Failure.reused }
        return (Array(before.answer.dropFirst()), before.answer.first == 1, true)
    }

    private static let alreadyReferred = ReferralJoining.refused(
        code: "already_referred", reason: "The customer joined by somebody's code before.")

    private func decideJoining(
        _ inForce: ReferralDesk.InForce, friend: ID<Customer>, code typed: String
    ) throws -> ReferralJoining {
        let name = inForce.program.name
        guard let code = ReferralCode(typed: typed),
            let owner = try referrals.store.advocate(of: code, program: name)
        else {
            return .refused(code: "code_not_valid", reason: "This code is not valid.")
        }
        let advocate = try records.root(of: owner) ?? owner
        guard advocate != friend else {
            return .refused(
                code: "self_referral", reason: "The code is the customer's own.")
        }
        let members = try records.members(of: friend)
        let others = try referrals.store.referrals(among: members).filter {
            $0.program == name && members.contains($0.friend)
        }
        if !others.isEmpty { return Self.alreadyReferred }
        return .joined(advocate: advocate, friend: friend, status: "joined", reason: "")
    }

    /// A customer's orders as they stand, each as a fact of the log as far as the archive knows it. Blocks.
    private func orderFacts(of customer: ID<Customer>) throws -> [ReferralState.Fact] {
        let version = engine.status.archivedPosition
        let history = try archive.orderHistory(customer)
        var refunded: [String: Int64] = [:]
        for record in history where record.order.kind == .refunded {
            refunded[record.order.orderID, default: 0] += record.order.totalMinor
        }
        return history.filter { $0.order.kind == .completed }.map { record in
            .order(
                ReferralOrder(
                    id: record.order.orderID, placedAt: record.order.occurredAt,
                    amount: Money(
                        minor: record.order.totalMinor, currency: record.order.currency),
                    refunded: refunded[record.order.orderID] ?? 0,
                    isCancelled: record.isCancelled, version: version))
        }
    }

    /// Why a referral doesn't count by what is known of both by now; nil where nothing is against it.
    private func block(
        _ state: ReferralState, friend: ID<Customer>, advocate: ID<Customer>,
        in commit: ReferralCommit
    ) throws -> ReferralBlock? {
        if advocate == friend { return .oneCustomer }
        // Of a friend who joined twice, under two names, the first time counts.
        for member in try records.members(of: friend) where member != state.id.friend.rawValue {
            guard let other = try commit.state(program: state.id.program, friend: member),
                let joined = other.joinedAt, let own = state.joinedAt
            else { continue }
            if (joined, member) < (own, state.id.friend.rawValue) { return .alreadyReferred }
        }
        // What was released isn't taken back for what comes to light later, but for who they are.
        if state.wasReleased { return nil }
        let keys =
            try personKeys(of: advocate).map { ($0.0, state.id.advocate) }
            + personKeys(of: friend).map { ($0.0, state.id.friend) }
        for (key, customer) in keys { try commit.add(key, of: customer) }
        let check = referrals.check(
            state.id.program, joining: state.id.friend, by: state.id.advocate, keys: keys)
        switch check?.block {
        case .samePerson, .reciprocal, .cycle: return check?.block
        default: return nil
        }
    }

    /// Notes what a shop knows of an advocate, so that a friend who shares it is found out. Blocks.
    package func noteAdvocate(_ customer: ID<Customer>, _ traits: ReferralDesk.Traits) throws {
        try referrals.note(try personKeys(of: customer, traits))
    }

    /// Looks at a friend's referral anew. Blocks.
    func lookAgain(
        _ program: String, friend: Int64, more: [ReferralState.Fact] = []
    ) throws {
        let now = referrals.clock.now
        let named = ID<Customer>(rawValue: friend)
        let root = try records.root(of: named) ?? named
        let facts = try orderFacts(of: root) + more
        try referrals.store.commit { commit in
            guard let state = try commit.state(program: program, friend: friend),
                let terms = try referrals.program(program, version: state.programVersion)
            else { return }
            var facts = facts
            let advocate = try records.root(of: state.id.advocate) ?? state.id.advocate
            if let block = try block(state, friend: root, advocate: advocate, in: commit) {
                facts.append(.reviewed(block, version: now.milliseconds))
            }
            try referrals.step(state, facts, under: terms, in: commit, at: now)
        }
    }
}
