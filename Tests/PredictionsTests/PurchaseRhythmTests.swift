import Testing

@testable import Predictions

struct PurchaseRhythmTests {
    @Test(
        arguments: [
            (
                [10], 10,
                "Ordered once, on the very day of this forecast, and not again: there is no rhythm to go by yet."
            ),
            (
                [10, 10], 11,
                "Ordered once, one day before this forecast, and not again: there is no rhythm to go by yet."
            ),
            (
                [40, 10, 25], 45,
                "Ordered on 3 days, every 15 days on average, and last 5 days before this forecast: "
                    + "sooner than the next order is usually due."
            ),
            (
                [10, 25, 40, 90], 55,
                "Ordered on 3 days, every 15 days on average, and last 15 days before this forecast: "
                    + "about when the next order is usually due."
            ),
            (
                [10, 25, 40], 85,
                "Ordered on 3 days, every 15 days on average, and last 45 days before this forecast: "
                    + "3.0 times the usual gap."
            ),
            (
                [1, 2, 3], 5,
                "Ordered on 3 days, every day on average, and last 2 days before this forecast: "
                    + "2.0 times the usual gap."
            ),
        ] as [([Int], Int, String)])
    func `why a forecast is what it is, in one sentence`(days: [Int], asOf: Int, text: String) {
        #expect(PurchaseRhythm(days: days, asOf: asOf)?.sentence == text)
    }

    @Test func `before the first order there is no rhythm`() {
        #expect(PurchaseRhythm(days: [10], asOf: 9) == nil)
        #expect(PurchaseRhythm(days: [], asOf: 9) == nil)
    }
}
