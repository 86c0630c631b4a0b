import Journeys
import Kernel
import Records

/// What was decided, gathered to be written at once: what changes often within a batch is written once, and
/// neighbours in the tables one after another.
struct DecidedRows {
    struct CountKey: Hashable {
        var journey: Int64
        var step: String
        var kind: String
    }

    private struct Move {
        var segment: Int64
        var customer: Int64
        /// Nil where they left.
        var since: Timestamp?
    }

    /// A customer's state, with where its bytes are.
    private struct State {
        var customer: Int64
        var bytes: Range<Int>
        var due: Timestamp?
        var before: Timestamp?
        /// Whether nothing is to be remembered of the customer any more.
        var isEmpty: Bool
    }

    private var decisions: [DecisionRow] = []
    private var runs: [RunRow] = []
    private var runPlaces: [RunID: Int] = [:]
    private var drafts: [OutboxDraft] = []
    private var moves: [Move] = []
    private var sizes: [Int64: Int64] = [:]
    private var counts: [CountKey: Int64] = [:]
    private var states: [State] = []
    private var stateBytes = ByteWriter(reserving: 256)
    private var told: [UInt8] = []
    /// To which the segments' sizes belong: days since 1970.
    var day = 0

    // MARK: Gathering

    mutating func enter(_ customer: Int64, segment: Int64, since: Timestamp) {
        moves.append(Move(segment: segment, customer: customer, since: since))
        sizes[segment, default: 0] += 1
    }

    mutating func leave(_ customer: Int64, segment: Int64) {
        moves.append(Move(segment: segment, customer: customer, since: nil))
        sizes[segment, default: 0] -= 1
    }

    /// - Parameter tally: What is counted besides; nil for nothing.
    mutating func add(_ decision: DecisionRow, tally: String?) {
        counts[
            CountKey(journey: decision.journey, step: decision.step, kind: decision.kind),
            default: 0] += 1
        if let tally {
            counts[
                CountKey(journey: decision.journey, step: decision.step, kind: tally), default: 0
            ] += 1
        }
        decisions.append(decision)
    }

    /// Keeps a run as it is now, instead of what it was before in this batch.
    mutating func put(_ row: RunRow, of run: RunID) {
        if let place = runPlaces[run] {
            runs[place] = row
        } else {
            runPlaces[run] = runs.count
            runs.append(row)
        }
    }

    mutating func add(_ draft: OutboxDraft) { drafts.append(draft) }

    /// Keeps a customer's state and timer; each customer's once.
    mutating func put(_ state: CustomerState, due: Timestamp?) {
        let start = stateBytes.span.count
        let isEmpty = state.isEmpty
        if !isEmpty { state.encode(to: &stateBytes) }
        states.append(
            State(
                customer: state.customer, bytes: start..<stateBytes.span.count, due: due,
                before: state.storedDue, isEmpty: isEmpty))
    }

    /// Keeps framed events that are to go onto the log.
    mutating func tell(_ frames: [UInt8]) { told += frames }

    // MARK: Writing

    /// Writes everything, after which there is nothing.
    mutating func write(to tables: FoldTables) throws {
        for state in states {
            if state.isEmpty {
                try tables.automation.removeAutomation(of: state.customer, due: state.before)
            } else {
                try tables.automation.setAutomation(
                    of: state.customer, to: stateBytes.span.extracting(state.bytes),
                    due: state.due, before: state.before)
            }
        }
        states.removeAll(keepingCapacity: true)
        stateBytes.removeAll()
        try writeMoves(tables.automation)
        try writeRuns(to: tables)
        if !decisions.isEmpty {
            try tables.automation.add(decisions)
            decisions.removeAll(keepingCapacity: true)
        }
        if !drafts.isEmpty {
            try tables.add(drafts)
            drafts.removeAll(keepingCapacity: true)
        }
        for (segment, change) in sizes.sorted(by: { $0.key < $1.key }) where change != 0 {
            let size = try tables.automation.size(of: segment) + change
            try tables.automation.setSize(of: segment, to: size, day: day)
        }
        sizes = [:]
        for (key, count) in counts {
            try tables.automation.count(key.journey, step: key.step, kind: key.kind, by: count)
        }
        counts = [:]
        if !told.isEmpty {
            try tables.automation.tell(told.span)
            told = []
        }
    }

    /// Writes the runs alone, for what is done to all of a customer's.
    mutating func writeRuns(to tables: FoldTables) throws {
        if runs.isEmpty { return }
        runs.sort { $0.run < $1.run }
        for run in runs { try tables.automation.put(run) }
        runs.removeAll(keepingCapacity: true)
        runPlaces.removeAll(keepingCapacity: true)
    }

    /// Of a customer who came and left, the last counts.
    private mutating func writeMoves(_ automation: AutomationStatements) throws {
        if moves.isEmpty { return }
        // Equal ones stay in their order.
        moves.sort { ($0.segment, $0.customer) < ($1.segment, $1.customer) }
        for (place, move) in moves.enumerated() {
            if place + 1 < moves.count, moves[place + 1].customer == move.customer,
                moves[place + 1].segment == move.segment
            {
                continue
            }
            if let since = move.since {
                try automation.enter(move.customer, segment: move.segment, since: since)
            } else {
                try automation.leave(move.customer, segment: move.segment)
            }
        }
        moves.removeAll(keepingCapacity: true)
    }
}
