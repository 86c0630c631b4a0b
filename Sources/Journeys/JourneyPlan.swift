import Events
import Experiments
package import Kernel

/// All journeys of a workspace with the versions that people are inside of, and what holds for all sending:
/// what a stimulus is judged by.
package struct JourneyPlan: Sendable {
    /// A journey with each version that is needed.
    package struct Entry: Sendable {
        /// Counts from 1.
        package let version: Int
        /// What holds now, also for people in older versions: status, entry, holdout.
        package let journey: Journey
        /// Versions before, by number, which somebody may be inside of.
        package let older: [Int: Journey]
        /// Nobody enters, and those inside leave.
        package let isDeleted: Bool

        package init(
            _ journey: Journey, version: Int, older: [Int: Journey] = [:], isDeleted: Bool = false
        ) {
            self.journey = journey
            self.version = version
            self.older = older
            self.isDeleted = isDeleted
        }

        func journey(version: Int) -> Journey? {
            version == self.version ? journey : older[version]
        }

        /// Whether somebody may enter.
        var isOpen: Bool { !isDeleted && journey.status == .live }
        /// Whether those inside go on.
        var isMoving: Bool { isDeleted || journey.status == .live }
    }

    /// Rises with each change of the plan; a customer who was last seen under another is brought up to date.
    package let revision: UInt64
    package let rules: SendingRules
    package let entries: [Entry]
    /// The names of those that a webhook may go to; nil where that isn't known here.
    package let receivers: Set<String>?
    /// The names of templates of what somebody asked for: neither caps nor a withdrawn consent keep these.
    package let serviceTemplates: Set<String>
    package let workspaceZone: ZoneRules
    let places: [String: Int]
    let hash: SipHash
    let assignment: StickyAssignment
    private let zone: @Sendable (String) -> ZoneRules?

    /// Numbers of the entries that an event of a name may begin.
    let entriesByEvent: [String: [Int]]
    let entriesBySegment: [String: [Int]]
    /// The names of events that may end, move or convert somebody inside.
    private let eventsInside: Set<String>
    private let segmentsInside: Set<String>
    /// Numbers of the entries with dates.
    let entriesByDate: [Int]
    private let hasGoals: Bool

    /// - Parameters:
    ///   - revision: Another than that of any plan before.
    ///   - hash: The workspace's own.
    ///   - zone: The rules of a zone by its IANA name; nil for an unknown one. Called often: keep them.
    package init(
        _ entries: [Entry], rules: SendingRules = SendingRules(), revision: UInt64, hash: SipHash,
        workspaceZone: ZoneRules = .utc, receivers: Set<String>? = nil,
        serviceTemplates: Set<String> = [],
        zone: @escaping @Sendable (String) -> ZoneRules? = { _ in nil }
    ) {
        self.entries = entries
        self.rules = rules
        self.revision = revision
        self.hash = hash
        self.receivers = receivers
        self.serviceTemplates = serviceTemplates
        self.workspaceZone = workspaceZone
        self.zone = zone
        assignment = StickyAssignment(hash: hash)
        var index = PlanIndex()
        for (number, entry) in entries.enumerated() { index.add(entry, number) }
        places = index.places
        entriesByEvent = index.entriesByEvent
        entriesBySegment = index.entriesBySegment
        entriesByDate = index.entriesByDate
        eventsInside = index.eventsInside
        segmentsInside = index.segmentsInside
        hasGoals = index.hasGoals
    }

    /// The journey of a name; nil where there is none.
    package subscript(journey name: String) -> Entry? { places[name].map { entries[$0] } }

    /// Whether an event of this name may do anything, for anyone.
    package func concerns(eventName name: String) -> Bool {
        entriesByEvent[name] != nil || eventsInside.contains(name)
    }

    /// Whether an event may do anything for this customer: the quick answer, for most events no.
    package func concerns(_ event: JourneyEvent, for automation: CustomerAutomation) -> Bool {
        // Of a plan that changed only those need to hear who are inside or wait for a date; others will with what
        // they do.
        if automation.revision != revision,
            !automation.runs.isEmpty || !automation.occasions.isEmpty
        {
            return true
        }
        if entriesByEvent[event.name] != nil { return true }
        if event.kind == .identify, !entriesByDate.isEmpty { return true }
        if automation.runs.isEmpty { return false }
        return event.kind == .identify || event.order != nil && hasGoals
            || eventsInside.contains(event.name)
    }

    /// Whether a change of membership may do anything, for anyone.
    package func concerns(segment name: String) -> Bool {
        entriesBySegment[name] != nil || segmentsInside.contains(name)
    }

    /// The zone of a name; nil where nobody knows it.
    package func zoneRules(named name: String) -> ZoneRules? { zone(name) }

    /// The zone that a local time is meant by: what isn't known is the workspace's.
    func zone(_ choice: ZoneChoice, customer: String?) -> ZoneRules {
        switch choice {
        case .workspace: workspaceZone
        case .named(let name): zone(name) ?? workspaceZone
        case .customer: customer.flatMap { zone($0) } ?? workspaceZone
        }
    }
}

/// What of a plan is asked for by name.
private struct PlanIndex {
    var places: [String: Int] = [:]
    var entriesByEvent: [String: [Int]] = [:]
    var entriesBySegment: [String: [Int]] = [:]
    var entriesByDate: [Int] = []
    var eventsInside: Set<String> = []
    var segmentsInside: Set<String> = []
    var hasGoals = false

    mutating func add(_ entry: JourneyPlan.Entry, _ number: Int) {
        places[entry.journey.name] = number
        for trigger in entry.isOpen ? entry.journey.entry.triggers : [] {
            switch trigger {
            case .event(let match):
                if entriesByEvent[match.name]?.last != number {
                    entriesByEvent[match.name, default: []].append(number)
                }
            case .segment(let name, _):
                if entriesBySegment[name]?.last != number {
                    entriesBySegment[name, default: []].append(number)
                }
            case .date: if entriesByDate.last != number { entriesByDate.append(number) }
            case .manual, .api: break
            }
        }
        for journey in [entry.journey] + Array(entry.older.values) {
            if let goal = journey.goal {
                hasGoals = true
                eventsInside.insert(goal.event.name)
            }
            for exit in journey.exits {
                switch exit {
                case .event(let match): eventsInside.insert(match.name)
                case .segment(let name, _): segmentsInside.insert(name)
                }
            }
            for step in journey.steps {
                if case .waitFor(let match, _, _, _) = step.action {
                    eventsInside.insert(match.name)
                }
            }
        }
    }
}
