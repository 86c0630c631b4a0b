import Documents
import JSONParsing
package import Kernel
import Logging
package import Loyalty
import Promotions
package import Records
import Segments

/// A reward as one customer sees it.
package struct RewardOffer: Sendable {
    package var reward: LoyaltyReward
    /// How many are left; nil for as many as come.
    package var left: Int?
    /// Why the customer can't have it now; nil where they can.
    package var refusal: LoyaltyReward.Refusal?
}

extension Workspace {
    /// What a program's points are good for, to a customer. Blocks.
    package func rewardOffers(to member: LoyaltyMember) throws -> [RewardOffer] {
        let rewards = rewards.rewards(of: member.inForce.program.name)
        guard !rewards.isEmpty else { return [] }
        var claimant = try claimant(member)
        let members = try records.members(of: member.customer)
        let day = member.inForce.zone.day(of: loyalty.now)
        return try rewards.map { reward in
            let (all, own) = try self.rewards.store.taken(reward.name, by: members)
            claimant.taken = own
            return RewardOffer(
                reward: reward, left: reward.stock.map { max(0, $0 - all) },
                refusal: reward.refusal(for: claimant, taken: all, on: day))
        }
    }

    private func claimant(_ member: LoyaltyMember) throws -> LoyaltyReward.Claimant {
        let program = member.inForce.program
        let account = member.account
        var claimant = LoyaltyReward.Claimant(available: account.available(at: account.latest))
        if let rules = program.tiers,
            let standing = account.standing(program, member.inForce.zone)
        {
            claimant.tier = rules.levels[standing.tier].name
        }
        let memberships = try memberships(of: member.customer)
        claimant.segments = Set(
            try definitions().segments.map(\.row.name).filter {
                memberships[$0]?.isMember ?? false
            })
        return claimant
    }

    /// Keeps one of a reward, and its points, for a customer.
    ///
    /// - Parameters:
    ///   - id: The caller's; the same again answers how it stands now.
    ///   - isTaken: Whether it is confirmed at once.
    package func claimReward(
        _ name: String, of program: String, for customer: ID<Customer>, id: String, isTaken: Bool
    ) async throws -> RewardOutcome {
        guard let inForce = loyalty.program(program),
            let reward = rewards.reward(name, of: program)
        else { return .unknownReward }
        let member = try loyaltyMember(customer, in: inForce)
        let claimant = try claimant(member)
        let now = clock.now
        let day = inForce.zone.day(of: loyalty.now)
        let claim = RewardClaim(
            id: id, program: program, reward: name, customer: customer, state: .reserving,
            points: reward.cost, expiresAt: now.adding(milliseconds: reward.hold.milliseconds),
            changedAt: now)
        let members = try records.members(of: customer)
        let (refusal, known) = try rewards.store.open(claim, members: members) { all, own in
            var claimant = claimant
            claimant.taken = own
            return reward.refusal(for: claimant, taken: all, on: day)
        }
        if let known {
            let owner = try records.root(of: known.customer) ?? known.customer
            guard known.reward == name, known.program == program, owner == customer
            else { return .reused }
            switch known.state {
            case .refused, .releasing, .released, .returning, .returned:
                return .refused(
                    code: "claim_\(known.state.word)",
                    reason: "The claim was \(known.state.word); claim it anew, under another key.")
            case .reserving, .reserved, .confirming, .confirmed: break
            }
        } else if let refusal {
            return .refused(
                code: refusal.code, reason: refusal.sentence(unit: inForce.program.unit))
        }
        let outcome = try await advance(known ?? claim)
        guard isTaken, case .claim(let held) = outcome, held.state == .reserved else {
            return outcome
        }
        return try await confirmReward(id)
    }

    /// Takes what was kept: the points are spent.
    package func confirmReward(_ id: String) async throws -> RewardOutcome {
        try await change(id, from: [.reserved], to: .confirming, done: [.confirming, .confirmed])
    }

    /// Frees what was kept.
    package func releaseReward(_ id: String) async throws -> RewardOutcome {
        try await change(id, from: [.reserved], to: .releasing, done: [.releasing, .released])
    }

    /// Takes a reward back that was given: the points come back to the lots that they were drawn from, and it can be had
    /// again.
    package func returnReward(_ id: String) async throws -> RewardOutcome {
        try await change(id, from: [.confirmed], to: .returning, done: [.returning, .returned])
    }

    private func change(
        _ id: String, from states: [RewardClaim.State], to state: RewardClaim.State,
        done: [RewardClaim.State]
    ) async throws -> RewardOutcome {
        guard let claim = try rewards.store.claim(id) else {
            return .refused(code: "claim_unknown", reason: "There is no claim with this id.")
        }
        let now = clock.now
        if state == .confirming, claim.state == .reserved, claim.expiresAt <= now {
            _ = try rewards.store.move(id, from: [.reserved], to: .releasing, at: now)
            _ = try await advance(id)
            return .refused(
                code: "claim_expired",
                reason: "It was kept until \(claim.expiresAt); claim it anew.")
        }
        let isMoved = try rewards.store.move(id, from: states, to: state, at: now)
        guard isMoved || done.contains(claim.state) else {
            return .refused(
                code: "claim_\(claim.state.word)",
                reason: "The claim is \(claim.state.word) and can't be \(state.word) any more.")
        }
        return try await advance(id)
    }

    private func advance(_ id: String) async throws -> RewardOutcome {
        guard let claim = try rewards.store.claim(id) else {
            return .refused(code: "claim_unknown", reason: "There is no claim with this id.")
        }
        return try await advance(claim)
    }

