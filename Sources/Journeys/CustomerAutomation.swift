package import Kernel

/// Where one customer stands in all journeys, and what was sent to them: never folded anew from the log, since
/// what was done must not be done again.
package struct CustomerAutomation: Hashable, Sendable {
    /// A message that counts towards the caps.
    package struct Sent: Hashable, Sendable {
        package let at: Timestamp
        package let channel: String
        package let topic: String
        /// Counts only for those that are withheld as well.
        package let isWithheld: Bool

        package init(at: Timestamp, channel: String, topic: String, isWithheld: Bool = false) {
            self.at = at
            self.channel = channel
            self.topic = topic
            self.isWithheld = isWithheld
        }
    }

    /// An entry that a rule of re-entry may ask for.
    struct Past: Hashable, Sendable {
        let journey: String
        /// A hash of the key; 0 for none.
        let key: UInt64
        let enteredAt: Timestamp
    }

    /// A date of the customer that a journey waits for, or the last that it had.
    struct Occasion: Hashable, Sendable {
        let journey: String
        let attribute: String
        let shiftDays: Int
        /// The date itself, of the next time.
        var day: CalendarDay?
        var due: Timestamp?
        /// The date that the customer was last entered for.
        var lastDay: CalendarDay?
    }

    /// Runs that go on at once, and ended ones whose goal is still watched.
    package static let runsMax = 50
    /// Entries remembered per journey; of more keys the oldest are forgotten.
    package static let pastMax = 100
    package static let keyBytesMax = 256
    /// Messages remembered; of more the oldest are forgotten.
    package static let sentMax = 1000
    /// Entries within an hour; more are a loop between journeys.
    package static let entriesPerHourMax = 100

    /// The plan that it was last judged by.
    package internal(set) var revision: UInt64 = 0
    /// Those inside, and ended ones whose goal is still watched, in order of entry.
    package internal(set) var runs: [JourneyRun] = []
    /// In order of time.
    package internal(set) var sent: [Sent] = []
    /// When a timer must be given; nil where nothing comes by itself.
    package internal(set) var nextWake: Timestamp?
    var past: [Past] = []
    var occasions: [Occasion] = []
    var lastRunNumber: Int64 = 0
    var entriesSince = Timestamp(milliseconds: 0)
    var entriesCount = 0

    package init() {}

    /// Whether there is nothing to keep.
    package var isEmpty: Bool {
        runs.isEmpty && sent.isEmpty && past.isEmpty && occasions.isEmpty && nextWake == nil
    }
}
