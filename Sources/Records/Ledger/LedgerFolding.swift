import GRDB
import Kernel

/// Brings a ledger of the first form, in which entries and lots had rows of their own, into today's.
enum LedgerFolding {
    static func fold(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE ledger_operations RENAME TO ledger_operations_before;
                ALTER TABLE ledger_accounts ADD COLUMN lots BLOB NOT NULL DEFAULT x'';
                ALTER TABLE ledger_accounts ADD COLUMN last_operation INTEGER NOT NULL DEFAULT 0;
                """)
        try db.execute(
            sql: LedgerTables.folded.asStrictSQLite(keyedOnly: LedgerTables.foldedKeyedOnly))
        try foldEntries(db)
        try foldLots(db)
        try db.execute(
            sql: """
                DROP TABLE ledger_entries;
                DROP TABLE ledger_lots;
                DROP TABLE ledger_operations_before;
                """)
        let index = try LedgerOperationIndex(db)
        try index.begin()
        try index.storeRunIfDue()
    }

    /// Operations get their entries, and numbers without a gap.
    private static func foldEntries(_ db: Database) throws {
        let operations = try HotStatement(
            db,
            """
            SELECT number, program, operation, account, first_entry, at, content, answer
            FROM ledger_operations_before ORDER BY number
            """)
        let entries = try HotStatement(
            db,
            """
            SELECT sequence, lot, kind, amount, balance, at, reason FROM ledger_entries
            WHERE account = ?1 AND sequence >= ?2 AND operation = ?3 ORDER BY sequence
            """)
        let writing = try LedgerWriting(db)
        var last: [Int64: Int64] = [:]
        var number: Int64 = 0
        while try operations.step() {
            number += 1
            let account = operations.integer(3)
            entries.bind(1, account)
            entries.bind(2, operations.integer(4))
            entries.bind(3, operations.integer(0))
            var own: [LedgerEntry] = []
            while try entries.step() {
                own.append(
                    LedgerEntry(
                        sequence: entries.integer(0), lot: entries.integer(1),
                        kind: entries.text(2), amount: entries.integer(3),
                        balance: entries.integer(4),
                        at: Timestamp(milliseconds: entries.integer(5)), reason: entries.blob(6)))
            }
            let (entries, answer) = (LedgerEntries.bytes(own), operations.blob(7))
            try entries.withUnsafeBufferPointer { entries in
                try answer.withUnsafeBufferPointer { answer in
                    try writing.add(
                        LedgerWriting.Row(
                            number: number, account: account, previous: last[account] ?? 0,
                            first: operations.integer(4),
                            at: Timestamp(milliseconds: operations.integer(5)), entries: entries,
                            entryCount: own.count, answer: answer),
                        id: operations.text(2), of: operations.text(1),
                        content: operations.blob(6))
                }
            }
            if !own.isEmpty { last[account] = number }
        }
        let note = try HotStatement(
            db, "UPDATE ledger_accounts SET last_operation = ?2 WHERE id = ?1")
        for (account, number) in last.sorted(by: { $0.key < $1.key }) {
            note.bind(1, account)
            note.bind(2, number)
            try note.run()
        }
    }

    private static func foldLots(_ db: Database) throws {
        let rows = try HotStatement(
            db,
            """
            SELECT account, lot, created_at, available_at, expires_at, issued, remaining, held
            FROM ledger_lots ORDER BY account, lot
            """)
        let writing = try LedgerWriting(db)
        let note = try HotStatement(db, "UPDATE ledger_accounts SET lots = ?2 WHERE id = ?1")
        var lots = LedgerLots()
        var account: Int64 = 0
        func keep() throws {
            note.bind(1, account)
            note.bind(2, blob: lots.bytes.span)
            try note.run()
            try writing.changeEndings(of: account, from: [], to: lots.endings)
            lots = LedgerLots()
        }
        func time(_ column: Int32) -> Timestamp? {
            let ms = rows.integer(column)
            return ms == 0 ? nil : Timestamp(milliseconds: ms)
        }
        while try rows.step() {
            if account != rows.integer(0), lots.count > 0 { try keep() }
            account = rows.integer(0)
            lots.put(
                LedgerLot(
                    id: rows.integer(1), createdAt: Timestamp(milliseconds: rows.integer(2)),
                    availableAt: time(3), expiresAt: time(4), issued: rows.integer(5),
                    remaining: rows.integer(6), held: rows.integer(7)))
        }
        if lots.count > 0 { try keep() }
    }
}
