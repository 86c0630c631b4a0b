package import RetentionModels

/// What customers with contracts did, from which it is learnt whose contract ends.
package struct ContractActivity: Sendable {
    /// Contracts that lasted at a moment, with what was known of them then.
    package struct Snapshot: Sendable {
        /// Places in `contracts`, one for each row of the table.
        package let rows: [Int]
        package let table: FeatureTable
    }

    package let contracts: [Contract]
    /// The end of what is known.
    package let endMs: Int64
    private let customers: [Int64]
    private let timesMs: [Int64]
    private let kinds: [Int]
    private let kindNames: [String]

    /// More kinds of event than these are one: `other events`.
    static let kindsMax = 12
    private static let dayMs = 86_400_000.0

    /// - Parameters:
    ///   - customers: By event.
    ///   - kinds: By event, places in `kindNames`.
    package init(
        contracts: [Contract], customers: [Int64], timesMs: [Int64], kinds: [Int],
        kindNames: [String], endMs: Int64
    ) {
        self.contracts = contracts
        self.customers = customers
        self.timesMs = timesMs
        self.endMs = endMs
        var counts = [Int](repeating: 0, count: kindNames.count)
        for kind in kinds { counts[kind] += 1 }
        let kept = kindNames.indices.sorted {
            (-counts[$0], kindNames[$0]) < (-counts[$1], kindNames[$1])
        }
        .prefix(Self.kindsMax)
        var places = [Int](repeating: kept.count, count: kindNames.count)
        for (place, kind) in kept.enumerated() { places[kind] = place }
        self.kinds = kinds.map { places[$0] }
        self.kindNames =
            kept.map { kindNames[$0] }
            + (kept.count < kindNames.count ? ["other events"] : [])
    }

    /// What was known at a moment of the contracts that lasted then: made of nothing later.
    ///
    /// - Returns: Nil where no contract lasted.
    package func snapshot(atMs: Int64) -> Snapshot? {
        let open = contracts.indices.filter {
            contracts[$0].startedMs <= atMs && (contracts[$0].endedMs ?? .max) > atMs
        }
        var contractsOf: [Int64: [Int]] = [:]
        for (place, row) in open.enumerated() {
            contractsOf[contracts[row].customer, default: []].append(place)
        }
        var (owners, times, eventKinds) = ([Int](), [Double](), [Int]())
        for event in customers.indices where timesMs[event] <= atMs {
            for place in contractsOf[customers[event]] ?? [] {
                owners.append(place)
                times.append(Double(timesMs[event]) / Self.dayMs)
                eventKinds.append(kinds[event])
            }
        }
        let events = DatedEvents(
            customers: owners, times: times, kinds: eventKinds,
            amounts: [Double](repeating: .nan, count: owners.count), kindNames: kindNames)
        guard
            let known = try? AsOfFeatures(
                events, moment: Double(atMs) / Self.dayMs, windows: [30, 90])
        else { return nil }
        let rows = known.customers.map { open[$0] }
        guard !rows.isEmpty else { return nil }
        // What events are worth isn't read here.
        let used = known.table.features.indices.filter {
            !known.table.features[$0].name.contains(" worth ")
        }
        let plans = Array(Set(contracts.map(\.plan))).sorted()
        let places = Dictionary(uniqueKeysWithValues: plans.enumerated().map { ($1, $0) })
        let table = try? FeatureTable(
            features: [.number("months of contract"), .category("plan", levels: plans)]
                + used.map { known.table.features[$0] },
            columns: [
                rows.map { Double(atMs - contracts[$0].startedMs) / Self.dayMs / 30.436875 },
                rows.map { Double(places[contracts[$0].plan] ?? 0) },
            ] + used.map { known.table.columns[$0] })
        return table.map { Snapshot(rows: rows, table: $0) }
    }

    /// Whether each of these contracts ended after a moment, within so many days.
    package func ended(_ rows: [Int], afterMs: Int64, withinDays: Int) -> [Bool] {
        let last = afterMs + Int64(withinDays) * Int64(Self.dayMs)
        return rows.map { row in
            contracts[row].endedMs.map { $0 > afterMs && $0 <= last } ?? false
        }
    }
}
