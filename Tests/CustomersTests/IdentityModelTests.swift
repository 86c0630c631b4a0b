import Customers
import Kernel
import Testing

/// Random histories against a plain model that keeps every edge and asks who is connected.
struct IdentityModelTests {
    /// Fragments and edges, without any cleverness: no limits, so that every event joins what it names.
    private struct Model {
        var owner: [Identifier: Int64] = [:]
        var fragments: Set<Int64> = []
        var edges: [(id: Int64, first: Int64, second: Int64)] = []
        var apart: Set<KeptApart> = []

        func group(of fragment: Int64) -> Set<Int64> {
            var group: Set = [fragment]
            while true {
                let more = edges.filter { group.contains($0.first) != group.contains($0.second) }
                if more.isEmpty { return group }
                for edge in more { group.formUnion([edge.first, edge.second]) }
            }
        }

        mutating func see(_ identifiers: [Identifier], position: Int64, explicit: Bool) -> Int64 {
            let sorted = identifiers.sorted { $0.kind.rawValue < $1.kind.rawValue }
            var anchor: Int64?
            var new: [Identifier] = []
            var merges: Int64 = 0
            for identifier in sorted {
                guard let fragment = owner[identifier] else {
                    if !new.contains(identifier) { new.append(identifier) }
                    continue
                }
                guard let known = anchor else {
                    anchor = fragment
                    continue
                }
                let (mine, theirs) = (group(of: known), group(of: fragment))
                if mine.contains(fragment) { continue }
                let crossing = apart.filter {
                    mine.contains($0.first) && theirs.contains($0.second)
                        || mine.contains($0.second) && theirs.contains($0.first)
                }
                if explicit { apart.subtract(crossing) } else if !crossing.isEmpty { continue }
                edges.append((position * 8 + merges, known, fragment))
                merges += 1
            }
            let home = anchor ?? position
            fragments.insert(home)
            for identifier in new { owner[identifier] = home }
            return home
        }
    }

    private static let unlimited: IdentityRules = {
        var rules = IdentityRules()
        rules.userIDs = .init(.max)
        rules.emails = .init(.max)
        rules.phones = .init(.max)
        rules.anonymousIDs = .init(.max)
        return rules
    }()

    private func identifier(_ random: inout SeededRandom) throws -> Identifier {
        let number = Int.random(in: 1...9, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return try Identifier(.userID, "u\(number)")
        case 1: return try Identifier(.email, "e\(number)@example.test")
        case 2: return try Identifier(.phone, "+4912345\(number)")
        default: return try Identifier(.anonymousID, "v\(number)")
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `resolution agrees with the plain model, whatever is loaded when`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let store = IdentityStore()
        var state = IdentityState(rules: Self.unlimited, hash: testHash)
        var model = Model()
        for position in 1...120 as ClosedRange<Int64> {
            let at = Timestamp(milliseconds: position)
            switch Int.random(in: 0..<20, using: &random) {
            case 0 where !model.edges.isEmpty:
                let edge = model.edges.remove(
                    at: Int.random(in: 0..<model.edges.count, using: &random))
                model.apart.insert(KeptApart(edge.first, edge.second))
                try state.undo(
                    ID(rawValue: edge.id), position: position, at: at, lookup: store.lookup)
            case 1:
                let (one, other) = (
                    Int.random(in: 1...9, using: &random), Int.random(in: 1...9, using: &random)
                )
                let user = try Identifier(.userID, "u\(one)")
                let previous = try [
                    Identifier(.userID, "u\(other)"), Identifier(.anonymousID, "u\(other)"),
                ]
                let known = previous.filter { model.owner[$0] != nil }
                let named = one == other ? [] : known.isEmpty ? previous : known
                let expected = model.see([user] + named, position: position, explicit: true)
                let whose = try state.alias(
                    "u\(one)", previous: "u\(other)", position: position, at: at,
                    lookup: store.lookup)
                #expect(whose.fragment == expected)
            default:
                var ids: [Identifier] = []
                for _ in 0...Int.random(in: 0...2, using: &random) {
                    let next = try identifier(&random)
                    if !ids.contains(where: { $0.kind == next.kind }) { ids.append(next) }
                }
                let expected = model.see(ids, position: position, explicit: false)
                let whose = try state.resolve(
                    ids.map { (kind: $0.kind, text: $0.value) }, position: position, at: at,
                    lookup: store.lookup)
                #expect(whose.fragment == expected)
                #expect(whose.customer == model.group(of: expected).min())
            }
            if Int.random(in: 0..<6, using: &random) == 0 {
                store.write(state.takeChanges())
                if Bool.random(using: &random) {
                    state = IdentityState(rules: Self.unlimited, hash: testHash)
                }
            }
        }
        store.write(state.takeChanges())
        #expect(Set(store.roots.keys) == model.fragments)
        for fragment in model.fragments {
            #expect(store.roots[fragment] == model.group(of: fragment).min())
        }
        #expect(store.keptApart == model.apart)
        #expect(
            Dictionary(
                uniqueKeysWithValues: store.identifiers.values.map { ($0.identifier, $0.customer) })
                == model.owner)
    }
}

struct IdentityLimitTests {
    @Test(arguments: 0..<30 as Range<UInt64>)
    func `no customer has more than the limits allow, whatever events say`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var rules = IdentityRules()
        rules.emails = .init(2)
        rules.anonymousIDs = .init(3)
        var state = IdentityState(rules: rules, hash: testHash)
        let store = IdentityStore()
        for position in 1...300 as ClosedRange<Int64> {
            var sent: [(kind: IdentifierKind, text: String)] = []
            for kind in IdentifierKind.allCases where Int.random(in: 0..<5, using: &random) < 2 {
                let number = Int.random(in: 1...12, using: &random)
                switch kind {
                case .email: sent.append((kind, "e\(number)@example.test"))
                case .phone: sent.append((kind, "+4912345\(number)"))
                case .userID, .anonymousID: sent.append((kind, "x\(number)"))
                }
            }
            let strongest = sent.first
            let whose = try state.resolve(
                sent, position: position, at: Timestamp(milliseconds: position),
                lookup: store.lookup)
            store.write(state.takeChanges())
            if seed % 2 == 0 { state = IdentityState(rules: rules, hash: testHash) }
            // The strongest identifier is never the one that is dropped.
            if let strongest {
                let key = IdentifierKey(
                    try Identifier(strongest.kind, strongest.text), hash: testHash)
                let owner = store.identifiers[key]?.customer
                #expect(owner == whose.fragment)
            }
        }
        var counts: [Int64: [IdentifierKind: Int]] = [:]
        for owned in store.identifiers.values {
            counts[try #require(store.roots[owned.customer]), default: [:]][
                owned.identifier.kind, default: 0] += 1
        }
        for (_, kinds) in counts {
            for (kind, count) in kinds { #expect(count <= rules.limit(of: kind).count) }
        }
        #expect(store.merges.isEmpty == false)
    }
}
