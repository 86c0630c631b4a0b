import GRDB
package import Kernel

/// Where accounts are looked for while many operations are carried out.
package protocol LedgerAccounts: ~Copyable {
    /// A customer's account; nil where none was opened.
    func account(program: String, customer: ID<Customer>) throws -> LedgerAccount?

    /// The number that the next account gets.
    func nextAccount() throws -> Int64
}

/// Finds accounts on one connection, by a statement that stays prepared.
final class LedgerAccountFinder {
    private let find: HotStatement

    init(_ db: Database) throws {
        find = try HotStatement(
            db,
            """
            SELECT id, state, entry_count, revision, next_at, tier, lots FROM ledger_accounts
            WHERE program = ?1 AND customer = ?2
            """)
    }

    func account(_ program: String, _ customer: ID<Customer>) throws -> LedgerAccount? {
        find.bind(1, text: program)
        find.bind(2, customer.rawValue)
        guard try find.step() else { return nil }
        defer { find.reset() }
        let nextMs = find.integer(4)
        var account = LedgerAccount(
            id: find.integer(0), program: program, customer: customer, state: find.blob(1),
            entryCount: find.integer(2), revision: find.integer(3),
            nextAt: nextMs == 0 ? nil : Timestamp(milliseconds: nextMs))
        account.tier = Int(find.integer(5))
        account.lots = LedgerLots(bytes: find.blob(6))
        return account
    }
}
