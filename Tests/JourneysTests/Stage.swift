import Documents
import Events
import Foundation
import JSONParsing
import Journeys
import Kernel
import Segments
import YAMLText

/// One customer on a virtual clock: stimuli go in by hand, timers by themselves and in order. After each
/// stimulus what is kept goes through its bytes.
struct Stage {
    static let customer = ID<Customer>(rawValue: 4711)

    var plan: JourneyPlan
    var customer = Stage.customer
    var automation = CustomerAutomation()
    var now = Timestamp(milliseconds: 0)
    var segments: Set<String> = []
    var traits: [String: String] = [:]
    var timeZone: String?
    var bestHour: Int?
    var nextOrderAt: Timestamp?
    var suppressed: [String: String] = [:]
    /// What campaigns sent.
    var elsewhere: [CustomerAutomation.Sent] = []
    private(set) var decisions: [Decision] = []
    private(set) var effects: [Effect] = []
    private(set) var runs: [RunID: JourneyRun] = [:]
    private var position: Int64 = 0

    init(_ plan: JourneyPlan) { self.plan = plan }

    init(
        _ journeys: [String], rules: String = "kind: sending", revision: UInt64 = 1,
        workspaceZone: ZoneRules = .utc
    ) throws {
        plan = try Stage.plan(
            journeys, rules: rules, revision: revision, workspaceZone: workspaceZone)
    }

    static func plan(
        _ journeys: [String], rules: String = "kind: sending", revision: UInt64 = 1,
        workspaceZone: ZoneRules = .utc
    ) throws -> JourneyPlan {
        try plan(
            journeys.map { JourneyPlan.Entry(try journey($0), version: 1) }, rules: rules,
            revision: revision, workspaceZone: workspaceZone)
    }

    static func plan(
        _ entries: [JourneyPlan.Entry], rules: String = "kind: sending", revision: UInt64 = 1,
        workspaceZone: ZoneRules = .utc, receivers: Set<String>? = nil,
        serviceTemplates: Set<String> = []
    ) throws -> JourneyPlan {
        JourneyPlan(
            entries,
            rules: try SendingRules(reading: DocumentReader(try DocumentNode(yaml: rules))),
            revision: revision, hash: SipHash(key: SipHash.Key(low: 1, high: 2)),
            workspaceZone: workspaceZone, receivers: receivers, serviceTemplates: serviceTemplates,
            zone: { Zones.named($0) })
    }

    static func journey(_ yaml: String) throws -> Journey {
        try Journey(reading: DocumentReader(try DocumentNode(yaml: yaml)))
    }

    var context: JourneyContext {
        JourneyContext(
            now: now, customer: customer, timeZone: timeZone, bestHour: bestHour,
            nextOrderAt: nextOrderAt, holds: { [segments] in Stage.verdict($0, segments) },
            attribute: { [traits] in traits[$0] },
            suppression: { [suppressed] channel, _ in suppressed[channel] },
            elsewhere: { [elsewhere] in elsewhere })
    }

    /// Conditions on segments alone.
    static func verdict(_ condition: Condition, _ segments: Set<String>) -> Verdict {
        switch condition {
        case .segment(let name):
            let holds = segments.contains(name)
            return Verdict(
                holds: holds, nextChange: nil, reason: (holds ? "in " : "not in ") + name)
        case .notSegment(let name):
            let holds = !segments.contains(name)
            return Verdict(
                holds: holds, nextChange: nil, reason: (holds ? "not in " : "in ") + name)
        case .all(let parts), .any(let parts), .none(let parts):
            let verdicts = parts.map { verdict($0, segments) }
            let count = verdicts.count { $0.holds }
            let holds =
                switch condition {
                case .all: count == parts.count
                case .any: count > 0
                default: count == 0
                }
            return Verdict(
                holds: holds, nextChange: nil,
                reason: verdicts.map(\.reason).joined(separator: ", "))
        default: return Verdict(holds: false, nextChange: nil, reason: "not known here")
        }
    }

    // MARK: Stimuli

    @discardableResult
    mutating func give(_ stimulus: Stimulus) -> JourneyOutcome {
        let outcome = plan.handle(stimulus, for: &automation, in: context)
        automation = Stage.throughBytes(automation)
        decisions += outcome.decisions
        effects += outcome.effects
        for run in outcome.runs { runs[run.id] = run }
        return outcome
    }

