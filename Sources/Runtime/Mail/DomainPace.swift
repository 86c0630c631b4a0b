import Delivery
package import Kernel

/// When mail may go to each receiver: pure, so that one that is slow or asks for patience slows nobody else.
package struct DomainPace: Sendable {
    /// A receiver that nothing more is sent to for now.
    package struct Wait: Sendable, Equatable {
        package var receiver: String
        package var until: Timestamp
        /// In the receiver's words.
        package var reason: String

        /// `waits until 14:05, it asked us to slow down: …`, with the time as it is given.
        package func words(until time: String) -> String {
            "waits until \(time), it asked us to slow down: \(reason)"
        }
    }

    private struct Standing {
        /// When the next one may go by the limit.
        var nextMs: Int64 = 0
        /// The last moment that one was put off to: each has its own, so that they don't come all at once.
        var plannedMs: Int64 = 0
        var wait: Wait?
        /// How often it asked for patience since it took something again.
        var slowdowns = 0
    }

    /// How long after the first such answer; doubled by each after.
    static let firstWaitMs: Int64 = 300_000
    static let longestWaitMs: Int64 = 4 * 3_600_000
    /// So much of an hour's amount may go at once.
    static let burstMs: Int64 = 60_000
    /// What was put off goes at this distance once a wait is over.
    static let afterWaitMs: Int64 = 500
    /// Of more receivers those that nothing holds back are forgotten.
    static let receiversMax = 10_000

    private var standings: [String: Standing] = [:]

    package init() {}

    /// Asks for a message's turn, and takes it.
    ///
    /// - Returns: Nil where it may go now; else when to ask again.
    mutating func admit(_ domain: String, _ limits: DomainLimits, now: Timestamp) -> Timestamp? {
        let receiver = DomainLimits.receiver(of: domain)
        let limit = limits.limit(receiver)
        if limit == nil, standings[receiver] == nil { return nil }
        makeRoom(now)
        var standing = standings[receiver] ?? Standing()
        defer { standings[receiver] = standing }
        let intervalMs = limit.map { max(1, 3_600_000 / Int64($0)) }
        if let wait = standing.wait, wait.until > now {
            let first = max(standing.plannedMs, wait.until.milliseconds)
            standing.plannedMs = first + max(Self.afterWaitMs, intervalMs ?? 0)
            return Timestamp(milliseconds: first)
        }
        guard let intervalMs else { return nil }
        let turn = max(standing.nextMs, now.milliseconds)
        guard turn - now.milliseconds <= max(Self.burstMs - intervalMs, 0) else {
            standing.plannedMs = max(standing.plannedMs, turn) + intervalMs
            return Timestamp(milliseconds: standing.plannedMs)
        }
        standing.nextMs = turn + intervalMs
        return nil
    }

    /// What a receiver waits for; nil where nothing keeps mail to it.
    func wait(of domain: String, now: Timestamp) -> Wait? {
        standings[DomainLimits.receiver(of: domain)]?.wait.flatMap { $0.until > now ? $0 : nil }
    }

    /// All that wait, by name.
    package func waits(now: Timestamp) -> [Wait] {
        standings.values.compactMap(\.wait).filter { $0.until > now }
            .sorted { $0.receiver < $1.receiver }
    }

    /// Hears what a receiver said.
    ///
    /// - Returns: The wait that begins by it; nil for none.
    mutating func note(_ domain: String, _ outcome: SMTPOutcome, now: Timestamp) -> Wait? {
        let receiver = DomainLimits.receiver(of: domain)
        switch outcome {
        case .delivered:
            if standings[receiver] != nil, wait(of: domain, now: now) == nil {
                standings[receiver]?.slowdowns = 0
                standings[receiver]?.wait = nil
            }
        case .deferred(let refusal, let seconds):
            // Before a recipient is named the server speaks for itself. What was on its way says nothing new.
            guard refusal.phase == .recipient || refusal.phase == .content,
                let reply = refusal.reply, reply.asksToSlowDown,
                wait(of: domain, now: now) == nil
            else { return nil }
            var standing = standings[receiver] ?? Standing()
            let doubled = Self.firstWaitMs << Int64(min(standing.slowdowns, 10))
            let ms = max(min(doubled, Self.longestWaitMs), min(seconds ?? 0, 86_400) * 1000)
            let wait = Wait(
                receiver: receiver, until: now.adding(milliseconds: ms),
                reason: String(reply.description.prefix(200)))
            standing.slowdowns += 1
            standing.wait = wait
            standings[receiver] = standing
            return wait
        case .refused, .notSent, .inDoubt, .endpointFailed: break
        }
        return nil
    }

    private mutating func makeRoom(_ now: Timestamp) {
        guard standings.count > Self.receiversMax else { return }
        standings = standings.filter {
            $0.value.nextMs > now.milliseconds || $0.value.plannedMs > now.milliseconds
                || ($0.value.wait.map { $0.until > now } ?? false)
        }
    }
}

extension SMTPReply {
    private static let slowWords = [
        "rate limit", "rate-limit", "ratelimit", "limit exceeded", "too many", "too much",
        "too fast",
        "slow down", "throttl", "unusual rate", "temporarily deferred", "unexpected volume",
        "exceeded", "reduce",
    ]

    /// Whether a receiver wants less for now from this sender, whoever it is for: by 421 or 4.7.x (RFC 5321 §4.2.2,
    /// RFC 3463 §3.8) and its words. Greylisting isn't that: it is about one sender and recipient.
    var asksToSlowDown: Bool {
        guard isTemporary else { return false }
        let words = text.lowercased()
        if words.contains("greylist") || words.contains("graylist") { return false }
        let isSecurity = status?.subject == 7
        guard code == 421 || isSecurity else { return false }
        // Gmail says 4.7.28, Outlook.com 4.7.500 to 4.7.699.
        if isSecurity, let detail = status?.detail, detail == 28 || (500...699).contains(detail) {
            return true
        }
        return code == 421 && isSecurity || Self.slowWords.contains { words.contains($0) }
    }
}
