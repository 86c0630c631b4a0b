/// The first schema: events, orders, contacts, links, predictions, and the summary made from them.
///
/// Instants are milliseconds since 1970 UTC, days and months are those of the workspace's zone,
/// currencies are `Currency.packed`. There are no keys on the large tables: DuckDB would keep an
/// index of each in memory, and each row is checked for its like when it is written
/// (`Archive+Ingest`).
let archive0001 = """
    CREATE TABLE archive_state (
        -- The last log position that is in the archive.
        position BIGINT NOT NULL,
        -- Counts the changes to what the summary is made from.
        version BIGINT NOT NULL,
        -- The version that customer_summary shows; -1 for none.
        summary_version BIGINT NOT NULL
    );
    INSERT INTO archive_state VALUES (0, 0, -1);

    CREATE TABLE events (
        position BIGINT NOT NULL,
        customer BIGINT NOT NULL,
        kind UTINYINT NOT NULL,
        flags UTINYINT NOT NULL,
        name VARCHAR NOT NULL,
        occurred_ms BIGINT NOT NULL,
        received_ms BIGINT NOT NULL,
        properties VARCHAR NOT NULL,
        context VARCHAR NOT NULL
    );

    -- One row for each order that was completed: its newest form.
    CREATE TABLE orders (
        position BIGINT NOT NULL,
        key BIGINT NOT NULL,
        customer BIGINT NOT NULL,
        order_id VARCHAR NOT NULL,
        occurred_ms BIGINT NOT NULL,
        local_day INTEGER NOT NULL,
        local_month INTEGER NOT NULL,
        currency INTEGER NOT NULL,
        total_minor BIGINT NOT NULL,
        cancelled BOOLEAN NOT NULL
    );

    CREATE TABLE refunds (
        position BIGINT NOT NULL,
        key BIGINT NOT NULL,
        customer BIGINT NOT NULL,
        order_id VARCHAR NOT NULL,
        occurred_ms BIGINT NOT NULL,
        local_day INTEGER NOT NULL,
        local_month INTEGER NOT NULL,
        currency INTEGER NOT NULL,
        amount_minor BIGINT NOT NULL
    );

    CREATE TABLE cancellations (
        position BIGINT NOT NULL,
        key BIGINT NOT NULL
    );

    CREATE TABLE order_lines (
        position BIGINT NOT NULL,
        line INTEGER NOT NULL,
        product_id VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        category VARCHAR NOT NULL,
        quantity_milli BIGINT NOT NULL,
        unit_price_minor BIGINT NOT NULL
    );

    -- One row for each customer: the newest.
    CREATE TABLE contacts (
        position BIGINT NOT NULL,
        customer BIGINT NOT NULL,
        label VARCHAR NOT NULL,
        email VARCHAR NOT NULL,
        phone VARCHAR NOT NULL,
        user_id VARCHAR NOT NULL,
        first_seen_ms BIGINT NOT NULL,
        last_seen_ms BIGINT NOT NULL
    );

    -- Only those who count for somebody else; empty where nobody was ever merged.
    CREATE TABLE links (
        member BIGINT NOT NULL,
        customer BIGINT NOT NULL CHECK (customer <> member)
    );

    CREATE TABLE model_runs (
        run BIGINT NOT NULL PRIMARY KEY,
        as_of_ms BIGINT NOT NULL,
        parameters VARCHAR NOT NULL
    );

    CREATE TABLE predictions (
        run BIGINT NOT NULL,
        customer BIGINT NOT NULL,
        probability_alive DOUBLE NOT NULL,
        churn_probability DOUBLE NOT NULL,
        expected_orders_90 DOUBLE NOT NULL,
        expected_orders_365 DOUBLE NOT NULL,
        expected_spend_90_minor DOUBLE,
        expected_spend_365_minor DOUBLE,
        -- 0 where spend isn't modelled.
        currency INTEGER NOT NULL,
        next_order_median_days DOUBLE,
        next_order_low_days DOUBLE,
        next_order_high_days DOUBLE
    );

    -- What lists of customers show, made from the tables above (`Archive+Summary`).
    CREATE TABLE customer_summary (
        customer BIGINT NOT NULL,
        orders BIGINT NOT NULL,
        -- The one that most orders were in; 0 without an order.
        currency INTEGER NOT NULL,
        currencies INTEGER NOT NULL,
        -- In `currency`; where there are several, customer_revenue has each.
        revenue_minor BIGINT NOT NULL,
        first_order_ms BIGINT,
        last_order_ms BIGINT,
        first_order_month INTEGER,
        label VARCHAR NOT NULL,
        email VARCHAR NOT NULL,
        search VARCHAR NOT NULL,
        first_seen_ms BIGINT NOT NULL,
        last_seen_ms BIGINT NOT NULL,
        run BIGINT,
        as_of_ms BIGINT,
        probability_alive DOUBLE,
        churn_probability DOUBLE,
        expected_orders_90 DOUBLE,
        expected_orders_365 DOUBLE,
        expected_spend_90_minor DOUBLE,
        expected_spend_365_minor DOUBLE,
        spend_currency INTEGER,
        next_order_median_days DOUBLE,
        next_order_low_days DOUBLE,
        next_order_high_days DOUBLE
    );

    -- Revenue by currency of the customers who ordered in several.
    CREATE TABLE customer_revenue (
        customer BIGINT NOT NULL,
        currency INTEGER NOT NULL,
        revenue_minor BIGINT NOT NULL
    );

    -- The orders that count, for the customers that they count for now.
    CREATE VIEW rooted_orders AS
    SELECT o.position, coalesce(l.customer, o.customer) AS customer, o.occurred_ms, o.local_day,
        o.local_month, o.currency, o.total_minor, o.cancelled
    FROM orders AS o LEFT JOIN links AS l ON l.member = o.customer;

    CREATE VIEW rooted_contacts AS
    SELECT c.position, coalesce(l.customer, c.customer) AS customer, c.label, c.email, c.phone,
        c.user_id, c.first_seen_ms, c.last_seen_ms
    FROM contacts AS c LEFT JOIN links AS l ON l.member = c.customer;
    """
