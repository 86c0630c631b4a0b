import GRDB

/// The tables of promotions.
enum PromotionTables {
    static let keyedOnly: Set<String> = ["promotion_counts", "promotion_uses"]

    static let definition = """
        CREATE TABLE promotion_batches (
            number BIGINT PRIMARY KEY,
            promotion TEXT NOT NULL,
            prefix TEXT NOT NULL,
            size BIGINT NOT NULL,
            is_whole BIGINT NOT NULL,
            is_open BIGINT NOT NULL,
            made_at BIGINT NOT NULL
        );
        CREATE INDEX promotion_batches_by_promotion ON promotion_batches (promotion);
        CREATE TABLE promotion_codes (
            bits BIGINT PRIMARY KEY,
            is_odd BIGINT NOT NULL,
            batch BIGINT NOT NULL,
            state BIGINT NOT NULL,
            checkout BIGINT NOT NULL,
            customer TEXT NOT NULL
        );
        CREATE INDEX promotion_codes_by_customer ON promotion_codes (customer)
            WHERE customer <> '';
        CREATE TABLE promotion_checkouts (
            number BIGINT PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            customer TEXT NOT NULL,
            state BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            changed_at BIGINT NOT NULL,
            currency TEXT NOT NULL
        );
        CREATE INDEX promotion_checkouts_by_expiry ON promotion_checkouts (expires_at)
            WHERE state = 1;
        CREATE TABLE promotion_uses (
            checkout BIGINT NOT NULL,
            place BIGINT NOT NULL,
            promotion TEXT NOT NULL,
            code TEXT NOT NULL,
            is_unique BIGINT NOT NULL,
            counters TEXT NOT NULL,
            discount BIGINT NOT NULL,
            points BIGINT NOT NULL,
            is_back BIGINT NOT NULL,
            PRIMARY KEY (checkout, place)
        );
        CREATE INDEX promotion_uses_by_promotion ON promotion_uses (promotion, checkout);
        CREATE TABLE promotion_counts (
            promotion TEXT NOT NULL,
            counter TEXT NOT NULL,
            taken BIGINT NOT NULL CHECK (taken >= 0),
            most BIGINT NOT NULL,
            PRIMARY KEY (promotion, counter)
        );
        CREATE TABLE promotion_operations (
            id TEXT PRIMARY KEY,
            digest BYTEA NOT NULL,
            at BIGINT NOT NULL,
            answer BYTEA NOT NULL
        );
        CREATE TABLE promotion_news (
            number BIGINT PRIMARY KEY,
            event BYTEA NOT NULL
        );
        CREATE TABLE promotion_points (
            number BIGINT PRIMARY KEY,
            promotion TEXT NOT NULL,
            checkout TEXT NOT NULL,
            customer TEXT NOT NULL,
            points BIGINT NOT NULL
        );

        """

    static let merges = """
        CREATE INDEX promotion_checkouts_by_customer ON promotion_checkouts (customer)
            WHERE customer <> '';
        CREATE TABLE promotion_positions (
            name TEXT PRIMARY KEY,
            position BIGINT NOT NULL
        );

        """

    /// 0 where a code has no end of its own.
    static let codeEnds =
        "ALTER TABLE promotion_codes ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0"

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 promotions") { db in
            try db.execute(sql: definition.asStrictSQLite(keyedOnly: keyedOnly))
        }
        migrator.registerMigration("0002 merges") { db in
            try db.execute(sql: merges.asStrictSQLite())
        }
        migrator.registerMigration("0003 ends of codes") { db in
            try db.execute(sql: codeEnds.asStrictSQLite())
        }
        return migrator
    }
}
