package import Kernel
package import Loyalty
package import Records

/// Accounts as the ledger has them, so that none is read again that was changed a moment ago. Whoever keeps it drops
/// all of it where a commit fails.
package struct LedgerMemory {
    package struct Owner: Hashable, Sendable {
        let program: String
        let customer: ID<Customer>
    }

    package struct Account: Sendable {
        /// Its bytes may be missing where `rules` is there.
        package var row: LedgerAccount
        /// As the rules know it; nil where it wasn't read yet, or they are others.
        package var rules: LoyaltyAccount?

        package init(row: LedgerAccount, rules: LoyaltyAccount? = nil) {
            self.row = row
            self.rules = rules
        }

        /// About how many bytes it takes.
        var size: Int { 288 + row.state.count + row.lots.bytes.count + (rules?.size ?? 0) }
    }

    /// Bytes, about, of accounts that were used since the last time that so much was there; those that were used before
    /// that time, and not since, are forgotten then.
    static let youngMax = 32 << 20

    private var young: [Owner: Account] = [:]
    private var old: [Owner: Account] = [:]
    private var youngSize = 0
    private var nextAccount: Int64?
    /// Of each program, what all customers together have got of its budgets.
    private var budgets: [String: [LoyaltyBudget: Int64]] = [:]
    private var changedBudgets: [String: Set<LoyaltyBudget>] = [:]

    /// Gives an account out, so that nobody else has it: it is changed without a copy, and to be kept again.
    ///
    /// - Returns: Nil where none was opened.
    mutating func take(
        _ owner: Owner, in ledger: borrowing LedgerTransaction
    ) throws -> Account? {
        if let known = young.removeValue(forKey: owner) {
            youngSize -= known.size
            return known
        }
        if let known = old.removeValue(forKey: owner) { return known }
        return try ledger.account(program: owner.program, customer: owner.customer)
            .map { Account(row: $0) }
    }

    /// A new account; the caller keeps it.
    mutating func open(
        _ owner: Owner, in ledger: borrowing LedgerTransaction
    ) throws -> Account {
        let id = try nextAccount ?? ledger.nextAccount()
        nextAccount = id + 1
        return Account(
            row: LedgerAccount(id: id, program: owner.program, customer: owner.customer))
    }

    mutating func keep(_ account: Account, of owner: Owner) {
        youngSize += account.size
        if let before = young.updateValue(account, forKey: owner) { youngSize -= before.size }
    }

    /// What all customers together have got of a program's budgets.
    mutating func spent(
        of program: String, in ledger: borrowing LedgerTransaction
    ) throws -> [LoyaltyBudget: Int64] {
        if let known = budgets[program] { return known }
        let found = Self.spent(try ledger.budgets(program: program))
        budgets[program] = found
        return found
    }

    static func spent(_ rows: [LedgerBudget]) -> [LoyaltyBudget: Int64] {
        var found: [LoyaltyBudget: Int64] = [:]
        for row in rows {
            found[LoyaltyBudget(rule: row.rule, period: row.period)] = row.points
        }
        return found
    }

    mutating func note(_ changes: [LoyaltyBudget: Int64], of program: String) {
        for (budget, points) in changes {
            budgets[program, default: [:]][budget, default: 0] += points
            changedBudgets[program, default: []].insert(budget)
        }
    }

    /// What is to be kept of budgets that changed since it was last asked.
    mutating func takeChangedBudgets() -> [LedgerBudget] {
        defer { changedBudgets = [:] }
        return changedBudgets.flatMap { program, changed in
            changed.map { budget in
                LedgerBudget(
                    program: program, rule: budget.rule, period: budget.period,
                    points: budgets[program]?[budget] ?? 0)
            }
        }
    }

    /// Forgets what wasn't used for long, where there is much.
    ///
    /// - Returns: What was forgotten: freeing so much takes a while, which nobody needs to wait for.
    @discardableResult
    mutating func trim(to youngMax: Int = Self.youngMax) -> [Owner: Account] {
        guard youngSize > youngMax else { return [:] }
        let forgotten = old
        old = young
        young = [:]
        youngSize = 0
        return forgotten
    }
}
