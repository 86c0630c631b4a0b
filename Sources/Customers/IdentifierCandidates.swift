package import Kernel

/// The identifiers of one event, in their compared form, while it is resolved; reused from event to event.
package struct IdentifierCandidates: Sendable {
    /// The most identifiers of one event; further ones are ignored (an event names seven at most).
    package static let countMax = 8

    struct Candidate {
        let kind: IdentifierKind
        let key: IdentifierKey
        let start: Int
        let end: Int
    }

    struct Refused {
        let kind: IdentifierKind
        let value: String
        let reason: IdentifierRefusal
    }

    private(set) var items: [Candidate] = []
    private(set) var refused: [Refused] = []
    /// The compared forms, one after the other.
    private(set) var texts: [UInt8] = []
    /// Whether the event says outright that all of them are one person: an alias.
    var isExplicit = false
    private let rules: IdentityRules
    private let hash: SipHash

    package init(rules: IdentityRules, hash: SipHash) {
        self.rules = rules
        self.hash = hash
        items.reserveCapacity(Self.countMax)
        texts.reserveCapacity(1024)
    }

    package mutating func removeAll() {
        items.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        if !refused.isEmpty { refused.removeAll(keepingCapacity: true) }
        isExplicit = false
    }

    /// Adds an identifier as it was sent; what it is refused for is kept with it.
    package mutating func add(_ kind: IdentifierKind, _ text: Span<UInt8>) {
        guard items.count < Self.countMax else { return }
        let start = texts.count
        do throws(IdentifierRefusal) {
            try IdentifierText.normalize(text, as: kind, into: &texts)
            let key = try key(kind, from: start)
            if items.contains(where: { $0.key == key }) {
                texts.removeSubrange(start...)
                return
            }
            items.append(Candidate(kind: kind, key: key, start: start, end: texts.count))
        } catch {
            texts.removeSubrange(start...)
            let shown = text.extracting(first: 64).withUnsafeBufferPointer {
                String(decoding: $0, as: UTF8.self)
            }
            refused.append(Refused(kind: kind, value: shown, reason: error))
        }
    }

    /// Adds an identifier as it was sent.
    package mutating func add(_ kind: IdentifierKind, _ text: String) {
        var text = text
        text.withUTF8 { add(kind, $0.span) }
    }

    private func key(
        _ kind: IdentifierKind, from start: Int
    ) throws(IdentifierRefusal) -> IdentifierKey {
        let normalized = texts.span.extracting(start..<texts.count)
        if rules.isBlocked(normalized) { throw .blocked }
        return IdentifierKey(kind, normalized, hash: hash)
    }

    /// Puts the strongest first, and takes out kinds without a place in the order of priority.
    mutating func sort() {
        if isSorted { return }
        var sorted = 0
        for kind in rules.priority {
            for index in sorted..<items.count where items[index].kind == kind {
                let item = items.remove(at: index)
                items.insert(item, at: sorted)
                sorted += 1
            }
        }
        for item in items[sorted...] {
            refused.append(
                Refused(
                    kind: item.kind, value: identifier(item).value, reason: .limit(item.kind)))
        }
        items.removeSubrange(sorted...)
    }

    /// Whether all kinds have a place in the order of priority, and the items are in it.
    private var isSorted: Bool {
        var last: UInt8 = 0
        for item in items {
            let rank = rules.ranks[Int(item.kind.rawValue)]
            if rank < last || rank == IdentityRules.unranked { return false }
            last = rank
        }
        return true
    }

    mutating func remove(at index: Int) { items.remove(at: index) }

    func identifier(_ item: Candidate) -> Identifier {
        Identifier(
            kind: item.kind,
            normalized: String(decoding: texts[item.start..<item.end], as: UTF8.self))
    }
}
