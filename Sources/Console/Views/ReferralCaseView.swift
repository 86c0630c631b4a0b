import Kernel

/// One referral, for whoever says whether it counts.
struct ReferralCaseView {
    struct Person {
        let role: String
        let name: String
        /// Nil for who may not read customers.
        let path: String?
    }

    struct Order {
        let id: String
        let placed: String
        let amount: String
        let note: String?
    }

    struct Choice {
        let value: String
        let label: String
        let isMain: Bool
    }

    let title: String
    let programName: String
    let programPath: String
    let people: [Person]
    let state: String
    let reason: String
    let joined: String?
    let findings: [String]
    let hasFindings: Bool
    let orders: [Order]
    let hasOrders: Bool
    let said: String?
    let saidReason: String?
    /// Nil where it may not be judged.
    let action: String?
    let choices: [Choice]
    let problem: String?

    init(
        _ found: ReferralCase, program: String, seesCustomers: Bool, mayJudge: Bool,
        problem: String?, formats: Formats
    ) {
        let words = formats.words
        let line = found.line
        title = words("referrals.case.title")
        programName = program
        programPath = ReferralsView.path(program)
        people = [
            ("referrals.advocate", line.advocate, line.advocateName),
            ("referrals.friend", line.friend, line.friendName),
        ].map { role, id, name in
            Person(
                role: words(role), name: seesCustomers ? name : id.description,
                path: seesCustomers ? "/customers/\(id)" : nil)
        }
        state = words("referrals.state.\(line.state.rawValue)")
        reason = line.reason
        joined = found.joinedAt.map { formats.moment($0) }
        findings = found.findings
        hasFindings = !findings.isEmpty
        // A customer's orders are for who may read customers.
        orders = (seesCustomers ? found.orders : []).map { order in
            Order(
                id: order.id, placed: formats.moment(order.placedAt),
                amount: formats.money(order.amount),
                note: order.isCancelled
                    ? words("referrals.case.cancelled")
                    : order.refunded > 0
                        ? words(
                            "referrals.case.refunded",
                            formats.money(
                                Money(minor: order.refunded, currency: order.amount.currency)))
                        : nil)
        }
        hasOrders = !orders.isEmpty
        said = found.judgement.map { judgement in
            words(
                "referrals.case.said.\(judgement.word.rawValue)",
                judgement.by ?? words("approvals.key"))
        }
        saidReason = found.judgement.flatMap { $0.reason.isEmpty ? nil : $0.reason }
        action = mayJudge ? Self.path(program, line.friend) : nil
        choices = Self.choices(found).map { word in
            Choice(
                value: word.rawValue, label: words("referrals.case.\(word.rawValue)"),
                isMain: word == .accept)
        }
        self.problem = problem
    }

    static func path(_ program: String, _ friend: ID<Customer>) -> String {
        "\(ReferralsView.path(program))/\(friend)"
    }

    /// What can be said of it that changes something.
    private static func choices(_ found: ReferralCase) -> [ReferralCase.Word] {
        switch found.judgement?.word {
        case .accept: [.refuse, .withdraw]
        case .refuse: [.accept, .withdraw]
        case .withdraw, nil: found.isSuspected ? [.accept, .refuse] : [.refuse]
        }
    }
}
