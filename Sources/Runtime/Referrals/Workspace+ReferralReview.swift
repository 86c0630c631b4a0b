package import Kernel
import Records
package import Referrals

/// A referral with all that a person needs to say whether it is one.
package struct ReferralReview: Sendable {
    package var state: ReferralState
    package var status: ReferralStatus
    /// What checks find about it now, the gravest first.
    package var findings: [RingFinding]
}

/// What a person says of a referral.
package struct ReferralWord: Sendable, Equatable {
    package var word: ReferralJudgement.Word
    package var reason: String
    /// A member's id, or `key`.
    package var by: String
    package var isDry: Bool

    package init(_ word: ReferralJudgement.Word, reason: String, by: String, isDry: Bool = false) {
        self.word = word
        self.reason = reason
        self.by = by
        self.isDry = isDry
    }
}

/// By what a request is known again: its id, and a digest of what was asked.
package struct ReferralRequestKey: Sendable, Equatable {
    package var operation: String
    package var digest: [UInt8]

    package init(operation: String, digest: [UInt8]) {
        self.operation = operation
        self.digest = digest
    }
}

extension Workspace {
    /// A friend's referral in a program, as it stands. Blocks.
    ///
    /// - Parameter friend: Any of the customers that the friend was merged of.
    /// - Returns: Nil where the customer joined by nobody's code.
    package func referralReview(
        _ program: String, friend: ID<Customer>
    ) throws -> ReferralReview? {
        guard let state = try referralState(program, friend: friend) else { return nil }
        return try review(state)
    }

    /// Takes in what a person says of a friend's referral: points follow at once, as for all other news. Blocks.
    ///
    /// - Parameter key: Nil for who can't ask twice. What is asked again under it is answered as before.
    /// - Returns: Nil where the customer joined by nobody's code.
    /// - Throws: `ReferralDesk.Failure`, and what the store throws.
    package func judgeReferral(
        _ program: String, friend: ID<Customer>, _ word: ReferralWord, key: ReferralRequestKey?,
        answer: (ReferralReview) -> [UInt8]
    ) throws -> (answer: [UInt8], isRepeat: Bool)? {
        let repeated = try key.flatMap { key in
            try referrals.store.commit { try Self.answered(key.operation, key.digest, $0) }
        }
        if let repeated { return (repeated.answer, true) }
        guard let found = try referralState(program, friend: friend)?.id else { return nil }
        let now = referrals.clock.now
        return try referrals.store.commit { commit in
            if let key, let known = try Self.answered(key.operation, key.digest, commit) {
                return (known.answer, true)
            }
            guard let state = try commit.state(program: program, friend: found.friend.rawValue),
                let terms = try referrals.program(program, version: state.programVersion)
            else { return nil }
            let version = max(now.milliseconds, (state.judgement?.version ?? 0) + 1)
            let fact = ReferralState.Fact.judged(
                ReferralJudgement(word.word, reason: word.reason, by: word.by, version: version))
            var judged = state
            let outcome = judged.take(fact, now: now, under: terms)
            let done = answer(
                ReferralReview(state: judged, status: outcome.after, findings: []))
            guard !word.isDry else { return (done, false) }
            try referrals.step(state, [fact], under: terms, in: commit, at: now)
            if let key {
                try commit.addOperation(
                    key.operation, digest: key.digest, answer: [1] + done, at: now)
            }
            return (done, false)
        }
    }

    private func review(_ state: ReferralState) throws -> ReferralReview? {
        guard
            let terms = try referrals.program(state.id.program, version: state.programVersion)
        else { return nil }
        return ReferralReview(
            state: state, status: state.status(under: terms),
            findings: referrals.findings(of: state.id))
    }

    /// Of a friend who joined under several names, the first time.
    private func referralState(
        _ program: String, friend: ID<Customer>
    ) throws -> ReferralState? {
        let root = try records.root(of: friend) ?? friend
        let members = Set(try records.members(of: root)).union([friend.rawValue])
        let states = try referrals.store.referrals(among: members.sorted())
            .filter { $0.program == program && members.contains($0.friend) }
            .compactMap { try referrals.store.state(program: program, friend: $0.friend) }
        return states.first { $0.id.friend == friend }
            ?? states.min { ($0.joinedAt ?? .latest, $0.id) < ($1.joinedAt ?? .latest, $1.id) }
    }
}
