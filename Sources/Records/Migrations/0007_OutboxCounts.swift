/// Of the outbox's items only those that aren't over are found by their state; the others are counted.
enum OutboxCounts {
    static let keyedOnly: Set<String> = ["outbox_counts"]

    static let definition = """
        DROP INDEX outbox_by_state;
        CREATE INDEX outbox_dead ON outbox (kind, receiver) WHERE state = 'dead';
        CREATE INDEX outbox_withheld ON outbox (kind) WHERE state = 'withheld';
        CREATE TABLE outbox_counts (
            state TEXT NOT NULL,
            kind TEXT NOT NULL,
            count BIGINT NOT NULL,
            PRIMARY KEY (state, kind)
        );
        INSERT INTO outbox_counts
            SELECT state, kind, count(*) FROM outbox
            WHERE state IN ('done', 'kept', 'withheld') GROUP BY state, kind;

        """
}
