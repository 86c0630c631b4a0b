import Kernel

/// The corrections of a program that a second person looks at.
struct ApprovalsView {
    struct Row {
        let number: String
        let name: String
        let memberPath: String
        let points: String
        let reason: String
        let asked: String
        let state: String
        let decided: String?
        /// Where it may be decided.
        let action: String?
        /// Nobody approves what they asked for.
        let mayApprove: Bool
    }

    let title: String
    let programPath: String
    let programName: String
    let waiting: [Row]
    let hasWaiting: Bool
    let others: [Row]
    let hasOthers: Bool
    let problem: String?

    init(
        _ program: String, _ rows: [ApprovalRow], member: ID<Member>?, mayDecide: Bool,
        problem: String?, formats: Formats
    ) {
        let words = formats.words
        title = words("approvals.title")
        programName = program
        programPath = "/loyalty/\(FormFields.encode(program))"
        self.problem = problem
        let path = programPath
        let all = rows.map { row in
            let isOpen = row.state == .waiting
            var decided = row.decidedBy.map { words("approvals.by", $0) }
            if let note = row.note, !note.isEmpty {
                decided = [decided, note].compactMap(\.self).joined(separator: ": ")
            }
            return (
                isOpen,
                Row(
                    number: String(row.number), name: row.name,
                    memberPath: "\(path)/members/\(row.customer)",
                    points: (row.points > 0 ? "+" : "−") + formats.integer(abs(row.points)),
                    reason: row.reason,
                    asked: words(
                        "approvals.asked",
                        row.asker == nil ? words("approvals.key") : row.askedBy,
                        formats.moment(row.askedAt)),
                    state: words("approvals.state.\(row.state.rawValue)"), decided: decided,
                    action: isOpen && mayDecide ? "\(path)/approvals/\(row.number)" : nil,
                    mayApprove: row.asker == nil || row.asker != member)
            )
        }
        waiting = all.filter(\.0).map(\.1)
        others = all.filter { !$0.0 }.map(\.1)
        hasWaiting = !waiting.isEmpty
        hasOthers = !others.isEmpty
    }
}
