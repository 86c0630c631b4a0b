import Customers
import Events
import Journeys
package import Kernel
package import Messaging
package import Records
import Segments
import Templates

/// What somebody who has a message of ours may say by its links.
package struct MailRecipient: Sendable {
    package var message: MessageRecord
    package var customer: ID<Customer>
    /// What the link is about; nil for all marketing mail.
    package var topic: String?
}

/// One kind of mail, and whether a customer wants it.
package struct TopicChoice: Sendable, Equatable {
    package var topic: String
    package var isWanted: Bool

    package init(topic: String, isWanted: Bool) {
        self.topic = topic
        self.isWanted = isWanted
    }

    /// What somebody's choice says that wasn't so before; a nil topic is all mail.
    ///
    /// Who comes back from no mail at all says so first, and then what they want of it.
    ///
    /// - Parameters:
    ///   - wanted: The topics that they want now.
    ///   - isAllOff: Whether they want none, whatever `wanted` says.
    package static func said(
        by wanted: Set<String>, isAllOff: Bool, before: [TopicChoice]
    ) -> [(topic: String?, isGiven: Bool)] {
        if isAllOff { return [(nil, false)] }
        let wasAllOff = !before.isEmpty && before.allSatisfy { !$0.isWanted }
        if wasAllOff {
            // Nothing was chosen: it stays as it was.
            if wanted.isEmpty { return [] }
            return [(nil, true)] + before.map { ($0.topic, wanted.contains($0.topic)) }
        }
        return before.filter { $0.isWanted != wanted.contains($0.topic) }.map {
            ($0.topic, !$0.isWanted)
        }
    }
}

extension Workspace {
    /// Whose a link of ours is; nil for one that we didn't make, or of a message that is gone.
    package func mailRecipient(
        _ token: String, _ purpose: SignedLink.Purpose, _ keys: SigningKeys
    ) throws -> MailRecipient? {
        guard let link = SignedLink(token: token, purpose: purpose, keys: keys),
            let message = try records.message(ID(rawValue: link.message))
        else { return nil }
        let customer = ID<Customer>(rawValue: message.draft.customer)
        return MailRecipient(
            message: message, customer: try records.root(of: customer) ?? customer,
            topic: link.target.isEmpty ? nil : link.target)
    }

    /// Whose a message is; nil for one that is gone. It is about its topic.
    func mailRecipient(_ id: ID<OutboxItem>) throws -> MailRecipient? {
        guard let message = try records.message(id) else { return nil }
        let customer = ID<Customer>(rawValue: message.draft.customer)
        return MailRecipient(
            message: message, customer: try records.root(of: customer) ?? customer,
            topic: message.draft.topic.isEmpty ? nil : message.draft.topic)
    }

    /// Notes that a recipient wants no more mail of a topic, or wants it again; in force when this returns.
    ///
    /// - Parameters:
    ///   - topic: Nil for all.
    ///   - source: How it was said: `one-click`, `page`, `preferences`, `reply`.
    package func setConsent(
        _ isGiven: Bool, topic: String?, of recipient: MailRecipient, source: String
    ) async throws {
        try await setConsents([(topic, isGiven)], of: recipient, source: source)
    }

    /// The same for several topics at once, in the order in which they are said. A test's recipient says nothing for the
    /// customer that it was filled in for.
    package func setConsents(
        _ choices: [(topic: String?, isGiven: Bool)], of recipient: MailRecipient, source: String
    ) async throws {
        if recipient.message.draft.isTest { return }
        var block = EventBlockBuilder()
        let now = clock.now
        for (topic, isGiven) in choices {
            block.append(
                MailEvents.consent(
                    isGiven, topic: topic, source: source, message: recipient.message, now: now))
        }
        guard !block.isEmpty else { return }
        _ = try await append(block.takeBytes().bytes)
        if let reason = await engine.settle(filled: false) { throw Failure.folding(reason) }
    }

    /// Whether a recipient takes none of what their link is about; nil where nothing in force sends such, so that what
    /// they said isn't kept in mind.
    package func isUnsubscribed(_ recipient: MailRecipient) throws -> Bool? {
        guard let topic = recipient.topic else {
            let choices = try topicChoices(of: recipient.customer)
            return choices.isEmpty ? nil : choices.allSatisfy { !$0.isWanted }
        }
        let channel = recipient.message.draft.channel
        guard let test = engine.plan?.known(withdrawalBy: channel, topic: topic) else { return nil }
        return test.evaluate(try facts(of: recipient.customer), now: clock.now).holds
    }

    /// Topics that journeys send about by e-mail, and whether a customer takes them.
    package func topicChoices(of customer: ID<Customer>) throws -> [TopicChoice] {
        let facts = try facts(of: customer)
        let now = clock.now
        return try mailTopics().map { topic in
            let withdrawn =
                engine.plan?.withdrawal(channel: "email", topic: topic)
                ?? .consent(ConsentTest(.email, topic: topic, is: .withdrawn))
            return TopicChoice(
                topic: topic, isWanted: !withdrawn.evaluate(facts, now: now).holds)
        }
    }

    /// Topics of marketing mail, by name.
    package func mailTopics() throws -> [String] {
        let set = try definitions()
        let service = Set(
            set.templates.filter { $0.definition.purpose == .transactional }.map(\.row.name))
        var topics: Set<String> = []
        for item in set.journeys {
            for step in item.definition.steps {
                guard case .send(let terms) = step.action, terms.channel == "email",
                    !terms.topic.isEmpty, !service.contains(terms.template)
                else { continue }
                topics.insert(terms.topic)
            }
        }
        for item in set.campaigns { topics.insert(item.definition.topic) }
        return topics.sorted()
    }
}
