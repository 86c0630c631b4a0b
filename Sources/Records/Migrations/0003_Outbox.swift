/// What leaves the workspace: the outbox, who receives webhooks, people's tasks and coupons. None of it is
/// folded from the log: an effect that was decided once is not decided again.
enum OutboxSchema {
    static let definition = """
        CREATE TABLE outbox (
            id BIGINT PRIMARY KEY NOT NULL,
            key TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            customer BIGINT NOT NULL,
            journey TEXT NOT NULL,
            version BIGINT NOT NULL,
            run TEXT NOT NULL,
            step TEXT NOT NULL,
            receiver TEXT NOT NULL,
            payload TEXT NOT NULL,
            state TEXT NOT NULL CHECK (
                state IN ('pending', 'sending', 'done', 'kept', 'withheld', 'dead')),
            due_at BIGINT NOT NULL,
            attempts BIGINT NOT NULL DEFAULT 0,
            last_error TEXT NOT NULL DEFAULT '',
            created_at BIGINT NOT NULL,
            done_at BIGINT NOT NULL DEFAULT 0
        );
        CREATE INDEX outbox_due ON outbox (kind, receiver, due_at)
            WHERE state IN ('pending', 'sending');
        CREATE INDEX outbox_by_state ON outbox (state, kind);
        CREATE INDEX outbox_by_customer ON outbox (customer);
        CREATE INDEX outbox_by_journey ON outbox (journey);
        CREATE TABLE receivers (
            id BIGINT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE,
            url TEXT NOT NULL,
            secret TEXT NOT NULL,
            enabled BIGINT NOT NULL DEFAULT 1,
            disabled_reason TEXT NOT NULL DEFAULT '',
            allow_private BIGINT NOT NULL DEFAULT 0,
            created_at BIGINT NOT NULL,
            consecutive_failures BIGINT NOT NULL DEFAULT 0,
            last_error TEXT NOT NULL DEFAULT '',
            held_until BIGINT NOT NULL DEFAULT 0,
            delivered_at BIGINT NOT NULL DEFAULT 0
        );
        CREATE TABLE tasks (
            id BIGINT PRIMARY KEY NOT NULL,
            key TEXT NOT NULL UNIQUE,
            customer BIGINT NOT NULL,
            title TEXT NOT NULL,
            owner TEXT NOT NULL,
            due_at BIGINT NOT NULL,
            journey TEXT NOT NULL,
            run TEXT NOT NULL,
            step TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            done_at BIGINT NOT NULL DEFAULT 0,
            done_by TEXT NOT NULL DEFAULT '',
            note TEXT NOT NULL DEFAULT ''
        );
        CREATE INDEX tasks_open ON tasks (due_at) WHERE done_at = 0;
        CREATE INDEX tasks_by_customer ON tasks (customer);
        CREATE TABLE coupons (
            id BIGINT PRIMARY KEY NOT NULL,
            key TEXT NOT NULL UNIQUE,
            code TEXT NOT NULL,
            code_key TEXT NOT NULL UNIQUE,
            customer BIGINT NOT NULL,
            basis_points BIGINT NOT NULL,
            amount_minor BIGINT NOT NULL,
            currency BIGINT NOT NULL,
            journey TEXT NOT NULL,
            run TEXT NOT NULL,
            step TEXT NOT NULL,
            issued_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            redeemed_at BIGINT NOT NULL DEFAULT 0,
            order_id TEXT NOT NULL DEFAULT ''
        );
        CREATE INDEX coupons_by_customer ON coupons (customer);

        """
}
