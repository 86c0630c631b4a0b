package import Kernel

/// What the page of one message shows.
package struct MessagePageData: Sendable {
    package enum EventKind: String, Sendable, CaseIterable {
        case decided
        case handedOver
        case accepted
        case deferred
        case refused
        case bounced
        case complained
        case opened
        case clicked
        case unsubscribed
        case machineOpened
        case machineClicked
        case other
    }

    /// Something that became of it.
    package struct Event: Sendable, Equatable {
        package var kind: EventKind
        package var at: Timestamp
        /// Such as the link that was followed; empty for nothing.
        package var note: String

        package init(
            kind: EventKind, at: Timestamp, note: String = ""
        ) {
            self.kind = kind
            self.at = at
            self.note = note
        }
    }

    /// One answer of the provider.
    package struct Answer: Sendable, Equatable {
        package var at: Timestamp
        /// As it came: `550 5.1.1 …`.
        package var text: String
        /// In plain words; empty for none.
        package var words: String

        package init(
            at: Timestamp, text: String, words: String = ""
        ) {
            self.at = at
            self.text = text
            self.words = words
        }
    }

    package var row: MessageRow
    package var from: String
    /// Its `Message-ID`; empty before it was handed over.
    package var messageID: String
    /// The topic's title; empty where it has none.
    package var topic: String
    package var isTransactional: Bool
    /// The template's version.
    package var version: Int
    package var preheader: String
    /// What it said, without what counts opens and clicks; empty where there is only text, or nothing is left of it.
    package var html: String
    package var text: String
    /// Why it was sent, in plain words; empty for no reason that is known.
    package var why: String
    /// What became of it, oldest first.
    package var events: [Event]
    /// What the provider answered, oldest first.
    package var answers: [Answer]

    package init(
        row: MessageRow, from: String = "", messageID: String = "", topic: String = "",
        isTransactional: Bool = false, version: Int = 1, preheader: String = "", html: String = "",
        text: String = "", why: String = "", events: [Event] = [], answers: [Answer] = []
    ) {
        self.row = row
        self.from = from
        self.messageID = messageID
        self.topic = topic
        self.isTransactional = isTransactional
        self.version = version
        self.preheader = preheader
        self.html = html
        self.text = text
        self.why = why
        self.events = events
        self.answers = answers
    }
}

/// What came of asking for a message to be sent again.
package enum SendAgainOutcome: Sendable, Equatable {
    case done
    /// Somebody did before, or it was settled meanwhile.
    case already
    case unknown
    case refused(reason: String)
}
