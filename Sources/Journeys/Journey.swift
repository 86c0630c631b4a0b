package import Documents

/// A journey as a person wrote it: who enters, what is done for them in which order, and when they leave.
///
/// Its steps are compiled flat: each has a number, and goes on only to one with a higher number, so there
/// are no loops.
///
/// A class, though it never changes: it is handed on several times for each event, and as a struct of so many parts its
/// copies were a quarter of the work.
package final class Journey: Hashable, Sendable {
    package enum Status: String, Sendable, CaseIterable {
        /// Nobody enters.
        case draft
        case live
        /// Nobody enters, and those inside stay where they are.
        case paused
    }

    /// What becomes of the people inside when the journey is edited.
    package enum Edits: String, Sendable, CaseIterable {
        /// They end the version that they began.
        case stay
        /// They go on in the new version, by the steps' ids (docs/journeys.md has the table).
        case move
    }

    /// What the journey is for, and how long after the entry it counts.
    package struct Goal: Hashable, Sendable {
        package let event: EventMatch
        package let within: TimeSpan
    }

    /// What ends a run at any moment.
    package enum Exit: Hashable, Sendable {
        case event(EventMatch)
        /// Becomes a member, or is one when the journey would be entered; not a member with `isMember` false.
        case segment(String, isMember: Bool)

        package var phrase: String {
            switch self {
            case .event(let match): match.name
            case .segment(let name, let isMember): isMember ? "in \(name)" : "not in \(name)"
            }
        }
    }

    package static let exitsMax = 20
    package static let priorityDefault = 50

    package let name: String
    package let title: String
    package let description: String?
    package let status: Status
    /// The topic of its messages where a step says none.
    package let topic: String
    /// 0...100, the most important highest; of its messages where a step says none.
    package let priority: Int
    package let entry: JourneyEntry
    /// The share of those who enter for whom nothing is done, in hundredths of a percent.
    package let holdoutBasisPoints: Int
    package let goal: Goal?
    package let exits: [Exit]
    package let edits: Edits
    /// In the order of their numbers, which are their indices.
    package let steps: [JourneyStep]
    /// The properties of the entry that a run keeps, for its texts and comparisons.
    package let entryPaths: [String]
    /// As it was written; reading it again gives the same journey.
    package let document: DocumentNode

    package static func == (left: Journey, right: Journey) -> Bool {
        left.document == right.document
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(document) }

    /// Reads a journey.
    ///
    /// - Throws: Where it isn't one, with the place.
    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        document = reader.node
        var members = try reader.members()
        try members.take(kind: "journey")
        name = try members.required("name").definitionName()
        title = try members.optional("title")?.shortText() ?? name
        description = try members.optional("description")?.text()
        status = try members.optional("status")?.choice(Status.self) ?? .draft
        topic = try members.optional("topic")?.definitionName() ?? "general"
        priority = try members.optional("priority")?.integer(0...100) ?? Self.priorityDefault
        entry = try JourneyEntry(reading: try members.required("entry"))
        holdoutBasisPoints = try members.optional("holdout")?.share() ?? 0
        goal = try members.optional("goal").map(Self.goal)
        var exits: [Exit] = []
        if let list = members.optional("exit") {
            for element in try list.elementsOrSelf() { exits.append(try Self.exit(element)) }
            guard exits.count <= Self.exitsMax else {
                throw list.problem("must have at most \(Self.exitsMax) conditions")
            }
        }
        self.exits = exits
        edits = try members.optional("edits")?.choice(Edits.self) ?? .stay
        var compiler = StepCompiler(
            topic: topic, priority: priority, needsIDs: edits == .move)
        steps = try compiler.compile(try members.required("steps"))
        try members.end()
        var paths: [String] = []
        let matches = exits.compactMap { if case .event(let match) = $0 { match } else { nil } }
        for path in steps.flatMap(\.entryPaths) + matches.flatMap(\.entryPaths)
            + (goal?.event.entryPaths ?? []) where !paths.contains(path)
        {
            paths.append(path)
        }
        entryPaths = paths
    }

    private static func goal(_ reader: DocumentReader) throws(DocumentProblem) -> Goal {
        var members = try reader.members()
        let event = try EventMatch(taking: &members, correlates: true)
        let within = try members.required("within").timeSpan()
        try members.end()
        return Goal(event: event, within: within)
    }

    private static func exit(_ reader: DocumentReader) throws(DocumentProblem) -> Exit {
        var members = try reader.members()
        let exit: Exit
        if let segment = members.optional("segment") {
            exit = .segment(try segment.definitionName(), isMember: true)
        } else if let segment = members.optional("notSegment") {
            exit = .segment(try segment.definitionName(), isMember: false)
        } else {
            exit = .event(try EventMatch(taking: &members, correlates: true))
        }
        try members.end()
        return exit
    }

    /// Its document with another status.
    package func document(with status: Status) -> DocumentNode {
        guard case .mapping(let members) = document.value else { return document }
        var changed = members.filter { $0.name != "status" }
        let place = changed.firstIndex { $0.name == "entry" } ?? changed.count
        changed.insert(.init("status", .text(status.rawValue)), at: place)
        return DocumentNode(.mapping(changed))
    }

    /// The step's number by its id; nil without one.
    package func number(ofStep id: String) -> Int? { steps.firstIndex { $0.id == id } }
}
