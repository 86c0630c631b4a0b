import Access
import Console
import Documents
import Journeys
import Kernel
import Records
import Runtime

/// What a campaign's page says of its variants.
extension ConsoleCampaigns {
    func variants(
        _ standing: CampaignStanding, _ members: [MemberRecord]
    ) throws -> CampaignVariants? {
        let run = standing.run
        let approved = try run.flatMap {
            $0.approvedBy.isEmpty ? nil : try workspace.approvedCampaign(of: $0)
        }
        let campaign = approved ?? standing.campaign
        guard !campaign.variants.isEmpty else { return nil }
        let goal = CampaignVariants.Goal(rawValue: campaign.test?.goal.rawValue ?? "") ?? .clicks
        var shown = CampaignVariants(rows: rows([], campaign), goal: goal)
        shown.test = campaign.test.map { test in
            CampaignVariants.Test(
                share: Double(test.shareBasisPoints) / 10_000, span: test.span.description,
                endsAt: run?.testEndsAt)
        }
        guard let run else { return shown }
        shown.rows = rows(try figures(of: run, campaign), campaign)
        shown.mayChoose =
            campaign.test != nil && run.winner.isEmpty
            && (run.state == .running || run.state == .paused)
        if !run.winner.isEmpty, let at = run.decidedAt {
            let choice: CampaignVariants.Choice =
                switch run.decidedBy {
                case "evidence": .evidence
                case "time": .time
                default:
                    .hand(
                        by: members.first { $0.id.description == run.decidedBy }?.name
                            ?? run.decidedBy)
                }
            shown.winner = (run.winner, at, choice)
            shown.rowsAtChoice = rows([VariantFigures](json: run.decidedOn), campaign)
        }
        return shown
    }

    private func figures(of run: CampaignRun, _ campaign: Campaign) throws -> [VariantFigures] {
        var figures = try workspace.variantFigures(of: run, campaign, withOrders: false)
        let ordered = try orders.value(run.number) {
            let found = try workspace.variantFigures(of: run, campaign, withOrders: true)
            return Dictionary(found.map { ($0.name, $0.ordered) }) { first, _ in first }
        }
        for index in figures.indices { figures[index].ordered = ordered[figures[index].name] ?? 0 }
        return figures
    }

    private func rows(
        _ figures: [VariantFigures], _ campaign: Campaign
    ) -> [CampaignVariants.Row] {
        campaign.variants.map { variant in
            let found = figures.first { $0.name == variant.name }
            return CampaignVariants.Row(
                name: variant.name,
                template: DefinitionLink(
                    .template, name: variant.template, title: variant.template),
                sent: found?.sent ?? 0, opened: found?.opened ?? 0, clicked: found?.clicked ?? 0,
                ordered: found?.ordered ?? 0, sentAfterwards: found?.sentAfterwards ?? 0)
        }
    }

    func choose(
        _ variant: String, of name: String, by member: ID<Member>
    ) throws -> CampaignOutcome {
        do {
            try workspace.chooseWinner(variant, of: name, by: member.description)
            return .done
        } catch Workspace.CampaignFailure.unknown {
            return .unknown
        } catch let failure as Workspace.CampaignFailure {
            return .refused(reason: failure.description)
        }
    }
}
