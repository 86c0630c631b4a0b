import Events
import JSONParsing
import Kernel
import Records

/// What the log is told of rewards: on the customer's timeline, for journeys and webhooks.
enum RewardNews {
    static func name(of state: RewardClaim.State) -> String? {
        switch state {
        case .reserved: "Reward Reserved"
        case .confirmed: "Reward Redeemed"
        case .released: "Reward Released"
        case .refused: "Reward Refused"
        case .returned: "Reward Returned"
        case .reserving, .confirming, .releasing, .returning: nil
        }
    }

    /// A claim's coming to a state as an event. Its message id is made of both, so that telling it again changes nothing;
    /// nil where nobody is told.
    ///
    /// - Parameters:
    ///   - customer: Who they are by now.
    ///   - reason: Why it was refused.
    static func frame(
        _ claim: RewardClaim, as state: RewardClaim.State, of customer: ID<Customer>, code: String,
        reason: String?, at now: Timestamp
    ) -> [UInt8]? {
        guard let name = name(of: state) else { return nil }
        var json = JSONWriter()
        json.beginObject()
        json.member("customerId", customer.description)
        json.member("program", claim.program)
        json.member("reward", claim.reward)
        json.member("claim", claim.id)
        json.member("points", claim.points)
        if !code.isEmpty { json.member("code", code) }
        if let reason { json.member("reason", reason) }
        json.endObject()
        var draft = EventDraft(
            kind: .track, occurredAt: now, messageID: "reward/\(claim.id)/\(state.word)")
        draft.flags = .system
        draft.name = name
        draft.properties = json.bytes
        var builder = EventBlockBuilder()
        builder.append(draft)
        return builder.takeBytes().bytes
    }
}
