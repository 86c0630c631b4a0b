/// By what lists of messages are found, how many there are, and what is left of those that were let go.
enum MailKeepingTables {
    static let keyedOnly: Set<String> = ["mail_totals", "gone_messages"]

    static let definition = """
        CREATE INDEX messages_by_template ON messages (template, id);
        CREATE INDEX messages_by_journey ON messages (journey, id) WHERE journey <> '';
        CREATE INDEX messages_of_campaign ON messages (campaign, id) WHERE campaign <> '';
        -- Why a campaign's messages weren't sent.
        CREATE INDEX messages_kept_back ON messages (campaign, step, reply)
            WHERE state = 'suppressed' AND campaign <> '';
        CREATE TABLE mail_totals (
            what TEXT PRIMARY KEY NOT NULL,
            count BIGINT NOT NULL
        );
        INSERT INTO mail_totals SELECT 'messages', count(*) FROM messages;
        -- Of campaigns, by the run's number.
        CREATE TABLE gone_messages (
            campaign TEXT NOT NULL,
            step TEXT NOT NULL,
            state TEXT NOT NULL,
            count BIGINT NOT NULL,
            PRIMARY KEY (campaign, step, state)
        );

        """
}
