import Experiments
import Journeys
import Kernel
import Records
import Runtime

/// What a campaign's variants brought, in words and a table.
enum VariantsText {
    /// For the list: the variants, or the winner; empty without variants.
    static func summary(_ standing: CampaignStanding) -> String {
        let names = standing.campaign.variants.map(\.name)
        guard !names.isEmpty else { return "" }
        guard let run = standing.run, !run.winner.isEmpty else {
            return names.joined(separator: ", ")
        }
        return "\(run.winner) won of \(names.joined(separator: ", "))"
    }

    static func lines(_ standing: CampaignStanding, in workspace: Workspace) throws -> [String] {
        guard let run = standing.run,
            let campaign = try workspace.approvedCampaign(of: run), !campaign.variants.isEmpty
        else { return standing.campaign.variants.map { "variant \($0.name): \($0.template)" } }
        let figures = try workspace.variantFigures(of: run, campaign, withOrders: true)
        let goal = campaign.test?.goal ?? .clicks
        let contest = figures.contest(goal)
        var table = TextTable(headings: [
            "variant", "template", "sent", "opened", "clicked", "orders", "\(goal.rawValue)",
            "against the best other", "odds",
        ])
        for (index, variant) in campaign.variants.enumerated() {
            let item = figures[index]
            table.rows.append([
                variant.name, variant.template, String(item.sent), String(item.opened),
                String(item.clicked), String(item.ordered),
                Figures.percent(contest.arms[index].rate),
                interval(contest.advantage(of: index)), odds(contest.evidence(for: index)),
            ])
        }
        var lines = [table.table()]
        if let decision = decision(run, campaign) { lines.append(decision) }
        lines.append(verdict(contest, figures, goal, run))
        return lines
    }

    private static func decision(_ run: CampaignRun, _ campaign: Campaign) -> String? {
        guard let test = campaign.test else { return nil }
        guard !run.winner.isEmpty, let at = run.decidedAt else {
            guard let end = run.testEndsAt else { return nil }
            return "the others wait for a winner until \(end.rfc3339) at the latest"
        }
        let how =
            switch run.decidedBy {
            case "evidence": "as its lead in \(test.goal.rawValue) was proven"
            case "time": "as the time was over and it was ahead; the difference wasn't proven"
            default: "by hand (\(run.decidedBy))"
            }
        return "\(run.winner) was chosen at \(at.rfc3339), \(how)"
    }

    private static func verdict(
        _ contest: VariantContest, _ figures: [VariantFigures], _ goal: Campaign.Goal,
        _ run: CampaignRun
    ) -> String {
        if let winner = contest.winner {
            return
                "\(figures[winner].name) brings more \(goal.rawValue) than each other one: proven"
        }
        return "no difference in \(goal.rawValue) is proven"
            + (run.winner.isEmpty ? " yet" : "")
    }

    private static func interval(_ advantage: (lower: Double, upper: Double)) -> String {
        func text(_ share: Double) -> String {
            let text = Figures.fixed(share * 100, digits: 0) + "%"
            return share > 0 ? "+" + text : text
        }
        if advantage.lower <= -1, !advantage.upper.isFinite { return "–" }
        let upper = advantage.upper.isFinite ? text(advantage.upper) : "any"
        return "\(text(advantage.lower)) … \(upper)"
    }

    private static func odds(_ evidence: Double) -> String {
        guard evidence > 1 else { return "–" }
        return evidence >= 1_000_000
            ? "over a million to 1" : "\(Int(evidence)) to 1"
    }
}
