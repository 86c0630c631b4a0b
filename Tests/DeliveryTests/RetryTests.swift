import Kernel
import Testing

@testable import Delivery

struct RetryTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's own example.
    private static let moment = Timestamp(milliseconds: 784_111_777_000)

    @Test func `ten attempts are made, further and further apart, and no more`() {
        let delays = (1...10).map { RetrySchedule.delayMs(afterAttempt: $0, jitter: 0) }
        #expect(
            delays == [
                5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000,
                72_000_000, 86_400_000, nil,
            ])
        #expect(RetrySchedule.attemptsMax == 10)
        #expect(RetrySchedule.delayMs(afterAttempt: 0, jitter: 0) == nil)
    }

    @Test(arguments: [0, 1, 499, 500, 501, UInt64.max])
    func `jitter adds up to a tenth and takes nothing away`(jitter: UInt64) throws {
        let delay = try #require(RetrySchedule.delayMs(afterAttempt: 1, jitter: jitter))
        #expect((5000...5500).contains(delay))
        #expect(delay == RetrySchedule.delayMs(afterAttempt: 1, jitter: jitter))
    }

    @Test(
        arguments: [
            (0, 1_000), (7, 7_000), (86_400, 86_400_000), (Int64.max, 86_400_000),
        ] as [(Int64, Int64)])
    func `what the receiver asks for goes before the schedule, up to a day`(
        seconds: Int64, ms: Int64
    ) {
        let delay = RetrySchedule.delayMs(
            afterAttempt: 3, retryAfterSeconds: seconds, jitter: 0)
        #expect(delay == ms)
    }

    @Test func `also who asks for more time has no more attempts than ten`() {
        #expect(RetrySchedule.delayMs(afterAttempt: 10, retryAfterSeconds: 5, jitter: 0) == nil)
    }

    @Test(
        arguments: [
            ("0", 0), ("120", 120), (" 120 ", 120), ("Sun, 06 Nov 1994 08:49:37 GMT", 60),
            ("Sun, 06 Nov 1994 08:48:37 GMT", 0), ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
            ("99999999999999999999", Int64.max),
        ] as [(String, Int64)])
    func `a Retry-After is read as seconds or as a date`(text: String, seconds: Int64) {
        let now = Self.moment.adding(milliseconds: -60_000)
        #expect(RetryAfter.seconds(text, now: now) == seconds)
    }

    @Test(arguments: [
        "", "soon", "-1", "1.5", "120 seconds", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
        "06 Nov 1994 08:49:37 GMT",
    ])
    func `a Retry-After that is neither says nothing`(text: String) {
        #expect(RetryAfter.seconds(text, now: Self.moment) == nil)
    }
}
