-- log.sqlite
CREATE TABLE imports (
    source TEXT PRIMARY KEY NOT NULL,
    events_done INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE key_pages (
    page INTEGER PRIMARY KEY NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE key_runs (
    id INTEGER PRIMARY KEY NOT NULL,
    key_count INTEGER NOT NULL,
    first_page INTEGER NOT NULL,
    fences BLOB NOT NULL
) STRICT;
CREATE TABLE log_blocks (
    first_position INTEGER PRIMARY KEY NOT NULL CHECK (first_position > 0),
    event_count INTEGER NOT NULL CHECK (event_count > 0),
    received_at INTEGER NOT NULL,
    codec INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE log_state (
    name TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- records.sqlite
CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    shown_prefix TEXT NOT NULL,
    secret_hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL DEFAULT 0,
    revoked_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE archive_backlog (
    through_position INTEGER PRIMARY KEY NOT NULL,
    after_position INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE audit (
    id INTEGER PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL
) STRICT;
CREATE TABLE automations (
    customer INTEGER PRIMARY KEY NOT NULL,
    -- The customer's timer; 0 for none.
    due INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT;
CREATE TABLE behaviours (
    customer INTEGER PRIMARY KEY NOT NULL,
    state BLOB NOT NULL
) STRICT;
CREATE TABLE campaign_runs (
    id INTEGER PRIMARY KEY NOT NULL,
    campaign TEXT NOT NULL,
    -- The definition's version that was approved, or that it goes by.
    version INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('draft', 'scheduled', 'running', 'paused', 'done', 'cancelled')),
    approved_by TEXT NOT NULL DEFAULT '',
    approved_at INTEGER NOT NULL DEFAULT 0,
    starts_at INTEGER NOT NULL DEFAULT 0,
    began_at INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER NOT NULL DEFAULT 0,
    -- The last customer whose message is in the outbox, or who is held out.
    through_customer INTEGER NOT NULL DEFAULT 0,
    audience INTEGER NOT NULL DEFAULT 0,
    queued INTEGER NOT NULL DEFAULT 0,
    held_out INTEGER NOT NULL DEFAULT 0,
    -- When the next message is due, by the campaign's rate.
    next_at INTEGER NOT NULL DEFAULT 0
, winner TEXT NOT NULL DEFAULT '', decided_at INTEGER NOT NULL DEFAULT 0, decided_by TEXT NOT NULL DEFAULT '', decided_on TEXT NOT NULL DEFAULT '', test_ends_at INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX campaign_runs_by_name ON campaign_runs (campaign, id);
CREATE INDEX campaign_runs_open ON campaign_runs (state)
    WHERE state IN ('scheduled', 'running');
CREATE TABLE coupons (
    id INTEGER PRIMARY KEY NOT NULL,
    key TEXT NOT NULL UNIQUE,
    code TEXT NOT NULL,
    code_key TEXT NOT NULL UNIQUE,
    customer INTEGER NOT NULL,
    basis_points INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    journey TEXT NOT NULL,
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    redeemed_at INTEGER NOT NULL DEFAULT 0,
    order_id TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX coupons_by_customer ON coupons (customer);
CREATE TABLE customers (
    id INTEGER PRIMARY KEY NOT NULL,
    root INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX customers_by_root ON customers (root) WHERE root <> id;
CREATE TABLE "decisions" (
    id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    customer INTEGER NOT NULL,
    journey INTEGER NOT NULL,
    version INTEGER NOT NULL,
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (customer, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX decisions_by_step ON decisions (journey, step, kind, id);
CREATE TABLE definitions (
    id INTEGER PRIMARY KEY NOT NULL,
    -- Which of its kind it is: the same for all versions of a name.
    subject INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    -- The change of definitions that brought this version.
    generation INTEGER NOT NULL,
    -- JSON, as it is compared; and the text that somebody wrote.
    document TEXT NOT NULL,
    source TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    applied_by TEXT NOT NULL,
    -- 0 while it is in force.
    replaced_at INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, name, version)
) STRICT;
CREATE INDEX definitions_in_force ON definitions (kind, name) WHERE replaced_at = 0;
CREATE TABLE fold_state (
    name TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE gone_messages (
    campaign TEXT NOT NULL,
    step TEXT NOT NULL,
    state TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (campaign, step, state)
) STRICT, WITHOUT ROWID;
CREATE TABLE identifier_drops (
    id INTEGER PRIMARY KEY NOT NULL,
    position INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    value TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE TABLE identifiers (
    key_high INTEGER NOT NULL,
    key_low INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    value TEXT NOT NULL,
    customer INTEGER NOT NULL,
    first_position INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    PRIMARY KEY (key_high, key_low)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifiers_by_customer ON identifiers (customer);
CREATE INDEX inbox_by_customer ON inbox_messages (customer, id);
CREATE TABLE inbox_messages (
    -- The outbox item's.
    id INTEGER PRIMARY KEY NOT NULL,
    customer INTEGER NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    url TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- 0 for never.
    expires_at INTEGER NOT NULL DEFAULT 0,
    read_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE journey_runs (
    run TEXT PRIMARY KEY NOT NULL,
    journey INTEGER NOT NULL,
    version INTEGER NOT NULL,
    customer INTEGER NOT NULL,
    run_key TEXT NOT NULL,
    step TEXT NOT NULL,
    -- active, completed, exited
    state TEXT NOT NULL,
    held_out INTEGER NOT NULL,
    entered_at INTEGER NOT NULL,
    due INTEGER NOT NULL,
    left_at INTEGER NOT NULL,
    left_reason TEXT NOT NULL,
    converted_at INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    revenue_minor INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX journey_runs_by_customer ON journey_runs (customer);
CREATE INDEX journey_runs_by_step ON journey_runs (journey, state, step, run);
CREATE TABLE kept_apart (
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    PRIMARY KEY (low, high)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_apart_by_high ON kept_apart (high);
CREATE TABLE key_pages (
    page INTEGER PRIMARY KEY NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE key_runs (
    id INTEGER PRIMARY KEY NOT NULL,
    key_count INTEGER NOT NULL,
    first_page INTEGER NOT NULL,
    fences BLOB NOT NULL
) STRICT;
CREATE TABLE mail_counts (
    domain TEXT NOT NULL,
    -- Days since 1970, UTC.
    day INTEGER NOT NULL,
    what TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (domain, day, what)
) STRICT, WITHOUT ROWID;
CREATE TABLE mail_domains (
    domain TEXT PRIMARY KEY NOT NULL,
    reply TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE mail_holds (
    lane TEXT PRIMARY KEY NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE mail_tellings (
    id INTEGER PRIMARY KEY NOT NULL,
    message INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    due INTEGER NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX mail_tellings_due ON mail_tellings (due);
CREATE TABLE mail_totals (
    what TEXT PRIMARY KEY NOT NULL,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE members (
    id INTEGER PRIMARY KEY NOT NULL,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE memberships (
    segment INTEGER NOT NULL,
    customer INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (segment, customer)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_time ON memberships (segment, since, customer);
CREATE TABLE merges (
    id INTEGER PRIMARY KEY NOT NULL,
    first_fragment INTEGER NOT NULL,
    second_fragment INTEGER NOT NULL,
    winner INTEGER NOT NULL,
    loser INTEGER NOT NULL,
    reason TEXT NOT NULL,
    strong TEXT NOT NULL,
    weak TEXT NOT NULL,
    position INTEGER NOT NULL,
    merged_at INTEGER NOT NULL,
    undone_position INTEGER NOT NULL DEFAULT 0,
    undone_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX merges_by_first ON merges (first_fragment);
CREATE INDEX merges_by_second ON merges (second_fragment);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY NOT NULL,
    customer INTEGER NOT NULL,
    address TEXT NOT NULL,
    domain TEXT NOT NULL,
    template TEXT NOT NULL,
    version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    stream TEXT NOT NULL CHECK (stream IN ('marketing', 'transactional')),
    journey TEXT NOT NULL,
    step TEXT NOT NULL,
    campaign TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL,
    -- What the template was filled in with, beside the item's payload: JSON.
    filled TEXT NOT NULL,
    links INTEGER NOT NULL,
    state TEXT NOT NULL,
    reply TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    sending_at INTEGER NOT NULL DEFAULT 0,
    -- When the state came about.
    state_at INTEGER NOT NULL,
    complained_at INTEGER NOT NULL DEFAULT 0,
    opened_at INTEGER NOT NULL DEFAULT 0,
    clicked_at INTEGER NOT NULL DEFAULT 0,
    machine_hits INTEGER NOT NULL DEFAULT 0
, channel TEXT NOT NULL DEFAULT 'email', repeatable INTEGER NOT NULL DEFAULT 0, variant TEXT NOT NULL DEFAULT '', drawn INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX messages_by_campaign ON messages (campaign, step, state)
    WHERE campaign <> '';
CREATE INDEX messages_by_customer ON messages (customer, id);
CREATE INDEX messages_by_domain ON messages (domain, id);
CREATE INDEX messages_by_journey ON messages (journey, id) WHERE journey <> '';
CREATE INDEX messages_by_template ON messages (template, id);
CREATE INDEX messages_by_variant
    ON messages (campaign, step, variant, drawn, state, opened_at, clicked_at)
    WHERE variant <> '';
CREATE INDEX messages_kept_back ON messages (campaign, step, reply)
    WHERE state = 'suppressed' AND campaign <> '';
CREATE INDEX messages_of_campaign ON messages (campaign, id) WHERE campaign <> '';
CREATE INDEX messages_unsent ON messages (state, id) WHERE state <> 'accepted';
CREATE TABLE order_pages (
    first_place INTEGER PRIMARY KEY NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY NOT NULL,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    customer INTEGER NOT NULL,
    journey TEXT NOT NULL,
    version INTEGER NOT NULL,
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    receiver TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('pending', 'sending', 'done', 'kept', 'withheld', 'dead')),
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    done_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_by_customer ON outbox (customer);
CREATE INDEX outbox_by_journey ON outbox (journey);
CREATE TABLE outbox_counts (
    state TEXT NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (state, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_dead ON outbox (kind, receiver) WHERE state = 'dead';
CREATE INDEX outbox_due ON outbox (kind, receiver, due_at)
    WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_withheld ON outbox (kind) WHERE state = 'withheld';
CREATE TABLE profiles (
    customer INTEGER PRIMARY KEY NOT NULL,
    profile BLOB NOT NULL
) STRICT;
CREATE TABLE receivers (
    id INTEGER PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    disabled_reason TEXT NOT NULL DEFAULT '',
    allow_private INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    consecutive_failures INTEGER NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT '',
    held_until INTEGER NOT NULL DEFAULT 0,
    delivered_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE segment_sizes (
    segment INTEGER NOT NULL,
    -- Days since 1970 in the workspace's zone: how many there were at that day's last change.
    day INTEGER NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (segment, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY NOT NULL,
    member INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE settings (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE soft_bounces (
    address TEXT PRIMARY KEY NOT NULL,
    in_row INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- The message that was counted last.
    message INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE step_counts (
    journey INTEGER NOT NULL,
    step TEXT NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (journey, step, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE suppressions (
    address TEXT PRIMARY KEY NOT NULL,
    reason TEXT NOT NULL,
    evidence TEXT NOT NULL,
    -- The message that it came of; 0 for none.
    message INTEGER NOT NULL,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX suppressions_by_time ON suppressions (since);
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY NOT NULL,
    key TEXT NOT NULL UNIQUE,
    customer INTEGER NOT NULL,
    title TEXT NOT NULL,
    owner TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    journey TEXT NOT NULL,
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    done_at INTEGER NOT NULL DEFAULT 0,
    done_by TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX tasks_by_customer ON tasks (customer);
CREATE INDEX tasks_open ON tasks (due_at) WHERE done_at = 0;
CREATE TABLE tellings (
    id INTEGER PRIMARY KEY NOT NULL,
    frames BLOB NOT NULL
) STRICT;
CREATE TABLE timers (
    due INTEGER NOT NULL,
    customer INTEGER NOT NULL,
    PRIMARY KEY (due, customer)
) STRICT, WITHOUT ROWID;
