import FoundationEssentials
import GRDB
package import Kernel

/// A reward that somebody has, is kept, or wanted.
package struct RewardClaim: Sendable, Equatable {
    /// What follows its id in those of the operations that it brings about.
    private static let endings = [":confirm", ":release", ":return", ":code"]

    /// Whether an id could be taken for another claim's operation.
    package static func isReserved(_ id: String) -> Bool {
        endings.contains { id.hasSuffix($0) }
    }

    /// How far it is. What is under way is taken up again after a crash: the ledger's part has its own operation's id,
    /// and is done once.
    package enum State: Int64, Sendable, CaseIterable {
        /// The stock is taken, the points are being reserved.
        case reserving = 1
        case reserved = 2
        /// The points are being spent.
        case confirming = 3
        case confirmed = 4
        /// The points are being freed.
        case releasing = 5
        case released = 6
        /// The ledger refused.
        case refused = 7
        /// The points are being given back.
        case returning = 8
        case returned = 9

        package var word: String {
            switch self {
            case .reserving: "reserving"
            case .reserved: "reserved"
            case .confirming: "confirming"
            case .confirmed: "confirmed"
            case .releasing: "releasing"
            case .released: "released"
            case .refused: "refused"
            case .returning: "returning"
            case .returned: "returned"
            }
        }
    }

    /// As who asked calls it.
    package var id: String
    package var program: String
    package var reward: String
    package var customer: ID<Customer>
    package var state: State
    package var points: Int64
    package var expiresAt: Timestamp
    package var changedAt: Timestamp
    /// The unique code that came with it; empty for none.
    package var code: String

    package init(
        id: String, program: String, reward: String, customer: ID<Customer>, state: State,
        points: Int64, expiresAt: Timestamp, changedAt: Timestamp, code: String = ""
    ) {
        self.id = id
        self.program = program
        self.reward = reward
        self.customer = customer
        self.state = state
        self.points = points
        self.expiresAt = expiresAt
        self.changedAt = changedAt
        self.code = code
    }
}

