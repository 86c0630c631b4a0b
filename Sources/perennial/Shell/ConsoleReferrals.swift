import Console
import Kernel
import Records
import Referrals
import Runtime

/// What the console's pages of referral programs show.
struct ConsoleReferrals: Sendable {
    private static let shown = 100

    let loyalty: ConsoleLoyalty
    private var workspace: Workspace { loyalty.workspace }

    init(_ loyalty: ConsoleLoyalty) { self.loyalty = loyalty }

    var data: ReferralData {
        var data = ReferralData()
        data.programs = { try await Blocking.run { try programs() } }
        data.lines = { program, state, named in
            try await Blocking.run { try lines(program, state, named) }
        }
        data.one = { program, friend, named in
            try await Blocking.run { try one(program, friend, named) }
        }
        data.judge = { program, friend, word, reason, member in
            try await Blocking.run {
                let judged = try workspace.judgeReferral(
                    program, friend: friend,
                    ReferralWord(Self.word(word), reason: reason, by: member.description),
                    key: nil
                ) { _ in [] }
                return judged != nil
            }
        }
        return data
    }

    private static func word(_ word: ReferralCase.Word) -> ReferralJudgement.Word {
        switch word {
        case .accept: .counts
        case .refuse: .refused
        case .withdraw: .withdrawn
        }
    }

    private static func word(_ word: ReferralJudgement.Word) -> ReferralCase.Word {
        switch word {
        case .counts: .accept
        case .refused: .refuse
        case .withdrawn: .withdraw
        }
    }

    private func one(
        _ program: String, _ friend: ID<Customer>, _ named: Bool
    ) throws -> ReferralCase? {
        guard workspace.referrals.program(program) != nil,
            let review = try workspace.referralReview(program, friend: friend)
        else { return nil }
        let state = review.state
        let row = try workspace.referrals.store.referral(
            program: program, friend: state.id.friend)
        guard let row else { return nil }
        return ReferralCase(
            line: try line(row, named), joinedAt: state.joinedAt,
            findings: try review.findings.map { try words($0, named) },
            isSuspected: state.suspicion != nil,
            orders: state.orders.map { order in
                ReferralCase.Order(
                    id: order.id, placedAt: order.placedAt, amount: order.amount,
                    refunded: order.refunded, isCancelled: order.isCancelled)
            },
            judgement: try state.judgement.map { judgement in
                ReferralCase.Judgement(
                    word: Self.word(judgement.word), reason: judgement.reason,
                    by: judgement.by == "key" ? nil : try loyalty.memberName(judgement.by))
            })
    }

    /// A finding, with the customers' names in place of their ids where they are asked for.
    private func words(_ finding: RingFinding, _ named: Bool) throws -> String {
        guard named else { return finding.reason }
        var text = finding.reason
        for customer in finding.customers {
            text = text.replacing(customer.description, with: try loyalty.label(customer))
        }
        return text
    }

    private func line(_ row: ReferralRow, _ named: Bool) throws -> ReferralLine {
        ReferralLine(
            advocate: row.advocate,
            advocateName: named ? try loyalty.label(row.advocate) : row.advocate.description,
            friend: row.friend,
            friendName: named ? try loyalty.label(row.friend) : row.friend.description,
            state: ReferralLine.State(rawValue: row.status) ?? .expected,
            reason: row.reason, changedAt: row.changedAt)
    }

    private func programs() throws -> [ReferralProgramRow] {
        let figures = try workspace.referrals.store.figures()
        return workspace.referrals.programs.map { inForce in
            let one = figures[inForce.program.name] ?? ReferralFigures()
            return ReferralProgramRow(
                name: inForce.program.name, title: inForce.program.title,
                advocates: one.advocates, states: one.statuses, points: Int(one.points))
        }
    }

    private func lines(
        _ program: String, _ state: ReferralLine.State?, _ named: Bool
    ) throws -> [ReferralLine] {
        try workspace.referrals.store.referrals(
            of: program, status: state?.rawValue, limit: Self.shown
        ).map { try line($0, named) }
    }
}
