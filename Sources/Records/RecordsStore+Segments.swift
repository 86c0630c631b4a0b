import GRDB
package import Kernel

/// A member of a segment, and since when.
package struct MemberRow: Sendable, Equatable {
    package var customer: Int64
    package var since: Timestamp

    package init(customer: Int64, since: Timestamp) {
        self.customer = customer
        self.since = since
    }
}

extension RecordsStore {
    /// How many members each segment has, by its number.
    package func segmentSizes() throws -> [Int64: Int64] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT segment, size FROM segment_sizes AS s
                    WHERE day = (SELECT max(day) FROM segment_sizes WHERE segment = s.segment)
                    """)
            var sizes: [Int64: Int64] = [:]
            while let row = try cursor.next() { sizes[row[0]] = row[1] }
            return sizes
        }
    }

    /// A segment's size at the end of each day on which it changed, the oldest first.
    ///
    /// - Parameter since: Days since 1970.
    package func sizeHistory(
        of segment: Int64, since: Int
    ) throws -> [(day: Int, size: Int64)] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT day, size FROM segment_sizes WHERE segment = ? AND day >= ?
                    ORDER BY day
                    """, arguments: [segment, since])
            var history: [(day: Int, size: Int64)] = []
            while let row = try cursor.next() { history.append((row[0], row[1])) }
            return history
        }
    }

    /// Members in order of their ids.
    ///
    /// - Parameter after: The last customer of the page before; 0 for the first.
    package func members(
        of segment: Int64, after: Int64, limit: Int
    ) throws -> [MemberRow] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT customer, since FROM memberships WHERE segment = ? AND customer > ?
                    ORDER BY customer LIMIT ?
                    """, arguments: [segment, after, limit])
            var members: [MemberRow] = []
            while let row = try cursor.next() {
                members.append(
                    MemberRow(customer: row[0], since: Timestamp(milliseconds: row[1])))
            }
            return members
        }
    }

    /// Members, who came in last first.
    ///
    /// - Parameter before: The last member of the page before; nil for the first.
    package func newestMembers(
        of segment: Int64, before: MemberRow?, limit: Int
    ) throws -> [MemberRow] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT customer, since FROM memberships
                    WHERE segment = ? AND (since, customer) < (?, ?)
                    ORDER BY since DESC, customer DESC LIMIT ?
                    """,
                arguments: [
                    segment, before?.since.milliseconds ?? .max, before?.customer ?? .max, limit,
                ])
            var members: [MemberRow] = []
            while let row = try cursor.next() {
                members.append(
                    MemberRow(customer: row[0], since: Timestamp(milliseconds: row[1])))
            }
            return members
        }
    }

    /// How many are members of both segments.
    package func overlap(_ one: Int64, _ other: Int64) throws -> Int64 {
        try read { db in
            try Int64.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM memberships AS a JOIN memberships AS b
                    ON b.segment = ? AND b.customer = a.customer WHERE a.segment = ?
                    """, arguments: [other, one]) ?? 0
        }
    }

    /// A customer's encoded automation and timer; nil where there is none.
    package func automation(
        of customer: Int64
    ) throws -> (due: Timestamp?, state: [UInt8])? {
        try read { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT due, state FROM automations WHERE customer = ?",
                    arguments: [customer])
            else { return nil }
            let due: Int64 = row[0]
            return try (
                due == AutomationStatements.noDue ? nil : Timestamp(milliseconds: due), row.bytes(1)
            )
        }
    }

    /// The encoded behaviours of fragments that have some.
    package func behaviours(of fragments: [Int64]) throws -> [[UInt8]] {
        try read { db in
            try fragments.compactMap { fragment in
                try Row.fetchOne(
                    db, sql: "SELECT state FROM behaviours WHERE customer = ?",
                    arguments: [fragment]
                ).map { try $0.bytes(0) }
            }
        }
    }

    /// How many timers are pending.
    package func timerCount() throws -> Int64 {
        try read { db in try Int64.fetchOne(db, sql: "SELECT count(*) FROM timers") ?? 0 }
    }
}

extension RecordsStore {
    /// The newest customer's id; 0 before the first.
    package func newestCustomer() throws -> Int64 {
        try read { db in
            try Int64.fetchOne(db, sql: "SELECT coalesce(max(id), 0) FROM customers") ?? 0
        }
    }
}
