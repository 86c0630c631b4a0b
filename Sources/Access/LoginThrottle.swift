package import Kernel

/// Slows down who guesses passwords: waits that grow with the failures of an account and of an address.
///
/// Pure: the caller says what time it is. Failures are forgotten after a while without one, and a
/// success clears the account's, not the address's. The table is bounded; when it is full, the entry
/// whose last failure is oldest goes.
package struct LoginThrottle: Sendable {
    /// When waiting begins and how long it gets.
    package struct Policy: Sendable, Equatable {
        /// Failures without a wait.
        package var freeFailures: Int
        /// The wait after the first failure beyond these; it doubles with each further one.
        package var firstWaitMs: Int64
        package var longestWaitMs: Int64

        package init(freeFailures: Int, firstWaitMs: Int64, longestWaitMs: Int64) {
            self.freeFailures = freeFailures
            self.firstWaitMs = firstWaitMs
            self.longestWaitMs = longestWaitMs
        }
    }

    package enum Decision: Sendable, Equatable {
        case allowed
        /// Refuse without looking at the password, until then.
        case wait(until: Timestamp)
    }

    private enum Subject: Hashable {
        case account(String)
        case address(String)
    }

    private struct Entry {
        var failures: Int
        var lastFailureAt: Timestamp
        var waitUntil: Timestamp
    }

    package static let entriesMax = 10_000
    private let account: Policy
    private let address: Policy
    private let forgetAfterMs: Int64
    private var entries: [Subject: Entry] = [:]

    package init(
        account: Policy = Policy(
            freeFailures: 5, firstWaitMs: 5_000, longestWaitMs: 15 * 60_000),
        address: Policy = Policy(
            freeFailures: 20, firstWaitMs: 5_000, longestWaitMs: 60 * 60_000),
        forgetAfterMs: Int64 = 24 * 3_600_000
    ) {
        self.account = account
        self.address = address
        self.forgetAfterMs = forgetAfterMs
    }

    package var count: Int { entries.count }

    /// Whether a password may be tried now.
    ///
    /// - Parameter address: Empty where it tells nothing (all come from one proxy): the account alone
    ///   counts then.
    package func decide(account name: String, address: String, now: Timestamp) -> Decision {
        var until = now
        var subjects = [Subject.account(name.lowercased())]
        if !address.isEmpty { subjects.append(.address(address)) }
        for subject in subjects {
            if let entry = entries[subject] { until = max(until, entry.waitUntil) }
        }
        return until > now ? .wait(until: until) : .allowed
    }

    package mutating func recordFailure(account name: String, address from: String, now: Timestamp)
    {
        fail(.account(name.lowercased()), account, now)
        if !from.isEmpty { fail(.address(from), address, now) }
    }

    package mutating func recordSuccess(account name: String) {
        entries[.account(name.lowercased())] = nil
    }

    private mutating func fail(_ subject: Subject, _ policy: Policy, _ now: Timestamp) {
        var entry =
            entries[subject] ?? Entry(failures: 0, lastFailureAt: now, waitUntil: now)
        if now.milliseconds - entry.lastFailureAt.milliseconds >= forgetAfterMs {
            entry.failures = 0
        }
        entry.failures += 1
        entry.lastFailureAt = now
        let beyond = entry.failures - policy.freeFailures
        if beyond > 0 {
            let doublings = min(beyond - 1, 30)
            let wait = min(policy.firstWaitMs << Int64(doublings), policy.longestWaitMs)
            entry.waitUntil = now.adding(milliseconds: wait)
        }
        if entries[subject] == nil, entries.count >= Self.entriesMax { letGo(now) }
        entries[subject] = entry
    }

    private mutating func letGo(_ now: Timestamp) {
        entries = entries.filter {
            now.milliseconds - $0.value.lastFailureAt.milliseconds < forgetAfterMs
        }
        guard entries.count >= Self.entriesMax,
            let oldest = entries.min(by: { $0.value.lastFailureAt < $1.value.lastFailureAt })
        else { return }
        entries[oldest.key] = nil
    }
}
