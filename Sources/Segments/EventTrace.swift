import Documents
import Events
import JSONParsing
import Kernel

/// Which events a condition is about.
package enum EventSelector: Hashable, Sendable {
    /// Track calls of this name.
    case track(String)
    /// Page calls, all of them or those of one name; all of them include track calls named `Page Viewed`.
    case page(String?)
    /// Screen calls; as above with `Screen Viewed`.
    case screen(String?)

    package static let pageEvent = "Page Viewed"
    package static let screenEvent = "Screen Viewed"

    /// The event's name in a definition.
    package var event: String {
        switch self {
        case .track(let name): name
        case .page: Self.pageEvent
        case .screen: Self.screenEvent
        }
    }

    /// The page's or screen's name; nil for all of them, and for track calls.
    package var viewName: String? {
        switch self {
        case .track: nil
        case .page(let name), .screen(let name): name
        }
    }

    /// - Parameters:
    ///   - event: The name in a definition.
    ///   - view: The page's or screen's name.
    package init(event: String, view: String? = nil) {
        switch event {
        case Self.pageEvent: self = .page(view)
        case Self.screenEvent: self = .screen(view)
        default: self = .track(event)
        }
    }

    func matches(_ kind: EventKind, _ name: Span<UInt8>) -> Bool {
        func isNamed(_ wanted: String) -> Bool {
            let wanted = wanted.utf8.span
            guard wanted.count == name.count else { return false }
            for index in wanted.indices where wanted[index] != name[index] { return false }
            return true
        }
        switch (self, kind) {
        case (.track(let wanted), .track): return isNamed(wanted)
        case (.page(nil), .page), (.screen(nil), .screen): return true
        case (.page(let wanted?), .page), (.screen(let wanted?), .screen): return isNamed(wanted)
        case (.page(nil), .track): return isNamed(Self.pageEvent)
        case (.screen(nil), .track): return isNamed(Self.screenEvent)
        default: return false
        }
    }
}

/// What is remembered of each customer for a condition on events: which events, and what of them.
///
/// Windows aren't part of it, so that conditions which differ only in those share a trace.
package struct EventTrace: Hashable, Sendable {
    /// What is kept of an event beside its time.
    package enum Kept: Hashable, Sendable {
        case nothing
        /// The first number at the path, in millionths; events without one aren't kept.
        case number(PropertyPath)
        /// The text of the first value at the path; events without one, or with a longer one than
        /// `TraceValue.textBytesMax`, aren't kept.
        case text(PropertyPath)
    }

    package let selector: EventSelector
    package let tests: [PropertyTest]
    package let kept: Kept
    /// Depends on nothing but what the trace says, in every process and version.
    package let id: UInt64

    package init(_ selector: EventSelector, where tests: [PropertyTest] = [], kept: Kept = .nothing)
    {
        self.selector = selector
        self.tests = tests
        self.kept = kept
        var members: [(String, DocumentNode)] = [("event", .text(selector.event))]
        if let view = selector.viewName { members.append(("name", .text(view))) }
        members.append(("where", .list(tests.map(\.document))))
        switch kept {
        case .nothing: break
        case .number(let path): members.append(("number", .text(path.description)))
        case .text(let path): members.append(("text", .text(path.description)))
        }
        let hash = SipHash(key: SipHash.Key(low: 0, high: 0))
        id = hash.digest(DocumentNode.mapping(members).json.span).first
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.id == right.id && left.selector == right.selector && left.tests == right.tests
            && left.kept == right.kept
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(id) }

    /// What is kept of an event whose kind and name match; nil where the event isn't one of the trace's.
    func value(of properties: Span<UInt8>) -> TraceValue? {
        for test in tests where !test.holds(properties) { return nil }
        switch kept {
        case .nothing: return TraceValue.none
        case .number(let path):
            for value in path.values(in: properties).plain {
                if let number = TraceValue(number: value.text(in: properties)) { return number }
            }
            return nil
        case .text(let path):
            guard let value = path.values(in: properties).plain.first else { return nil }
            return TraceValue(text: value.text(in: properties))
        }
    }
}

/// What is kept of one event.
package enum TraceValue: Hashable, Sendable {
    case none
    /// In millionths.
    case number(Int64)
    case text(String)

    package static let textBytesMax = 256
    /// Larger numbers, of either sign, aren't kept.
    package static let numberMax: Double = 1e12

    /// Nil where the text isn't a number that is kept.
    init?(number text: String) {
        guard let value = NumberText.double(text.utf8.span), let micro = Self.micro(value) else {
            return nil
        }
        self = .number(micro)
    }

    /// Nil where the text is too long.
    init?(text: String) {
        guard text.utf8.count <= Self.textBytesMax else { return nil }
        self = .text(text)
    }

    /// The number in millionths, halves away from zero; nil where it is too large.
    package static func micro(_ value: Double) -> Int64? {
        guard value.magnitude <= numberMax else { return nil }
        return Int64((value * 1_000_000).rounded(.toNearestOrAwayFromZero))
    }
}
