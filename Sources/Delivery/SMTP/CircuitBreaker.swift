package import Kernel

/// Keeps attempts from a provider that fails again and again, and lets one through from time to time to see whether it
/// is back (Nygard, "Release It!", 2007, §5.2).
///
/// A pure value: times are handed in.
package struct CircuitBreaker: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        /// All attempts go; so many have failed in a row.
        case closed(failures: Int)
        /// None goes before that time; it has opened so many times in a row.
        case open(until: Timestamp, openings: Int)
        /// One is under way to see, and counts as lost after that time; the others wait.
        case halfOpen(probeUntil: Timestamp, openings: Int)
    }

    package enum Admission: Sendable, Equatable {
        case yes
        /// Yes, as the one that finds out.
        case probe
        case no(until: Timestamp)
    }

    package private(set) var state = State.closed(failures: 0)
    private let failuresMax: Int
    private let openMs: Int64
    private let openMsMax: Int64

    /// - Parameters:
    ///   - failuresMax: So many failures in a row open it.
    ///   - openMs: How long it stays open the first time; twice as long each time after that.
    ///   - openMsMax: The longest that it stays open, and that a probe is waited for.
    package init(failuresMax: Int = 5, openMs: Int64 = 30_000, openMsMax: Int64 = 900_000) {
        precondition(failuresMax > 0 && openMs > 0 && openMsMax >= openMs)
        self.failuresMax = failuresMax
        self.openMs = openMs
        self.openMsMax = openMsMax
    }

    /// Whether an attempt may be made now. Whoever is told `probe` must report how it went.
    package mutating func admit(now: Timestamp) -> Admission {
        switch state {
        case .closed: return .yes
        case .open(let until, let openings), .halfOpen(let until, let openings):
            guard now >= until else { return .no(until: until) }
            state = .halfOpen(
                probeUntil: now.adding(milliseconds: openMsMax), openings: openings)
            return .probe
        }
    }

    /// An attempt was answered, be it by a refusal of one message.
    ///
    /// One that began before the breaker opened and ends well after it shows as much as a probe.
    package mutating func succeeded() { state = .closed(failures: 0) }

    /// An attempt found the provider not there, or not working.
    ///
    /// - Parameter retryAfterMs: What the provider asked for; the breaker stays open for that long at least.
    package mutating func failed(now: Timestamp, retryAfterMs: Int64? = nil) {
        switch state {
        case .closed(let failures):
            if failures + 1 < failuresMax, retryAfterMs == nil {
                state = .closed(failures: failures + 1)
            } else {
                open(now: now, openings: 1, retryAfterMs: retryAfterMs)
            }
        case .halfOpen(_, let openings):
            open(now: now, openings: openings + 1, retryAfterMs: retryAfterMs)
        case .open(let until, let openings):
            // One that began before it opened.
            guard let retryAfterMs else { return }
            let asked = now.adding(milliseconds: min(max(retryAfterMs, 0), openMsMax))
            state = .open(until: max(until, asked), openings: openings)
        }
    }

    private mutating func open(now: Timestamp, openings: Int, retryAfterMs: Int64?) {
        let doublings = min(openings - 1, 20)
        // Doubled no further than the limit, so that it can't overflow.
        let own = openMs >= openMsMax >> doublings ? openMsMax : openMs << doublings
        let asked = min(max(retryAfterMs ?? 0, 0), openMsMax)
        state = .open(until: now.adding(milliseconds: max(own, asked)), openings: openings)
    }
}
