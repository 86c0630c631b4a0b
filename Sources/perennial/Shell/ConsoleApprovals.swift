import Console
import Kernel
import Loyalty
import Records
import Runtime

/// What the console's page of corrections that a second person looks at shows and does.
struct ConsoleApprovals: Sendable {
    private static let shown = 200

    let loyalty: ConsoleLoyalty
    private var workspace: Workspace { loyalty.workspace }

    init(_ loyalty: ConsoleLoyalty) { self.loyalty = loyalty }

    var data: ApprovalData {
        var data = ApprovalData()
        data.rows = { program in try await Blocking.run { try rows(program) } }
        data.decide = { program, number, approve, note, member in
            try await decide(program, number, approve, note, member)
        }
        return data
    }

    private func rows(_ program: String) throws -> [ApprovalRow]? {
        guard workspace.loyalty.program(program) != nil else { return nil }
        return try workspace.loyalty.store.approvals(program: program, limit: Self.shown).map {
            approval in
            ApprovalRow(
                number: approval.number, customer: approval.customer,
                name: try loyalty.label(approval.customer), points: Int(approval.points),
                reason: approval.reason, asker: ID<Member>(approval.askedBy),
                askedBy: try loyalty.memberName(approval.askedBy), askedAt: approval.askedAt,
                state: ApprovalRow.State(rawValue: approval.state.rawValue) ?? .waiting,
                decidedBy: try approval.decidedBy.map { try loyalty.memberName($0) },
                note: approval.note)
        }
    }

    private func decide(
        _ program: String, _ number: Int64, _ approve: Bool, _ note: String, _ member: ID<Member>
    ) async throws -> ApprovalOutcome {
        guard try workspace.loyalty.store.approval(number: number)?.program == program else {
            return .unknown
        }
        do {
            let decided = try await workspace.decide(
                approval: number, approve: approve, by: member.description,
                note: note.isEmpty ? nil : note)
            guard decided.state == .refused else { return .done }
            return .refused(decided.note ?? "it was refused")
        } catch let refusal as ApprovalRefusal {
            return .refused(refusal.description)
        } catch let failure as LoyaltyDesk.Failure {
            return .refused(failure.description)
        }
    }
}
