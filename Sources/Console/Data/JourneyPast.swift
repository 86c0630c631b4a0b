package import Kernel

/// Which stretch of the past a journey is taken through.
package struct PastQuery: Sendable, Equatable {
    package var journey: String
    /// Nil for the first day that there is.
    package var from: CalendarDay?
    /// Nil for the last.
    package var to: CalendarDay?

    package init(journey: String, from: CalendarDay? = nil, to: CalendarDay? = nil) {
        self.journey = journey
        self.from = from
        self.to = to
    }
}

/// What a journey would have done over a stretch of the past.
package struct JourneyPast: Sendable {
    /// One step, and what became of those who came to it.
    package struct Step: Sendable, Equatable {
        package var kind: JourneyStepRow.Kind
        package var words: String
        /// How many groups it stands in; 0 for the outermost.
        package var depth: Int
        /// For whom it was done, or who went on from it.
        package var done: Int
        /// For whom it would have been, had they not been held out.
        package var heldOut: Int
        /// Who was still there when the stretch ended.
        package var there: Int
        /// Why it wasn't done for others, or they left from here; the most frequent first.
        package var others: [JourneyStepRow.Leaving]
        /// Who was kept waiting, and why; they are counted elsewhere too.
        package var delays: [JourneyStepRow.Leaving]
        /// Which way on was taken how often.
        package var ways: [JourneyStepRow.Leaving]

        package init(
            kind: JourneyStepRow.Kind, words: String, depth: Int = 0, done: Int, heldOut: Int = 0,
            there: Int = 0, others: [JourneyStepRow.Leaving] = [],
            delays: [JourneyStepRow.Leaving] = [], ways: [JourneyStepRow.Leaving] = []
        ) {
            self.kind = kind
            self.words = words
            self.depth = depth
            self.done = done
            self.heldOut = heldOut
            self.there = there
            self.others = others
            self.delays = delays
            self.ways = ways
        }
    }

    package struct Week: Sendable, Equatable {
        /// Its Monday.
        package var first: CalendarDay
        package var messages: Int
        /// Codes, tasks, webhooks and awards.
        package var others: Int

        package init(first: CalendarDay, messages: Int, others: Int) {
            self.first = first
            self.messages = messages
            self.others = others
        }
    }

    package var row: JourneyRow
    package var from: CalendarDay
    package var to: CalendarDay
    /// Everybody whose past was looked at.
    package var customers: Int
    package var entered: Int
    package var heldOut: Int
    /// On their way when the stretch ended.
    package var inside: Int
    package var messages: Int
    package var steps: [Step]
    /// Why others didn't enter; the most frequent first.
    package var refused: [JourneyStepRow.Leaving]
    /// In order of time, without gaps.
    package var weeks: [Week]
    /// The first decisions.
    package var decisions: [DecisionRow]
    /// How many there were in all.
    package var decisionCount: Int
    /// What is to be known of the result.
    package var notes: [String]
    /// How long it took.
    package var milliseconds: Int

    package init(
        row: JourneyRow, from: CalendarDay, to: CalendarDay, customers: Int = 0, entered: Int = 0,
        heldOut: Int = 0, inside: Int = 0, messages: Int = 0, steps: [Step] = [],
        refused: [JourneyStepRow.Leaving] = [], weeks: [Week] = [], decisions: [DecisionRow] = [],
        decisionCount: Int = 0, notes: [String] = [], milliseconds: Int = 0
    ) {
        self.row = row
        self.from = from
        self.to = to
        self.customers = customers
        self.entered = entered
        self.heldOut = heldOut
        self.inside = inside
        self.messages = messages
        self.steps = steps
        self.refused = refused
        self.weeks = weeks
        self.decisions = decisions
        self.decisionCount = decisionCount
        self.notes = notes
        self.milliseconds = milliseconds
    }
}
