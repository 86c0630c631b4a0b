import GRDB

/// Tables of `records.sqlite`, version 1. What is folded from the log can be dropped and folded again
/// (`foldedTables`); the rest is entered by people and kept.
enum RecordsMigrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001_Records") { db in
            try db.execute(sql: (folded + entered).asStrictSQLite(keyedOnly: keyedOnly))
        }
        migrator.registerMigration("0002_OrderPages") { db in
            // Orders go into pages; everything is folded again.
            try db.execute(
                sql: ("""
                DROP TABLE orders;
                CREATE TABLE order_pages (
                    first_place BIGINT PRIMARY KEY NOT NULL,
                    bytes BYTEA NOT NULL
                );

                """ + KeyRunTables.definition).asStrictSQLite())
            for table in foldedTables where !laterTables.contains(table) {
                try db.execute(sql: "DELETE FROM \(table)")
            }
        }
        migrator.registerMigration("0003_Outbox") { db in
            try db.execute(sql: OutboxSchema.definition.asStrictSQLite())
        }
        migrator.registerMigration("0004_Automation") { db in
            try db.execute(
                sql: AutomationTables.definition.asStrictSQLite(
                    keyedOnly: AutomationTables.keyedOnly))
        }
        migrator.registerMigration("0005_AutomationOrders") { db in
            try db.execute(sql: AutomationOrders.definition)
        }
        migrator.registerMigration("0006_DecisionOrder") { db in
            try db.execute(
                sql: DecisionOrder.definition.asStrictSQLite(keyedOnly: DecisionOrder.keyedOnly))
        }
        migrator.registerMigration("0007_OutboxCounts") { db in
            try db.execute(
                sql: OutboxCounts.definition.asStrictSQLite(keyedOnly: OutboxCounts.keyedOnly))
        }
        migrator.registerMigration("0008_ArchiveBacklog") { db in
            try db.execute(sql: ArchiveBacklogTable.definition.asStrictSQLite())
        }
        migrator.registerMigration("0009_Mail") { db in
            try db.execute(
                sql: MailTables.definition.asStrictSQLite(keyedOnly: MailTables.keyedOnly))
        }
        migrator.registerMigration("0010_Campaigns") { db in
            try db.execute(sql: CampaignTables.definition.asStrictSQLite())
        }
        migrator.registerMigration("0011_Channels") { db in
            try db.execute(sql: ChannelTables.definition.asStrictSQLite())
        }
        migrator.registerMigration("0012_Variants") { db in
            try db.execute(sql: VariantColumns.definition.asStrictSQLite())
        }
        migrator.registerMigration("0013_MailKeeping") { db in
            try db.execute(
                sql: MailKeepingTables.definition.asStrictSQLite(
                    keyedOnly: MailKeepingTables.keyedOnly))
        }
        return migrator
    }

    /// Emptied before the log is folded from its start.
    static let foldedTables = [
        "customers", "identifiers", "profiles", "order_pages", "merges", "kept_apart",
        "identifier_drops", "fold_state", "key_runs", "key_pages", "behaviours",
        "archive_backlog",
    ]

    /// Of these, those that came after `0002_OrderPages`.
    private static let laterTables: Set<String> = ["behaviours", "archive_backlog"]

    private static let keyedOnly: Set<String> = [
        "identifiers", "kept_apart", "settings", "fold_state", "sessions",
    ]

    private static let folded = """
        CREATE TABLE fold_state (
            name TEXT PRIMARY KEY NOT NULL,
            value BIGINT NOT NULL
        );
        CREATE TABLE customers (
            id BIGINT PRIMARY KEY NOT NULL,
            root BIGINT NOT NULL,
            created_at BIGINT NOT NULL
        );
        CREATE INDEX customers_by_root ON customers (root) WHERE root <> id;
        CREATE TABLE identifiers (
            key_high BIGINT NOT NULL,
            key_low BIGINT NOT NULL,
            kind BIGINT NOT NULL,
            value TEXT NOT NULL,
            customer BIGINT NOT NULL,
            first_position BIGINT NOT NULL,
            first_at BIGINT NOT NULL,
            PRIMARY KEY (key_high, key_low)
        );
        CREATE INDEX identifiers_by_customer ON identifiers (customer);
        CREATE TABLE profiles (
            customer BIGINT PRIMARY KEY NOT NULL,
            profile BYTEA NOT NULL
        );
        CREATE TABLE orders (
            order_key BIGINT PRIMARY KEY NOT NULL,
            order_id TEXT NOT NULL,
            customer BIGINT NOT NULL,
            status BIGINT NOT NULL,
            ordered_at BIGINT NOT NULL,
            currency BIGINT NOT NULL,
            total_minor BIGINT NOT NULL,
            position BIGINT NOT NULL
        );
        CREATE TABLE merges (
            id BIGINT PRIMARY KEY NOT NULL,
            first_fragment BIGINT NOT NULL,
            second_fragment BIGINT NOT NULL,
            winner BIGINT NOT NULL,
            loser BIGINT NOT NULL,
            reason TEXT NOT NULL,
            strong TEXT NOT NULL,
            weak TEXT NOT NULL,
            position BIGINT NOT NULL,
            merged_at BIGINT NOT NULL,
            undone_position BIGINT NOT NULL DEFAULT 0,
            undone_at BIGINT NOT NULL DEFAULT 0
        );
        CREATE INDEX merges_by_first ON merges (first_fragment);
        CREATE INDEX merges_by_second ON merges (second_fragment);
        CREATE TABLE kept_apart (
            low BIGINT NOT NULL,
            high BIGINT NOT NULL,
            PRIMARY KEY (low, high)
        );
        CREATE INDEX kept_apart_by_high ON kept_apart (high);
        CREATE TABLE identifier_drops (
            id BIGINT PRIMARY KEY NOT NULL,
            position BIGINT NOT NULL,
            kind BIGINT NOT NULL,
            value TEXT NOT NULL,
            reason TEXT NOT NULL
        );

        """

    private static let entered = """
        CREATE TABLE settings (
            name TEXT PRIMARY KEY NOT NULL,
            value TEXT NOT NULL
        );
        CREATE TABLE members (
            id BIGINT PRIMARY KEY NOT NULL,
            email TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            password_hash TEXT NOT NULL,
            created_at BIGINT NOT NULL
        );
        CREATE TABLE sessions (
            token_hash BYTEA PRIMARY KEY NOT NULL,
            member BIGINT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
            created_at BIGINT NOT NULL,
            used_at BIGINT NOT NULL
        );
        CREATE TABLE api_keys (
            id BIGINT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            scope TEXT NOT NULL,
            shown_prefix TEXT NOT NULL,
            secret_hash BYTEA NOT NULL UNIQUE,
            created_at BIGINT NOT NULL,
            used_at BIGINT NOT NULL DEFAULT 0,
            revoked_at BIGINT NOT NULL DEFAULT 0
        );
        CREATE TABLE audit (
            id BIGINT PRIMARY KEY NOT NULL,
            at BIGINT NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL
        );

        """
}
