/// When a delivery that failed is tried again (Standard Webhooks, "Deliverability and reliability").
package enum RetrySchedule {
    /// Seconds before each attempt after the first.
    package static let delaysSeconds: [Int64] = [
        5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]
}
