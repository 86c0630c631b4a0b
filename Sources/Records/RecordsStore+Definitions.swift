import GRDB
package import Kernel

extension RecordsStore {
    /// The definitions that are in force, by kind and name.
    package func definitionsInForce() throws -> [DefinitionRow] {
        try read { db in try DefinitionRow.inForce(db) }
    }

    /// The number and the version of a definition in force; nil where there is none.
    package func heading(
        kind: String, name: String
    ) throws -> (subject: Int64, version: Int64)? {
        try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT subject, version FROM definitions
                    WHERE kind = ? AND name = ? AND replaced_at = 0
                    """, arguments: [kind, name]
            ).map { ($0[0], $0[1]) }
        }
    }

    /// All versions of one definition, the newest first.
    package func definitionVersions(
        kind: String, name: String
    ) throws -> [DefinitionRow] {
        try read { db in
            try DefinitionRow.fetch(
                db, "WHERE kind = ? AND name = ? ORDER BY version DESC", [kind, name])
        }
    }
}

extension DefinitionRow {
    static func inForce(_ db: Database) throws -> [DefinitionRow] {
        try fetch(db, "WHERE replaced_at = 0 ORDER BY kind, name", [])
    }

    static func fetch(
        _ db: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [DefinitionRow] {
        let cursor = try Row.fetchCursor(
            db,
            sql: """
                SELECT subject, kind, name, version, document, source, applied_at, applied_by,
                    replaced_at, generation
                FROM definitions \(condition)
                """, arguments: arguments)
        var found: [DefinitionRow] = []
        while let row = try cursor.next() {
            let replacedAt: Int64 = row[8]
            found.append(
                DefinitionRow(
                    subject: row[0], kind: row[1], name: row[2], version: row[3],
                    generation: row[9], document: row[4], source: row[5],
                    appliedAt: Timestamp(milliseconds: row[6]), appliedBy: row[7],
                    replacedAt: replacedAt == 0 ? nil : Timestamp(milliseconds: replacedAt)))
        }
        return found
    }
}

extension FoldTables {
    package func definitionsInForce() throws -> [DefinitionRow] {
        try DefinitionRow.inForce(db)
    }

    /// The newest version of each name of a kind, in force or not.
    package func newestDefinitions(kind: String) throws -> [DefinitionRow] {
        try DefinitionRow.fetch(
            db,
            """
            WHERE kind = ? AND version = (
                SELECT max(version) FROM definitions AS d WHERE d.subject = definitions.subject)
            ORDER BY name
            """, [kind])
    }

    package func definition(subject: Int64, version: Int64) throws -> DefinitionRow? {
        try DefinitionRow.fetch(
            db, "WHERE subject = ? AND version = ?", [subject, version]
        ).first
    }

    /// Puts a definition's new version in force, in place of the one before.
    ///
    /// - Parameter document: Nil takes the name out of force.
    /// - Returns: The row that is in force now; nil where none is.
    package func apply(
        kind: String, name: String, document: String?, source: String, generation: Int64,
        by actor: String, at now: Timestamp
    ) throws -> DefinitionRow? {
        let newest = try Row.fetchOne(
            db,
            sql: """
                SELECT subject, version FROM definitions WHERE kind = ? AND name = ?
                ORDER BY version DESC LIMIT 1
                """, arguments: [kind, name])
        try db.execute(
            sql: """
                UPDATE definitions SET replaced_at = ?
                WHERE kind = ? AND name = ? AND replaced_at = 0
                """, arguments: [now.milliseconds, kind, name])
        guard let document else { return nil }
        let subject: Int64 =
            try newest?[0]
            ?? (Int64.fetchOne(db, sql: "SELECT coalesce(max(subject), 0) + 1 FROM definitions")
                ?? 1)
        let version: Int64 = (newest?[1] ?? 0) + 1
        try db.execute(
            sql: """
                INSERT INTO definitions (
                    subject, kind, name, version, generation, document, source, applied_at,
                    applied_by)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                subject, kind, name, version, generation, document, source, now.milliseconds,
                actor,
            ])
        return DefinitionRow(
            subject: subject, kind: kind, name: name, version: version, generation: generation,
            document: document, source: source, appliedAt: now, appliedBy: actor)
    }
}

extension RecordsStore {
    /// Says that events up to a position were decided upon, before the log is folded from its start.
    ///
    /// - Parameter last: The log's last position: of a log that was restored from an older copy, what comes anew at
    ///   known positions is decided upon.
    package func noteDecided(through position: Int64, atMost last: Int64) throws {
        try fold { tables in
            let before = try tables.note(.decidedPosition)
            try tables.setNote(.decidedPosition, to: min(max(before, position), last))
        }
    }
}

extension FoldTables {
    /// Forgets who is in a segment that is out of force.
    package func removeMembers(of segment: Int64, day: Int) throws {
        try db.execute(sql: "DELETE FROM memberships WHERE segment = ?", arguments: [segment])
        try automation.setSize(of: segment, to: 0, day: day)
    }

    /// Forgets what is remembered of customers' doings, which is filled anew.
    package func removeBehaviours() throws { try db.execute(sql: "DELETE FROM behaviours") }

    /// Whether anything was ever defined that customers are looked at for.
    package func hasDefinitions() throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM definitions WHERE kind <> 'template')") ?? false
    }

    /// The versions of a journey that somebody is inside of, or whose goal may still be watched.
    ///
    /// - Parameter since: Goals of those who entered before aren't watched any more.
    package func versionsInside(
        ofJourney journey: Int64, since: Timestamp
    ) throws -> Set<Int64> {
        Set(
            try Int64.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT version FROM journey_runs
                    WHERE journey = ?1 AND state = 'active'
                    UNION SELECT DISTINCT version FROM journey_runs
                    WHERE journey = ?1 AND entered_at > ?2
                    """,
                arguments: [journey, since.milliseconds]))
    }
}
