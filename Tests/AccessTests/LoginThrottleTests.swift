import Access
import Kernel
import Testing

struct LoginThrottleTests {
    private func at(_ ms: Int64) -> Timestamp { Timestamp(milliseconds: ms) }

    @Test func `failures of an account are free at first, then each wait is twice the one before`()
    {
        var throttle = LoginThrottle()
        var waits: [Int64] = []
        for attempt in 0..<15 as Range<Int64> {
            let now = at(attempt * 1_000_000)
            #expect(throttle.decide(account: "ann", address: "\(attempt)", now: now) == .allowed)
            throttle.recordFailure(account: "ANN", address: "\(attempt)", now: now)
            switch throttle.decide(account: "Ann", address: "elsewhere", now: now) {
            case .allowed: waits.append(0)
            case .wait(let until): waits.append((until.milliseconds - now.milliseconds) / 1000)
            }
        }
        #expect(waits == [0, 0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900])
    }

    @Test func `a wait ends when its time has come`() {
        var throttle = LoginThrottle()
        for _ in 0..<6 { throttle.recordFailure(account: "ann", address: "a", now: at(0)) }
        let early = throttle.decide(account: "ann", address: "b", now: at(4_999))
        #expect(early == .wait(until: at(5_000)))
        #expect(throttle.decide(account: "ann", address: "b", now: at(5_000)) == .allowed)
        #expect(throttle.decide(account: "bob", address: "a", now: at(0)) == .allowed)
    }

    @Test func `an address that tries many accounts waits too`() {
        var throttle = LoginThrottle()
        for number in 0..<20 {
            throttle.recordFailure(account: "\(number)", address: "a", now: at(0))
        }
        #expect(throttle.decide(account: "new", address: "a", now: at(0)) == .allowed)
        throttle.recordFailure(account: "20", address: "a", now: at(0))
        #expect(
            throttle.decide(account: "new", address: "a", now: at(0)) == .wait(until: at(5_000)))
        #expect(throttle.decide(account: "new", address: "b", now: at(0)) == .allowed)
    }

    @Test func `a success clears the account and not the address`() {
        var throttle = LoginThrottle()
        for _ in 0..<21 { throttle.recordFailure(account: "ann", address: "a", now: at(0)) }
        throttle.recordSuccess(account: "Ann")
        #expect(throttle.decide(account: "ann", address: "b", now: at(0)) == .allowed)
        #expect(
            throttle.decide(account: "ann", address: "a", now: at(0)) == .wait(until: at(5_000)))
    }

    @Test func `failures are forgotten after a day without one`() {
        let day: Int64 = 24 * 3_600_000
        var throttle = LoginThrottle()
        for _ in 0..<5 { throttle.recordFailure(account: "ann", address: "a", now: at(0)) }
        var other = throttle
        throttle.recordFailure(account: "ann", address: "a", now: at(day))
        other.recordFailure(account: "ann", address: "a", now: at(day - 1))
        #expect(throttle.decide(account: "ann", address: "a", now: at(day)) == .allowed)
        #expect(other.decide(account: "ann", address: "a", now: at(day - 1)) != .allowed)
    }

    @Test func `the table is bounded and lets the oldest go`() {
        var throttle = LoginThrottle()
        for _ in 0..<6 { throttle.recordFailure(account: "old", address: "a", now: at(0)) }
        for number in 0..<(LoginThrottle.entriesMax - 2) {
            throttle.recordFailure(account: "\(number)", address: "a", now: at(1))
        }
        #expect(throttle.count == LoginThrottle.entriesMax)
        #expect(throttle.decide(account: "old", address: "b", now: at(1)) != .allowed)
        throttle.recordFailure(account: "one more", address: "a", now: at(1))
        #expect(throttle.count == LoginThrottle.entriesMax)
        #expect(throttle.decide(account: "old", address: "b", now: at(1)) == .allowed)
    }
}
