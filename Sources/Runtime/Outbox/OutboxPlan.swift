import Kernel
import Records

/// Which items are begun now: pure, from what is open, under way and allowed.
///
/// Every lane gets its own share, so that a receiver that is slow or dead holds up nobody else, however much waits
/// for it; and one that fails is tried with one item at a time until it takes something again.
struct OutboxPlan {
    struct Limits: Sendable {
        /// Webhooks on their way at a time, to all receivers.
        var webhooksMax = 256
        /// The same to one receiver.
        var perReceiverMax = 8
        /// Items of other kinds that are begun at a time, of each kind.
        var localMax = 500
    }

    /// What is known of a receiver.
    struct Health: Sendable, Equatable {
        var isEnabled = true
        var heldUntil: Timestamp?
        /// Attempts in a row that failed.
        var failures = 0
    }

    struct Claim: Equatable {
        let lane: OutboxLane
        let count: Int
    }

    /// What to begin, and how much of it at most.
    private(set) var claims: [Claim] = []
    /// When to look again, unless something happens before; nil where nothing is due by itself.
    private(set) var nextAt: Timestamp?

    /// - Parameters:
    ///   - lanes: Those with open items, with the time at which the first of them is due.
    ///   - inFlight: How many of each lane's items are under way.
    ///   - health: By receiver; items for one that isn't there are begun, for it to be said that they can't be sent.
    init(
        lanes: [(lane: OutboxLane, dueAt: Timestamp)], inFlight: [OutboxLane: Int],
        health: [String: Health], limits: Limits, now: Timestamp
    ) {
        var wants: [(lane: OutboxLane, dueAt: Timestamp, begun: Int, count: Int)] = []
        // Messages are the business of who sends their channel.
        for (lane, dueAt) in lanes where lane.kind != .send {
            let begun = inFlight[lane] ?? 0
            guard lane.kind == .webhook else {
                note(dueAt, now)
                if dueAt <= now, begun == 0 {
                    claims.append(Claim(lane: lane, count: limits.localMax))
                }
                continue
            }
            let health = health[lane.receiver] ?? Health()
            guard health.isEnabled else { continue }
            let mayAt = max(dueAt, health.heldUntil ?? dueAt)
            note(mayAt, now)
            guard mayAt <= now else { continue }
            let allowed = health.failures > 0 ? 1 : limits.perReceiverMax
            // Half a share at least at a time: each claim costs a transaction.
            if begun * 2 <= allowed, begun < allowed {
                wants.append((lane, dueAt, begun, allowed - begun))
            }
        }
        let busy = inFlight.reduce(0) { $1.key.kind == .webhook ? $0 + $1.value : $0 }
        share(max(0, limits.webhooksMax - busy), wants)
    }

    private mutating func note(_ time: Timestamp, _ now: Timestamp) {
        // What is due now is begun now, or when something under way ends, which is said.
        if time > now { nextAt = min(nextAt ?? time, time) }
    }

    /// Gives each lane one place after another until none is left: first to who has least under way, then to
    /// who has waited longest.
    private mutating func share(
        _ free: Int, _ wants: [(lane: OutboxLane, dueAt: Timestamp, begun: Int, count: Int)]
    ) {
        let wants = wants.sorted { ($0.begun, $0.dueAt) < ($1.begun, $1.dueAt) }
        var given = [Int](repeating: 0, count: wants.count)
        var free = free
        var isGiving = true
        while free > 0, isGiving {
            isGiving = false
            for index in wants.indices where free > 0 && given[index] < wants[index].count {
                given[index] += 1
                free -= 1
                isGiving = true
            }
        }
        for index in wants.indices where given[index] > 0 {
            claims.append(Claim(lane: wants[index].lane, count: given[index]))
        }
    }
}
