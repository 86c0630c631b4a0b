import GRDB

/// The ledger's tables.
enum LedgerTables {
    static let keyedOnly: Set<String> = ["ledger_entries", "ledger_lots", "ledger_positions"]

    static let definition = """
        CREATE TABLE ledger_accounts (
            id BIGINT PRIMARY KEY,
            program TEXT NOT NULL,
            customer BIGINT NOT NULL,
            state BYTEA NOT NULL,
            entry_count BIGINT NOT NULL,
            revision BIGINT NOT NULL,
            next_at BIGINT NOT NULL,
            tier BIGINT NOT NULL,
            UNIQUE (program, customer)
        );
        CREATE INDEX ledger_accounts_by_next ON ledger_accounts (program, next_at)
            WHERE next_at > 0;
        CREATE TABLE ledger_positions (
            program TEXT PRIMARY KEY,
            position BIGINT NOT NULL
        );
        CREATE TABLE ledger_news (
            number BIGINT PRIMARY KEY,
            event BYTEA NOT NULL
        );
        CREATE INDEX ledger_accounts_by_customer ON ledger_accounts (customer);
        CREATE TABLE ledger_operations (
            number BIGINT PRIMARY KEY,
            program TEXT NOT NULL,
            operation TEXT NOT NULL,
            account BIGINT NOT NULL,
            first_entry BIGINT NOT NULL,
            at BIGINT NOT NULL,
            content BYTEA NOT NULL,
            answer BYTEA NOT NULL,
            UNIQUE (program, operation)
        );
        CREATE TABLE ledger_entries (
            account BIGINT NOT NULL,
            sequence BIGINT NOT NULL,
            lot BIGINT NOT NULL,
            kind TEXT NOT NULL,
            amount BIGINT NOT NULL,
            balance BIGINT NOT NULL,
            at BIGINT NOT NULL,
            operation BIGINT NOT NULL,
            reason BYTEA NOT NULL,
            PRIMARY KEY (account, sequence)
        );
        CREATE TABLE ledger_lots (
            account BIGINT NOT NULL,
            lot BIGINT NOT NULL,
            source BYTEA NOT NULL,
            created_at BIGINT NOT NULL,
            available_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            issued BIGINT NOT NULL,
            remaining BIGINT NOT NULL CHECK (remaining >= 0),
            held BIGINT NOT NULL CHECK (held >= 0 AND held <= remaining),
            PRIMARY KEY (account, lot)
        );
        CREATE INDEX ledger_lots_by_expiry ON ledger_lots (expires_at)
            WHERE remaining > 0 AND expires_at > 0;

        """

    static let cards = """
        CREATE TABLE ledger_cards (
            number BIGINT PRIMARY KEY,
            program TEXT NOT NULL,
            customer BIGINT NOT NULL,
            UNIQUE (program, customer)
        );

        """

    /// Each operation with its entries in a tree that only grows; lots in the account's row.
    static let foldedKeyedOnly: Set<String> = ["ledger_marks", "ledger_endings"]

    static let folded =
        """
        CREATE TABLE ledger_operations (
            number BIGINT PRIMARY KEY,
            program TEXT NOT NULL,
            operation TEXT NOT NULL,
            account BIGINT NOT NULL,
            previous BIGINT NOT NULL,
            first_entry BIGINT NOT NULL,
            at BIGINT NOT NULL,
            entries BYTEA NOT NULL,
            content BYTEA NOT NULL,
            answer BYTEA NOT NULL
        );
        CREATE TABLE ledger_marks (
            account BIGINT NOT NULL,
            sequence BIGINT NOT NULL,
            operation BIGINT NOT NULL,
            PRIMARY KEY (account, sequence)
        );
        CREATE TABLE ledger_endings (
            expires_at BIGINT NOT NULL,
            account BIGINT NOT NULL,
            PRIMARY KEY (expires_at, account)
        );

        """ + KeyRunTables.definition

    static let budgets = """
        CREATE TABLE ledger_budgets (
            program TEXT NOT NULL,
            rule TEXT NOT NULL,
            period BIGINT NOT NULL,
            points BIGINT NOT NULL CHECK (points >= 0),
            PRIMARY KEY (program, rule, period)
        );
        CREATE TABLE ledger_approvals (
            number BIGINT PRIMARY KEY,
            program TEXT NOT NULL,
            operation TEXT NOT NULL,
            customer BIGINT NOT NULL,
            points BIGINT NOT NULL,
            reason TEXT NOT NULL,
            asked_by TEXT NOT NULL,
            asked_at BIGINT NOT NULL,
            state TEXT NOT NULL,
            decided_by TEXT,
            decided_at BIGINT,
            note TEXT,
            UNIQUE (program, operation)
        );
        CREATE INDEX ledger_approvals_open ON ledger_approvals (program, number)
            WHERE state = 'waiting';

        """

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 ledger") { db in
            try db.execute(sql: definition.asStrictSQLite(keyedOnly: keyedOnly))
        }
        migrator.registerMigration("0002 cards") { db in
            try db.execute(sql: cards.asStrictSQLite(keyedOnly: []))
        }
        migrator.registerMigration("0003 budgets and approvals") { db in
            try db.execute(sql: budgets.asStrictSQLite(keyedOnly: ["ledger_budgets"]))
        }
        migrator.registerMigration("0004 entries with their operations") { db in
            try LedgerFolding.fold(db)
        }
        return migrator
    }
}
