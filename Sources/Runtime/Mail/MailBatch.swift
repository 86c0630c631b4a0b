import Customers
import Delivery
import Journeys
package import Kernel
import Messaging
package import Records
package import Segments
import Templates

/// Items of one lane on their way from claim to outcome.
struct MailBatch: Sendable {
    /// One of them, made or not.
    struct Entry: Sendable {
        let item: OutboxRecord
        var order: MailOrder?
        var message: MessageDraft
        /// Nil where it isn't sent; `verdict` says why.
        var mail: SMTPMessage?
        /// The same of a channel that isn't e-mail.
        var request: ChannelMessage?
        var verdict: MessageResult.Outcome?
        /// Whom it goes to by now.
        var customer: ID<Customer>
        /// What was known of them when it was made.
        var subject: MailSubject?
    }

    let lane: OutboxLane
    var entries: [Entry]

    /// Those that are handed over.
    var sent: [Entry] { entries.filter { $0.mail != nil || $0.request != nil } }

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
    /// Nil for e-mail.
    var carrier: ChannelCarrier?

    func prepare(_ items: [OutboxRecord], of lane: OutboxLane) async -> MailBatch {
        var entries = items.map { item in
            MailBatch.Entry(
                item: item, order: nil,
                message: draft(item, nil, nil, customer: item.customer.rawValue, address: ""),
                customer: item.customer)
        }
        do {
            let subjects = try workspace.records.mailSubjects(of: items.map(\.customer.rawValue))
            var compiled: [String: Result<CompiledMail, any Error>] = [:]
            var readings: [Reading?] = []
            for index in entries.indices {
                readings.append(read(&entries[index], subjects[index], &compiled))
            }
            let suppressions = try workspace.records.suppressions(
                among: readings.compactMap { $0?.address })
            for index in entries.indices {
                guard let reading = readings[index] else { continue }
                await make(
                    &entries[index], reading, suppressions[reading.address.lowercased()])
            }
        } catch {
            // The store's trouble is nobody's message's.
            let until = workspace.clock.now.adding(milliseconds: 5_000)
            for index in entries.indices {
                entries[index].mail = nil
                entries[index].request = nil
                entries[index].verdict = .returned(
                    until: until, reason: "could not be read: \(error)")
            }
        }
        return MailBatch(lane: lane, entries: entries)
    }

    /// What a message is made of.
    private struct Reading {
        let order: MailOrder
        let template: CompiledMail
        let facts: CustomerFacts
        let address: String
    }

    /// - Returns: Nil where it can't be made, as its verdict says.
    private func read(
        _ entry: inout MailBatch.Entry, _ subject: MailSubject,
        _ compiled: inout [String: Result<CompiledMail, any Error>]
    ) -> Reading? {
        let item = entry.item
        entry.subject = subject
        entry.customer = ID(rawValue: subject.root)
        do {
            let order = try MailOrder(item)
            entry.order = order
            let template: CompiledMail
            if let source = order.source {
                template = try MailTemplates.compiled(source)
            } else {
                let known =
                    compiled[order.template]
                    ?? Result { try templates.template(order.template) }
                compiled[order.template] = known
                template = try known.get()
            }
            guard order.campaign.isEmpty || template.message.source.purpose == .marketing else {
                throw MailFailure(
                    "a campaign needs a template for marketing, which \(order.template) isn't")
            }
            try check(template, order)
            let facts = try CustomerFacts(subject)
            let address = try self.address(order, template, facts, subject)
            entry.message = draft(
                item, order, template, customer: subject.root, address: address ?? "")
            let now = workspace.clock.now
            if let deadline = order.deadline, now >= deadline {
                entry.verdict = .expired(reason: "its time was over at \(deadline.rfc3339)")
                return nil
            }
            guard let address else {
                entry.verdict = .failed(reason: noAddress)
                return nil
            }
            return Reading(order: order, template: template, facts: facts, address: address)
        } catch let failure as MailTemplates.Failure {
            entry.verdict = .failed(reason: failure.description)
        } catch let failure as MailFailure {
            entry.verdict = .failed(reason: failure.description)
        } catch let failure as MailOrder.Damaged {
            entry.verdict = .failed(reason: failure.description)
        } catch {
            // The store's trouble is nobody's message's.
            entry.verdict = .returned(
                until: workspace.clock.now.adding(milliseconds: 5_000),
                reason: "could not be read: \(error)")
        }
        return nil
    }

