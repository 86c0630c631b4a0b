import Console
import Customers
import Journeys
import Kernel
import Messaging
import Records
import Runtime
import Segments

/// Addresses that get no mail, and what a customer's page shows of mail.
extension ConsoleMail {
    private static let messagesShown = 10

    func fillSuppressions(_ data: inout MailData) {
        data.suppressions = { query in try await Blocking.run { try suppressions(query) } }
        data.suppress = { address, note, member in
            try await suppress(address, note, by: member)
        }
        data.unsuppress = { address, _ in
            try await Blocking.run {
                try records.removeSuppression(of: address) ? .done : .unknown
            }
        }
        data.customerMail = { id in try await Blocking.run { try mail(of: id) } }
    }

    // MARK: The list

    private func suppressions(_ query: SuppressionQuery) throws -> SuppressionPage {
        var before: (since: Timestamp, address: String)?
        if let after = query.after {
            // `1772442000000-someone@example.com`
            let parts = after.split(separator: "-", maxSplits: 1)
            guard parts.count == 2, let ms = Int64(parts[0]) else { return SuppressionPage() }
            before = (Timestamp(milliseconds: ms), String(parts[1]))
        }
        let found = try records.suppressions(
            containing: query.search,
            reason: query.reason.flatMap { SuppressionRecord.Reason(rawValue: $0.rawValue) },
            before: before, limit: query.limit)
        var counts: [SuppressionRow.Reason: Int] = [:]
        for (reason, count) in try records.suppressionCounts() {
            if let shown = SuppressionRow.Reason(rawValue: reason.rawValue) {
                counts[shown] = count
            }
        }
        let last = found.count < query.limit ? nil : found.last
        return SuppressionPage(
            rows: try found.map { try row($0) }, counts: counts,
            next: last.map { "\($0.since.milliseconds)-\($0.address)" })
    }

    private func row(_ found: SuppressionRecord) throws -> SuppressionRow {
        SuppressionRow(
            address: found.address,
            reason: SuppressionRow.Reason(rawValue: found.reason.rawValue) ?? .manual,
            evidence: found.evidence, since: found.since,
            customer: try workspace.customerID(named: found.address))
    }

    private func suppress(
        _ text: String, _ note: String, by member: ID<Member>
    ) async throws -> SuppressOutcome {
        let address: EmailAddress
        do throws(AddressRefusal) {
            address = try EmailAddress(text)
        } catch {
            return .refused(reason: error.reason)
        }
        let actor = try await automation.actor(member)
        return try await Blocking.run {
            // A complaint stops less; by hand it comes to stop everything.
            if let known = try records.suppression(of: address.description),
                known.reason != .complained
            {
                return .already
            }
            try records.suppress(
                SuppressionRecord(
                    address: address.description, reason: .manual,
                    evidence: note.isEmpty ? actor : "\(note) (\(actor))", since: now))
            return .done
        }
    }

    // MARK: A customer

    private func mail(of id: ID<Customer>) throws -> CustomerMail? {
        let root = try records.root(of: id) ?? id
        let members = try records.members(of: root)
        var filter = MessageFilter(limit: Self.messagesShown)
        filter.customers = members
        let facts = try workspace.facts(of: root)
        var addresses = try records.identifiers(of: members).filter { $0.kind == .email }
            .map { $0.value.lowercased() }
        if let current = try workspace.mailAddress(of: root, facts)?.lowercased(),
            !addresses.contains(current)
        {
            addresses.append(current)
        }
        // Tests went to somebody else.
        let messages = try records.messages(filter).filter { !$0.draft.isTest }
        let consent = try consent(facts)
        let suppressions = try addresses.compactMap { try records.suppression(of: $0) }
        if messages.isEmpty, consent.isEmpty, suppressions.isEmpty, addresses.isEmpty { return nil }
        return CustomerMail(
            messages: try rows(messages), consent: consent,
            suppressions: try suppressions.map { try row($0) })
    }

    /// What they said to each topic that something in force sends about; what they said of others isn't kept in mind.
    private func consent(_ facts: CustomerFacts) throws -> [ConsentRow] {
        try workspace.mailTopics().compactMap { topic in
            for state in ConsentTest.State.allCases {
                let test = ConsentTest(.email, topic: topic, is: state)
                guard Condition.consent(test).evaluate(facts, now: now).holds else { continue }
                let said = Self.said(test, facts)
                return ConsentRow(
                    channel: MessageChannel.email.rawValue, topic: Self.title(topic),
                    state: ConsentRow.State(rawValue: state.rawValue) ?? .unknown,
                    since: said?.at, evidence: said?.by ?? "")
            }
            return nil
        }
    }

    /// The newest word: when it was said, and the event or attribute that says it.
    private static func said(
        _ test: ConsentTest, _ facts: CustomerFacts
    ) -> (at: Timestamp, by: String)? {
        guard test.state != .unknown else { return nil }
        let isGiven = test.state == .given
        let event = facts.behaviours[(isGiven ? test.given : test.withdrawn).id]?.entries
            .map(\.at).max()
            .map { (at: $0, by: isGiven ? ConsentTest.givenEvent : ConsentTest.withdrawnEvent) }
        let name = test.channel.consentTrait
        let attribute = facts.attributes[name].flatMap { trait in
            trait.text.flatMap(ConsentTest.state) == test.state
                ? (at: trait.at, by: "\(name): \(trait.text ?? "")") : nil
        }
        return [event, attribute].compactMap(\.self).max { $0.at < $1.at }
    }
}
