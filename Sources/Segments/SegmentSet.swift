package import Kernel

/// All segments in force, each after those that it asks about.
package struct SegmentSet: Sendable {
    /// One segment with the version that its definition has in the workspace.
    package struct Segment: Sendable, Equatable {
        package let definition: SegmentDefinition
        /// Counts the definitions that the segment had, from 1.
        package let version: Int

        package init(_ definition: SegmentDefinition, version: Int) {
            self.definition = definition
            self.version = version
        }
    }

    /// Why segments can't be in force together.
    package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// The segment that has to be changed.
        package let segment: String
        package let reason: String

        package var description: String { "segment \(segment): \(reason)" }
    }

    /// In order of dependence; of those that don't depend on one another, by name.
    package let segments: [Segment]
    /// By place in `segments`: the places of those that ask about it.
    private let dependents: [PlaceSet]
    /// Places in `segments` by what can change them.
    private let byTrace: [UInt64: PlaceSet]
    private let byOrders: PlaceSet
    private let byAttributes: PlaceSet
    private let byPredictions: PlaceSet
    private let byQuintiles: PlaceSet
    private let all: PlaceSet
    private let places: [String: Int]

    /// - Throws: Where a segment asks about one that isn't there, or about itself by way of others.
    package init(_ segments: [Segment]) throws(Problem) {
        let ordered = try Self.order(segments)
        self.segments = ordered
        var places: [String: Int] = [:]
        var dependents = Array(repeating: PlaceSet(), count: ordered.count)
        var byTrace: [UInt64: PlaceSet] = [:]
        var (byOrders, byAttributes, byPredictions, byQuintiles) = (
            PlaceSet(), PlaceSet(), PlaceSet(), PlaceSet()
        )
        for (place, segment) in ordered.enumerated() {
            places[segment.definition.name] = place
            let condition = segment.definition.condition
            for name in condition.segments {
                if let asked = places[name] { dependents[asked].insert(place) }
            }
            for trace in condition.traces { byTrace[trace.id, default: PlaceSet()].insert(place) }
            let needs = condition.needs
            if needs.contains(.orders) { byOrders.insert(place) }
            if needs.contains(.attributes) { byAttributes.insert(place) }
            if needs.contains(.predictions) { byPredictions.insert(place) }
            if needs.contains(.quintiles) { byQuintiles.insert(place) }
        }
        self.places = places
        self.dependents = dependents
        self.byTrace = byTrace
        self.byOrders = byOrders
        self.byAttributes = byAttributes
        self.byPredictions = byPredictions
        self.byQuintiles = byQuintiles
        var all = PlaceSet()
        for place in ordered.indices { all.insert(place) }
        self.all = all
    }

    package subscript(name: String) -> Segment? { places[name].map { segments[$0] } }

    /// What must be remembered of customers for all of them.
    package var traces: [EventTrace] { segments.flatMap(\.definition.condition.traces) }

    /// Each segment's condition by its name, for conditions that ask about segments.
    package var conditions: [String: Condition] {
        Dictionary(
            uniqueKeysWithValues: segments.map { ($0.definition.name, $0.definition.condition) })
    }

    private static func order(_ segments: [Segment]) throws(Problem) -> [Segment] {
        var waiting: [String: Segment] = [:]
        for segment in segments {
            let name = segment.definition.name
            guard waiting.updateValue(segment, forKey: name) == nil else {
                throw Problem(segment: name, reason: "is defined twice")
            }
        }
        for name in waiting.keys.sorted() {
            for asked in waiting[name]?.definition.condition.segments ?? []
            where waiting[asked] == nil {
                throw Problem(
                    segment: name, reason: "asks about \(asked), which is not a segment")
            }
        }
        var ordered: [Segment] = []
        var done: Set<String> = []
        while !waiting.isEmpty {
            let ready = waiting.values.filter { segment in
                segment.definition.condition.segments.allSatisfy { done.contains($0) }
            }.sorted { $0.definition.name < $1.definition.name }
            guard !ready.isEmpty else { throw circle(waiting) }
            for segment in ready {
                ordered.append(segment)
                done.insert(segment.definition.name)
                waiting[segment.definition.name] = nil
            }
        }
        return ordered
    }

    /// The circle among segments of which each waits for another.
    private static func circle(_ waiting: [String: Segment]) -> Problem {
        var path: [String] = []
        var name = waiting.keys.min() ?? ""
        while !path.contains(name) {
            path.append(name)
            let asked = waiting[name]?.definition.condition.segments ?? []
            name = asked.first { waiting[$0] != nil } ?? name
        }
        let circle = path[(path.firstIndex(of: name) ?? 0)...] + [name]
        return Problem(
            segment: name,
            reason: "asks about itself: " + circle.joined(separator: " → "))
    }
}

