package import Kernel

/// An address that isn't written to any more.
package struct SuppressionRow: Sendable, Equatable {
    package enum Reason: String, Sendable, CaseIterable {
        /// There is no such mailbox.
        case bounced
        /// They called a message spam: no more marketing mail.
        case complained
        /// Five messages in a row could not be delivered.
        case softBounces
        case manual
    }

    package var address: String
    package var reason: Reason
    /// The provider's words, or who asked for it; empty for none.
    package var evidence: String
    package var since: Timestamp
    /// Whose it is; nil where nobody is known by it.
    package var customer: ID<Customer>?

    package init(
        address: String, reason: Reason, evidence: String = "", since: Timestamp,
        customer: ID<Customer>? = nil
    ) {
        self.address = address
        self.reason = reason
        self.evidence = evidence
        self.since = since
        self.customer = customer
    }
}

/// Which suppressions are wanted.
package struct SuppressionQuery: Sendable, Equatable {
    /// A part of the address; empty for all.
    package var search: String
    package var reason: SuppressionRow.Reason?
    package var after: String?
    package var limit: Int

    package init(
        search: String = "", reason: SuppressionRow.Reason? = nil, after: String? = nil, limit: Int
    ) {
        self.search = search
        self.reason = reason
        self.after = after
        self.limit = limit
    }
}

/// A page of suppressions.
package struct SuppressionPage: Sendable, Equatable {
    /// Newest first.
    package var rows: [SuppressionRow]
    /// How many of each reason there are in all.
    package var counts: [SuppressionRow.Reason: Int]
    package var next: String?

    package init(
        rows: [SuppressionRow] = [], counts: [SuppressionRow.Reason: Int] = [:], next: String? = nil
    ) {
        self.rows = rows
        self.counts = counts
        self.next = next
    }
}

/// What came of suppressing an address by hand.
package enum SuppressOutcome: Sendable, Equatable {
    case done
    /// It was suppressed before.
    case already
    case refused(reason: String)
}

/// What a customer wants to be sent, and how that is known.
package struct ConsentRow: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case given
        case withdrawn
        case unknown
    }

    /// `email`, `sms`, `push`.
    package var channel: String
    /// The topic's title; empty for all of the channel's marketing messages.
    package var topic: String
    package var state: State
    package var since: Timestamp?
    /// The event or attribute that says so; empty for none.
    package var evidence: String

    package init(
        channel: String, topic: String = "", state: State, since: Timestamp? = nil,
        evidence: String = ""
    ) {
        self.channel = channel
        self.topic = topic
        self.state = state
        self.since = since
        self.evidence = evidence
    }
}

/// What the page of a customer shows of mail.
package struct CustomerMail: Sendable, Equatable {
    /// The newest, newest first.
    package var messages: [MessageRow]
    package var consent: [ConsentRow]
    /// Of their addresses.
    package var suppressions: [SuppressionRow]

    package init(
        messages: [MessageRow] = [], consent: [ConsentRow] = [], suppressions: [SuppressionRow] = []
    ) {
        self.messages = messages
        self.consent = consent
        self.suppressions = suppressions
    }
}
