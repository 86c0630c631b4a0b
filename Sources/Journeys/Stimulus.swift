package import Events
package import Kernel
package import Segments

/// Something that happens to one customer, which journeys may answer.
///
/// Of one event on the log the engine gives first the event itself, then the changes of membership that it
/// made. Timers that are due go before an event of the same moment.
package enum Stimulus: Sendable {
    case event(JourneyEvent)
    /// Became a member of a segment (`entered`), or stopped being one. Where the change is only known long after
    /// it happened, as in an import, or since a definition was written, nobody enters by it (`mayEnter` false).
    case segment(String, entered: Bool, mayEnter: Bool = true)
    /// A moment that was asked for by `CustomerAutomation.nextWake` has come.
    case timer
    /// Somebody, or a program, enters the customer.
    case start(JourneyStart)
    /// The plan in force may have changed since: moves and ends runs, and looks for the customer's dates. To be
    /// given to everyone inside a journey that changed, and to all with the trait of a journey by date.
    case planChanged
}

/// An event as journeys see it.
package struct JourneyEvent: Sendable {
    /// A track call's name; `Page Viewed` and `Screen Viewed` for those calls.
    package var name: String
    package var kind: EventKind
    package var occurredAt: Timestamp
    /// Its place in the log.
    package var position: Int64
    /// A JSON object, or empty.
    package var properties: [UInt8]
    package var flags: EventFlags
    /// What the event adds to what the customer ordered, below zero where it takes back; nil: nothing.
    package var order: Money?

    package init(
        name: String, kind: EventKind = .track, occurredAt: Timestamp, position: Int64,
        properties: [UInt8] = [], flags: EventFlags = [], order: Money? = nil
    ) {
        self.name = name
        self.kind = kind
        self.occurredAt = occurredAt
        self.position = position
        self.properties = properties
        self.flags = flags
        self.order = order
    }
}

/// A request to enter a customer.
package struct JourneyStart: Sendable {
    package var journey: String
    /// Tells one run from another; empty: by `per`, or one run at a time.
    package var key: String
    /// A JSON object, or empty: what `entry.` then finds.
    package var properties: [UInt8]
    /// By a call of the API; else by a member in the console or on the command line.
    package var isByAPI: Bool

    package init(journey: String, key: String = "", properties: [UInt8] = [], isByAPI: Bool) {
        self.journey = journey
        self.key = key
        self.properties = properties
        self.isByAPI = isByAPI
    }
}

/// What journeys may ask about the customer whom a stimulus concerns; all as of `now`.
package struct JourneyContext {
    /// When the stimulus is judged: the event's arrival, a timer's due moment.
    package var now: Timestamp
    package var customer: ID<Customer>
    /// The IANA name of the customer's own zone; nil where it isn't known.
    package var timeZone: String?
    /// The local hour, 0..<24, in which the customer is usually there; nil where it isn't known.
    package var bestHour: Int?
    /// When the models expect the next order, the median; nil where they don't.
    package var nextOrderAt: Timestamp?
    /// Whether a condition holds, and why.
    package var holds: (Condition) -> Verdict
    /// A trait as text; nil where there is none.
    package var attribute: (String) -> String?
    /// Why the customer must not be written to by a channel about a topic; nil where they may.
    package var suppression: (_ channel: String, _ topic: String) -> String?
    /// Messages that count towards the caps beside those of journeys: campaigns'. Asked for only where one is planned.
    package var elsewhere: () -> [CustomerAutomation.Sent]

    package init(
        now: Timestamp, customer: ID<Customer>, timeZone: String? = nil, bestHour: Int? = nil,
        nextOrderAt: Timestamp? = nil, holds: @escaping (Condition) -> Verdict,
        attribute: @escaping (String) -> String? = { _ in nil },
        suppression: @escaping (_ channel: String, _ topic: String) -> String? = { _, _ in nil },
        elsewhere: @escaping () -> [CustomerAutomation.Sent] = { [] }
    ) {
        self.now = now
        self.customer = customer
        self.timeZone = timeZone
        self.bestHour = bestHour
        self.nextOrderAt = nextOrderAt
        self.holds = holds
        self.attribute = attribute
        self.suppression = suppression
        self.elsewhere = elsewhere
    }
}
