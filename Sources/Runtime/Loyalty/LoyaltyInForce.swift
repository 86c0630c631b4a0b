package import Kernel
package import Loyalty

/// A program that is in force.
package struct LoyaltyInForce: Sendable, Equatable {
    /// The program, with what every operation looks up in it.
    let ground: LoyaltyGround
    package var version: Int64
    /// When it was first applied: what happened before is counted where the program says so, and told to nobody.
    package var since: Timestamp
    /// Draws who is lucky.
    package var draws = SipHash.Key(low: 0, high: 0)

    init(
        program: LoyaltyProgram, version: Int64, since: Timestamp, zone: ZoneRules,
        draws: SipHash.Key = SipHash.Key(low: 0, high: 0)
    ) {
        ground = LoyaltyGround(program, zone)
        self.version = version
        self.since = since
        self.draws = draws
    }

    package var program: LoyaltyProgram { ground.program }
    package var zone: ZoneRules { ground.zone }

    /// From when on events count.
    package var starts: Timestamp { program.starts.map { zone.start(of: $0) } ?? since }

    /// Names of the events that it counts, in small letters.
    var eventNames: [String] {
        var names: Set<String> = []
        for rule in program.earn {
            switch rule.occasion {
            case .order: names.formUnion(Self.orderEvents)
            case .event(let name): names.insert(name.lowercased())
            }
        }
        if case .until(let name) = program.pending { names.insert(name.lowercased()) }
        return names.sorted()
    }

    /// As `CommerceOrder.action(named:)` knows them.
    static let orderEvents = [
        "order completed", "completed order", "order updated", "updated order", "order refunded",
        "refunded order", "order cancelled", "cancelled order", "order canceled", "canceled order",
    ]
}
