import GRDB
package import Kernel

/// A correction by hand that a second person is to look at first.
package struct LedgerApproval: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case waiting
        /// Somebody approved it; it is carried out next.
        case approved
        case declined
        case done
        /// It was approved, and the ledger refused it by then.
        case refused
    }

    package var number: Int64
    package var program: String
    /// Under which it is carried out.
    package var operation: String
    package var customer: ID<Customer>
    package var points: Int64
    package var reason: String
    /// A member's id, or `key`.
    package var askedBy: String
    package var askedAt: Timestamp
    package var state = State.waiting
    package var decidedBy: String?
    package var decidedAt: Timestamp?
    /// What whoever decided said, or why it was refused.
    package var note: String?

    package init(
        program: String, operation: String, customer: ID<Customer>, points: Int64, reason: String,
        askedBy: String, askedAt: Timestamp
    ) {
        number = 0
        self.program = program
        self.operation = operation
        self.customer = customer
        self.points = points
        self.reason = reason
        self.askedBy = askedBy
        self.askedAt = askedAt
    }

    fileprivate init(_ row: Row) {
        self.init(
            program: row["program"], operation: row["operation"],
            customer: ID(rawValue: row["customer"]), points: row["points"], reason: row["reason"],
            askedBy: row["asked_by"], askedAt: Timestamp(milliseconds: row["asked_at"]))
        number = row["number"]
        state = State(rawValue: row["state"]) ?? .waiting
        decidedBy = row["decided_by"]
        decidedAt = (row["decided_at"] as Int64?).map { Timestamp(milliseconds: $0) }
        note = row["note"]
    }

    /// Whether somebody asks for the same.
    package func asksTheSame(as other: LedgerApproval) -> Bool {
        program == other.program && operation == other.operation && customer == other.customer
            && points == other.points && reason == other.reason
    }
}

extension LedgerStore {
    /// Keeps what is asked, unless something is kept under its operation.
    ///
    /// - Returns: What is kept under it from now on.
    package func keep(_ approval: LedgerApproval) throws -> LedgerApproval {
        try file.writer.write { db in
            try db.execute(
                sql: """
                    INSERT INTO ledger_approvals
                        (program, operation, customer, points, reason, asked_by, asked_at, state)
                    VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    approval.program, approval.operation, approval.customer.rawValue,
                    approval.points, approval.reason, approval.askedBy,
                    approval.askedAt.milliseconds,
                ])
            return try Self.approval(approval.program, approval.operation, db) ?? approval
        }
    }

    /// What is kept under an operation; nil where nothing is.
    package func approval(program: String, operation: String) throws -> LedgerApproval? {
        try file.reader.read { db in try Self.approval(program, operation, db) }
    }

    /// What was asked of a program, the newest first; those in a state only where one is given.
    package func approvals(
        program: String, state: LedgerApproval.State? = nil, limit: Int
    ) throws -> [LedgerApproval] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM ledger_approvals WHERE program = ? AND (? IS NULL OR state = ?)
                    ORDER BY number DESC LIMIT ?
                    """, arguments: [program, state?.rawValue, state?.rawValue, limit]
            ).map(LedgerApproval.init)
        }
    }

    package func approval(number: Int64) throws -> LedgerApproval? {
        try file.reader.read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM ledger_approvals WHERE number = ?", arguments: [number]
            ).map(LedgerApproval.init)
        }
    }

    /// Notes what was decided, where it is still in the state that is expected.
    ///
    /// - Returns: Whether it was.
    package func note(
        _ state: LedgerApproval.State, of number: Int64, from expected: LedgerApproval.State,
        by who: String? = nil, at: Timestamp? = nil, note: String? = nil
    ) throws -> Bool {
        try file.writer.write { db in
            try db.execute(
                sql: """
                    UPDATE ledger_approvals SET state = ?, decided_by = COALESCE(?, decided_by),
                        decided_at = COALESCE(?, decided_at), note = COALESCE(?, note)
                    WHERE number = ? AND state = ?
                    """,
                arguments: [
                    state.rawValue, who, at?.milliseconds, note, number, expected.rawValue,
                ])
            return db.changesCount == 1
        }
    }

    private static func approval(
        _ program: String, _ operation: String, _ db: Database
    ) throws -> LedgerApproval? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM ledger_approvals WHERE program = ? AND operation = ?",
            arguments: [program, operation]
        ).map(LedgerApproval.init)
    }
}
