import Kernel

/// A program's rewards, their stock, and who has which.
struct RewardsView {
    struct Row {
        let title: String
        let name: String
        let cost: String
        let left: String
        /// Nothing is left.
        let isOut: Bool
        let reserved: String
        let given: String
        let terms: [String]
        let path: String
        let isChosen: Bool
    }

    struct Act {
        let value: String
        let label: String
    }

    struct Claim {
        let id: String
        let reward: String
        let name: String
        let path: String
        let state: String
        let until: String?
        let points: String
        let code: String?
        let at: String
        let acts: [Act]
        let hasActs: Bool
    }

    let title: String
    let programName: String
    let programPath: String
    let path: String
    let rows: [Row]
    let hasRows: Bool
    /// Nil where the claims of all rewards are shown.
    let chosen: String?
    let claims: [Claim]
    let hasClaims: Bool
    let problem: String?

    init(
        _ page: RewardsPage, program: String, reward: String?, mayChange: Bool, problem: String?,
        formats: Formats
    ) {
        let words = formats.words
        let programPath = "/loyalty/\(FormFields.encode(program))"
        let path = programPath + "/rewards"
        self.programPath = programPath
        self.path = path
        title = words("rewards.title")
        programName = page.programTitle
        rows = page.rewards.map { row in
            let left = row.stock.map { max(0, $0 - row.reserved - row.given) }
            return Row(
                title: row.title, name: row.name, cost: formats.integer(row.cost),
                left: left.map {
                    words(
                        "rewards.leftOf", formats.integer($0), formats.integer(row.stock ?? 0))
                } ?? words("rewards.unlimited"), isOut: left == 0,
                reserved: formats.integer(row.reserved), given: formats.integer(row.given),
                terms: row.terms, path: "\(path)?reward=\(FormFields.encode(row.name))",
                isChosen: row.name == reward)
        }
        hasRows = !rows.isEmpty
        chosen = page.rewards.first { $0.name == reward }?.title
        let titles = Dictionary(
            page.rewards.map { ($0.name, $0.title) }, uniquingKeysWith: { first, _ in first })
        claims = page.claims.map { claim in
            let acts = mayChange ? Self.steps(claim.state) : []
            return Claim(
                id: claim.id, reward: titles[claim.reward] ?? claim.reward, name: claim.name,
                path: "\(programPath)/members/\(claim.customer)",
                state: words("rewards.state.\(claim.state.rawValue)"),
                until: claim.keptUntil.map { words("rewards.until", formats.moment($0)) },
                points: formats.integer(claim.points),
                code: claim.code.isEmpty ? nil : claim.code, at: formats.moment(claim.changedAt),
                acts: acts.map {
                    Act(value: $0.rawValue, label: words("rewards.step.\($0.rawValue)"))
                }, hasActs: !acts.isEmpty)
        }
        hasClaims = !claims.isEmpty
        self.problem = problem
    }

    private static func steps(_ state: ClaimRow.State) -> [ClaimRow.Step] {
        switch state {
        case .reserved: [.confirm, .release]
        case .confirmed: [.return]
        case .underway, .released, .refused, .returned: []
        }
    }
}
