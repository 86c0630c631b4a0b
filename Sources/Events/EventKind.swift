/// The calls of the Segment spec, which are the kinds of event that the log holds.
package enum EventKind: UInt8, Sendable, CaseIterable {
    case identify = 1
    case track = 2
    case page = 3
    case screen = 4
    case group = 5
    case alias = 6

    /// The call's name in a path and in a message's `type`.
    package var name: String {
        switch self {
        case .identify: "identify"
        case .track: "track"
        case .page: "page"
        case .screen: "screen"
        case .group: "group"
        case .alias: "alias"
        }
    }

    package init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }

    /// As above, from UTF-8 and without making a string.
    package init?(name: Span<UInt8>) {
        guard name.count >= 4 else { return nil }
        let (kind, expected): (EventKind, StaticString)
        switch (name.count, name[0]) {
        case (5, UInt8(ascii: "t")): (kind, expected) = (.track, "track")
        case (8, UInt8(ascii: "i")): (kind, expected) = (.identify, "identify")
        case (4, UInt8(ascii: "p")): (kind, expected) = (.page, "page")
        case (6, UInt8(ascii: "s")): (kind, expected) = (.screen, "screen")
        case (5, UInt8(ascii: "g")): (kind, expected) = (.group, "group")
        case (5, UInt8(ascii: "a")): (kind, expected) = (.alias, "alias")
        default: return nil
        }
        for index in 0..<name.count where name[index] != expected.utf8Start[index] { return nil }
        self = kind
    }
}

/// What is true of an event beside its content.
package struct EventFlags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Recorded without triggering anything: an import with `--as-history`.
    package static let history = EventFlags(rawValue: 1)
    /// Written by Perennial itself (a merge, a score), not received.
    package static let system = EventFlags(rawValue: 2)
    /// Came from an import, not from the API.
    package static let imported = EventFlags(rawValue: 4)
    /// Its time is when it was recorded, for want of a better one: it says nothing about when the customer was
    /// there.
    package static let undated = EventFlags(rawValue: 8)
}
