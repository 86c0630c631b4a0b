package import Documents
package import Segments

/// Who enters a journey, when, and how often.
package struct JourneyEntry: Hashable, Sendable {
    package enum Trigger: Hashable, Sendable {
        case event(EventMatch)
        /// Becomes a member of a segment, or stops being one.
        case segment(String, entered: Bool)
        case date(DateTrigger)
        /// By a member of the workspace's team.
        case manual
        /// By a call of the API.
        case api
    }

    package enum Reentry: Hashable, Sendable {
        case never
        case always
        /// Not before so long after the entry before.
        case after(TimeSpan)
    }

    package static let triggersMax = 20

    package let triggers: [Trigger]
    /// What must hold at the entry; nil: nothing.
    package let condition: Condition?
    /// The property of the event whose value tells one run from another: a cart's id. Nil: one run at a time.
    package let keyPath: String?
    package let reentry: Reentry

    init(reading reader: DocumentReader) throws(DocumentProblem) {
        // A list of triggers, or one trigger beside what holds for all.
        if case .list = reader.node.value {
            triggers = try Self.triggers(reader)
            condition = nil
            keyPath = nil
            reentry = Self.reentry(triggers)
            return
        }
        var members = try reader.members()
        var triggers: [Trigger] = []
        if let list = members.optional("any") { triggers = try Self.triggers(list) }
        if let trigger = try Self.trigger(taking: &members) { triggers.append(trigger) }
        guard !triggers.isEmpty else {
            throw reader.problem("needs one of event, segment, left, date, manual, api, any")
        }
        condition = try members.optional("if").map(Condition.init(reading:))
        if let key = members.optional("per") {
            let text = try key.text()
            guard text.hasPrefix("event."), text.utf8.count > 6 else {
                throw key.problem("must be a property of the event such as event.cart_id")
            }
            keyPath = String(text.dropFirst(6))
        } else {
            keyPath = nil
        }
        reentry = try members.optional("reentry").map(Self.reentry) ?? Self.reentry(triggers)
        try members.end()
        self.triggers = triggers
    }

    /// A date comes again each year, or is a new one; all else happens to a person once if nothing is said.
    private static func reentry(_ triggers: [Trigger]) -> Reentry {
        triggers.allSatisfy { if case .date = $0 { true } else { false } } ? .always : .never
    }

    private static func reentry(_ reader: DocumentReader) throws(DocumentProblem) -> Reentry {
        switch reader.node.value {
        case .text("never"): return .never
        case .text("always"): return .always
        case .mapping:
            var members = try reader.members()
            let span = try members.required("after").timeSpan()
            try members.end()
            return .after(span)
        default: throw reader.problem("must be never, always or {after: 90 days}")
        }
    }

    private static func triggers(_ reader: DocumentReader) throws(DocumentProblem) -> [Trigger] {
        var triggers: [Trigger] = []
        for element in try reader.elements() {
            var members = try element.members()
            guard let trigger = try trigger(taking: &members) else {
                throw element.problem("needs one of event, segment, left, date, manual, api")
            }
            try members.end()
            triggers.append(trigger)
        }
        guard !triggers.isEmpty, triggers.count <= triggersMax else {
            throw reader.problem("must have 1 to \(triggersMax) triggers")
        }
        return triggers
    }

    private static func trigger(
        taking members: inout MemberReader
    ) throws(DocumentProblem) -> Trigger? {
        var found: [Trigger] = []
        if members.has("event") {
            found.append(.event(try EventMatch(taking: &members, correlates: false)))
        }
        if let name = members.optional("segment") {
            found.append(.segment(try name.definitionName(), entered: true))
        }
        if let name = members.optional("left") {
            found.append(.segment(try name.definitionName(), entered: false))
        }
        if let date = members.optional("date") {
            found.append(.date(try DateTrigger(reading: date)))
        }
        if let manual = members.optional("manual"), try manual.boolean() { found.append(.manual) }
        if let api = members.optional("api"), try api.boolean() { found.append(.api) }
        guard found.count <= 1 else {
            throw members.problem("has several triggers: write them as a list under any")
        }
        return found.first
    }
}

/// A date among a customer's traits: `{date: {attribute: birthday, yearly: true, at: "09:00", before: 3 days}}`.
package struct DateTrigger: Hashable, Sendable {
    package static let shiftDaysMax = 365

    /// The trait that holds the date.
    package let attribute: String
    /// Each year on its day and month; 29 February is 28 February in years without one.
    package let isYearly: Bool
    package let at: TimeOfDay
    /// Days from the date; below zero before it.
    package let shiftDays: Int
    package let zone: ZoneChoice

    init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        attribute = try members.required("attribute").text()
        isYearly = try members.optional("yearly")?.boolean() ?? false
        at = try members.optional("at")?.timeOfDay() ?? TimeOfDay(minutes: 9 * 60)
        let before = try members.optional("before").map(Self.days) ?? 0
        let after = try members.optional("after").map(Self.days) ?? 0
        guard before == 0 || after == 0 else {
            throw reader.problem("must not have both before and after")
        }
        shiftDays = after - before
        zone = try ZoneChoice(reading: members.optional("zone"))
        try members.end()
    }

    private static func days(_ reader: DocumentReader) throws(DocumentProblem) -> Int {
        let span = try reader.timeSpan()
        let days = span.milliseconds / 86_400_000
        guard span.milliseconds % 86_400_000 == 0, days <= Int64(shiftDaysMax) else {
            throw reader.problem("must be whole days, at most \(shiftDaysMax)")
        }
        return Int(days)
    }
}
