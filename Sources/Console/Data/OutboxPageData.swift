package import Kernel

/// One thing on its way out.
package struct LetterRow: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case send
        case webhook
        case coupon
        case task
        case award
        case attribute
    }

    package enum State: String, Sendable, CaseIterable {
        case pending
        case sending
        case done
        /// Recorded, as nothing carries this kind out yet.
        case kept
        /// Held out: recorded and not sent.
        case withheld
        /// To be tried again.
        case failed
        /// Given up.
        case dead
    }

    /// What its address says; letters, digits, `-`, `_` and `.`.
    package var letter: String
    package var kind: Kind
    package var state: State
    package var customer: ID<Customer>?
    package var customerLabel: String
    package var journey: String
    package var journeyTitle: String
    package var step: String
    /// In plain words: `E-mail win-back-1`, `Webhook to crm`.
    package var words: String
    /// What would be sent, as JSON.
    package var payload: String
    /// The receiver's name; empty where it has none.
    package var receiver: String
    package var createdAt: Timestamp
    /// When it is tried (again); nil where it won't be.
    package var dueAt: Timestamp?
    package var doneAt: Timestamp?
    package var attempts: Int
    /// What went wrong last; empty for nothing.
    package var lastError: String

    package init(
        letter: String, kind: Kind, state: State, customer: ID<Customer>?, customerLabel: String,
        journey: String = "", journeyTitle: String = "", step: String = "", words: String,
        payload: String = "", receiver: String = "", createdAt: Timestamp,
        dueAt: Timestamp? = nil, doneAt: Timestamp? = nil, attempts: Int = 0,
        lastError: String = ""
    ) {
        self.letter = letter
        self.kind = kind
        self.state = state
        self.customer = customer
        self.customerLabel = customerLabel
        self.journey = journey
        self.journeyTitle = journeyTitle
        self.step = step
        self.words = words
        self.payload = payload
        self.receiver = receiver
        self.createdAt = createdAt
        self.dueAt = dueAt
        self.doneAt = doneAt
        self.attempts = attempts
        self.lastError = lastError
    }
}

/// Where webhooks go.
package struct ReceiverRow: Sendable, Equatable {
    package var name: String
    /// Without what is secret in it.
    package var url: String
    /// Whether it was switched off, by hand or because it said that it is gone.
    package var isDisabled: Bool
    package var waiting: Int
    package var dead: Int
    package var lastDeliveredAt: Timestamp?
    /// What went wrong last; empty for nothing.
    package var lastError: String

    package init(
        name: String, url: String, isDisabled: Bool = false, waiting: Int = 0, dead: Int = 0,
        lastDeliveredAt: Timestamp? = nil, lastError: String = ""
    ) {
        self.name = name
        self.url = url
        self.isDisabled = isDisabled
        self.waiting = waiting
        self.dead = dead
        self.lastDeliveredAt = lastDeliveredAt
        self.lastError = lastError
    }
}

package struct OutboxQuery: Sendable, Equatable {
    /// Nil for all.
    package var kind: LetterRow.Kind?
    package var state: LetterRow.State?
    package var journey: String?
    package var after: String?
    package var limit: Int

    package init(
        kind: LetterRow.Kind? = nil, state: LetterRow.State? = nil, journey: String? = nil,
        after: String? = nil, limit: Int
    ) {
        self.kind = kind
        self.state = state
        self.journey = journey
        self.after = after
        self.limit = limit
    }
}

package struct OutboxPage: Sendable, Equatable {
    /// Newest first.
    package var letters: [LetterRow]
    /// How many of each state there are in all; those with none may be left out.
    package var counts: [LetterRow.State: Int]
    package var receivers: [ReceiverRow]
    package var next: String?

    package init(
        letters: [LetterRow] = [], counts: [LetterRow.State: Int] = [:],
        receivers: [ReceiverRow] = [], next: String? = nil
    ) {
        self.letters = letters
        self.counts = counts
        self.receivers = receivers
        self.next = next
    }
}
