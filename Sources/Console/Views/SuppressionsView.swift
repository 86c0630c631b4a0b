import Kernel

/// Addresses that aren't written to any more.
struct SuppressionsView {
    struct Row {
        let address: String
        let customerPath: String?
        let reason: String
        let mark: String
        let effect: String
        let evidence: String?
        let since: String
        let removePath: String
    }

    let search: String
    let reason: String?
    let chips: [MessagesView.Chip]
    let hasChips: Bool
    let rows: [Row]
    let hasRows: Bool
    /// Nobody was ever suppressed.
    let isEmpty: Bool
    let address: String
    let note: String
    let problem: String?
    let nextPath: String?
    let firstPath: String?

    init(
        _ page: SuppressionPage, _ query: SuppressionQuery, address: String, note: String,
        problem: String?, formats: Formats
    ) {
        let words = formats.words
        func path(reason: SuppressionRow.Reason?, after: String? = nil) -> String {
            var fields = FormFields()
            if !query.search.isEmpty { fields.append("q", query.search) }
            if let reason { fields.append("reason", reason.rawValue) }
            if let after { fields.append("after", after) }
            return fields.encoded.isEmpty ? "/suppressions" : "/suppressions?\(fields.encoded)"
        }
        search = query.search
        reason = query.reason?.rawValue
        chips = SuppressionRow.Reason.allCases.compactMap { reason in
            let isOn = query.reason == reason
            let count = page.counts[reason] ?? 0
            guard count > 0 || isOn else { return nil }
            return MessagesView.Chip(
                label: words(
                    "letter.state.count", words("suppression.\(reason.rawValue)"),
                    formats.integer(count)), path: path(reason: isOn ? nil : reason), isOn: isOn)
        }
        hasChips = !chips.isEmpty
        rows = page.rows.map { Row($0, formats) }
        hasRows = !rows.isEmpty
        isEmpty =
            rows.isEmpty && page.counts.isEmpty && query.search.isEmpty && query.reason == nil
            && query.after == nil
        self.address = address
        self.note = note
        self.problem = problem
        nextPath = page.next.map { path(reason: query.reason, after: $0) }
        firstPath = query.after == nil ? nil : path(reason: query.reason)
    }
}

extension SuppressionsView.Row {
    init(_ row: SuppressionRow, _ formats: Formats) {
        let words = formats.words
        address = row.address
        customerPath = row.customer.map { "/customers/\($0)" }
        reason = words("suppression.\(row.reason.rawValue)")
        mark = row.reason == .manual ? "mail-suppressed" : "mail-bounced"
        effect = words(
            row.reason == .complained ? "suppression.marketing" : "suppression.everything")
        evidence = row.evidence.isEmpty ? nil : row.evidence
        since = formats.moment(row.since)
        removePath = "/suppressions/remove?address=\(FormFields.encode(row.address))"
    }
}

/// What the page of a customer says of mail.
struct CustomerMailView {
    struct Consent {
        let channel: String
        let state: String
        let mark: String
        let since: String?
        let evidence: String?
    }

    let messages: [MessageView]
    let hasMessages: Bool
    let consent: [Consent]
    let hasConsent: Bool
    let suppressed: [SuppressionsView.Row]

    init(_ mail: CustomerMail, _ formats: Formats) {
        let words = formats.words
        messages = mail.messages.map { MessageView($0, formats) }
        hasMessages = !messages.isEmpty
        consent = mail.consent.map { row in
            let channel =
                ["email", "sms", "push"].contains(row.channel)
                ? words("builder.subject.\(row.channel)") : row.channel
            return Consent(
                channel: row.topic.isEmpty
                    ? channel : words("consent.topic", channel, row.topic),
                state: words("consent.\(row.state.rawValue)"),
                mark: "consent-\(row.state.rawValue)",
                since: row.since.map { words("customer.since", formats.day($0)) },
                evidence: row.evidence.isEmpty ? nil : row.evidence)
        }
        hasConsent = !consent.isEmpty
        suppressed = mail.suppressions.map { SuppressionsView.Row($0, formats) }
    }
}
