import GRDB

/// The tables of referrals.
enum ReferralTables {
    static let keyedOnly: Set<String> = [
        "referral_keys", "referral_tallies", "referral_positions",
    ]

    static let definition = """
        CREATE TABLE referral_codes (
            code TEXT PRIMARY KEY,
            program TEXT NOT NULL,
            advocate BIGINT NOT NULL,
            made_at BIGINT NOT NULL,
            UNIQUE (program, advocate)
        );
        CREATE TABLE referral_states (
            number BIGINT PRIMARY KEY,
            program TEXT NOT NULL,
            advocate BIGINT NOT NULL,
            friend BIGINT NOT NULL,
            state BYTEA NOT NULL,
            status TEXT NOT NULL,
            reason TEXT NOT NULL,
            joined_at BIGINT NOT NULL,
            changed_at BIGINT NOT NULL,
            next_at BIGINT NOT NULL,
            UNIQUE (program, friend)
        );
        CREATE INDEX referral_states_by_friend ON referral_states (friend);
        CREATE INDEX referral_states_by_advocate ON referral_states (program, advocate, number);
        CREATE INDEX referral_states_by_next ON referral_states (next_at) WHERE next_at > 0;
        CREATE TABLE referral_tallies (
            program TEXT NOT NULL,
            advocate BIGINT NOT NULL,
            tally BYTEA NOT NULL,
            rewards BIGINT NOT NULL,
            points BIGINT NOT NULL,
            PRIMARY KEY (program, advocate)
        );
        CREATE TABLE referral_keys (
            customer BIGINT NOT NULL,
            key BYTEA NOT NULL,
            PRIMARY KEY (customer, key)
        );
        CREATE TABLE referral_effects (
            number BIGINT PRIMARY KEY,
            operation TEXT NOT NULL UNIQUE,
            program TEXT NOT NULL,
            ledger TEXT NOT NULL,
            customer BIGINT NOT NULL,
            role TEXT NOT NULL,
            points BIGINT NOT NULL,
            reason TEXT NOT NULL,
            at BIGINT NOT NULL,
            is_done BIGINT NOT NULL,
            refusal TEXT NOT NULL
        );
        CREATE INDEX referral_effects_open ON referral_effects (number) WHERE is_done = 0;
        CREATE TABLE referral_operations (
            id TEXT PRIMARY KEY,
            digest BYTEA NOT NULL,
            at BIGINT NOT NULL,
            answer BYTEA NOT NULL
        );
        CREATE TABLE referral_news (
            number BIGINT PRIMARY KEY,
            event BYTEA NOT NULL
        );
        CREATE TABLE referral_positions (
            name TEXT NOT NULL,
            position BIGINT NOT NULL,
            PRIMARY KEY (name)
        );

        """

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 referrals") { db in
            try db.execute(sql: definition.asStrictSQLite(keyedOnly: keyedOnly))
        }
        return migrator
    }
}