    /// Does the ledger's part of what is under way, under an operation's id of its own, and notes that it is done.
    private func advance(_ claim: RewardClaim) async throws -> RewardOutcome {
        let (id, store) = (claim.id, rewards.store)
        let reservation = "reward:" + id
        func finished(
            _ state: RewardClaim.State, code: String? = nil, reason: String? = nil,
            isNews: Bool = true
        ) async throws -> RewardOutcome {
            // Told first: what a crash leaves is told again under the same id.
            let owner = try records.root(of: claim.customer) ?? claim.customer
            if isNews,
                let news = RewardNews.frame(
                    claim, as: state, of: owner, code: code ?? claim.code, reason: reason,
                    at: clock.now)
            {
                _ = try await append(news)
            }
            _ = try store.move(id, from: [claim.state], to: state, at: clock.now, code: code)
            return .claim(try store.claim(id) ?? claim)
        }
        switch claim.state {
        case .reserving:
            // The ledger keeps the points longer than the claim, which ends them itself. Asked again it is the same
            // operation: the claim hasn't changed since it was opened.
            let hold =
                max(0, claim.expiresAt.milliseconds - claim.changedAt.milliseconds) / 1000
            let refusal = try await ask(
                claim, reservation,
                .reserve(
                    points: claim.points, reference: "reward \(claim.reward)",
                    seconds: Int(hold) + 86_400))
            guard let refusal else { return try await finished(.reserved) }
            _ = try await finished(.refused, reason: refusal.reason)
            return .refused(code: refusal.code, reason: refusal.reason)
        case .confirming:
            let refusal = try await ask(
                claim, reservation + ":confirm", .confirm(operation: reservation))
            if let refusal {
                _ = try await finished(.refused, reason: refusal.reason)
                return .refused(code: refusal.code, reason: refusal.reason)
            }
            var code: String?
            if let promotion = self.rewards.reward(claim.reward, of: claim.program)?.code {
                // To who they are by now: codes of who was merged since aren't looked through again.
                let owner = try records.root(of: claim.customer) ?? claim.customer
                code = try promotions.issue(
                    promotion, count: 1, to: owner.description,
                    operation: reservation + ":code", digest: Array(id.utf8)
                ).codes.first
            }
            return try await finished(.confirmed, code: code)
        case .releasing:
            _ = try await ask(claim, reservation + ":release", .release(operation: reservation))
            return try await finished(.released)
        case .returning:
            // The code first: one that is used, or kept by a checkout, isn't given back for points.
            if !claim.code.isEmpty, try !promotions.withdraw(claim.code),
                let state = try promotions.look(up: claim.code)?.code.state, state != .withdrawn
            {
                _ = try await finished(.confirmed, isNews: false)
                return .refused(
                    code: "claim_code_used",
                    reason: "The code that came with it is used, or in use.")
            }
            let refusal = try await ask(
                claim, reservation + ":return",
                .unspend(operation: reservation + ":confirm", points: nil))
            if let refusal {
                _ = try await finished(.confirmed, isNews: false)
                return .refused(code: refusal.code, reason: refusal.reason)
            }
            return try await finished(.returned)
        case .reserved, .confirmed, .released, .refused, .returned: return .claim(claim)
        }
    }

    /// - Returns: Why the ledger refused; nil where it did it.
    private func ask(
        _ claim: RewardClaim, _ operation: String, _ what: LoyaltyOperation
    ) async throws -> (code: String, reason: String)? {
        let customer = try records.root(of: claim.customer) ?? claim.customer
        let answer = try await performLoyalty(
            try loyalty.ask(claim.program, customer, id: operation, LoyaltyRequest(what)))
        func member(_ name: String) throws -> String? {
            try JSONLookup.member(named: name, in: answer.bytes.span)?.text(in: answer.bytes.span)
        }
        guard try member("done") == "false" else { return nil }
        return (try member("code") ?? "refused", try member("detail") ?? "It was refused.")
    }

    private static let claimsAtOnce = 500
    /// What is under way for longer was left by somebody who died.
    private static let leftAfterMs: Int64 = 10_000

    /// Frees what was kept and not taken, and finishes what a crash left half done.
    ///
    /// - Returns: Whether anything was done.
    @discardableResult
    package func followRewards() async throws -> Bool {
        let now = clock.now
        let claims = try rewards.store.unfinished(
            since: now.adding(milliseconds: -Self.leftAfterMs), at: now, limit: Self.claimsAtOnce)
        var didSomething = false
        for claim in claims {
            do {
                if claim.state == .reserved {
                    _ = try await releaseReward(claim.id)
                } else {
                    _ = try await advance(claim)
                }
                didSomething = true
            } catch let failure as LoyaltyDesk.Failure {
                // One that can't be finished now holds up no other.
                logger.warning(
                    "a reward's claim waits to be finished",
                    metadata: ["claim": "\(claim.id)", "reason": "\(failure)"])
            }
        }
        return didSomething
    }

    /// Claims whose points the ledger knows otherwise. Blocks.
    func rewardProblems() throws -> (claims: Int, problems: [String]) {
        var count = 0
        var problems: [String] = []
        try rewards.store.claims { claim in
            count += 1
            guard claim.state == .confirmed || claim.state == .returned else { return }
            let spending = try loyalty.store.operation(
                program: claim.program, id: "reward:\(claim.id):confirm")
            if spending == nil {
                problems.append("reward claim \(claim.id) was given, and nothing was spent for it")
            }
        }
        return (count, problems)
    }
}
