import JSONParsing
package import Kernel
package import Loyalty
package import Records

/// What became of a correction by hand.
package enum AdjustmentResult: Sendable {
    /// It was carried out, or refused: the answer says which.
    case answered(LedgerWriter.Answer)
    /// A second person is to look at it first.
    case waiting(LedgerApproval)
}

/// Why an approval can't be decided so.
package enum ApprovalRefusal: Error, Equatable, CustomStringConvertible {
    case unknown
    /// Who asks for a correction doesn't approve it.
    case sameMember
    case decided

    package var description: String {
        switch self {
        case .unknown: "there is no such correction"
        case .sameMember: "you asked for it: another person has to approve it"
        case .decided: "somebody decided it already"
        }
    }
}

extension Workspace {
    /// Corrects a member's points, or keeps it for a second person where the program asks for one.
    ///
    /// - Parameter asker: A member's id, or `key`.
    /// - Throws: `LoyaltyDesk.Failure`, and where it can't be stored.
    package func adjust(
        _ ask: LedgerWriter.Ask, by asker: String
    ) async throws -> AdjustmentResult {
        guard let above = loyalty.program(ask.program)?.program.approveAbove else {
            return .answered(try await performLoyalty(ask))
        }
        guard case .adjust(let points, let reason) = ask.request.operation, abs(points) > above
        else {
            // The id of what waits isn't free for anything else.
            let waiting = try loyalty.store.approval(program: ask.program, operation: ask.id)
            if waiting != nil { throw LoyaltyDesk.Failure.writing(.reused) }
            return .answered(try await performLoyalty(ask))
        }
        // What was done under the id before is answered as then, also where it asked nobody at the time.
        if try loyalty.store.operation(program: ask.program, id: ask.id) != nil {
            return .answered(try await performLoyalty(ask))
        }
        let asked = LedgerApproval(
            program: ask.program, operation: ask.id, customer: ask.customer, points: points,
            reason: reason, askedBy: asker, askedAt: loyalty.now)
        var kept = try loyalty.store.keep(asked)
        kept.customer = try records.root(of: kept.customer) ?? kept.customer
        guard kept.asksTheSame(as: asked) else { throw LoyaltyDesk.Failure.writing(.reused) }
        return .waiting(kept)
    }

    /// Approves a correction and carries it out, or declines it.
    ///
    /// - Returns: How it stands then.
    /// - Throws: `ApprovalRefusal`, and what `adjust(_:by:)` throws.
    package func decide(
        approval number: Int64, approve: Bool, by decider: String, note: String? = nil
    ) async throws -> LedgerApproval {
        guard let asked = try loyalty.store.approval(number: number) else {
            throw ApprovalRefusal.unknown
        }
        guard !approve || asked.askedBy != decider else { throw ApprovalRefusal.sameMember }
        let isFirst = try loyalty.store.note(
            approve ? .approved : .declined, of: number, from: .waiting, by: decider,
            at: loyalty.now, note: note)
        guard isFirst else { throw ApprovalRefusal.decided }
        if approve { try await carryOut(number) }
        return try loyalty.store.approval(number: number) ?? asked
    }

    /// Carries out what was approved before the server was stopped.
    ///
    /// - Returns: Whether anything was.
    func followApprovals() async throws -> Bool {
        var didSomething = false
        for inForce in loyalty.programs {
            let open = try loyalty.store.approvals(
                program: inForce.program.name, state: .approved, limit: 1000)
            for approval in open {
                try await carryOut(approval.number)
                didSomething = true
            }
        }
        return didSomething
    }

    private func carryOut(_ number: Int64) async throws {
        guard let approval = try loyalty.store.approval(number: number), approval.state == .approved
        else { return }
        let customer = try records.root(of: approval.customer) ?? approval.customer
        let ask = try loyalty.ask(
            approval.program, customer, id: approval.operation,
            LoyaltyRequest(.adjust(points: approval.points, reason: approval.reason)))
        let answer: LedgerWriter.Answer
        do {
            answer = try await performLoyalty(ask)
        } catch LoyaltyDesk.Failure.writing(.reused) {
            // Else it would be tried again for ever, and nothing after it.
            _ = try loyalty.store.note(
                .refused, of: number, from: .approved,
                note: "its id was used for something else meanwhile")
            return
        }
        let done = try JSONLookup.member(named: "done", in: answer.bytes.span)
        let isDone = done?.text(in: answer.bytes.span) == "true"
        let detail = try JSONLookup.member(named: "detail", in: answer.bytes.span)
        _ = try loyalty.store.note(
            isDone ? .done : .refused, of: number, from: .approved,
            note: isDone ? nil : detail?.text(in: answer.bytes.span))
    }
}
