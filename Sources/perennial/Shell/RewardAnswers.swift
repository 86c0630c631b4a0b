import API
import Documents
import JSONParsing
import Kernel
import Loyalty
import Records
import Runtime

/// What the API's routes about rewards answer with.
enum RewardAnswers {
    static func answers(of workspace: Workspace) -> RewardRoutes.Answers {
        RewardRoutes.Answers(
            rewards: { program, customer in
                try await Blocking.run { try rewards(program, customer, in: workspace) }
            },
            claim: { claiming in try await claim(claiming, in: workspace) },
            step: { program, id, step in try await self.step(program, id, step, in: workspace) },
            benefit: { program, customer, benefit in
                try await Blocking.run {
                    try self.benefit(program, customer, benefit, in: workspace)
                }
            },
            access: { program, customer, name in
                try await Blocking.run { try access(program, customer, name, in: workspace) }
            })
    }

    private static func inForce(
        _ program: String, in workspace: Workspace
    ) throws -> LoyaltyInForce {
        guard let inForce = workspace.loyalty.program(program) else {
            throw APIError.unknownDefinition(kind: "program")
        }
        return inForce
    }

    private static func known(_ customer: String, in workspace: Workspace) throws -> ID<Customer> {
        guard let id = try workspace.customerID(named: customer) else {
            throw APIError.unknownCustomer
        }
        return id
    }

