package import Kernel
package import Loyalty
package import Records

/// That all of a customer's account is moved into another's, once.
package struct LedgerMove: Sendable {
    /// Decides what it is. Pure.
    package typealias Decide =
        @Sendable (
            _ from: LedgerAccount, _ into: LedgerAccount, _ id: String,
            _ spent: [LoyaltyBudget: Int64]
        ) throws(LedgerWriter.Refusal) -> (
            from: LedgerWriter.Decision, into: LedgerWriter.Decision
        )

    let program: String
    let from: ID<Customer>
    let into: ID<Customer>
    let id: String

    /// Does it in one commit; nothing where there is no account, or it was done before.
    func commit(to store: LedgerStore, at now: Timestamp, _ decide: Decide) throws {
        guard let source = try store.account(program: program, customer: from),
            try store.operation(program: program, id: id + "/out") == nil
        else { return }
        let target =
            try store.account(program: program, customer: into)
            ?? LedgerAccount(id: try store.nextAccount(), program: program, customer: into)
        let spent = LedgerMemory.spent(try store.budgets(program: program))
        let decided = try decide(source, target, id, spent)
        try store.transaction { ledger in
            try ledger.keep([
                change(source, decided.from, id + "/out", at: now),
                change(target, decided.into, id + "/in", at: now),
            ])
            for (budget, points) in decided.into.budgetChanges {
                try ledger.keep(
                    LedgerBudget(
                        program: program, rule: budget.rule, period: budget.period,
                        points: (spent[budget] ?? 0) + points))
            }
        }
    }

    private func change(
        _ account: LedgerAccount, _ decision: LedgerWriter.Decision, _ operation: String,
        at now: Timestamp
    ) -> LedgerChange {
        var account = account
        account.take(decision)
        account.state = decision.bytes
        return LedgerChange(
            account: account,
            operation: LedgerOperation(
                id: operation, account: account.id, at: now, content: [], answer: decision.answer),
            entries: decision.entries, lots: decision.lots, news: decision.news)
    }
}
