import Customers
import Delivery
package import Kernel
package import Records
package import Segments

/// Items of one lane on their way from claim to outcome.
struct MailBatch: Sendable {
    /// One of them, made or not.
    struct Entry: Sendable {
        let item: OutboxRecord
        var order: MailOrder?
        var message: MessageDraft
        /// Nil where it isn't sent; `verdict` says why.
        var mail: SMTPMessage?
        var verdict: MessageResult.Outcome?
        /// Whom it goes to by now, for consent to be read again.
        var customer: ID<Customer>
    }

    let lane: OutboxLane
    var entries: [Entry]

    /// Those that are handed over.
    var sent: [Entry] { entries.filter { $0.mail != nil } }

    /// What is known of the others.
    var results: [MessageResult] {
        entries.compactMap { entry in
            entry.verdict.map {
                MessageResult(message: entry.message, attempt: entry.item.attempts, outcome: $0)
            }
        }
    }
}

/// Makes a lane's items into messages: reads whom they are for, whether these want them, and what the template says.
struct MailPreparation: Sendable {
    /// What to offer to a customer; asked for only where the template shows it.
    typealias Offers = @Sendable (ID<Customer>) async -> [MailOffer]

    let workspace: Workspace
    let maker: MailMaker
    let templates: MailTemplates
    let offers: Offers

    func prepare(_ items: [OutboxRecord], of lane: OutboxLane) async -> MailBatch {
        let reader = FactsReader(workspace)
        var entries: [MailBatch.Entry] = []
        for item in items { entries.append(await entry(item, reader)) }
        return MailBatch(lane: lane, entries: entries)
    }

    private func entry(_ item: OutboxRecord, _ reader: FactsReader) async -> MailBatch.Entry {
        var entry = MailBatch.Entry(
            item: item, order: nil,
            message: maker.draft(
                item, nil, nil, customer: item.customer.rawValue, address: ""),
            customer: item.customer)
        let now = workspace.clock.now
        do {
            let order = try MailOrder(item)
            entry.order = order
            let template =
                try order.source.map { try MailTemplates.compiled($0) }
                ?? templates.template(order.template)
            let root = try workspace.records.root(of: item.customer) ?? item.customer
            entry.customer = root
            let facts = try reader.facts(of: root)
            let address = try order.testAddress ?? workspace.mailAddress(of: root, facts)
            entry.message = maker.draft(
                item, order, template, customer: root.rawValue, address: address ?? "")
            if let deadline = order.deadline, now >= deadline {
                entry.verdict = .expired(reason: "its time was over at \(deadline.rfc3339)")
                return entry
            }
            guard let address else {
                entry.verdict = .failed(reason: "the customer has no e-mail address")
                return entry
            }
            if order.testAddress == nil,
                let reason = try workspace.mailObstacle(entry.message, facts: facts)
            {
                entry.verdict = .suppressed(reason: reason)
                return entry
            }
            var values = MailValues(
                of: root, facts.attributes, address: address, traits: template.traits, now: now)
            if template.wantsOffers { values.offers = await offers(root) }
            let made = try maker.make(
                item, order, template, values, customer: root.rawValue, address: address, now: now)
            entry.message = made.message
            entry.mail = made.mail
        } catch let failure as MailFailure {
            entry.verdict = .failed(reason: failure.description)
        } catch let failure as MailTemplates.Failure {
            entry.verdict = .failed(reason: failure.description)
        } catch let failure as MailOrder.Damaged {
            entry.verdict = .failed(reason: failure.description)
        } catch {
            // The store's trouble is nobody's message's.
            entry.verdict = .returned(
                until: now.adding(milliseconds: 5_000), reason: "could not be read: \(error)")
        }
        return entry
    }
}

extension Workspace {
    /// Where a customer's mail goes: the address that they gave last; nil where none is known.
    package func mailAddress(of customer: ID<Customer>, _ facts: CustomerFacts) throws -> String? {
        if let text = facts.attributes["email"]?.text, text.contains("@") { return text }
        let known = try records.identifiers(of: try records.members(of: customer))
        return known.filter { $0.kind == .email }.max { $0.firstAt < $1.firstAt }?.value
    }

    /// Why a message may not go to a customer now; nil where it may.
    package func mailObstacle(
        _ message: MessageDraft, facts: CustomerFacts
    ) throws -> String? {
        if let suppression = try records.suppression(of: message.address),
            suppression.stops(message.stream)
        {
            return suppression.words
        }
        guard message.stream == .marketing else { return nil }
        guard let test = engine.plan?.known(withdrawalBy: "email", topic: message.topic) else {
            // What somebody said about it isn't kept in mind then.
            return "nothing in force sends about \(message.topic) any more, so that consent to it "
                + "can't be read"
        }
        let verdict = test.evaluate(facts, now: clock.now)
        return verdict.holds ? verdict.reason : nil
    }
}
