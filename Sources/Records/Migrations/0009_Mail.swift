/// E-mails: each with what became of it, what is to be told of them, and addresses that get none.
///
/// None of it is folded from the log. A message has the number of the outbox item that it is sent for.
enum MailTables {
    static let keyedOnly: Set<String> = [
        "suppressions", "soft_bounces", "mail_counts", "mail_domains", "mail_holds",
    ]

    static let definition = """
        CREATE TABLE messages (
            id BIGINT PRIMARY KEY NOT NULL,
            customer BIGINT NOT NULL,
            address TEXT NOT NULL,
            domain TEXT NOT NULL,
            template TEXT NOT NULL,
            version BIGINT NOT NULL,
            topic TEXT NOT NULL,
            stream TEXT NOT NULL CHECK (stream IN ('marketing', 'transactional')),
            journey TEXT NOT NULL,
            step TEXT NOT NULL,
            campaign TEXT NOT NULL,
            subject TEXT NOT NULL,
            message_id TEXT NOT NULL,
            -- What the template was filled in with, beside the item's payload: JSON.
            filled TEXT NOT NULL,
            links BIGINT NOT NULL,
            state TEXT NOT NULL,
            reply TEXT NOT NULL DEFAULT '',
            attempts BIGINT NOT NULL DEFAULT 0,
            created_at BIGINT NOT NULL,
            sending_at BIGINT NOT NULL DEFAULT 0,
            -- When the state came about.
            state_at BIGINT NOT NULL,
            complained_at BIGINT NOT NULL DEFAULT 0,
            opened_at BIGINT NOT NULL DEFAULT 0,
            clicked_at BIGINT NOT NULL DEFAULT 0,
            machine_hits BIGINT NOT NULL DEFAULT 0
        );
        CREATE INDEX messages_by_customer ON messages (customer, id);
        CREATE INDEX messages_by_domain ON messages (domain, id);
        CREATE INDEX messages_unsent ON messages (state, id) WHERE state <> 'accepted';
        CREATE TABLE mail_tellings (
            id BIGINT PRIMARY KEY NOT NULL,
            message BIGINT NOT NULL,
            kind TEXT NOT NULL,
            at BIGINT NOT NULL,
            due BIGINT NOT NULL,
            detail TEXT NOT NULL
        );
        CREATE INDEX mail_tellings_due ON mail_tellings (due);
        CREATE TABLE suppressions (
            address TEXT PRIMARY KEY NOT NULL,
            reason TEXT NOT NULL,
            evidence TEXT NOT NULL,
            -- The message that it came of; 0 for none.
            message BIGINT NOT NULL,
            since BIGINT NOT NULL
        );
        CREATE INDEX suppressions_by_time ON suppressions (since);
        CREATE TABLE soft_bounces (
            address TEXT PRIMARY KEY NOT NULL,
            in_row BIGINT NOT NULL,
            at BIGINT NOT NULL,
            -- The message that was counted last.
            message BIGINT NOT NULL
        );
        CREATE TABLE mail_counts (
            domain TEXT NOT NULL,
            -- Days since 1970, UTC.
            day BIGINT NOT NULL,
            what TEXT NOT NULL,
            count BIGINT NOT NULL,
            PRIMARY KEY (domain, day, what)
        );
        CREATE TABLE mail_domains (
            domain TEXT PRIMARY KEY NOT NULL,
            reply TEXT NOT NULL,
            at BIGINT NOT NULL
        );
        CREATE TABLE mail_holds (
            lane TEXT PRIMARY KEY NOT NULL,
            reason TEXT NOT NULL,
            actor TEXT NOT NULL,
            since BIGINT NOT NULL
        );

        """
}
