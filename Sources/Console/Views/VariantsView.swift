import Experiments
import Kernel

/// A campaign's variants side by side.
struct VariantsView {
    struct Row {
        let name: String
        let template: String
        let templatePath: String?
        let mark: String?
        let badge: String?
        let figures: [CampaignView.Pair]
        let interval: String?
        let odds: String?
        let choosePath: String?
        let chooseLabel: String
    }

    let about: String
    let rows: [Row]
    /// Nil before anything was sent.
    let verdict: String?
    let verdictMark: String
    let decision: String?
    let then: String?

    init?(_ data: CampaignVariants?, path: String, formats: Formats) {
        guard let data, data.rows.count >= 2 else { return nil }
        let words = formats.words
        let goal = words("variants.goal.\(data.goal.rawValue)")
        let contest = VariantContest(
            data.rows.map { row in
                let successes = row.successes(data.goal)
                return VariantArm(people: max(row.sent, successes), successes: successes)
            })
        about =
            data.test.map { test in
                words("variants.test", formats.percent(test.share, digits: 0), goal, test.span)
            } ?? words("variants.split")
        let hasBegun = data.rows.contains { $0.sent > 0 }
        rows = data.rows.indices.map { index in
            Row(data, index, hasBegun ? contest : nil, path: path, formats)
        }
        let proven = contest.winner.map { data.rows[$0].name }
        verdict =
            hasBegun
            ? proven.map { words("variants.proven", $0, goal) }
                ?? words("variants.unproven", goal) : nil
        verdictMark = proven == nil ? "finding-warning" : "finding-none"
        decision = Self.decision(data, goal, formats)
        then =
            data.winner == nil || data.rowsAtChoice.isEmpty
            ? nil
            : words(
                "variants.then",
                data.rowsAtChoice.map { row in
                    words(
                        "variants.thenOne", row.name,
                        formats.integer(row.successes(data.goal)), formats.integer(row.sent))
                }.joined(separator: "; "))
    }

    private static func decision(
        _ data: CampaignVariants, _ goal: String, _ formats: Formats
    ) -> String? {
        let words = formats.words
        guard let test = data.test else { return nil }
        guard let winner = data.winner else {
            // Nobody waits before it begins, nor after it was cancelled.
            guard data.mayChoose else { return nil }
            guard let end = test.endsAt else { return words("variants.filling") }
            return words("variants.waiting", formats.moment(end))
        }
        let at = formats.moment(winner.at)
        switch winner.choice {
        case .evidence: return words("variants.byEvidence", winner.name, at, goal)
        case .time: return words("variants.byTime", winner.name, at)
        case .hand(let actor): return words("variants.byHand", winner.name, at, actor)
        }
    }
}

extension VariantsView.Row {
    /// Eleven times as many.
    private static let advantageMax = 10.0

    fileprivate init(
        _ data: CampaignVariants, _ index: Int, _ contest: VariantContest?, path: String,
        _ formats: Formats
    ) {
        let words = formats.words
        let row = data.rows[index]
        func share(_ count: Int) -> String {
            guard row.sent > 0 else { return formats.integer(count) }
            return words(
                "variants.share", formats.integer(count),
                formats.percent(Double(count) / Double(row.sent)))
        }
        name = row.name
        template = row.template.map { $0.title.isEmpty ? $0.name : $0.title } ?? ""
        templatePath = row.template?.path
        let isWinner = data.winner?.name == row.name
        let isAhead =
            contest.map { $0.leader == index && $0.arms[index].successes > 0 } ?? false
        badge =
            isWinner ? words("variants.winner") : isAhead ? words("variants.ahead") : nil
        mark = isWinner ? "campaign-done" : "campaign-scheduled"
        var figures = [
            CampaignView.Pair(
                name: words("domain.sent"), value: formats.integer(row.sent), path: nil),
            CampaignView.Pair(name: words("variants.opened"), value: share(row.opened), path: nil),
            CampaignView.Pair(
                name: words("variants.clicked"), value: share(row.clicked), path: nil),
            CampaignView.Pair(
                name: words("variants.ordered"), value: share(row.ordered), path: nil),
        ]
        if row.sentAfterwards > 0 {
            figures.append(
                CampaignView.Pair(
                    name: words("variants.afterwards"),
                    value: formats.integer(row.sentAfterwards), path: nil))
        }
        self.figures = figures
        let goal = words("variants.goal.\(data.goal.rawValue)")
        interval = contest.map { contest in
            let found = contest.advantage(of: index)
            let lower = Self.difference(found.lower, formats)
            // Far beyond what is known, a figure would only mislead.
            guard found.upper < Self.advantageMax else {
                return found.lower <= -1
                    ? words("variants.noInterval", goal)
                    : words("variants.intervalOpen", goal, lower)
            }
            return words(
                "variants.interval", goal, lower, Self.difference(found.upper, formats))
        }
        let evidence = contest?.evidence(for: index) ?? 0
        odds =
            evidence >= 2
            ? words(
                "variants.odds",
                evidence > 1_000_000
                    ? words("variants.million") : formats.integer(Int(evidence)),
                formats.integer(Int(contest?.evidenceNeeded ?? 0))) : nil
        chooseLabel = words("variants.choose", row.name)
        choosePath =
            data.mayChoose ? "\(path)/winner?variant=\(FormFields.encode(row.name))" : nil
    }

    /// `+12%`, `−8%`.
    private static func difference(_ share: Double, _ formats: Formats) -> String {
        let text = formats.percent(abs(share), digits: 0)
        return share > 0 ? "+" + text : share < 0 ? "−" + text : text
    }
}
