import GRDB
package import Kernel

/// Which items of the outbox are listed, newest first.
package struct OutboxFilter: Sendable, Equatable {
    /// What counts for a customer, by `members(of:)`; nil for everybody.
    package var customers: [Int64]?
    package var journey: String?
    package var step: String?
    package var kind: OutboxKind?
    package var state: OutboxState?
    package var receiver: String?
    /// Only items before this one: the last of the page before.
    package var before: ID<OutboxItem>?
    package var limit: Int

    package init(limit: Int) { self.limit = limit }
}

extension RecordsStore {
    package func outbox(_ filter: OutboxFilter) throws -> [OutboxRecord] {
        // What isn't there isn't looked for in all there is.
        if let state = filter.state, state.isFinal, try !hasAny(state, filter.kind) { return [] }
        var conditions: [String] = []
        var arguments: [(any DatabaseValueConvertible)?] = []
        func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(condition)
            arguments.append(value)
        }
        if let customers = filter.customers {
            let places = customers.map { _ in "?" }.joined(separator: ", ")
            conditions.append("customer IN (\(places))")
            arguments += customers.map { $0 }
        }
        add("journey = ?", filter.journey)
        add("step = ?", filter.step)
        add("kind = ?", filter.kind?.rawValue)
        switch filter.state {
        // As the indexes of what isn't over have it.
        case .dead: conditions.append("state = 'dead'")
        case .withheld: conditions.append("state = 'withheld'")
        case .pending, .sending: conditions.append("state IN ('pending', 'sending')")
        case .done, .kept, nil: break
        }
        add("state = ?", filter.state?.rawValue)
        add("receiver = ?", filter.receiver)
        add("id < ?", filter.before?.rawValue)
        arguments.append(filter.limit)
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let sql = "SELECT \(outboxColumns) FROM outbox \(condition) ORDER BY id DESC LIMIT ?"
        let bound = StatementArguments(arguments)
        return try read { db in
            try Row.fetchAll(db, sql: sql, arguments: bound)
                .compactMap(OutboxRecord.init(row:))
        }
    }

    private func hasAny(_ state: OutboxState, _ kind: OutboxKind?) throws -> Bool {
        try read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM outbox_counts WHERE state = ?1 AND kind = coalesce(?2, kind))
                    """, arguments: [state.rawValue, kind?.rawValue]) ?? false
        }
    }

    package func outboxItem(_ id: ID<OutboxItem>) throws -> OutboxRecord? {
        try read { db in
            try Row.fetchOne(
                db, sql: "SELECT \(outboxColumns) FROM outbox WHERE id = ?",
                arguments: [id.rawValue]
            ).flatMap(OutboxRecord.init(row:))
        }
    }

    package func outboxItem(key: String) throws -> OutboxRecord? {
        try read { db in
            try Row.fetchOne(
                db, sql: "SELECT \(outboxColumns) FROM outbox WHERE key = ?", arguments: [key]
            ).flatMap(OutboxRecord.init(row:))
        }
    }

    /// How many items there are of each state and kind; of those that are over, how many there ever were.
    package func outboxCounts() throws -> [OutboxState: [OutboxKind: Int]] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT state, kind, count FROM outbox_counts
                    UNION ALL
                    SELECT state, kind, count(*) FROM outbox WHERE state IN ('pending', 'sending')
                    GROUP BY state, kind
                    UNION ALL
                    SELECT state, kind, count(*) FROM outbox WHERE state = 'dead'
                    GROUP BY state, kind
                    """)
            var counts: [OutboxState: [OutboxKind: Int]] = [:]
            for row in rows {
                guard let state = OutboxState(rawValue: row[0]),
                    let kind = OutboxKind(rawValue: row[1])
                else { continue }
                counts[state, default: [:]][kind] = row[2]
            }
            return counts
        }
    }

    /// How many webhooks wait for each receiver, and how many were given up.
    package func openOutbox() throws -> [String: (waiting: Int, dead: Int)] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT receiver, sum(NOT is_dead), sum(is_dead) FROM (
                        SELECT receiver, 0 AS is_dead FROM outbox
                        WHERE state IN ('pending', 'sending') AND kind = 'webhook'
                        UNION ALL
                        SELECT receiver, 1 FROM outbox
                        WHERE state = 'dead' AND kind = 'webhook'
                    ) GROUP BY receiver
                    """)
            var open: [String: (waiting: Int, dead: Int)] = [:]
            for row in rows { open[row[0]] = (row[1], row[2]) }
            return open
        }
    }
}
