import Dispatch
import Kernel
import Loyalty
package import Records
import Synchronization

/// What a look through everything that must add up found.
package struct DoctorReport: Sendable, Equatable {
    package var ledger: LedgerStore.Check
    /// Accounts whose remembered state says something else than their rows.
    package var states: [LedgerProblem] = []
    package var referrals = 0
    package var rewardClaims = 0
    /// Uses of promotions by checkouts.
    package var promotionUses = 0
    /// What is wrong elsewhere.
    package var others: [String] = []

    package var problemCount: Int { ledger.problemCount + states.count + others.count }
}

extension Workspace {
    /// Checks that the ledger adds up, entry by entry, and that promotions count what checkouts hold. Blocks; who asks of the ledger goes on meanwhile.
    package func examine() throws -> DoctorReport {
        var report = try examineLedger()
        for inForce in loyalty.programs {
            let name = inForce.program.name
            if let position = try loyalty.store.position(program: name),
                position > log.lastPosition
            {
                report.others.append(
                    "program \(name) has followed the log up to \(position), and the log ends at "
                        + "\(log.lastPosition): it was restored from an older copy than the ledger")
            }
            for row in try loyalty.store.budgets(program: name) {
                let bound = inForce.program.budgetBound(of: row.rule)
                guard row.points < 0 || row.points > bound ?? .max else { continue }
                report.others.append(
                    "program \(name) gave \(row.points) of the budget of \(row.rule), which has "
                        + "\(bound ?? 0)")
            }
        }
        let promotions = try promotions.store.problems()
        report.promotionUses = promotions.uses
        report.others += promotions.problems
        let rewards = try rewardProblems()
        report.rewardClaims = rewards.claims
        report.others += rewards.problems
        let referrals = try referrals.store.problems()
        report.referrals = referrals.referrals
        report.others += referrals.problems
        return report
    }

    /// Adds the ledger up, and beside that reads what every account remembers.
    private func examineLedger() throws -> DoctorReport {
        let store = loyalty.store
        let beside = Mutex<Result<[LedgerProblem], any Error>>(.success([]))
        let sums = Mutex<Result<LedgerStore.Check, any Error>?>(nil)
        DispatchQueue.concurrentPerform(iterations: 2) { half in
            if half == 0 {
                let found = Result { try store.check() }
                sums.withLock { $0 = found }
            } else {
                let found = Result { try Self.wrongStates(store) }
                beside.withLock { $0 = found }
            }
        }
        guard let found = sums.withLock({ $0 }) else {
            preconditionFailure("both halves were run")
        }
        var report = DoctorReport(ledger: try found.get())
        report.states = try beside.withLock { $0 }.get()
        return report
    }

    private static func wrongStates(_ store: LedgerStore) throws -> [LedgerProblem] {
        var states: [LedgerProblem] = []
        try store.eachAccount { account in
            for text in differences(account) where states.count < LedgerStore.Check.problemsMax {
                states.append(LedgerProblem(account: account.id, description: text))
            }
        }
        return states
    }

    /// What an account's state says otherwise than its rows.
    private static func differences(_ kept: LedgerAccount) -> [String] {
        let account: LoyaltyAccount
        do throws(ByteReader.Damaged) {
            account = try LoyaltyAccount(decoding: kept.state.span)
        } catch {
            return ["its state is damaged at byte \(error.offset)"]
        }
        var found = account.problems()
        if account.entryCount != kept.entryCount {
            found.append("counts \(account.entryCount) entries and has \(kept.entryCount)")
        }
        let lots = kept.lots.all
        guard account.lots.count == lots.count else {
            return found + ["remembers \(account.lots.count) lots and has \(lots.count)"]
        }
        for (lot, row) in zip(account.lots, lots)
        where lot.id != row.id || lot.remaining != row.remaining || lot.held != row.held
            || lot.issued != row.issued || lot.expiresAt != row.expiresAt
            || lot.availableAt != row.availableAt
        {
            found.append("remembers lot \(lot.id) otherwise than it stands")
        }
        return found
    }
}
