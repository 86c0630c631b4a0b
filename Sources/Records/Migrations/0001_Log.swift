import GRDB

/// Tables of `log.sqlite`.
enum LogMigrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001_Log") { db in
            try db.execute(
                sql: """
                    CREATE TABLE log_blocks (
                        first_position BIGINT PRIMARY KEY NOT NULL CHECK (first_position > 0),
                        event_count BIGINT NOT NULL CHECK (event_count > 0),
                        received_at BIGINT NOT NULL,
                        codec BIGINT NOT NULL,
                        bytes BYTEA NOT NULL
                    );
                    CREATE TABLE message_keys (
                        key_high BIGINT NOT NULL,
                        key_low BIGINT NOT NULL,
                        PRIMARY KEY (key_high, key_low)
                    );
                    CREATE TABLE log_state (
                        name TEXT PRIMARY KEY NOT NULL,
                        value BIGINT NOT NULL
                    );
                    CREATE TABLE imports (
                        source TEXT PRIMARY KEY NOT NULL,
                        events_done BIGINT NOT NULL
                    );
                    """.asStrictSQLite(keyedOnly: ["message_keys", "log_state", "imports"]))
        }
        migrator.registerMigration("0002_KeyRuns") { db in
            // The keys are read from the log again.
            try db.execute(
                sql: (KeyRunTables.definition + """
                    DROP TABLE message_keys;
                    DELETE FROM log_state WHERE name = 'indexed_position';
                    """).asStrictSQLite())
        }
        return migrator
    }
}
