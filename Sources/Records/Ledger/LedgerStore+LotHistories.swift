import GRDB
package import Kernel

/// What became of a lot's points.
package struct LedgerLotHistory: Sendable, Equatable {
    /// Some points of it that moved at a time; given back ones have come back.
    package struct Movement: Sendable, Equatable {
        package var at: Timestamp
        /// Below zero where they left the lot.
        package var points: Int64
        /// The entry's kind.
        package var kind: String
    }

    package var account: Int64
    /// The tier's place in which the account is now.
    package var tier: Int
    package var lot: LedgerLot
    /// In their order, the lot's own coming first.
    package var movements: [Movement] = []
}

extension LedgerStore {
    /// All lots of a program with what became of them, each account's one after another. By a connection of its own; takes
    /// some 200 bytes for a lot.
    package func lotHistories(program: String) throws -> [LedgerLotHistory] {
        try file.reading().read { db in
            var histories: [LedgerLotHistory] = []
            var firstPlaces: [Int64: Int] = [:]
            let accounts = try HotStatement(
                db, "SELECT id, tier, lots FROM ledger_accounts WHERE program = ?1 ORDER BY id")
            accounts.bind(1, text: program)
            while try accounts.step() {
                let (id, tier) = (accounts.integer(0), Int(accounts.integer(1)))
                firstPlaces[id] = histories.count
                accounts.withSpan(2) { bytes in
                    for place in 0..<bytes.count / LedgerLots.lotSize {
                        histories.append(
                            LedgerLotHistory(
                                account: id, tier: tier, lot: LedgerLots.lot(place, in: bytes)))
                    }
                }
            }
            let operations = try HotStatement(
                db,
                """
                SELECT number, account, first_entry, entries FROM ledger_operations
                WHERE program = ?1 AND length(entries) > 0 ORDER BY number
                """)
            operations.bind(1, text: program)
            while try operations.step() {
                let (number, account) = (operations.integer(0), operations.integer(1))
                let first = operations.integer(2)
                guard let start = firstPlaces[account] else { continue }
                try operations.withSpan(3) { bytes in
                    do throws(ByteReader.Damaged) {
                        try LedgerEntries.each(bytes, first: first) { entry, bytes in
                            let place = start + Int(entry.lot) - 1
                            guard entry.lot > 0, histories.indices.contains(place),
                                histories[place].account == account
                            else { return }
                            histories[place].movements.append(
                                .init(
                                    at: Timestamp(milliseconds: entry.atMs), points: entry.amount,
                                    kind: LedgerEntries.text(entry.kind, bytes)))
                        }
                    } catch {
                        throw StorageFailure.damaged(
                            "the entries of ledger operation \(number) at byte \(error.offset)")
                    }
                }
            }
            return histories
        }
    }
}
