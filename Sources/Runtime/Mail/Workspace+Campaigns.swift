import Documents
import Experiments
package import Journeys
package import Kernel
package import Records
import Templates

/// A campaign as it stands.
package struct CampaignStanding: Sendable {
    package var campaign: Campaign
    package var row: DefinitionRow
    /// Its newest run; nil where nobody did anything with it yet.
    package var run: CampaignRun?

    /// Whether somebody approved it as it is written now.
    package var isApproved: Bool {
        guard let run, !run.state.isOver else { return false }
        return !run.approvedBy.isEmpty && run.version == row.version
    }
}

/// What somebody does with a campaign.
package enum CampaignStep: String, Sendable, CaseIterable {
    case approve, start, pause, resume, cancel
}

extension Workspace {
    package enum CampaignFailure: Error, Equatable, CustomStringConvertible {
        case unknown(String)
        case notApproved(String)
        case wrongState(String, CampaignState?, CampaignStep)
        case ownWork(String)
        /// What it would send can't be made, for these reasons.
        case unfit(String, reasons: [String])
        case untested(String)
        case unknownVariant(String, variant: String, known: [String])
        case decided(String, winner: String)

        package var description: String {
            switch self {
            case .unknown(let name): "there is no campaign \(name)"
            case .notApproved(let name):
                "\(name) isn't approved as it is written now; approve it first"
            case .wrongState(let name, let state, let step):
                "\(name) is \(state?.rawValue ?? "new"), so that it can't be asked to \(step.rawValue)"
            case .ownWork(let name):
                "\(name) was written by the same person; somebody else approves it"
            case .unfit(let name, let reasons):
                "\(name) can't go out as it is: \(reasons.joined(separator: "; "))"
            case .untested(let name):
                "nobody waits for a variant of \(name): it tries none out, or isn't under way"
            case .unknownVariant(let name, let variant, let known):
                "\(name) has no variant \(variant); it has \(known.joined(separator: ", "))"
            case .decided(let name, let winner):
                "the variant of \(name) is chosen already: \(winner)"
            }
        }
    }

    /// All campaigns in force, by name.
    package func campaigns() throws -> [CampaignStanding] {
        try definitions().campaigns.sorted { $0.row.name < $1.row.name }.map { item in
            CampaignStanding(
                campaign: item.definition, row: item.row,
                run: try records.campaignRun(of: item.row.name))
        }
    }

    package func campaign(_ name: String) throws -> CampaignStanding {
        guard let item = try definitions().campaigns.first(where: { $0.row.name == name }) else {
            throw CampaignFailure.unknown(name)
        }
        return CampaignStanding(
            campaign: item.definition, row: item.row, run: try records.campaignRun(of: name))
    }

    /// Does something with a campaign.
    ///
    /// - Parameters:
    ///   - actor: Who does it.
    ///   - mayApproveOwn: Whether who wrote it may approve it: where there is nobody else.
    package func take(
        _ step: CampaignStep, with name: String, by actor: String, mayApproveOwn: Bool
    ) throws {
        let standing = try campaign(name)
        let now = clock.now
        let open = standing.run.flatMap { $0.state.isOver ? nil : $0 }
        switch step {
        case .approve:
            if !mayApproveOwn, standing.row.appliedBy == actor {
                throw CampaignFailure.ownWork(name)
            }
            let draft = try open ?? newRun(of: standing)
            guard draft.state == .draft || draft.state == .scheduled else {
                throw CampaignFailure.wrongState(name, draft.state, step)
            }
            let reasons = try obstacles(to: standing.campaign)
            guard reasons.isEmpty else {
                throw CampaignFailure.unfit(name, reasons: reasons)
            }
            var run = draft
            run.version = standing.row.version
            run.approvedBy = actor
            run.approvedAt = now
            if let at = standing.campaign.startsAt(in: zone), at > now {
                run.state = .scheduled
                run.startsAt = at
            }
            try change(run, from: draft, step)
        case .start:
            guard let open, open.state == .draft || open.state == .scheduled else {
                throw CampaignFailure.wrongState(name, standing.run?.state, step)
            }
            guard standing.isApproved else { throw CampaignFailure.notApproved(name) }
            var run = open
            run.state = .scheduled
            run.startsAt = now
            try change(run, from: open, step)
        case .pause:
            guard let open, open.state == .running else {
                throw CampaignFailure.wrongState(name, standing.run?.state, step)
            }
            guard try records.pauseCampaign(open, by: actor, at: now) else {
                throw CampaignFailure.wrongState(name, try state(of: name), step)
            }
        case .resume:
            guard let open, open.state == .paused else {
                throw CampaignFailure.wrongState(name, standing.run?.state, step)
            }
            guard try records.resumeCampaign(open) else {
                throw CampaignFailure.wrongState(name, try state(of: name), step)
            }
        case .cancel:
            guard let open, try records.cancelCampaign(open, at: now) else {
                throw CampaignFailure.wrongState(name, standing.run?.state, step)
            }
        }
    }

