/// Definitions that people apply, what customers are in by them, and what was decided about whom.
///
/// Only `behaviours` is folded from the log and can be folded again. The rest is kept: what was decided and
/// sent isn't decided again because the log is read a second time.
enum AutomationTables {
    static let keyedOnly: Set<String> = [
        "timers", "memberships", "segment_sizes", "step_counts", "journey_runs",
    ]

    static let definition = """
        CREATE TABLE definitions (
            id BIGINT PRIMARY KEY NOT NULL,
            -- Which of its kind it is: the same for all versions of a name.
            subject BIGINT NOT NULL,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            version BIGINT NOT NULL,
            -- The change of definitions that brought this version.
            generation BIGINT NOT NULL,
            -- JSON, as it is compared; and the text that somebody wrote.
            document TEXT NOT NULL,
            source TEXT NOT NULL,
            applied_at BIGINT NOT NULL,
            applied_by TEXT NOT NULL,
            -- 0 while it is in force.
            replaced_at BIGINT NOT NULL DEFAULT 0,
            UNIQUE (kind, name, version)
        );
        CREATE INDEX definitions_in_force ON definitions (kind, name) WHERE replaced_at = 0;
        CREATE TABLE behaviours (
            customer BIGINT PRIMARY KEY NOT NULL,
            state BYTEA NOT NULL
        );
        CREATE TABLE automations (
            customer BIGINT PRIMARY KEY NOT NULL,
            -- The customer's timer; 0 for none.
            due BIGINT NOT NULL,
            state BYTEA NOT NULL
        );
        CREATE TABLE timers (
            due BIGINT NOT NULL,
            customer BIGINT NOT NULL,
            PRIMARY KEY (due, customer)
        );
        CREATE TABLE memberships (
            segment BIGINT NOT NULL,
            customer BIGINT NOT NULL,
            since BIGINT NOT NULL,
            PRIMARY KEY (segment, customer)
        );
        CREATE TABLE segment_sizes (
            segment BIGINT NOT NULL,
            -- Days since 1970 in the workspace's zone: how many there were at that day's last change.
            day BIGINT NOT NULL,
            size BIGINT NOT NULL,
            PRIMARY KEY (segment, day)
        );
        CREATE TABLE journey_runs (
            run TEXT PRIMARY KEY NOT NULL,
            journey BIGINT NOT NULL,
            version BIGINT NOT NULL,
            customer BIGINT NOT NULL,
            run_key TEXT NOT NULL,
            step TEXT NOT NULL,
            -- active, completed, exited
            state TEXT NOT NULL,
            held_out BIGINT NOT NULL,
            entered_at BIGINT NOT NULL,
            due BIGINT NOT NULL,
            left_at BIGINT NOT NULL,
            left_reason TEXT NOT NULL,
            converted_at BIGINT NOT NULL,
            currency BIGINT NOT NULL,
            revenue_minor BIGINT NOT NULL
        );
        CREATE INDEX journey_runs_by_step ON journey_runs (journey, state, step, run);
        CREATE INDEX journey_runs_by_customer ON journey_runs (customer);
        CREATE TABLE decisions (
            id BIGINT PRIMARY KEY NOT NULL,
            at BIGINT NOT NULL,
            customer BIGINT NOT NULL,
            journey BIGINT NOT NULL,
            version BIGINT NOT NULL,
            run TEXT NOT NULL,
            step TEXT NOT NULL,
            kind TEXT NOT NULL,
            reason TEXT NOT NULL
        );
        CREATE INDEX decisions_by_customer ON decisions (customer, id);
        CREATE INDEX decisions_by_step ON decisions (journey, step, kind, id);
        CREATE TABLE step_counts (
            journey BIGINT NOT NULL,
            step TEXT NOT NULL,
            kind TEXT NOT NULL,
            count BIGINT NOT NULL,
            PRIMARY KEY (journey, step, kind)
        );
        -- Events that were decided with a batch and go onto the log after it.
        CREATE TABLE tellings (
            id BIGINT PRIMARY KEY NOT NULL,
            frames BYTEA NOT NULL
        );

        """
}
