package import Documents
package import Kernel
package import Segments

/// One step of a compiled journey.
package struct JourneyStep: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
        case wait(TimeSpan)
        case waitUntil(TimeOfDay, on: Weekday?, zone: ZoneChoice)
        /// Until so long before the next order is expected, as foretold when the step is reached.
        case waitUntilOrder(before: TimeSpan)
        /// Until an event, or a limit; then to the step of the one or the other.
        case waitFor(EventMatch, atMost: TimeSpan, happened: Int, timedOut: Int)
        /// The first arm whose condition holds; else to `otherwise`.
        case branch([Arm], otherwise: Int)
        case split([Share])
        case send(SendTerms)
        case coupon(CouponTerms)
        case task(TaskTerms)
        /// Sets traits of the customer.
        case set([NamedValue])
        case webhook(receiver: String, data: StepValue)
        /// Points in a loyalty program; without a name, in the one that there is.
        case award(points: Int, program: String? = nil)
        case exit
    }

    package struct Arm: Hashable, Sendable {
        package let condition: Condition
        package let first: Int
    }

    /// A part of a split.
    package struct Share: Hashable, Sendable {
        package let name: String
        /// Its weight among all.
        package let share: Int
        package let first: Int
    }

    /// The author's, or the place in the file: `3`, `3.happened.1`.
    package let id: String
    package let action: Action
    /// The number of the step that follows; the number of steps where the journey ends.
    package let next: Int
    /// The number of the step whose arm this one stands in; nil at the outermost level.
    package let parent: Int?

    /// What it is called in files: `waitFor`.
    package var kind: String {
        switch action {
        case .wait: "wait"
        case .waitUntil, .waitUntilOrder: "waitUntil"
        case .waitFor: "waitFor"
        case .branch: "branch"
        case .split: "split"
        case .send: "send"
        case .coupon: "coupon"
        case .task: "task"
        case .set: "set"
        case .webhook: "webhook"
        case .award: "award"
        case .exit: "exit"
        }
    }

    /// Whether it does something outside of the run, which must not be done twice.
    var hasEffect: Bool {
        switch action {
        case .send, .coupon, .task, .set, .webhook, .award: true
        case .wait, .waitUntil, .waitUntilOrder, .waitFor, .branch, .split, .exit: false
        }
    }

    var entryPaths: [String] {
        switch action {
        case .waitFor(let match, _, _, _): match.entryPaths
        case .send(let terms): terms.data.entryPaths
        case .task(let terms): terms.title.entryPaths
        case .set(let values): values.flatMap(\.value.entryPaths)
        case .webhook(_, let data): data.entryPaths
        case .wait, .waitUntil, .waitUntilOrder, .branch, .split, .coupon, .award, .exit: []
        }
    }
}

/// A message to be sent.
package struct SendTerms: Hashable, Sendable {
    package enum Moment: String, Sendable, CaseIterable {
        case now
        /// The hour in which the customer is usually there.
        case best
    }

    /// After this a message that couldn't go is let go, where a step says nothing else.
    package static let deadlineDefault = TimeSpan.days(7)
    package static let deadlineMax = TimeSpan.days(90)
    package static let tagsMax = 20

    package let channel: String
    package let template: String
    package let topic: String
    /// 0...100, the most important highest.
    package let priority: Int
    /// From when the step is reached; at this moment it is too late.
    package let deadline: TimeSpan
    package let moment: Moment
    package let tags: [String]
    /// Handed to the template.
    package let data: StepValue
}

/// A single-use code.
package struct CouponTerms: Hashable, Sendable {
    package enum Worth: Hashable, Sendable {
        /// 1...100.
        case percent(Int)
        case amount(Money)
        /// What a promotion with unique codes gives.
        case promotion(String)
    }

    package static let prefixBytesMax = 12

    package let worth: Worth
    /// From when it is issued; at this moment it is worth nothing. Nil: never.
    package let expires: TimeSpan?
    /// In capitals and digits; empty: none.
    package let prefix: String
}

/// Something that a person is asked to do.
package struct TaskTerms: Hashable, Sendable {
    package let title: Template
    /// Nil: no date.
    package let due: TimeSpan?
    /// A member or a team, as the workspace calls them.
    package let owner: String?
}

/// A value with its name.
package struct NamedValue: Hashable, Sendable {
    package let name: String
    package let value: StepValue

    package init(_ name: String, _ value: StepValue) {
        self.name = name
        self.value = value
    }
}

/// A value of a definition in whose texts places are filled in.
package indirect enum StepValue: Hashable, Sendable {
    /// Anything but texts, as it was written.
    case fixed(DocumentNode)
    case text(Template)
    case list([StepValue])
    case mapping([NamedValue])

    package static let empty = StepValue.mapping([])

    init(reading reader: DocumentReader) throws(DocumentProblem) {
        switch reader.node.value {
        case .null, .boolean, .number: self = .fixed(reader.node)
        case .text: self = .text(try Template(reading: reader))
        case .list:
            var values: [StepValue] = []
            for element in try reader.elements() { values.append(try StepValue(reading: element)) }
            self = .list(values)
        case .mapping:
            var members = try reader.members()
            var values: [NamedValue] = []
            for name in members.names {
                let value = try members.optional(name).map(StepValue.init(reading:))
                values.append(NamedValue(name, value ?? .fixed(DocumentNode(.null))))
            }
            self = .mapping(values)
        }
    }

    var templates: [Template] {
        switch self {
        case .fixed: []
        case .text(let template): [template]
        case .list(let values): values.flatMap(\.templates)
        case .mapping(let members): members.flatMap(\.value.templates)
        }
    }

    /// The properties of the entry that it takes; those that are a value by themselves also whole, as lists and objects
    /// are handed over as they came.
    var entryPaths: [String] {
        templates.flatMap { template in
            template.entryPaths + (template.onlyEntryPath.map { [EntryValues.whole($0)] } ?? [])
        }
    }
}
