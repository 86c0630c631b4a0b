import GRDB

extension LedgerStore {
    /// What a look through the whole ledger found.
    package struct Check: Sendable, Equatable {
        package var accounts = 0
        package var operations = 0
        package var entries = 0
        package var lots = 0
        /// Points that are owed to customers, less what they owe.
        package var balance: Int64 = 0
        /// At most `problemsMax`, the first by account.
        package var problems: [LedgerProblem] = []
        /// However many there are.
        package var problemCount = 0

        package static let problemsMax = 100
    }

    /// What an account's rows add up to, collected while they are read in their order.
    private struct Sums {
        var byLot: [Int64: Int64] = [:]
        var total: Int64 = 0
        var count: Int64 = 0
        var chain: Int64 = 0
        var found: [String] = []

        mutating func take(
            sequence: Int64, lot: Int64, amount: Int64, balance: Int64, isOperationThere: Bool
        ) {
            count += 1
            total &+= amount
            byLot[lot, default: 0] &+= amount
            chain &+= amount
            if sequence != count { found.append("entry \(sequence) stands in place \(count)") }
            if balance != chain {
                found.append("entry \(sequence) says \(balance) points and they add up to \(chain)")
            }
            chain = balance
            if !isOperationThere { found.append("entry \(sequence) belongs to no operation") }
        }
    }

    /// Looks through every entry and lot: that each account's entries are all there and add up to its balance, each
    /// lot's to what is left of it, and that none is below zero.
    package func check() throws -> Check {
        // A connection of its own: who asks goes on meanwhile.
        try file.reading().read { db in
            var check = Check()
            func count(_ table: String) throws -> Int {
                try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
            }
            check.operations = try count("ledger_operations")
            let accounts = try HotStatement(
                db, "SELECT id, entry_count FROM ledger_accounts ORDER BY id")
            let entries = try HotStatement(
                db,
                """
                SELECT sequence, lot, amount, balance, EXISTS (
                    SELECT 1 FROM ledger_operations AS o
                    WHERE o.number = e.operation AND o.account = e.account)
                FROM ledger_entries AS e WHERE account = ?1 ORDER BY sequence
                """)
            let lots = try HotStatement(
                db,
                """
                SELECT lot, issued, remaining, held FROM ledger_lots WHERE account = ?1
                ORDER BY lot
                """)
            while try accounts.step() {
                let account = accounts.integer(0)
                var sums = Sums()
                entries.bind(1, account)
                while try entries.step() {
                    sums.take(
                        sequence: entries.integer(0), lot: entries.integer(1),
                        amount: entries.integer(2), balance: entries.integer(3),
                        isOperationThere: entries.integer(4) != 0)
                }
                if sums.count != accounts.integer(1) {
                    sums.found.append("has \(sums.count) entries, not \(accounts.integer(1))")
                }
                lots.bind(1, account)
                while try lots.step() {
                    check.lots += 1
                    let (lot, remaining) = (lots.integer(0), lots.integer(2))
                    let sum = sums.byLot.removeValue(forKey: lot) ?? 0
                    if sum != remaining {
                        sums.found.append(
                            "lot \(lot) has \(remaining) points left and its entries add up to \(sum)"
                        )
                    }
                    if remaining < 0 || lots.integer(3) < 0 || lots.integer(3) > remaining {
                        sums.found.append(
                            "lot \(lot) has \(remaining) points left, \(lots.integer(3)) reserved")
                    }
                }
                if let debt = sums.byLot.removeValue(forKey: 0), debt > 0 {
                    sums.found.append("its debt is \(debt) points above zero")
                }
                for lot in sums.byLot.keys.sorted() {
                    sums.found.append("entries are about lot \(lot), which isn't there")
                }
                check.accounts += 1
                check.entries += Int(sums.count)
                check.balance &+= sums.total
                check.problemCount += sums.found.count
                for text in sums.found where check.problems.count < Check.problemsMax {
                    check.problems.append(LedgerProblem(account: account, description: text))
                }
            }
            let all = try count("ledger_entries")
            if all != check.entries {
                check.problemCount += 1
                check.problems.append(
                    LedgerProblem(
                        account: 0,
                        description: "\(all - check.entries) entries belong to no account"))
            }
            return check
        }
    }
}
