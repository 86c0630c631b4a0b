package import Journeys
package import Kernel
package import Segments

/// What is decided by: all definitions in force, put together.
///
/// An object that never changes, as everybody who decides holds it, for each event.
package final class AutomationPlan: Sendable {
    /// A segment or journey with the number that its rows are kept under.
    package struct Named: Sendable {
        package var number: Int64
        package var version: Int64
        /// The change of definitions that brought this version.
        package var generation: Int64
    }

    /// What newer definitions ask of the past, which isn't known yet.
    package struct Filling: Sendable {
        package var traces: TracePlan
        /// Whether orders are asked for, too: where nothing was ever defined before.
        package var hasOrders: Bool
    }

    /// Counts the changes of definitions.
    package let generation: Int64
    package let segments: SegmentSet
    package let traces: TracePlan
    package let journeys: JourneyPlan
    /// By name.
    package let segmentRows: [String: Named]
    package let journeyRows: [String: Named]
    /// What the models foretell, where a condition asks for it.
    package let predictions: PredictionTable?
    package let quintiles: QuintileEdges?
    /// What is being filled in, so that newer definitions can decide; nil where the newest do.
    package let filling: Filling?
    /// Whether a message may not be sent, by what it is sent by and about; made once, as each hashes a trace.
    private let withdrawals: [Journey.Sending: Condition]
    /// What is sent beside journeys.
    private let sends: [Journey.Sending]

    package init(
        generation: Int64, segments: SegmentSet, traces: TracePlan, journeys: JourneyPlan,
        segmentRows: [String: Named], journeyRows: [String: Named],
        predictions: PredictionTable? = nil, quintiles: QuintileEdges? = nil,
        filling: Filling? = nil, sends: [Journey.Sending] = []
    ) {
        self.sends = sends
        self.generation = generation
        self.segments = segments
        self.traces = traces
        self.journeys = journeys
        self.segmentRows = segmentRows
        self.journeyRows = journeyRows
        self.predictions = predictions
        self.quintiles = quintiles
        self.filling = filling
        let all = journeys.entries.flatMap { [$0.journey] + Array($0.older.values) }
        withdrawals = Dictionary(
            (all.flatMap(\.sends) + sends).compactMap { send in
                send.withdrawal.map { (send, $0) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The same with what other runs of the models foretold.
    func foretold(by predictions: PredictionTable) -> AutomationPlan {
        AutomationPlan(
            generation: generation, segments: segments, traces: traces, journeys: journeys,
            segmentRows: segmentRows, journeyRows: journeyRows, predictions: predictions,
            quintiles: quintiles, sends: sends)
    }

    /// The condition that holds where consent to a message was withdrawn; nil where nothing in force sends such, so that
    /// consent isn't kept in mind.
    func known(withdrawalBy channel: String, topic: String) -> Condition? {
        withdrawals[Journey.Sending(channel: channel, topic: topic)]
    }

    /// The condition that holds where consent to a message was withdrawn; nil for a channel that knows no consent.
    func withdrawal(channel: String, topic: String) -> Condition? {
        let sending = Journey.Sending(channel: channel, topic: topic)
        return withdrawals[sending] ?? sending.withdrawal
    }
}

/// The newest run's predictions, by customer; held in memory while a condition asks for them.
package struct PredictionTable: Sendable {
    private var places = NumberPlaces()
    private var rows: [PredictionFacts] = []

    package init() {}

    package var count: Int { rows.count }

    package mutating func add(_ customer: Int64, _ facts: PredictionFacts) {
        places.set(customer, rows.count)
        rows.append(facts)
    }

    package subscript(customer: Int64) -> PredictionFacts? { places[customer].map { rows[$0] } }
}