    private static func rewards(
        _ program: String, _ customer: String?, in workspace: Workspace
    ) throws -> [UInt8] {
        let inForce = try inForce(program, in: workspace)
        var member = LoyaltyMember(
            inForce: inForce, customer: ID(rawValue: 0), number: nil, account: LoyaltyAccount())
        if let customer {
            member = try workspace.loyaltyMember(
                try known(customer, in: workspace), in: inForce)
        }
        var json = JSONWriter()
        json.beginObject()
        json.member("program", program)
        json.key("rewards")
        json.beginArray()
        for offer in try workspace.rewardOffers(to: member) {
            json.beginObject()
            json.member("name", offer.reward.name)
            json.member("title", offer.reward.title)
            if let text = offer.reward.description { json.member("description", text) }
            json.member("cost", offer.reward.cost)
            if let left = offer.left { json.member("left", left) }
            if customer != nil {
                json.member("can_claim", offer.refusal == nil)
                if let refusal = offer.refusal {
                    json.member("code", refusal.code)
                    json.member("reason", refusal.sentence(unit: inForce.program.unit))
                }
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private static func claim(
        _ claiming: RewardRoutes.Claiming, in workspace: Workspace
    ) async throws -> RewardRoutes.Answered {
        // Its operations are called by what follows its id.
        guard !RewardClaim.isReserved(claiming.id) else { throw APIError.keyReserved }
        let (customer, preview) = try await Blocking.run {
            let inForce = try inForce(claiming.program, in: workspace)
            let customer = try known(claiming.customer, in: workspace)
            guard claiming.isDry else { return (customer, RewardRoutes.Answered?.none) }
            let member = try workspace.loyaltyMember(customer, in: inForce)
            guard
                let offer = try workspace.rewardOffers(to: member).first(where: {
                    $0.reward.name == claiming.reward
                })
            else { throw APIError.unknownDefinition(kind: "reward") }
            if let refusal = offer.refusal {
                return (
                    customer,
                    answer(
                        .refused(
                            code: refusal.code,
                            reason: refusal.sentence(unit: inForce.program.unit)))
                )
            }
            let claim = RewardClaim(
                id: claiming.id, program: claiming.program, reward: claiming.reward,
                customer: customer, state: claiming.isTaken ? .confirmed : .reserved,
                points: offer.reward.cost,
                expiresAt: workspace.clock.now.adding(
                    milliseconds: offer.reward.hold.milliseconds), changedAt: workspace.clock.now)
            return (customer, answer(.claim(claim)))
        }
        if let preview { return preview }
        return try await failing {
            try await workspace.claimReward(
                claiming.reward, of: claiming.program, for: customer, id: claiming.id,
                isTaken: claiming.isTaken)
        }
    }

    private static func step(
        _ program: String, _ id: String, _ step: RewardRoutes.Step, in workspace: Workspace
    ) async throws -> RewardRoutes.Answered {
        _ = try inForce(program, in: workspace)
        return try await failing {
            if let claim = try workspace.rewards.store.claim(id), claim.program != program {
                return .refused(
                    code: "claim_unknown", reason: "The claim is of program \(claim.program).")
            }
            return switch step {
            case .confirm: try await workspace.confirmReward(id)
            case .release: try await workspace.releaseReward(id)
            case .return: try await workspace.returnReward(id)
            }
        }
    }

    private static func failing(
        _ body: () async throws -> RewardOutcome
    ) async throws -> RewardRoutes.Answered {
        do {
            let outcome = try await body()
            switch outcome {
            case .reused: throw APIError.keyReused
            case .unknownReward: throw APIError.unknownDefinition(kind: "reward")
            case .claim, .refused: return answer(outcome)
            }
        } catch let failure as LoyaltyDesk.Failure {
            switch failure {
            case .unknownProgram: throw APIError.unknownDefinition(kind: "program")
            case .writing(.reused): throw APIError.keyReused
            case .writing(.queueFull): throw APIError.busy
            case .writing: throw APIError.unavailable(failure.description)
            }
        }
    }

    private static func answer(_ outcome: RewardOutcome) -> RewardRoutes.Answered {
        var json = JSONWriter()
        json.beginObject()
        switch outcome {
        case .claim(let claim):
            json.member("claim", claim.id)
            json.member("reward", claim.reward)
            json.member("customer", claim.customer.description)
            json.member("state", claim.state.word)
            json.member("points", claim.points)
            json.member("done", true)
            if claim.state == .reserved { json.member("expires_at", claim.expiresAt.rfc3339) }
            if !claim.code.isEmpty { json.member("code", claim.code) }
            json.endObject()
            return RewardRoutes.Answered(json: json.bytes, isDone: true)
        case .refused(let code, let reason):
            json.member("done", false)
            json.member("type", "about:blank")
            json.member("title", "Refused")
            json.member("status", 409)
            json.member("code", code)
            json.member("detail", reason)
        case .reused, .unknownReward: break
        }
        json.endObject()
        return RewardRoutes.Answered(json: json.bytes, isDone: false)
    }

    /// Whether a customer may buy a collection now.
    private static func access(
        _ program: String, _ customer: String, _ name: String, in workspace: Workspace
    ) throws -> [UInt8] {
        let inForce = try inForce(program, in: workspace)
        let id = try known(customer, in: workspace)
        guard let access = inForce.program.earlyAccess.first(where: { $0.name == name }) else {
            throw APIError.unknownDefinition(kind: "collection")
        }
        let tier = try workspace.loyaltyMember(id, in: inForce).account.level(inForce.program)
        let answer = access.answer(
            for: tier, in: inForce.program, at: workspace.loyalty.now, zone: inForce.zone)
        var json = JSONWriter()
        json.beginObject()
        json.member("program", program)
        json.member("customer", id.description)
        json.member("collection", name)
        json.member("title", access.title)
        json.member("allowed", answer.isOpen)
        json.member("reason", answer.reason)
        if let tier { json.member("tier", tier.name) }
        json.member("opens_at", answer.opensAt.rfc3339)
        json.member("opens_to_all_at", answer.opensToAllAt.rfc3339)
        if let closes = answer.closesAt { json.member("closes_at", closes.rfc3339) }
        json.endObject()
        return json.bytes
    }

    private static func benefit(
        _ program: String, _ customer: String, _ benefit: String, in workspace: Workspace
    ) throws -> [UInt8] {
        let inForce = try inForce(program, in: workspace)
        let id = try known(customer, in: workspace)
        let account = try workspace.loyaltyMember(id, in: inForce).account
        var json = JSONWriter()
        json.beginObject()
        json.member("program", program)
        json.member("customer", id.description)
        json.member("benefit", benefit)
        if let rules = inForce.program.tiers,
            let standing = account.standing(inForce.program, inForce.zone)
        {
            let level = rules.levels[standing.tier]
            let isGranted = level.benefits.contains(benefit)
            json.member("granted", isGranted)
            json.member("tier", level.name)
            let who = rules.levels.filter { $0.benefits.contains(benefit) }.map(\.title)
            json.member(
                "reason",
                isGranted
                    ? "\(level.title) members have it."
                    : who.isEmpty
                        ? "No tier has it."
                        : "It is for \(who.joined(separator: " and ")); the customer is \(level.title)."
            )
        } else {
            json.member("granted", false)
            json.member("reason", "The program has no tiers.")
        }
        json.endObject()
        return json.bytes
    }
}
