import Console
import Kernel
import Loyalty
import Records
import Runtime

/// What the console's page of a program's rewards shows and does.
struct ConsoleRewards: Sendable {
    private static let shown = 100

    let loyalty: ConsoleLoyalty
    private var workspace: Workspace { loyalty.workspace }

    init(_ loyalty: ConsoleLoyalty) { self.loyalty = loyalty }

    var data: RewardsData {
        var data = RewardsData()
        data.page = { program, reward, claims in
            try await Blocking.run { try page(program, reward, claims) }
        }
        data.step = { program, claim, step in try await self.step(program, claim, step) }
        return data
    }

    private func page(
        _ program: String, _ reward: String?, _ claims: Bool
    ) throws -> RewardsPage? {
        guard let inForce = workspace.loyalty.program(program) else { return nil }
        let figures = try workspace.rewards.store.figures()
        return RewardsPage(
            programTitle: inForce.program.title, unit: inForce.program.unit,
            rewards: workspace.rewards.rewards(of: program).map { reward in
                let (reserved, given) = figures[reward.name] ?? (0, 0)
                return RewardRow(
                    name: reward.name, title: reward.title, description: reward.description,
                    cost: Int(reward.cost), stock: reward.stock, reserved: reserved, given: given,
                    terms: terms(reward))
            },
            claims: claims
                ? try workspace.rewards.store.claims(
                    of: program, reward: reward, limit: Self.shown
                ).map(row) : [])
    }

    private func terms(_ reward: LoyaltyReward) -> [String] {
        var terms: [String] = []
        if let text = reward.description { terms.append(text) }
        if !reward.tiers.isEmpty {
            terms.append("for the tier \(reward.tiers.joined(separator: " or "))")
        }
        if !reward.segments.isEmpty {
            terms.append("for the segment \(reward.segments.joined(separator: " or "))")
        }
        if let most = reward.perCustomer {
            terms.append(most == 1 ? "one for each member" : "at most \(most) for each member")
        }
        if let starts = reward.starts { terms.append("from \(starts)") }
        if let ends = reward.ends { terms.append("until \(ends)") }
        if let code = reward.code { terms.append("with a code of \(code)") }
        return terms
    }

    private func row(_ claim: RewardClaim) throws -> ClaimRow {
        let customer = try workspace.records.root(of: claim.customer) ?? claim.customer
        return ClaimRow(
            id: claim.id, reward: claim.reward, customer: customer,
            name: try loyalty.label(customer),
            state: ClaimRow.State(rawValue: claim.state.word) ?? .underway,
            points: Int(claim.points), code: claim.code, changedAt: claim.changedAt,
            keptUntil: claim.state == .reserved ? claim.expiresAt : nil)
    }

    private func step(
        _ program: String, _ id: String, _ step: ClaimRow.Step
    ) async throws -> ClaimOutcome {
        guard try workspace.rewards.store.claim(id)?.program == program else { return .unknown }
        let outcome =
            switch step {
            case .confirm: try await workspace.confirmReward(id)
            case .release: try await workspace.releaseReward(id)
            case .return: try await workspace.returnReward(id)
            }
        switch outcome {
        case .claim: return .done
        case .refused(_, let reason): return .refused(reason)
        case .reused, .unknownReward: return .unknown
        }
    }
}
