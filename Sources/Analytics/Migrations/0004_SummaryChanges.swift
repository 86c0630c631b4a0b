/// How far the summary goes, so that after a restart, too, only those who changed since are done anew.
let archive0004 = """
    -- The log position that customer_summary shows; -1 where everybody is to be done anew.
    ALTER TABLE archive_state ADD COLUMN summary_position BIGINT DEFAULT -1;
    -- Who changed since beside those with a newer contact: orders that are somebody else's now, and links.
    CREATE TABLE summary_changes (
        customer BIGINT NOT NULL
    );
    """
