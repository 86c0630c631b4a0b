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
        return data
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
        ).map { row in
            ReferralLine(
                advocate: row.advocate,
                advocateName: named
                    ? try loyalty.label(row.advocate) : row.advocate.description,
                friend: row.friend,
                friendName: named ? try loyalty.label(row.friend) : row.friend.description,
                state: ReferralLine.State(rawValue: row.status) ?? .expected,
                reason: row.reason, changedAt: row.changedAt)
        }
    }
}
