import Delivery
import Kernel
import Synchronization

/// Receivers that honour `webhook-id` and otherwise do as they like: what came through, and how often.
final class SimulatedReceivers: Sendable {
    struct Told: Equatable {
        var body: [UInt8]
        var attempts = 1
    }

    private struct State {
        /// What had its effect, by `webhook-id`.
        var effects: [String: Told] = [:]
        /// Ids that came with another body than before.
        var changed: [String] = []
        /// Attempts, with those that had no effect.
        var attempts: [String: Int] = [:]
    }

    private let state: Mutex<State>

    /// - Parameter before: Whose memory they have; nil for none.
    init(after before: SimulatedReceivers? = nil) {
        state = Mutex(before?.state.withLock { $0 } ?? State())
    }

    var effects: [String: [UInt8]] { state.withLock { $0.effects.mapValues(\.body) } }
    var changed: [String] { state.withLock { $0.changed } }
    /// How often an effect would have been had again by who doesn't look at ids.
    var repeats: Int { state.withLock { $0.effects.values.reduce(0) { $0 + $1.attempts - 1 } } }

    /// What a receiver does with a message and says of it.
    func take(_ message: WebhookMessage, at receiver: String) -> DeliveryOutcome {
        state.withLock { state in
            state.attempts[message.id, default: 0] += 1
            let attempt = state.attempts[message.id] ?? 1
            // A number of the message's own, the same in every run.
            let mood = message.id.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
            func takeIn() {
                guard let before = state.effects[message.id] else {
                    state.effects[message.id] = Told(body: message.body)
                    return
                }
                if before.body != message.body { state.changed.append(message.id) }
                state.effects[message.id]?.attempts += 1
            }
            let isWell = receiver == "crm" || attempt > (receiver == "shop" ? 1 : 3)
            if isWell {
                takeIn()
                return .delivered(status: 204)
            }
            switch mood % 5 {
            case 0:
                takeIn()
                return .delivered(status: 200)
            case 1:
                // It had its effect; the answer was lost on the way.
                takeIn()
                return .failed(reason: "no answer")
            case 2: return .failed(reason: "answered 429", retryAfterSeconds: 30)
            case 3: return .refused(reason: "answered 302: redirects are not followed")
            default: return .failed(reason: "answered 500")
            }
        }
    }
}
