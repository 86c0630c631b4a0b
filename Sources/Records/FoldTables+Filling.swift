import GRDB

/// The definitions that go on deciding while what newer ones ask of the past is being filled in.
package struct DefinitionsBefore: Sendable, Equatable {
    /// One definition's version.
    package struct Version: Sendable, Equatable {
        package var subject: Int64
        package var version: Int64

        package init(subject: Int64, version: Int64) {
            self.subject = subject
            self.version = version
        }
    }

    /// The change of definitions that brought the last of them; 0 where nothing was ever defined.
    package var generation: Int64
    package var versions: [Version]

    package init(generation: Int64, _ versions: [Version]) {
        self.generation = generation
        self.versions = versions
    }

    /// `generation subject:version …`, as it is kept.
    var text: String {
        ([String(generation)] + versions.map { "\($0.subject):\($0.version)" })
            .joined(separator: " ")
    }

    /// Nil where the text is none of these.
    init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard let generation = parts.first.flatMap({ Int64($0) }) else { return nil }
        self.generation = generation
        versions = []
        for part in parts.dropFirst() {
            let numbers = part.split(separator: ":").map { Int64($0) }
            guard numbers.count == 2, let subject = numbers[0], let version = numbers[1] else {
                return nil
            }
            versions.append(Version(subject: subject, version: version))
        }
    }
}

extension FoldTables {
    private static let beforeSetting = "definitions-before"

    /// What decides until the definitions in force are filled; nil where these do.
    package func definitionsBefore() throws -> DefinitionsBefore? {
        try String.fetchOne(
            db, sql: "SELECT value FROM settings WHERE name = ?", arguments: [Self.beforeSetting]
        ).map { text in
            guard let before = DefinitionsBefore(text) else {
                throw DatabaseError(message: "\(Self.beforeSetting) is damaged: \(text)")
            }
            return before
        }
    }

    /// - Parameter before: Nil where the definitions in force are filled.
    package func setDefinitionsBefore(_ before: DefinitionsBefore?) throws {
        guard let before else {
            return try db.execute(
                sql: "DELETE FROM settings WHERE name = ?", arguments: [Self.beforeSetting])
        }
        try db.execute(
            sql: """
                INSERT INTO settings (name, value) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """, arguments: [Self.beforeSetting, before.text])
    }
}
