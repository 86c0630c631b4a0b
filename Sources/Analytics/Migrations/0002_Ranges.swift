/// Ranges of the predictions. Of runs before, they are unknown.
let archive0002 =
    [
        "churn_low", "churn_high", "expected_orders_365_low", "expected_orders_365_high",
        "expected_spend_365_low_minor", "expected_spend_365_high_minor",
    ].flatMap { column in
        ["predictions", "customer_summary"].map { "ALTER TABLE \($0) ADD COLUMN \(column) DOUBLE;" }
    }.joined(separator: "\n") + "\nUPDATE archive_state SET summary_version = -1;"
