import GRDB
import Kernel

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

        mutating func note(_ text: String, account: Int64) {
            problemCount += 1
            // Later ones may be of accounts before: they are sorted and cut at the end.
            if problems.count < Self.problemsMax * 10 {
                problems.append(LedgerProblem(account: account, description: text))
            }
        }
    }

    /// Looks through every operation, entry and lot: that each account's are all there and add up to its balance, each
    /// lot's to what is left of it, that none is below zero, and that what finds them leads to all of them. Takes about
    /// 120 bytes of memory for an account, and 8 for a lot.
    package func check() throws -> Check {
        // A connection of its own: who asks goes on meanwhile.
        try file.reading().read { db in
            var check = Check()
            var tally = LedgerTally()
            try Self.readAccounts(db, &tally, &check)
            try Self.readOperations(db, &tally, &check)
            try tally.finish(&check) { id in
                try Row.fetchOne(
                    db, sql: "SELECT lots FROM ledger_accounts WHERE id = ?", arguments: [id]
                ).map { LedgerLots(bytes: $0.blob(0)) } ?? LedgerLots()
            }
            try Self.readEndings(db, tally, &check)
            try Self.readMarks(db, tally, &check)
            check.problems.sort { $0.account < $1.account }
            check.problems = Array(check.problems.prefix(Check.problemsMax))
            return check
        }
    }

    private static func readAccounts(
        _ db: Database, _ tally: inout LedgerTally, _ check: inout Check
    ) throws {
        tally.reserve(
            accounts: try Int.fetchOne(db, sql: "SELECT count(*) FROM ledger_accounts") ?? 0)
        let accounts = try HotStatement(
            db,
            """
            SELECT id, entry_count, revision, last_operation, lots FROM ledger_accounts
            ORDER BY id
            """)
        while try accounts.step() {
            let id = accounts.integer(0)
            tally.open(
                id, entries: accounts.integer(1), operations: accounts.integer(2),
                last: accounts.integer(3))
            let lots = LedgerLots(bytes: accounts.blob(4))
            if lots.bytes.count % LedgerLots.lotSize != 0 {
                check.note("its lots are cut off", account: id)
            }
            for place in 0..<lots.count {
                let lot = lots[place]
                tally.add(lot)
                if lot.remaining < 0 || lot.held < 0 || lot.held > lot.remaining {
                    check.note(
                        "lot \(lot.id) has \(lot.remaining) points left, \(lot.held) reserved",
                        account: id)
                }
            }
            tally.expect(endings: lots.endings, of: id)
            check.accounts += 1
            check.lots += lots.count
        }
    }

    private static func readOperations(
        _ db: Database, _ tally: inout LedgerTally, _ check: inout Check
    ) throws {
        let index = try LedgerOperationIndex(db)
        let runs = try index.runsSum()
        var sum: UInt64 = 0
        let operations = try HotStatement(
            db,
            """
            SELECT number, program, operation, account, previous, first_entry, entries
            FROM ledger_operations ORDER BY number
            """)
        while try operations.step() {
            let (number, account) = (operations.integer(0), operations.integer(3))
            if number <= runs.count {
                let key = index.key(operations.text(1), operations.text(2))
                sum &+= LedgerOperationIndex.mixed(key: key, number: UInt64(bitPattern: number))
            }
            check.operations += 1
            let (previous, first) = (operations.integer(4), operations.integer(5))
            operations.withSpan(6) { bytes in
                tally.take(
                    bytes, first: first, of: account, number: number, previous: previous, &check)
            }
        }
        if sum != runs.sum {
            check.note("operations aren't all found by their ids", account: 0)
        }
    }

    private static func readEndings(
        _ db: Database, _ tally: LedgerTally, _ check: inout Check
    ) throws {
        var sum: UInt64 = 0
        let endings = try HotStatement(db, "SELECT expires_at, account FROM ledger_endings")
        while try endings.step() {
            sum &+= LedgerTally.mixed(endings.integer(0), endings.integer(1))
        }
        if sum != tally.endingsSum {
            check.note("when points end is listed otherwise than lots have it", account: 0)
        }
    }

    private static func readMarks(
        _ db: Database, _ tally: LedgerTally, _ check: inout Check
    ) throws {
        var sum: UInt64 = 0
        let marks = try HotStatement(db, "SELECT account, sequence, operation FROM ledger_marks")
        while try marks.step() {
            sum &+= LedgerTally.mixed(marks.integer(0), marks.integer(1), marks.integer(2))
        }
        if sum != tally.marksSum {
            check.note("marks of long histories don't stand where they should", account: 0)
        }
    }
}
