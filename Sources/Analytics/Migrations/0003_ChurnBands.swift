/// The band of each churn probability (`ChurnBand`). Of runs before, it is unknown.
let archive0003 = """
    ALTER TABLE predictions ADD COLUMN churn_band UTINYINT;
    ALTER TABLE customer_summary ADD COLUMN churn_band UTINYINT;
    UPDATE archive_state SET summary_version = -1;
    """
