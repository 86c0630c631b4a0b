/// Decisions in the order of whom they are about, which are written and read together; and nothing but that and
/// the order of steps, as each order costs every decision a place in it.
enum DecisionOrder {
    static let keyedOnly: Set<String> = ["decisions_by_customer_kept"]

    static let definition = """
        CREATE TABLE decisions_by_customer_kept (
            id BIGINT NOT NULL,
            at BIGINT NOT NULL,
            customer BIGINT NOT NULL,
            journey BIGINT NOT NULL,
            version BIGINT NOT NULL,
            run TEXT NOT NULL,
            step TEXT NOT NULL,
            kind TEXT NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (customer, id)
        );
        INSERT INTO decisions_by_customer_kept
            SELECT id, at, customer, journey, version, run, step, kind, reason FROM decisions
            ORDER BY customer, id;
        INSERT INTO settings (name, value)
            SELECT 'newest-decision', CAST(max(id) AS TEXT) FROM decisions HAVING max(id) > 0;
        DROP TABLE decisions;
        ALTER TABLE decisions_by_customer_kept RENAME TO decisions;
        CREATE INDEX decisions_by_step ON decisions (journey, step, kind, id);

        """
}
