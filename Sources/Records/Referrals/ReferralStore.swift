import GRDB
package import Kernel
package import Referrals

/// A referral as it is shown.
package struct ReferralRow: Sendable, Equatable {
    package var program: String
    package var advocate: ID<Customer>
    package var friend: ID<Customer>
    /// `ReferralStatus.word`.
    package var status: String
    /// In plain words.
    package var reason: String
    package var joinedAt: Timestamp
    package var changedAt: Timestamp
}

/// Points that a referral gives or takes back, and whether the ledger did it.
package struct ReferralEffectRow: Sendable, Equatable {
    package var number: Int64
    /// The ledger's operation.
    package var operation: String
    package var program: String
    /// The loyalty program whose points they are.
    package var ledger: String
    package var customer: ID<Customer>
    package var role: String
    /// Below zero where they are taken back.
    package var points: Int64
    package var reason: String
}

/// How a referral program does.
package struct ReferralFigures: Sendable, Equatable {
    /// Referrals by status.
    package var statuses: [String: Int] = [:]
    package var advocates = 0
    /// Points that stand.
    package var points: Int64 = 0

    package init() {}
}

/// Referrals, their codes and what was given for them, in a file of its own. A commit is synced before it returns.
package final class ReferralStore: Sendable {
    let file: SQLiteFile

    /// - Parameter path: The file, created where it doesn't exist.
    package init(path: String) throws {
        file = try SQLiteFile(
            path: path, durability: .everyCommit, cacheKiB: 8192, migrator: ReferralTables.migrator)
    }

    /// Changes what is kept, all that the body does or, where it throws, nothing.
    package func commit<Value>(_ body: (ReferralCommit) throws -> Value) throws -> Value {
        try file.writer.write { db in try body(ReferralCommit(db)) }
    }

    // MARK: Looking

    /// Whose a code is; nil where it is none of the program's.
    package func advocate(of code: ReferralCode, program: String) throws -> ID<Customer>? {
        try file.reader.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT advocate FROM referral_codes WHERE code = ? AND program = ?",
                arguments: [code.letters, program]
            ).map { ID(rawValue: $0) }
        }
    }

    /// A customer's code in a program, in letters; nil where none was made.
    package func code(of advocate: ID<Customer>, program: String) throws -> ReferralCode? {
        try file.reader.read { db in
            try String.fetchOne(
                db, sql: "SELECT code FROM referral_codes WHERE program = ? AND advocate = ?",
                arguments: [program, advocate.rawValue]
            ).flatMap { ReferralCode(typed: $0) }
        }
    }

    /// Referrals of a program, the newest first.
    ///
    /// - Parameters:
    ///   - advocate: Of this customer only; nil for everybody's.
    ///   - status: `ReferralStatus.word`; nil for all.
    package func referrals(
        of program: String, by advocate: ID<Customer>? = nil, status: String? = nil, limit: Int
    ) throws -> [ReferralRow] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    \(Self.referralColumns) WHERE program = ?1 AND (?2 IS NULL OR advocate = ?2)
                        AND (?4 IS NULL OR status = ?4)
                    ORDER BY number DESC LIMIT ?3
                    """, arguments: [program, advocate?.rawValue, limit, status]
            ).map(Self.referral)
        }
    }

    /// A friend's referral in a program, as it is shown; nil where there is none.
    package func referral(program: String, friend: ID<Customer>) throws -> ReferralRow? {
        try file.reader.read { db in
            try Row.fetchOne(
                db, sql: "\(Self.referralColumns) WHERE program = ? AND friend = ?",
                arguments: [program, friend.rawValue]
            ).map(Self.referral)
        }
    }

    private static let referralColumns = """
        SELECT program, advocate, friend, status, reason, joined_at, changed_at FROM referral_states
        """

    private static func referral(_ row: Row) -> ReferralRow {
        ReferralRow(
            program: row[0], advocate: ID(rawValue: row[1]), friend: ID(rawValue: row[2]),
            status: row[3], reason: row[4], joinedAt: Timestamp(milliseconds: row[5]),
            changedAt: Timestamp(milliseconds: row[6]))
    }

    /// A friend's referral in a program, whole; nil where there is none.
    package func state(program: String, friend: Int64) throws -> ReferralState? {
        try file.reader.read { db in try ReferralCommit(db).state(program: program, friend: friend)
        }
    }

    /// What an advocate has in a program.
    package func tally(
        of advocate: ID<Customer>, program: String
    ) throws -> (rewards: Int, points: Int64) {
        try file.reader.read { db in
            try Row.fetchOne(
                db,
                sql:
                    "SELECT rewards, points FROM referral_tallies WHERE program = ? AND advocate = ?",
                arguments: [program, advocate.rawValue]
            ).map { ($0[0], $0[1]) } ?? (0, 0)
        }
    }

    /// How each program does, by name. Looks through all referrals.
    package func figures() throws -> [String: ReferralFigures] {
        try file.reader.read { db in
            var figures: [String: ReferralFigures] = [:]
            for row in try Row.fetchAll(
                db, sql: "SELECT program, status, count(*) FROM referral_states GROUP BY 1, 2")
            {
                figures[row[0], default: ReferralFigures()].statuses[row[1]] = row[2]
            }
            for row in try Row.fetchAll(
                db, sql: "SELECT program, count(*) FROM referral_codes GROUP BY 1")
            {
                figures[row[0], default: ReferralFigures()].advocates = row[1]
            }
            for row in try Row.fetchAll(
                db, sql: "SELECT program, sum(points) FROM referral_effects GROUP BY 1")
            {
                figures[row[0], default: ReferralFigures()].points = row[1]
            }
            return figures
        }
    }

    /// All keys and referrals, for the graph that checks go by.
    package func graphRows(
        key: (PersonKey, ID<Customer>) -> Void,
        referral: (_ program: String, _ advocate: ID<Customer>, _ friend: ID<Customer>) -> Void
    ) throws {
        try file.reader.read { db in
            let keys = try Row.fetchCursor(db, sql: "SELECT key, customer FROM referral_keys")
            while let row = try keys.next() {
                if let found = PersonKey(bytes: row.blob(0)) { key(found, ID(rawValue: row[1])) }
            }
            let referrals = try Row.fetchCursor(
                db, sql: "SELECT program, advocate, friend FROM referral_states")
            while let row = try referrals.next() {
                referral(row[0], ID(rawValue: row[1]), ID(rawValue: row[2]))
            }
        }
    }

    /// Friends whose referrals time itself changes by then.
    package func due(at now: Timestamp, limit: Int) throws -> [(program: String, friend: Int64)] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT program, friend FROM referral_states
                    WHERE next_at > 0 AND next_at <= ? ORDER BY next_at, number LIMIT ?
                    """, arguments: [now.milliseconds, limit]
            ).map { ($0[0], $0[1]) }
        }
    }

    /// Referrals in which one of the customers takes part, as friend or as advocate.
    package func referrals(
        among customers: [Int64]
    ) throws -> [(program: String, friend: Int64)] {
        guard !customers.isEmpty else { return [] }
        let places = customers.map { _ in "?" }.joined(separator: ", ")
        return try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT program, friend FROM referral_states WHERE friend IN (\(places))
                    UNION SELECT program, friend FROM referral_states WHERE advocate IN (\(places))
                    """, arguments: StatementArguments(customers + customers)
            ).map { ($0[0], $0[1]) }
        }
    }

    package func position(_ name: String) throws -> Int64? {
        try file.reader.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT position FROM referral_positions WHERE name = ?",
                arguments: [name])
        }
    }

    // MARK: What is to be told and done elsewhere

    package func news(limit: Int) throws -> [(number: Int64, event: [UInt8])] {
        try file.reader.read { db in
            try Row.fetchAll(
                db, sql: "SELECT number, event FROM referral_news ORDER BY number LIMIT ?",
                arguments: [limit]
            ).map { ($0[0], $0.blob(1)) }
        }
    }

    /// Programs by which somebody joined.
    package func programNames() throws -> [String] {
        try file.reader.read { db in
            try String.fetchAll(db, sql: "SELECT DISTINCT program FROM referral_states")
        }
    }

    /// Forgets what the log was told.
    package func dropNews(through number: Int64) throws {
        try file.writer.write { db in
            try db.execute(
                sql: "DELETE FROM referral_news WHERE number <= ?", arguments: [number])
        }
    }

    /// Points that the ledger is yet to move, in order.
    package func openEffects(limit: Int) throws -> [ReferralEffectRow] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT number, operation, program, ledger, customer, role, points, reason
                    FROM referral_effects WHERE is_done = 0 ORDER BY number LIMIT ?
                    """, arguments: [limit]
            ).map { row in
                ReferralEffectRow(
                    number: row[0], operation: row[1], program: row[2], ledger: row[3],
                    customer: ID(rawValue: row[4]), role: row[5], points: row[6], reason: row[7])
            }
        }
    }

    /// Notes that the ledger did it, or why it refused.
    package func finish(effect number: Int64, refusal: String?) throws {
        try file.writer.write { db in
            try db.execute(
                sql: "UPDATE referral_effects SET is_done = 1, refusal = ? WHERE number = ?",
                arguments: [refusal ?? "", number])
        }
    }

    // MARK: Checking

    /// What doesn't add up: points that tallies and friends have, and effects that say otherwise.
    package func problems() throws -> (referrals: Int, problems: [String]) {
        try file.reader.read { db in
            var problems: [String] = []
            var standing: [String: Int64] = [:]
            let tallies = try Row.fetchCursor(
                db, sql: "SELECT program, advocate, tally, rewards, points FROM referral_tallies")
            while let row = try tallies.next() {
                let name = "the tally of \(ID<Customer>(rawValue: row[1])) in \(row[0] as String)"
                do throws(ByteReader.Damaged) {
                    let tally = try AdvocateTally(decoding: row.blob(2).span)
                    if tally.points != row[4] || tally.rewards != row[3] {
                        problems.append("\(name) remembers otherwise than it stands")
                    }
                    standing[row[0], default: 0] += tally.points
                } catch {
                    problems.append("\(name) is damaged at byte \(error.offset)")
                }
            }
            var count = 0
            let states = try Row.fetchCursor(
                db, sql: "SELECT program, friend, state FROM referral_states")
            while let row = try states.next() {
                count += 1
                do throws(ByteReader.Damaged) {
                    let state = try ReferralState(decoding: row.blob(2).span)
                    standing[row[0], default: 0] += state.friendPoints
                } catch {
                    problems.append(
                        "the referral of \(ID<Customer>(rawValue: row[1])) in \(row[0] as String) "
                            + "is damaged at byte \(error.offset)")
                }
            }
            let given = try Row.fetchAll(
                db, sql: "SELECT program, sum(points) FROM referral_effects GROUP BY 1")
            var sums: [String: Int64] = [:]
            for row in given { sums[row[0]] = row[1] }
            for program in Set(standing.keys).union(sums.keys).sorted()
            where standing[program, default: 0] != sums[program, default: 0] {
                problems.append(
                    "referral program \(program) has \(standing[program, default: 0]) points "
                        + "standing, and \(sums[program, default: 0]) were given")
            }
            return (count, problems)
        }
    }
}
