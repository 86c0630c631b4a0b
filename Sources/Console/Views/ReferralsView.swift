import Kernel

/// The list of referral programs.
struct ReferralsView {
    struct Row {
        let title: String
        let name: String
        let path: String
        let advocates: String
        let joined: String
        let waiting: String
        let rewarded: String
        let refused: String
        let points: String

        init(_ program: ReferralProgramRow, _ formats: Formats) {
            func count(_ states: ReferralLine.State...) -> String {
                formats.integer(states.reduce(0) { $0 + (program.states[$1.rawValue] ?? 0) })
            }
            title = program.title
            name = program.name
            path = ReferralsView.path(program.name)
            advocates = formats.integer(program.advocates)
            joined = count(.joined, .qualified, .released, .rejected, .reversed)
            waiting = count(.joined, .qualified)
            rewarded = count(.released)
            refused = count(.rejected, .reversed)
            points = formats.integer(program.points)
        }
    }

    let rows: [Row]
    let hasRows: Bool

    init(_ programs: [ReferralProgramRow], formats: Formats) {
        rows = programs.map { Row($0, formats) }
        hasRows = !rows.isEmpty
    }

    static func path(_ name: String) -> String { "/referrals/\(FormFields.encode(name))" }
}

/// One referral program and its newest referrals.
struct ReferralView {
    struct Chip {
        let label: String
        let path: String
        let isOn: Bool
    }

    struct Row {
        let advocate: String
        let friend: String
        /// Nil for who may not read customers.
        let advocatePath: String?
        let friendPath: String?
        let state: String
        let reason: String
        let at: String
        /// Where it is looked at by itself.
        let path: String
    }

    let title: String
    let chips: [Chip]
    let rows: [Row]
    let hasRows: Bool

    init(
        _ program: ReferralProgramRow, _ lines: [ReferralLine], state: ReferralLine.State?,
        seesCustomers: Bool, formats: Formats
    ) {
        let words = formats.words
        let path = ReferralsView.path(program.name)
        title = program.title
        chips =
            [Chip(label: words("referrals.all"), path: path, isOn: state == nil)]
            + ReferralLine.State.allCases.map { one in
                Chip(
                    label: words("referrals.state.\(one.rawValue)"),
                    path: "\(path)?state=\(one.rawValue)", isOn: one == state)
            }
        rows = lines.map { line in
            Row(
                advocate: seesCustomers ? line.advocateName : line.advocate.description,
                friend: seesCustomers ? line.friendName : line.friend.description,
                advocatePath: seesCustomers ? "/customers/\(line.advocate)" : nil,
                friendPath: seesCustomers ? "/customers/\(line.friend)" : nil,
                state: words("referrals.state.\(line.state.rawValue)"), reason: line.reason,
                at: formats.moment(line.changedAt),
                path: ReferralCaseView.path(program.name, line.friend))
        }
        hasRows = !rows.isEmpty
    }
}
