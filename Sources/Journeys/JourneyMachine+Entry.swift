import Documents
import Experiments
import Kernel
import Segments

/// Why somebody would enter a journey.
struct EntryCause {
    var reason: String
    /// When it happened.
    var at: Timestamp
    /// A JSON object, or empty.
    var properties: [UInt8] = []
    /// Whether the properties have the key that the journey asks for.
    var takesKey = false
    /// A key that was given; empty: none.
    var key = ""
}

extension JourneyMachine {
    mutating func take(_ start: JourneyStart) {
        guard let number = plan.places[start.journey] else {
            return refuse(start.journey, 0, "there is no journey \(start.journey)")
        }
        let entry = plan.entries[number]
        guard !entry.isDeleted else {
            return refuse(start.journey, entry.version, "the journey was deleted")
        }
        guard entry.isOpen else {
            return refuse(
                start.journey, entry.version, "the journey is \(entry.journey.status.rawValue)")
        }
        guard entry.journey.entry.triggers.contains(start.isByAPI ? .api : .manual) else {
            return refuse(
                start.journey, entry.version,
                "the journey can't be entered \(start.isByAPI ? "through the API" : "by hand")")
        }
        enter(
            number,
            EntryCause(
                reason: start.isByAPI ? "entered through the API" : "entered by hand", at: now,
                properties: start.properties, takesKey: start.key.isEmpty, key: start.key))
    }

    private mutating func refuse(_ journey: String, _ version: Int, _ reason: String) {
        outcome.decisions.append(
            Decision(.notEntered, journey: journey, version: version, at: now, reason: reason))
    }

    /// Enters the customer, unless something speaks against it.
    mutating func enter(_ number: Int, _ cause: EntryCause) {
        let planned = plan.entries[number]
        let journey = planned.journey
        var key = cause.key
        if cause.takesKey, let path = journey.entry.keyPath {
            let names = EntryValues.names(path)
            guard let value = EntryValues.values(at: names, in: cause.properties).first,
                !value.isEmpty
            else {
                return refuse(journey.name, planned.version, "\(cause.reason), without \(path)")
            }
            key = value
        }
        guard key.utf8.count <= CustomerAutomation.keyBytesMax else {
            return refuse(
                journey.name, planned.version,
                "its key has more than \(CustomerAutomation.keyBytesMax) bytes")
        }
        if let obstacle = obstacle(planned, cause, key) {
            return refuse(journey.name, planned.version, obstacle)
        }
        let (holdout, note) = holdout(of: journey)
        var values = EntryValues()
        let left = values.take(journey.entryPaths, from: cause.properties)
        let id = RunID(
            customer: context.customer,
            number: max(automation.lastRunNumber + 1, now.milliseconds))
        let run = JourneyRun(
            id: id, journey: journey.name, version: planned.version, key: key, enteredAt: now,
            causedAt: min(cause.at, now), holdout: holdout, entry: values, reachedAt: now,
            state: .ready)
        automation.lastRunNumber = id.number
        automation.runs.append(run)
        remember(journey, key)
        touched.insert(id)
        var reason = cause.reason
        if let note { reason += "; " + note }
        if !left.isEmpty { reason += "; too long to keep: \(left.joined(separator: ", "))" }
        decide(.entered, run, nil, reason)
        advance(automation.runs.count - 1)
    }

    /// Why the customer doesn't enter; nil where nothing speaks against it.
    private mutating func obstacle(
        _ planned: JourneyPlan.Entry, _ cause: EntryCause, _ key: String
    ) -> String? {
        let journey = planned.journey
        let age = now.milliseconds - cause.at.milliseconds
        if age > Self.entryAgeMs {
            return "\(cause.reason), but \(age / 86_400_000) days ago"
        }
        let inside = automation.runs.first {
            !$0.isEnded && $0.journey == journey.name && $0.key == key
        }
        if let inside { return "is inside since \(inside.enteredAt)" }
        if let reason = tooSoon(journey, key) { return reason }
        if let condition = journey.entry.condition {
            let verdict = context.holds(condition)
            if !verdict.holds { return verdict.reason }
        }
        for case .segment(let name, let isMember) in journey.exits
        where context.holds(.segment(name)).holds == isMember {
            return isMember
                ? "is in the segment \(name), which would end it"
                : "isn't in the segment \(name), which would end it"
        }
        if automation.runs.count(where: { !$0.isEnded }) >= CustomerAutomation.runsMax {
            return "is inside of \(CustomerAutomation.runsMax) runs already"
        }
        if now.milliseconds - automation.entriesSince.milliseconds >= 3_600_000 {
            automation.entriesSince = now
            automation.entriesCount = 0
        }
        guard automation.entriesCount < CustomerAutomation.entriesPerHourMax else {
            return "entered \(CustomerAutomation.entriesPerHourMax) times within an hour: "
                + "do journeys cause one another?"
        }
        automation.entriesCount += 1
        return nil
    }

    private func tooSoon(_ journey: Journey, _ key: String) -> String? {
        if case .always = journey.entry.reentry { return nil }
        let digest = pastKey(journey, key)
        let last = automation.past.last { $0.journey == journey.name && $0.key == digest }
        guard let last else { return nil }
        switch journey.entry.reentry {
        case .always: return nil
        case .never: return "has been inside, entered at \(last.enteredAt)"
        case .after(let span):
            let free = last.enteredAt.adding(milliseconds: span.milliseconds)
            return now >= free
                ? nil : "entered at \(last.enteredAt), less than \(span) ago"
        }
    }

    private func pastKey(_ journey: Journey, _ key: String) -> UInt64 {
        key.isEmpty ? 0 : plan.hash.digest(key, domain: HashDomain.entryKey).first | 1
    }

    /// Keeps the entry for the rules of re-entry.
    private mutating func remember(_ journey: Journey, _ key: String) {
        // Those that may always enter again need nothing, but without a key it is little, and the rule may change.
        if case .always = journey.entry.reentry, !key.isEmpty { return }
        let digest = pastKey(journey, key)
        automation.past.removeAll { $0.journey == journey.name && $0.key == digest }
        automation.past.append(
            CustomerAutomation.Past(journey: journey.name, key: digest, enteredAt: now))
        let count = automation.past.count { $0.journey == journey.name }
        if count > CustomerAutomation.pastMax,
            let oldest = automation.past.firstIndex(where: { $0.journey == journey.name })
        {
            automation.past.remove(at: oldest)
        }
    }

    /// Whether the customer is held out: by a hash of their id, so that they stay it.
    private func holdout(of journey: Journey) -> (JourneyRun.Holdout, note: String?) {
        if plan.rules.holdoutBasisPoints > 0 {
            let place = plan.assignment.place(of: context.customer, in: "holdout")
            if place * 10_000 < Double(plan.rules.holdoutBasisPoints) {
                return (.global, "held out of everything")
            }
        }
        if journey.holdoutBasisPoints > 0 {
            let own = plan.assignment.place(
                of: context.customer, in: "holdout/\(journey.name)")
            if own * 10_000 < Double(journey.holdoutBasisPoints) {
                return (.journey, "held out of this journey")
            }
        }
        return (.none, nil)
    }
}

/// Keeps the room's hashes apart from the workspace's others (17 is `StickyAssignment`'s).
enum HashDomain {
    static let entryKey: UInt8 = 18
    static let coupon: UInt8 = 19
}