/// What happened to a customer, for knowing which segments to look at.
package struct CustomerStir: Sendable, Equatable {
    /// The ids of the traces that got an event.
    package var traces: [UInt64] = []
    package var orders = false
    package var attributes = false
    package var predictions = false
    package var quintiles = false
    /// All segments are looked at: a merge, a definition that changed, the first time.
    package var everything = false

    package init() {}

    /// Nothing but time.
    package static let time = CustomerStir()
    package static let everything: CustomerStir = {
        var stir = CustomerStir()
        stir.everything = true
        return stir
    }()

    /// Whether nothing happened that a segment could ask about.
    package var isEmpty: Bool {
        traces.isEmpty && !orders && !attributes && !predictions && !quintiles && !everything
    }
}

/// A customer came into a segment or left it.
package struct SegmentChange: Sendable, Equatable {
    package let segment: String
    /// The definition's version.
    package let version: Int
    package let entered: Bool
    package let at: Timestamp
    /// In plain words.
    package let reason: String
}

extension SegmentSet {
    /// The places of the segments that something can change directly, in order.
    private func places(of stir: CustomerStir) -> PlaceSet {
        if stir.everything { return all }
        var found = PlaceSet()
        for id in stir.traces { if let places = byTrace[id] { found.formUnion(places) } }
        if stir.orders { found.formUnion(byOrders) }
        if stir.attributes { found.formUnion(byAttributes) }
        if stir.predictions { found.formUnion(byPredictions) }
        if stir.quintiles { found.formUnion(byQuintiles) }
        return found
    }

    /// Looks at the segments that may have changed, and at those that ask about them.
    ///
    /// - Parameters:
    ///   - facts: What is known now; its memberships aren't looked at.
    ///   - memberships: What was known before, and is known afterwards.
    ///   - stir: What happened since; segments whose next change is due are looked at besides.
    /// - Returns: What changed, in the order of the segments, and when to look again if nothing happens.
    package func evaluate(
        _ facts: CustomerFacts, memberships: inout SegmentMemberships, now: Timestamp,
        after stir: CustomerStir = .everything
    ) -> (changes: [SegmentChange], nextChange: Timestamp?) {
        var waiting = places(of: stir)
        for entry in memberships.entries {
            guard let due = entry.nextChange, due <= now, let place = places[entry.segment] else {
                continue
            }
            waiting.insert(place)
        }
        if waiting.isEmpty { return ([], memberships.nextChange) }
        var facts = facts
        facts.memberships = memberships
        var changes: [SegmentChange] = []
        for place in segments.indices where waiting.contains(place) {
            let segment = segments[place]
            let name = segment.definition.name
            let condition = segment.definition.condition
            let (holds, nextChange) = condition.outlook(facts, now: now)
            let before = memberships[name]
            let wasMember = before?.isMember ?? false
            let entry = SegmentMemberships.Entry(
                segment: name, version: segment.version, since: holds ? before?.since ?? now : nil,
                nextChange: nextChange)
            if entry != before {
                memberships.set(entry)
                facts.memberships.set(entry)
            }
            guard holds != wasMember else { continue }
            changes.append(
                SegmentChange(
                    segment: name, version: segment.version, entered: holds, at: now,
                    reason: condition.reason(facts, now: now)))
            waiting.formUnion(dependents[place])
        }
        return (changes, memberships.nextChange)
    }
}

/// Places in an array, as bits: made and asked for each event, so that up to 64 need no memory of their own.
private struct PlaceSet: Sendable {
    private var first: UInt64 = 0
    private var others: [UInt64] = []

    var isEmpty: Bool { first == 0 && others.isEmpty }

    func contains(_ place: Int) -> Bool {
        if place < 64 { return first >> UInt64(place) & 1 != 0 }
        let word = place / 64 - 1
        return word < others.count && others[word] >> UInt64(place % 64) & 1 != 0
    }

    mutating func insert(_ place: Int) {
        if place < 64 {
            first |= 1 << UInt64(place)
            return
        }
        let word = place / 64 - 1
        while others.count <= word { others.append(0) }
        others[word] |= 1 << UInt64(place % 64)
    }

    mutating func formUnion(_ other: Self) {
        first |= other.first
        while others.count < other.others.count { others.append(0) }
        for word in other.others.indices { others[word] |= other.others[word] }
    }
}
