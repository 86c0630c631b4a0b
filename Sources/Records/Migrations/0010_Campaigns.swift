/// Campaigns as they were carried out: how far each is, and who said that it may go.
enum CampaignTables {
    static let definition = """
        CREATE TABLE campaign_runs (
            id BIGINT PRIMARY KEY NOT NULL,
            campaign TEXT NOT NULL,
            -- The definition's version that was approved, or that it goes by.
            version BIGINT NOT NULL,
            state TEXT NOT NULL CHECK (
                state IN ('draft', 'scheduled', 'running', 'paused', 'done', 'cancelled')),
            approved_by TEXT NOT NULL DEFAULT '',
            approved_at BIGINT NOT NULL DEFAULT 0,
            starts_at BIGINT NOT NULL DEFAULT 0,
            began_at BIGINT NOT NULL DEFAULT 0,
            ended_at BIGINT NOT NULL DEFAULT 0,
            -- The last customer whose message is in the outbox, or who is held out.
            through_customer BIGINT NOT NULL DEFAULT 0,
            audience BIGINT NOT NULL DEFAULT 0,
            queued BIGINT NOT NULL DEFAULT 0,
            held_out BIGINT NOT NULL DEFAULT 0,
            -- When the next message is due, by the campaign's rate.
            next_at BIGINT NOT NULL DEFAULT 0
        );
        CREATE INDEX campaign_runs_by_name ON campaign_runs (campaign, id);
        CREATE INDEX campaign_runs_open ON campaign_runs (state)
            WHERE state IN ('scheduled', 'running');
        CREATE INDEX messages_by_campaign ON messages (campaign, step, state)
            WHERE campaign <> '';

        """
}