    static func throughBytes(_ automation: CustomerAutomation) -> CustomerAutomation {
        var writer = ByteWriter()
        automation.encode(to: &writer)
        // The bytes were written a line ago.
        guard let read = try? CustomerAutomation(decoding: writer.span) else {
            preconditionFailure("what was written can't be read")
        }
        precondition(read == automation, "what was read isn't what was written")
        return read
    }

    /// Lets time go by up to a moment, and gives each timer at its own.
    mutating func pass(until moment: Timestamp) {
        while let wake = automation.nextWake, wake <= moment {
            now = max(now, wake)
            give(.timer)
        }
        now = max(now, moment)
    }

    mutating func pass(until text: String) { pass(until: time(text)) }

    @discardableResult
    mutating func event(
        _ name: String, _ properties: String = "{}", at text: String? = nil,
        kind: EventKind = .track, occurred: String? = nil, flags: EventFlags = [],
        order: Money? = nil
    ) -> JourneyOutcome {
        if let text { pass(until: text) }
        position += 1
        return give(
            .event(
                JourneyEvent(
                    name: name, kind: kind, occurredAt: occurred.map(time) ?? now,
                    position: position, properties: Array(properties.utf8), flags: flags,
                    order: order)))
    }

    @discardableResult
    mutating func segment(
        _ name: String, entered: Bool = true, at text: String? = nil
    ) -> JourneyOutcome {
        if let text { pass(until: text) }
        if entered { segments.insert(name) } else { segments.remove(name) }
        return give(.segment(name, entered: entered))
    }

    mutating func identify(_ traits: [String: String], at text: String? = nil) {
        if let text { pass(until: text) }
        self.traits.merge(traits) { $1 }
        event("", kind: .identify)
    }

    // MARK: What came of it

    /// `2026-01-01T10:00:00.000Z sent welcome/mail: welcome by email`, one for each decision.
    var told: [String] {
        decisions.map { decision in
            let step = decision.step.map { "/\($0)" } ?? ""
            let until = decision.until.map { " (until \($0))" } ?? ""
            return "\(decision.at) \(decision.kind.rawValue) \(decision.journey)\(step): "
                + decision.reason + until
        }
    }

    func times(_ kind: Decision.Kind, _ step: String? = nil) -> [Timestamp] {
        decisions.filter { $0.kind == kind && (step == nil || $0.step == step) }.map(\.at)
    }

    func kinds(_ journey: String? = nil) -> [Decision.Kind] {
        decisions.filter { journey == nil || $0.journey == journey }.map(\.kind)
    }

    /// Messages that aren't withheld.
    var sends: [Effect] { effects.filter { $0.kind == .send && !$0.isWithheld } }
}

/// An instant of a text that a test wrote.
func time(_ text: String) -> Timestamp {
    guard let time = Timestamp(text) else { preconditionFailure("\(text) is no time") }
    return time
}

extension Effect {
    var text: String { String(decoding: payload, as: UTF8.self) }
}

/// Zones of the system, each read once.
enum Zones {
    private static let known: [String: ZoneRules] = {
        var rules: [String: ZoneRules] = [:]
        for name in [
            "Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
            "Australia/Sydney", "America/Los_Angeles", "Asia/Kolkata",
        ] {
            rules[name] = read(name)
        }
        return rules
    }()

    static func named(_ name: String) -> ZoneRules? { known[name] }

    private static func read(_ name: String) -> ZoneRules? {
        guard let zone = TimeZone(identifier: name) else { return nil }
        var at = Date(timeIntervalSince1970: 0)
        let initial = zone.secondsFromGMT(for: at)
        var transitions: [ZoneRules.Transition] = []
        while let next = zone.nextDaylightSavingTimeTransition(after: at), next > at,
            next.timeIntervalSince1970 < 2_500_000_000
        {
            transitions.append(
                ZoneRules.Transition(
                    at: Timestamp(milliseconds: Int64(next.timeIntervalSince1970.rounded()) * 1000),
                    offsetSeconds: zone.secondsFromGMT(for: next)))
            at = next
        }
        return ZoneRules(name: name, initialOffsetSeconds: initial, transitions: transitions)
    }
}
