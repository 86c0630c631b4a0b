import GRDB
package import Kernel

/// Something that a person is to do for a customer.
package struct TaskRecord: Sendable, Equatable {
    package var id: ID<WorkTask>
    package var customer: ID<Customer>
    package var title: String
    /// Who is to do it, as the journey calls them; empty for anybody.
    package var owner: String
    package var dueAt: Timestamp
    package var origin: OutboxOrigin
    package var createdAt: Timestamp
    /// Nil while it is open.
    package var doneAt: Timestamp?
    package var doneBy: String
    package var note: String
}

/// Which tasks are listed: open ones by when they are due, done ones newest first.
package struct TaskFilter: Sendable, Equatable {
    /// A place in the list: the last task of the page before.
    package struct Place: Sendable, Equatable {
        package var dueAt: Timestamp
        package var id: ID<WorkTask>

        package init(dueAt: Timestamp, id: ID<WorkTask>) {
            self.dueAt = dueAt
            self.id = id
        }

        /// Reads what `text` wrote; nil for anything else.
        package init?(_ text: String) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let ms = Int64(parts[0]), let id = ID<WorkTask>(parts[1])
            else { return nil }
            self.init(dueAt: Timestamp(milliseconds: ms), id: id)
        }

        /// For whoever asks for the next page.
        package var text: String { "\(dueAt.milliseconds).\(id)" }
    }

    package var isDone = false
    package var owner: String?
    /// What counts for a customer, by `members(of:)`; nil for everybody.
    package var customers: [Int64]?
    package var after: Place?
    package var limit: Int

    package init(limit: Int) { self.limit = limit }
}

extension RecordsStore {
    package func tasks(_ filter: TaskFilter) throws -> [TaskRecord] {
        var condition = filter.isDone ? "done_at <> 0" : "done_at = 0"
        var arguments: [(any DatabaseValueConvertible)?] = []
        if let owner = filter.owner {
            condition += " AND owner = ?"
            arguments.append(owner)
        }
        if let customers = filter.customers {
            condition +=
                " AND customer IN (" + customers.map { _ in "?" }.joined(separator: ", ") + ")"
            arguments += customers.map { $0 }
        }
        if let after = filter.after {
            condition += filter.isDone ? " AND id < ?" : " AND (due_at, id) > (?, ?)"
            if !filter.isDone { arguments.append(after.dueAt.milliseconds) }
            arguments.append(after.id.rawValue)
        }
        arguments.append(filter.limit)
        let order = filter.isDone ? "id DESC" : "due_at, id"
        let sql = taskColumns + " WHERE \(condition) ORDER BY \(order) LIMIT ?"
        let bound = StatementArguments(arguments)
        return try read { db in
            try Row.fetchAll(db, sql: sql, arguments: bound).map(TaskRecord.init(row:))
        }
    }

    package func task(_ id: ID<WorkTask>) throws -> TaskRecord? {
        try read { db in
            try Row.fetchOne(db, sql: taskColumns + " WHERE id = ?", arguments: [id.rawValue])
                .map(TaskRecord.init(row:))
        }
    }

    /// How many tasks there are, of one owner or of all.
    package func taskCount(isDone: Bool, owner: String?) throws -> Int {
        let state = isDone ? "done_at <> 0" : "done_at = 0"
        return try read { db in
            guard let owner else {
                return try Int.fetchOne(db, sql: "SELECT count(*) FROM tasks WHERE \(state)") ?? 0
            }
            return try Int.fetchOne(
                db, sql: "SELECT count(*) FROM tasks WHERE \(state) AND owner = ?",
                arguments: [owner]) ?? 0
        }
    }

    /// Who has open tasks, by name.
    package func taskOwners(limit: Int) throws -> [String] {
        try read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT owner FROM tasks WHERE done_at = 0 AND owner <> ''
                    ORDER BY owner LIMIT ?
                    """, arguments: [limit])
        }
    }

    /// How many tasks are open, and how many of those are past their time.
    package func openTasks(now: Timestamp) throws -> (open: Int, late: Int) {
        try read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT count(*), sum(due_at < ?) FROM tasks WHERE done_at = 0",
                arguments: [now.milliseconds])
            return (row?[0] ?? 0, row?[1] ?? 0)
        }
    }

    /// Keeps a task that no journey asks for. Durable when this returns.
    ///
    /// - Parameter key: Of several with the same only the first is kept; nil for none.
    /// - Returns: The task, and whether it is new.
    package func addTask(
        _ task: NewTask, for customer: ID<Customer>, key: String?, at now: Timestamp
    ) throws -> (task: TaskRecord, isNew: Bool) {
        try writeDurably { db in
            // Keys of journeys' tasks begin with the journey's name, which has no colon.
            let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM tasks") ?? 0
            let key = key.map { "key:\($0)" } ?? "own:\(now.milliseconds):\(last)"
            try db.execute(
                sql: """
                    INSERT INTO tasks (
                        key, customer, title, owner, due_at, journey, run, step, created_at)
                    VALUES (?, ?, ?, ?, ?, '', '', '', ?)
                    ON CONFLICT (key) DO NOTHING
                    """,
                arguments: [
                    key, customer.rawValue, task.title, task.owner, task.dueAt.milliseconds,
                    now.milliseconds,
                ])
            let isNew = db.changesCount > 0
            guard
                let row = try Row.fetchOne(
                    db, sql: taskColumns + " WHERE key = ?", arguments: [key])
            else { throw StorageFailure.damaged("a task that was kept is gone") }
            return (TaskRecord(row: row), isNew)
        }
    }

    /// Notes that a task is done. A task that is done already stays as it is.
    ///
    /// - Returns: The task as it is now; nil where there is none.
    package func finishTask(
        _ id: ID<WorkTask>, by member: String, note: String, at now: Timestamp
    ) throws -> TaskRecord? {
        try writeDurably { db in
            try db.execute(
                sql: """
                    UPDATE tasks SET done_at = ?, done_by = ?, note = ?
                    WHERE id = ? AND done_at = 0
                    """, arguments: [now.milliseconds, member, note, id.rawValue])
            return try Row.fetchOne(
                db, sql: taskColumns + " WHERE id = ?", arguments: [id.rawValue]
            ).map(TaskRecord.init(row:))
        }
    }
}

private let taskColumns = """
    SELECT id, customer, title, owner, due_at, journey, run, step, created_at, done_at, done_by, note
    FROM tasks
    """

extension TaskRecord {
    fileprivate init(row: Row) {
        let doneAt: Int64 = row[9]
        self.init(
            id: ID(rawValue: row[0]), customer: ID(rawValue: row[1]), title: row[2], owner: row[3],
            dueAt: Timestamp(milliseconds: row[4]),
            origin: OutboxOrigin(journey: row[5], run: row[6], step: row[7]),
            createdAt: Timestamp(milliseconds: row[8]),
            doneAt: doneAt == 0 ? nil : Timestamp(milliseconds: doneAt), doneBy: row[10],
            note: row[11])
    }
}
