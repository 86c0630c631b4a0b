/// A sample of the customers with all that is theirs, in a schema of its own in which tables have the names of the
/// archive's: a statement that is run there (`SET schema`) asks the sample. Made and kept up by `Archive+Sample`.
///
/// The tables have the columns of the archive's, in their order: a step that adds one there adds it here.
let archive0005 =
    """
    -- Counts how often all was forgotten, so that what was made from it before is known to be of another time.
    ALTER TABLE archive_state ADD COLUMN epoch BIGINT DEFAULT 0;

    CREATE SCHEMA sampled;

    CREATE TABLE sampled.archive_state (
        -- The last log position that is in the sample.
        position BIGINT NOT NULL,
        -- The archive's version and epoch that it shows; -1 for none.
        version BIGINT NOT NULL,
        epoch BIGINT NOT NULL,
        -- Customers with a lot below are in it (`SampleLot`).
        threshold BIGINT NOT NULL,
        -- Whose predictions it has; -1 for none.
        run BIGINT NOT NULL
    );
    INSERT INTO sampled.archive_state VALUES (0, -1, -1, 0, -1);

    CREATE VIEW sampled.model_runs AS SELECT run, as_of_ms, parameters FROM main.model_runs;

    """
    + [
        "events", "orders", "contacts", "links", "predictions", "customer_summary",
        "customer_revenue",
    ].map { "CREATE TABLE sampled.\($0) AS SELECT * FROM main.\($0) LIMIT 0;" }
    .joined(separator: "\n")
        + """

        CREATE VIEW sampled.rooted_orders AS
        SELECT o.position, coalesce(l.customer, o.customer) AS customer, o.occurred_ms, o.local_day,
            o.local_month, o.currency, o.total_minor, o.cancelled
        FROM sampled.orders AS o LEFT JOIN sampled.links AS l ON l.member = o.customer;

        CREATE VIEW sampled.rooted_contacts AS
        SELECT c.position, coalesce(l.customer, c.customer) AS customer, c.label, c.email, c.phone,
            c.user_id, c.first_seen_ms, c.last_seen_ms
        FROM sampled.contacts AS c LEFT JOIN sampled.links AS l ON l.member = c.customer;
        """
