import GRDB

/// What all customers together have got of one of a program's budgets, in one period.
package struct LedgerBudget: Sendable, Equatable {
    package var program: String
    package var rule: String
    package var period: Int64
    package var points: Int64

    package init(program: String, rule: String, period: Int64, points: Int64) {
        self.program = program
        self.rule = rule
        self.period = period
        self.points = points
    }

    static func all(of program: String, in db: Database) throws -> [LedgerBudget] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT rule, period, points FROM ledger_budgets WHERE program = ?
                ORDER BY rule, period
                """, arguments: [program]
        ).map {
            LedgerBudget(program: program, rule: $0[0], period: $0[1], points: $0[2])
        }
    }

    func write(to db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO ledger_budgets (program, rule, period, points) VALUES (?, ?, ?, ?)
                ON CONFLICT (program, rule, period) DO UPDATE SET points = excluded.points
                """, arguments: [program, rule, period, points])
    }
}

extension LedgerStore {
    /// What is got of a program's budgets, by rule and period.
    package func budgets(program: String) throws -> [LedgerBudget] {
        try file.reader.read { db in try LedgerBudget.all(of: program, in: db) }
    }
}