/// Claims of rewards, in a file of its own. A commit is synced before it returns.
package final class RewardStore: Sendable {
    private let file: SQLiteFile

    private static let definition = """
        CREATE TABLE reward_claims (
            number BIGINT PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            program TEXT NOT NULL,
            reward TEXT NOT NULL,
            customer BIGINT NOT NULL,
            state BIGINT NOT NULL,
            points BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            changed_at BIGINT NOT NULL,
            code TEXT NOT NULL
        );
        CREATE INDEX reward_claims_held ON reward_claims (reward, customer)
            WHERE state IN (1, 2, 3, 4, 5, 8);
        CREATE INDEX reward_claims_open ON reward_claims (state, expires_at)
            WHERE state IN (1, 2, 3, 5, 8);

        """

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 rewards") { db in
            try db.execute(sql: definition.asStrictSQLite())
        }
        return migrator
    }

    private static let columns =
        "id, program, reward, customer, state, points, expires_at, changed_at, code"
    /// Those that hold one of the stock.
    private static let held = "state IN (1, 2, 3, 4, 5, 8)"

    /// - Parameter path: The file, created where it doesn't exist.
    package init(path: String) throws {
        file = try SQLiteFile(
            path: path, durability: .everyCommit, cacheKiB: 4096, migrator: Self.migrator)
    }

    /// A claim by its id; nil where there is none.
    package func claim(_ id: String) throws -> RewardClaim? {
        try file.reader.read { db in try Self.claim(id, db) }
    }

    private static func claim(_ id: String, _ db: Database) throws -> RewardClaim? {
        try Row.fetchOne(
            db, sql: "SELECT \(columns) FROM reward_claims WHERE id = ?", arguments: [id]
        ).map(RewardClaim.init(row:))
    }

    /// How many of a reward are held, by all and by a customer.
    ///
    /// - Parameter members: All as whom the customer was ever known.
    package func taken(
        _ reward: String, by members: [Int64]
    ) throws -> (all: Int, customer: Int) {
        try file.reader.read { db in try Self.taken(reward, members, db) }
    }

    private static func taken(
        _ reward: String, _ members: [Int64], _ db: Database
    ) throws -> (all: Int, customer: Int) {
        let all =
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM reward_claims WHERE reward = ? AND \(held)",
                arguments: [reward]) ?? 0
        let own =
            try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM reward_claims WHERE reward = ? AND \(held)
                        AND customer IN (\(members.map(String.init).joined(separator: ", ")))
                    """, arguments: [reward]) ?? 0
        return (all, own)
    }

    /// Keeps a new claim where the check finds nothing against it, in one commit with counting.
    ///
    /// - Parameter members: All as whom the customer was ever known.
    /// - Returns: What the check found, and the claim that has the id, where there is one already.
    package func open<Refusal>(
        _ claim: RewardClaim, members: [Int64], _ check: (_ all: Int, _ customer: Int) -> Refusal?
    ) throws -> (refusal: Refusal?, known: RewardClaim?) {
        try file.writer.write { db in
            if let known = try Self.claim(claim.id, db) { return (nil, known) }
            let (all, own) = try Self.taken(claim.reward, members, db)
            if let refusal = check(all, own) { return (refusal, nil) }
            try db.execute(
                sql: """
                    INSERT INTO reward_claims (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    claim.id, claim.program, claim.reward, claim.customer.rawValue,
                    claim.state.rawValue, claim.points, claim.expiresAt.milliseconds,
                    claim.changedAt.milliseconds, claim.code,
                ])
            return (nil, nil)
        }
    }

    /// Moves a claim on from the states that it may be in.
    ///
    /// - Returns: Whether it was in one of them.
    package func move(
        _ id: String, from states: [RewardClaim.State], to state: RewardClaim.State,
        at now: Timestamp, code: String? = nil
    ) throws -> Bool {
        try file.writer.write { db in
            let places = states.map { "\($0.rawValue)" }.joined(separator: ", ")
            try db.execute(
                sql: """
                    UPDATE reward_claims SET state = ?, changed_at = ?, code = coalesce(?, code)
                    WHERE id = ? AND state IN (\(places))
                    """, arguments: [state.rawValue, now.milliseconds, code, id])
            return db.changesCount > 0
        }
    }

    /// Claims that are under way since before a time, or reserved and over.
    package func unfinished(
        since: Timestamp, at now: Timestamp, limit: Int
    ) throws -> [RewardClaim] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(Self.columns) FROM reward_claims
                    WHERE (state IN (1, 3, 5, 8) AND changed_at <= ?)
                        OR (state = 2 AND expires_at <= ?)
                    ORDER BY number LIMIT ?
                    """, arguments: [since.milliseconds, now.milliseconds, limit]
            ).map(RewardClaim.init(row:))
        }
    }

    /// How many of each reward are reserved and given, by the reward's name.
    package func figures() throws -> [String: (reserved: Int, given: Int)] {
        try file.reader.read { db in
            var figures: [String: (reserved: Int, given: Int)] = [:]
            for row in try Row.fetchAll(
                db,
                sql: """
                    SELECT reward, sum(state IN (1, 2, 3, 5)), sum(state IN (4, 8))
                    FROM reward_claims GROUP BY 1
                    """)
            { figures[row[0]] = (row[1], row[2]) }
            return figures
        }
    }

    /// Claims of a program, the newest first.
    ///
    /// - Parameter reward: Of this reward only; nil for all.
    package func claims(
        of program: String, reward: String? = nil, limit: Int
    ) throws -> [RewardClaim] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(Self.columns) FROM reward_claims
                    WHERE program = ?1 AND (?2 IS NULL OR reward = ?2)
                    ORDER BY number DESC LIMIT ?3
                    """, arguments: [program, reward, limit]
            ).map(RewardClaim.init(row:))
        }
    }

    /// All claims of a state, for the doctor.
    package func claims(_ body: (RewardClaim) throws -> Void) throws {
        try file.reading().read { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT \(Self.columns) FROM reward_claims ORDER BY number")
            while let row = try rows.next() { try body(RewardClaim(row: row)) }
        }
    }
}

extension RewardClaim {
    fileprivate init(row: Row) {
        self.init(
            id: row[0], program: row[1], reward: row[2], customer: ID(rawValue: row[3]),
            state: State(rawValue: row[4]) ?? .refused, points: row[5],
            expiresAt: Timestamp(milliseconds: row[6]), changedAt: Timestamp(milliseconds: row[7]),
            code: row[8])
    }
}
