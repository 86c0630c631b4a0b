import Kernel
import Testing

@testable import Delivery

struct CircuitBreakerTests {
    private func at(_ ms: Int64) -> Timestamp { Timestamp(milliseconds: ms) }

    @Test func `it opens after failures in a row, and lets one through when its time is over`() {
        var breaker = CircuitBreaker(failuresMax: 3, openMs: 100, openMsMax: 1000)
        breaker.failed(now: at(0))
        breaker.failed(now: at(1))
        breaker.succeeded()
        breaker.failed(now: at(2))
        breaker.failed(now: at(3))
        #expect(breaker.admit(now: at(4)) == .yes)
        breaker.failed(now: at(5))
        #expect(breaker.admit(now: at(104)) == .no(until: at(105)))
        #expect(breaker.admit(now: at(105)) == .probe)
        #expect(breaker.admit(now: at(106)) == .no(until: at(1105)))
        breaker.succeeded()
        #expect(breaker.admit(now: at(107)) == .yes)
        #expect(breaker.state == .closed(failures: 0))
    }

    @Test func `it stays open twice as long each time, up to its limit`() {
        var breaker = CircuitBreaker(failuresMax: 1, openMs: 100, openMsMax: 1000)
        var now: Int64 = 0
        for expected: Int64 in [100, 200, 400, 800, 1000, 1000, 1000] {
            breaker.failed(now: at(now))
            #expect(breaker.admit(now: at(now + expected - 1)) == .no(until: at(now + expected)))
            now += expected
            #expect(breaker.admit(now: at(now)) == .probe)
        }
        for _ in 0..<100 {
            breaker.failed(now: at(now))
            now += 1000
            #expect(breaker.admit(now: at(now)) == .probe)
        }
        breaker.succeeded()
        breaker.failed(now: at(now))
        #expect(breaker.admit(now: at(now)) == .no(until: at(now + 100)))
    }

    @Test func `a probe that is never heard of again isn't waited for in vain`() {
        var breaker = CircuitBreaker(failuresMax: 1, openMs: 100, openMsMax: 1000)
        breaker.failed(now: at(0))
        #expect(breaker.admit(now: at(100)) == .probe)
        #expect(breaker.admit(now: at(1099)) == .no(until: at(1100)))
        #expect(breaker.admit(now: at(1100)) == .probe)
    }

    @Test func `failures that come late don't hold it open for longer`() {
        var breaker = CircuitBreaker(failuresMax: 1, openMs: 100, openMsMax: 1000)
        breaker.failed(now: at(0))
        breaker.failed(now: at(50))
        #expect(breaker.admit(now: at(100)) == .probe)
    }

    @Test func `what a provider asks for is kept to, within the limit`() {
        var breaker = CircuitBreaker(failuresMax: 5, openMs: 100, openMsMax: 1000)
        breaker.failed(now: at(0), retryAfterMs: 500)
        #expect(breaker.admit(now: at(499)) == .no(until: at(500)))
        breaker.failed(now: at(499), retryAfterMs: .max)
        #expect(breaker.admit(now: at(1498)) == .no(until: at(1499)))
        #expect(breaker.admit(now: at(1499)) == .probe)
    }
}
