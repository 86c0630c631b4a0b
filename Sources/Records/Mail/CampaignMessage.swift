import GRDB
package import Kernel

/// A campaign's message that went to a customer, or may have: it counts towards the caps.
package struct CampaignMessage: Sendable, Equatable {
    package var at: Timestamp
    package var channel: String
    package var topic: String

    /// What wasn't taken counts for nothing; it is judged again when it is tried again.
    static let reading = """
        SELECT sending_at, topic FROM messages
        WHERE customer = ?1 AND campaign <> '' AND stream = 'marketing'
            AND state IN ('sending', 'accepted', 'inDoubt', 'bounced') AND sending_at > ?2
        """
}

/// What a campaign's message is judged by at the moment at which it is to be handed over, within that transaction.
package struct CapQuestion {
    package var message: MessageDraft
    /// The customer's encoded automation, which has what journeys sent; nil where there is none.
    package var automation: [UInt8]?
    /// What campaigns sent to them since `since`.
    package var campaigns: [CampaignMessage]
}

/// The caps that campaigns' messages are held against.
package struct CampaignCaps: Sendable {
    /// What went before is of no interest.
    package var since: Timestamp
    /// Why a message may not go; nil where it may.
    package var obstacle: @Sendable (CapQuestion) throws -> String?

    package init(
        since: Timestamp, obstacle: @escaping @Sendable (CapQuestion) throws -> String?
    ) {
        self.since = since
        self.obstacle = obstacle
    }
}

/// Asks the caps about campaigns' messages, within one transaction.
struct CapGuard {
    private let caps: CampaignCaps
    private let messages: HotStatement
    private let root: HotStatement
    private let members: HotStatement
    private let automation: HotStatement

    init(_ caps: CampaignCaps, _ db: Database) throws {
        self.caps = caps
        messages = try HotStatement(db, CampaignMessage.reading)
        root = try HotStatement(db, "SELECT root FROM customers WHERE id = ?1")
        members = try HotStatement(db, "SELECT id FROM customers WHERE root = ?1 AND root <> id")
        automation = try HotStatement(db, "SELECT state FROM automations WHERE customer = ?1")
    }

    /// Why a message may not go; nil where it may.
    func obstacle(_ message: MessageDraft) throws -> String? {
        guard !message.campaign.isEmpty, message.stream == .marketing else { return nil }
        var customer = message.customer
        root.bind(1, customer)
        if try root.step() {
            customer = root.integer(0)
            root.reset()
        }
        var all = [customer]
        members.bind(1, customer)
        while try members.step() { all.append(members.integer(0)) }
        var question = CapQuestion(
            message: message, automation: nil,
            campaigns: try messages.campaignMessages(of: all, since: caps.since))
        automation.bind(1, customer)
        if try automation.step() {
            question.automation = automation.blob(0)
            automation.reset()
        }
        return try caps.obstacle(question)
    }
}

extension HotStatement {
    /// Runs `CampaignMessage.reading` for each of some customers.
    func campaignMessages(of members: [Int64], since: Timestamp) throws -> [CampaignMessage] {
        var found: [CampaignMessage] = []
        bind(2, since.milliseconds)
        for member in members {
            bind(1, member)
            while try step() {
                found.append(
                    CampaignMessage(
                        at: Timestamp(milliseconds: integer(0)), channel: "email", topic: text(1)))
            }
        }
        return found
    }
}
