import Journeys
import Kernel
import Records

/// Campaigns' messages count towards the same caps as those of journeys, and are held against them at the moment of
/// sending: in the transaction that notes that one is sent, so that of several at once no more go than there is room for.
extension Workspace {
    /// What begins the reason of a message that a cap kept back.
    package static let capReason = "the caps leave no room: "

    /// Nil where there are no caps.
    func campaignCaps(at now: Timestamp) -> CampaignCaps? {
        guard let rules = engine.plan?.journeys.rules, !rules.caps.isEmpty else { return nil }
        return CampaignCaps(since: now.adding(milliseconds: -rules.memoryMs)) { question in
            var sent = question.campaigns.map(CustomerAutomation.Sent.init)
            if let bytes = question.automation {
                let state = try CustomerState(
                    question.message.customer, decoding: bytes.span, due: nil)
                sent += state.automation.sent
            }
            return rules.fullCap(
                channel: "email", topic: question.message.topic, at: now, after: sent
            ).map { Self.capReason + $0 }
        }
    }
}

extension CustomerAutomation.Sent {
    init(_ message: CampaignMessage) {
        self.init(at: message.at, channel: message.channel, topic: message.topic)
    }
}
