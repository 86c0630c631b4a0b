/// Messages by other ways than e-mail, and what lies in customers' inboxes.
enum ChannelTables {
    static let definition = """
        ALTER TABLE messages ADD COLUMN channel TEXT NOT NULL DEFAULT 'email';
        -- Whether it is handed over again where it is in doubt.
        ALTER TABLE messages ADD COLUMN repeatable BIGINT NOT NULL DEFAULT 0;
        UPDATE messages SET repeatable = 1 WHERE stream = 'transactional';
        CREATE TABLE inbox_messages (
            -- The outbox item's.
            id BIGINT PRIMARY KEY NOT NULL,
            customer BIGINT NOT NULL,
            title TEXT NOT NULL,
            text TEXT NOT NULL,
            url TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            -- 0 for never.
            expires_at BIGINT NOT NULL DEFAULT 0,
            read_at BIGINT NOT NULL DEFAULT 0
        );
        CREATE INDEX inbox_by_customer ON inbox_messages (customer, id);

        """
}
