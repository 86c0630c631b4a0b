package import Kernel

/// What came of one attempt at an item of the outbox.
package struct OutboxResult: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case done
        /// It failed, and is tried again.
        case retry(dueAt: Timestamp, reason: String)
        /// Given back as if it had not been begun: what kept it back isn't its own fault.
        case returned(dueAt: Timestamp, reason: String)
        /// It goes to the dead letters, where it stays until it is replayed.
        case dead(reason: String)
    }

    package var id: ID<OutboxItem>
    /// Which attempt it was, as it was claimed.
    package var attempt: Int
    package var outcome: Outcome

    package init(id: ID<OutboxItem>, attempt: Int, outcome: Outcome) {
        self.id = id
        self.attempt = attempt
        self.outcome = outcome
    }
}

/// What an attempt says about its receiver.
package struct ReceiverNote: Sendable, Equatable {
    package enum News: Sendable, Equatable {
        case delivered
        /// Attempts in a row that failed by now, and until when to leave it alone.
        case failed(inRow: Int, reason: String, heldUntil: Timestamp?)
        /// It wants nothing more.
        case gone(reason: String)
    }

    /// The receiver's name.
    package var name: String
    package var news: News

    package init(name: String, news: News) {
        self.name = name
        self.news = news
    }
}
