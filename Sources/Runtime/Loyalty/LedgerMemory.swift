package import Kernel
package import Loyalty
package import Records

/// Accounts as the ledger has them, so that none is read again that was changed a moment ago. Whoever keeps it drops
/// all of it where a commit fails.
package struct LedgerMemory {
    package struct Owner: Hashable, Sendable {
        let program: String
        let customer: ID<Customer>

        // A customer is in few programs: the number tells most of them apart.
        package static func == (left: Owner, right: Owner) -> Bool {
            left.customer == right.customer && left.program == right.program
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(customer) }
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
        fileprivate static func size(of account: inout Account) -> Int {
            384 + account.row.state.count + account.row.lots.bytes.count
                + (account.rules?.size ?? 0)
        }
    }

    /// An account that is given out to be changed in place, and is the same afterwards.
    ///
    /// `@unchecked Sendable`: whoever it is given to has it alone until it is kept again.
    package final class Held: @unchecked Sendable {
        package var account: Account
        /// The number of its last operation that moved anything, where that was asked since it was read. It is the
        /// writing thread's; all else is of those who decide.
        var last: Int64?
        /// The plan in which it is, and where there.
        var plan: UInt64 = 0
        var share = 0
        /// About how many bytes it takes, when it was last measured.
        fileprivate var size = 0
        /// What it counts for among the young.
        fileprivate var counted = 0

        fileprivate init(_ account: Account) { self.account = account }

        /// To be done by whoever changed it.
        package func measure() { size = Account.size(of: &account) }
    }

    /// Bytes, about, of accounts that were used since the last time that so much was there; those that were used before
    /// that time, and not since, are forgotten then.
    static let youngMax = 32 << 20

    private var young: [Owner: Held] = [:]
    private var old: [Owner: Held] = [:]
    private var youngSize = 0
    private var planCount: UInt64 = 0
    private var nextAccount: Int64?
    /// Of each program, what all customers together have got of its budgets.
    private var budgets: [String: [LoyaltyBudget: Int64]] = [:]
    private var changedBudgets: [String: Set<LoyaltyBudget>] = [:]

    /// The number of the next plan.
    mutating func nextPlan() -> UInt64 {
        planCount += 1
        return planCount
    }

    /// Gives an account out, once in a commit, to be changed in place and kept again.
    ///
    /// - Returns: Nil where none was opened.
    mutating func take<Accounts: LedgerAccounts & ~Copyable>(
        _ owner: Owner, in ledger: borrowing Accounts
    ) throws -> Held? {
        if let known = young[owner] { return known }
        if let known = old.removeValue(forKey: owner) {
            young[owner] = known
            return known
        }
        guard let row = try ledger.account(program: owner.program, customer: owner.customer) else {
            return nil
        }
        let read = Held(Account(row: row))
        // Whoever is only asked again changes nothing, and takes room all the same.
        read.measure()
        young[owner] = read
        return read
    }

    /// A new account, given out as above.
    mutating func open<Accounts: LedgerAccounts & ~Copyable>(
        _ owner: Owner, in ledger: borrowing Accounts
    ) throws -> Held {
        let id = try nextAccount ?? ledger.nextAccount()
        nextAccount = id + 1
        let new = Held(
            Account(row: LedgerAccount(id: id, program: owner.program, customer: owner.customer)))
        young[owner] = new
        return new
    }

    /// Takes back what was given out.
    mutating func keep(_ held: Held) {
        youngSize += held.size - held.counted
        held.counted = held.size
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
    mutating func trim(to youngMax: Int = Self.youngMax) -> [Owner: Held] {
        guard youngSize > youngMax else { return [:] }
        let forgotten = old
        for held in young.values { held.counted = 0 }
        old = young
        young = [:]
        youngSize = 0
        return forgotten
    }
}
