/// Variants of campaigns: which one a message was, and which one won.
enum VariantColumns {
    static let definition = """
        ALTER TABLE messages ADD COLUMN variant TEXT NOT NULL DEFAULT '';
        -- Whether chance gave the message its variant, so that it counts for the comparison.
        ALTER TABLE messages ADD COLUMN drawn BIGINT NOT NULL DEFAULT 0;
        CREATE INDEX messages_by_variant
            ON messages (campaign, step, variant, drawn, state, opened_at, clicked_at)
            WHERE variant <> '';
        -- Empty until it is chosen.
        ALTER TABLE campaign_runs ADD COLUMN winner TEXT NOT NULL DEFAULT '';
        ALTER TABLE campaign_runs ADD COLUMN decided_at BIGINT NOT NULL DEFAULT 0;
        -- evidence, time, or who chose it.
        ALTER TABLE campaign_runs ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';
        -- What was known then: JSON.
        ALTER TABLE campaign_runs ADD COLUMN decided_on TEXT NOT NULL DEFAULT '';
        -- 0 until all who try the variants out are in the outbox.
        ALTER TABLE campaign_runs ADD COLUMN test_ends_at BIGINT NOT NULL DEFAULT 0;

        """
}
