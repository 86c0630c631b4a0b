package import Events

/// What must be remembered of customers for all conditions in force.
package struct TracePlan: Sendable {
    /// Each once, in the order of their ids.
    package let traces: [EventTrace]
    /// Places in `traces`, by the hash of the kind and name of events that they may be about.
    private var places: [UInt64: [Int]] = [:]
    /// Places in `traces` that are about all page calls, and all screen calls.
    private var pages: [Int] = []
    private var screens: [Int] = []
    /// One bit for each of the quick hashes of names that are in `places`.
    private var filter = [UInt64](repeating: 0, count: 64)

    package init(_ traces: some Sequence<EventTrace> = []) {
        self.traces = Set(traces).sorted { $0.id < $1.id }
        for (place, trace) in self.traces.enumerated() {
            switch trace.selector {
            case .track(let name): add(place, .track, name)
            case .page(let name?): add(place, .page, name)
            case .screen(let name?): add(place, .screen, name)
            case .page(nil):
                pages.append(place)
                add(place, .track, EventSelector.pageEvent)
            case .screen(nil):
                screens.append(place)
                add(place, .track, EventSelector.screenEvent)
            }
        }
    }

    /// All that the conditions need.
    package init(for conditions: some Sequence<Condition>) {
        self.init(conditions.flatMap(\.traces))
    }

    package var isEmpty: Bool { traces.isEmpty }

    /// The trace's place; nil where it isn't remembered.
    func place(of id: UInt64) -> Int? {
        var low = 0
        var high = traces.count
        while low < high {
            let middle = (low + high) / 2
            if traces[middle].id == id { return middle }
            if traces[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// Whether an event of this kind and name may be one of a trace's: false for most, and quick.
    package func mayConcern(_ kind: EventKind, _ name: Span<UInt8>) -> Bool {
        switch kind {
        case .track: break
        case .page: if !pages.isEmpty { return true }
        case .screen: if !screens.isEmpty { return true }
        case .identify, .group, .alias: return false
        }
        let bit = Self.quickHash(name)
        return filter[bit >> 6] >> UInt64(bit & 63) & 1 != 0
    }

    /// The places of the traces that an event of this kind and name may be one of.
    func places(_ kind: EventKind, _ name: Span<UInt8>) -> [Int] {
        let named = places[Self.hash(kind, name)] ?? []
        switch kind {
        case .page: return pages + named
        case .screen: return screens + named
        default: return named
        }
    }

    private mutating func add(_ place: Int, _ kind: EventKind, _ name: String) {
        let name = name.utf8.span
        places[Self.hash(kind, name), default: []].append(place)
        let bit = Self.quickHash(name)
        filter[bit >> 6] |= 1 << UInt64(bit & 63)
    }

    /// 0..<4096, by the length and three bytes.
    private static func quickHash(_ name: Span<UInt8>) -> Int {
        let count = name.count
        guard count > 0 else { return 0 }
        let middle = Int(name[count / 2])
        return (count &* 31 &+ Int(name[0]) &* 131 &+ middle &* 17 &+ Int(name[count - 1]) &* 57)
            & 4095
    }

    /// FNV-1a (Fowler, Noll & Vo). Names that hash alike are told apart by `EventSelector.matches`.
    private static func hash(_ kind: EventKind, _ name: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        hash = (hash ^ UInt64(kind.rawValue)) &* 0x100_0000_01B3
        for index in name.indices { hash = (hash ^ UInt64(name[index])) &* 0x100_0000_01B3 }
        return hash
    }
}