    /// Chooses the variant that everybody gets who waits for one.
    ///
    /// - Parameter actor: Who does it.
    package func chooseWinner(_ variant: String, of name: String, by actor: String) throws {
        let standing = try campaign(name)
        guard let run = standing.run, run.state == .running || run.state == .paused,
            let approved = try approvedCampaign(of: run), approved.test != nil
        else { throw CampaignFailure.untested(name) }
        guard let chosen = approved.variant(named: variant) else {
            throw CampaignFailure.unknownVariant(
                name, variant: variant, known: approved.variants.map(\.name))
        }
        let figures = try variantFigures(of: run, approved, withOrders: true)
        guard
            try records.decide(
                run, winner: chosen.name, by: actor, on: figures.json, at: clock.now)
        else {
            let now = try records.campaignRun(of: name)
            guard let winner = now?.winner, !winner.isEmpty else {
                throw CampaignFailure.untested(name)
            }
            throw CampaignFailure.decided(name, winner: winner)
        }
    }

    /// A run's campaign as it was approved; nil where its name is out of force.
    package func approvedCampaign(of run: CampaignRun) throws -> Campaign? {
        let rows = try records.definitionVersions(kind: "campaign", name: run.campaign)
        guard rows.contains(where: { $0.replacedAt == nil }),
            let row = rows.first(where: { $0.version == run.version })
        else { return nil }
        return try Campaign(reading: DocumentReader(try DefinitionSet.document(row)))
    }

    /// What keeps a campaign from being sent as it is written: templates that are gone, and what they require and
    /// nothing gives. What is required of each customer isn't looked at; who lacks it gets nothing.
    package func obstacles(to campaign: Campaign) throws -> [String] {
        let templates = try definitions().templates
        var reasons: [String] = []
        for variant in campaign.messages {
            let of = variant.name.isEmpty ? "" : "variant \(variant.name): "
            guard let template = templates.first(where: { $0.row.name == variant.template }) else {
                reasons.append("\(of)there is no template \(variant.template)")
                continue
            }
            let data = campaign.data(for: variant)
            for path in template.definition.required where !Self.gives(path, data) {
                reasons.append(
                    "\(of)the template \(variant.template) requires \(path), which the campaign's "
                        + "data doesn't give")
            }
        }
        return reasons
    }

    /// Whether a required value comes from a campaign's data, or from elsewhere.
    private static func gives(_ path: String, _ data: DocumentNode) -> Bool {
        let names = path.split { $0 == "." || $0 == "[" }.map(String.init)
        guard let first = names.first else { return true }
        // A campaign gives no code to anybody.
        if first == "coupon" { return false }
        if MailValues.ownNames.contains(first) { return true }
        var node: DocumentNode? = data
        for name in names {
            if case .list? = node?.value { return true }
            node = node?[name]
        }
        switch node?.value {
        case nil, .null: return false
        case .text(let text): return !text.isEmpty
        case .list(let items): return !items.isEmpty
        default: return true
        }
    }

    /// Whether a customer is held out of a campaign, by its own share or by the workspace's.
    package func isHeldOut(_ customer: ID<Customer>, of campaign: Campaign) throws -> Bool {
        try holdouts(of: campaign)(customer)
    }

    /// The same for one after another.
    func holdouts(of campaign: Campaign) throws -> (ID<Customer>) -> Bool {
        let shared = Double(try definitions().sending?.definition.holdoutBasisPoints ?? 0)
        let assignment = StickyAssignment(hash: hash)
        let own = "holdout/campaign/" + campaign.name
        return { customer in
            assignment.place(of: customer, in: "holdout") * 10_000 < shared
                || campaign.holdsOut(place: assignment.place(of: customer, in: own))
        }
    }

    /// Whether what people say about a topic is kept in mind, as something in force sends about it.
    package func keepsConsent(topic: String) -> Bool {
        engine.plan?.known(withdrawalBy: "email", topic: topic) != nil
    }

    private func newRun(of standing: CampaignStanding) throws -> CampaignRun {
        let run = CampaignRun(campaign: standing.row.name, version: standing.row.version)
        guard let kept = try records.put(run, before: nil) else {
            throw CampaignFailure.wrongState(
                standing.row.name, try state(of: standing.row.name), .approve)
        }
        return kept
    }

    private func state(of campaign: String) throws -> CampaignState? {
        try records.campaignRun(of: campaign)?.state
    }

    private func change(
        _ run: CampaignRun, from before: CampaignRun, _ step: CampaignStep
    ) throws {
        guard try records.put(run, before: before.state) != nil else {
            throw CampaignFailure.wrongState(
                run.campaign, try state(of: run.campaign), step)
        }
    }
}