    /// As the suppression list has it, and as it is sent to.
    static func canonical(_ address: String) throws(MailFailure) -> String {
        do throws(AddressRefusal) {
            return try EmailAddress(address).description
        } catch {
            throw MailFailure("\(address.prefix(100)) can't be written to: \(error.reason)")
        }
    }

    private func make(
        _ entry: inout MailBatch.Entry, _ reading: Reading, _ suppression: SuppressionRecord?
    ) async {
        let order = reading.order
        if order.testAddress == nil,
            let reason = workspace.mailObstacle(
                entry.message, facts: reading.facts, suppression: suppression)
        {
            entry.verdict = .suppressed(reason: reason)
            return
        }
        let now = workspace.clock.now
        var values = MailValues(
            of: entry.customer, reading.facts.attributes,
            address: carrier == nil ? reading.address : reading.facts.mailAddress ?? "",
            traits: reading.template.traits, now: now)
        if reading.template.wantsOffers { values.offers = await offers(entry.customer) }
        if reading.template.wantsLoyalty {
            do {
                values.loyalty = try workspace.loyaltyValues(of: entry.customer)
            } catch {
                entry.verdict = .failed(reason: "the loyalty ledger can't be read: \(error)")
                return
            }
        }
        do throws(MailFailure) {
            if carrier != nil {
                entry.request = try maker.channelMessage(
                    entry.item, order, reading.template, values, &entry.message, now: now)
                return
            }
            let made = try maker.make(
                entry.item, order, reading.template, values, customer: entry.customer.rawValue,
                address: reading.address, now: now)
            entry.message = made.message
            entry.mail = made.mail
        } catch {
            entry.verdict = .failed(reason: error.description)
        }
    }
}

extension CustomerFacts {
    /// As far as consent and templates ask.
    init(_ subject: MailSubject) throws {
        var profile = Profile()
        for bytes in subject.profiles { profile.merge(try Profile(decoding: bytes.span)) }
        var behaviours = Behaviours()
        for bytes in subject.behaviours { behaviours.merge(try Behaviours(decoding: bytes.span)) }
        self.init(
            behaviours: behaviours, attributes: profile.attributes, prediction: nil,
            quintiles: nil, memberships: SegmentMemberships())
    }

    /// The trait that says an address.
    var mailAddress: String? {
        attributes["email"]?.text.flatMap { $0.contains("@") ? $0 : nil }
    }
}

extension Workspace {
    /// Where a customer's mail goes: the address that they gave last; nil where none is known.
    package func mailAddress(of customer: ID<Customer>, _ facts: CustomerFacts) throws -> String? {
        if let address = facts.mailAddress { return address }
        let known = try records.identifiers(of: try records.members(of: customer))
        return known.filter { $0.kind == .email }.max { $0.firstAt < $1.firstAt }?.value
    }

    /// Why a message may not go to a customer now; nil where it may.
    package func mailObstacle(
        _ message: MessageDraft, facts: CustomerFacts
    ) throws -> String? {
        mailObstacle(
            message, facts: facts, suppression: try records.suppression(of: message.address))
    }

    func mailObstacle(
        _ message: MessageDraft, facts: CustomerFacts, suppression: SuppressionRecord?
    ) -> String? {
        if let suppression, suppression.stops(message.stream) { return suppression.words }
        // Colleagues need no consent.
        guard message.stream == .marketing, message.channel != SendTerms.colleagues else {
            return nil
        }
        guard
            let test = engine.plan?.known(withdrawalBy: message.channel, topic: message.topic)
        else {
            // What somebody said about it isn't kept in mind then.
            return "nothing in force sends about \(message.topic) any more, so that consent to it "
                + "can't be read"
        }
        let verdict = test.evaluate(facts, now: clock.now)
        return verdict.holds ? verdict.reason : nil
    }
}
