package import Kernel

/// What a stretch of the log changed about who is who: the rows that the shell writes, with the log
/// position, in one transaction. Within each array, in the order of the log.
package struct IdentityChanges: Sendable, Equatable {
    /// How many dropped identifiers are kept one by one; `dropCounts` counts the rest too.
    package static let dropsMax = 1000

    package var customers: [NewCustomer] = []
    package var identifiers: [NewIdentifier] = []
    /// Who counts for whom from now on; of several for one member the last holds.
    package var memberships: [Membership] = []
    package var merges: [MergeRecord] = []
    package var undone: [MergeUndo] = []
    package var keptApart: [KeptApart] = []
    /// Pairs that an explicit merge joined after all.
    package var joinedAgain: [KeptApart] = []
    /// The first `dropsMax`.
    package var drops: [IdentifierDrop] = []
    /// How often each reason occurred, the dropped identifiers that weren't kept included.
    package var dropCounts: [IdentifierRefusal: Int] = [:]

    package init() {}

    package var isEmpty: Bool {
        customers.isEmpty && identifiers.isEmpty && memberships.isEmpty && merges.isEmpty
            && undone.isEmpty && keptApart.isEmpty && joinedAgain.isEmpty && dropCounts.isEmpty
    }

    mutating func drop(_ drop: @autoclosure () -> IdentifierDrop, _ reason: IdentifierRefusal) {
        dropCounts[reason, default: 0] += 1
        if drops.count < Self.dropsMax { drops.append(drop()) }
    }
}

/// A fragment that came into being: a customer by itself until it is merged.
package struct NewCustomer: Sendable, Equatable {
    /// The position of the event that created it.
    package let customer: Int64
    /// When that event happened.
    package let at: Timestamp

    package init(customer: Int64, at: Timestamp) {
        self.customer = customer
        self.at = at
    }
}

/// An identifier that was seen for the first time.
package struct NewIdentifier: Sendable, Equatable {
    package let identifier: Identifier
    package let key: IdentifierKey
    /// The fragment that owns it.
    package let customer: Int64
    /// The event that brought it.
    package let position: Int64
    /// When that event happened; periods of limits count from here.
    package let at: Timestamp

    package init(
        identifier: Identifier, key: IdentifierKey, customer: Int64, position: Int64, at: Timestamp
    ) {
        self.identifier = identifier
        self.key = key
        self.customer = customer
        self.position = position
        self.at = at
    }
}

/// Says that a fragment counts for a customer from now on.
package struct Membership: Sendable, Equatable {
    package let member: Int64
    /// The lowest fragment of the group: its oldest in the log.
    package let customer: Int64

    package init(member: Int64, customer: Int64) {
        self.member = member
        self.customer = customer
    }
}

/// Why two customers were joined.
package enum MergeReason: Sendable, Equatable {
    /// One event carried both: the stronger identifier first.
    case identifiers(Identifier, Identifier)
    /// An alias call named both.
    case alias(Identifier, Identifier)
    /// A member of the workspace did it; who is in the event.
    case manual

    /// A stable code for tables.
    package var code: String {
        switch self {
        case .identifiers: "identifiers"
        case .alias: "alias"
        case .manual: "manual"
        }
    }
}

/// Two customers that became one.
package struct MergeRecord: Sendable, Equatable {
    /// The event's position × 8 + its number among the merges of this event.
    package let id: ID<Merge>
    /// The two fragments that were found to be one person: what an undo cuts apart.
    package let first: Int64
    package let second: Int64
    /// Whose id survives: the lower one.
    package let winner: Int64
    package let loser: Int64
    /// The fragments that counted for the loser until now, the loser included.
    package let moved: [Int64]
    package let reason: MergeReason
    package let position: Int64
    package let at: Timestamp

    /// The most merges that one event can cause.
    static let perEventMax: Int64 = 8

    package init(
        id: ID<Merge>, first: Int64, second: Int64, winner: Int64, loser: Int64, moved: [Int64],
        reason: MergeReason, position: Int64, at: Timestamp
    ) {
        self.id = id
        self.first = first
        self.second = second
        self.winner = winner
        self.loser = loser
        self.moved = moved
        self.reason = reason
        self.position = position
        self.at = at
    }
}

/// A merge that holds no longer.
package struct MergeUndo: Sendable, Equatable {
    package let merge: ID<Merge>
    package let position: Int64
    package let at: Timestamp

    package init(merge: ID<Merge>, position: Int64, at: Timestamp) {
        self.merge = merge
        self.position = position
        self.at = at
    }
}

/// Two fragments that only an explicit merge may bring into one customer again; the lower id first.
package struct KeptApart: Hashable, Sendable {
    package let first: Int64
    package let second: Int64

    package init(_ one: Int64, _ other: Int64) {
        first = min(one, other)
        second = max(one, other)
    }
}

/// An identifier that an event carried and that wasn't used.
package struct IdentifierDrop: Sendable, Equatable {
    package let position: Int64
    package let kind: IdentifierKind
    /// In its compared form, or as it was sent where it has none; cut at 64 bytes.
    package let value: String
    package let reason: IdentifierRefusal

    package init(position: Int64, kind: IdentifierKind, value: String, reason: IdentifierRefusal) {
        self.position = position
        self.kind = kind
        self.value = value
        self.reason = reason
    }
}
