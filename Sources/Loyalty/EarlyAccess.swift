package import Documents
package import Kernel

/// A collection, or anything else, that opens to some tiers before it opens to all.
package struct EarlyAccess: Hashable, Sendable {
    package let name: String
    package let title: String
    /// When it opens to all, by the clock of the program's zone.
    package let opens: CalendarDateTime
    /// When it closes to all; nil for never.
    package let closes: CalendarDateTime?
    /// So long before it is open to a tier.
    package let ahead: [String: TimeSpan]

    static let countMax = 100

    static func list(reading reader: DocumentReader) throws(DocumentProblem) -> [EarlyAccess] {
        var found: [EarlyAccess] = []
        for element in try reader.elements() {
            let item = try EarlyAccess(reading: element)
            guard !found.contains(where: { $0.name == item.name }) else {
                throw element.problem("there are two named \(item.name); call one otherwise")
            }
            found.append(item)
        }
        guard (1...countMax).contains(found.count) else {
            throw reader.problem("must have 1 to \(countMax) elements")
        }
        return found
    }

    private init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        name = try members.required("name").definitionName()
        title =
            try members.optional("title").map { reader throws(DocumentProblem) in
                try reader.shortText()
            } ?? name
        opens = try members.required("opens").localTime()
        let end = members.optional("closes")
        closes = try end.map { reader throws(DocumentProblem) in try reader.localTime() }
        if let end, let closes,
            closes.timestamp(offsetSeconds: 0) <= opens.timestamp(offsetSeconds: 0)
        {
            throw end.problem("must be after it opens")
        }
        let tiers = try members.required("ahead")
        var levels = try tiers.members()
        var ahead: [String: TimeSpan] = [:]
        for level in levels.names { ahead[level] = try levels.required(level).timeSpan() }
        try levels.end()
        guard !ahead.isEmpty else {
            throw tiers.problem("must say at least one tier, such as { gold: 48h }")
        }
        self.ahead = ahead
        try members.end()
    }

    /// Whether a customer may buy now.
    package struct Answer: Sendable, Equatable {
        package var isOpen: Bool
        /// When it opens to the customer, and to all.
        package var opensAt: Timestamp
        package var opensToAllAt: Timestamp
        package var closesAt: Timestamp?
        /// In plain English.
        package var reason: String
    }

    /// - Parameter tier: The customer's; nil where the program has none.
    package func answer(
        for tier: TierRules.Level?, in program: LoyaltyProgram, at now: Timestamp, zone: ZoneRules
    ) -> Answer {
        func moment(_ local: CalendarDateTime) -> Timestamp {
            local.timestamp(offsetSeconds: zone.offsetSeconds(atLocal: local))
        }
        let all = moment(opens)
        let lead = tier.flatMap { ahead[$0.name] }
        let own = lead.map { all.adding(milliseconds: -$0.milliseconds) } ?? all
        let end = closes.map(moment)
        var answer = Answer(
            isOpen: own <= now && end.map { now < $0 } ?? true, opensAt: own, opensToAllAt: all,
            closesAt: end, reason: "")
        if let end, end <= now {
            answer.reason = "It closed at \(end.rfc3339)."
        } else if all <= now {
            answer.reason = "It is open to everybody."
        } else if own <= now, let tier {
            answer.reason = "\(tier.title) members may buy before others."
        } else {
            answer.reason = "It opens to this customer at \(own.rfc3339)."
            let sooner = (program.tiers?.levels ?? []).filter { level in
                ahead[level.name].map { $0 > lead ?? TimeSpan(milliseconds: 0) } ?? false
            }
            if !sooner.isEmpty {
                answer.reason +=
                    " \(sooner.map(\.title).joined(separator: " and ")) members may buy sooner."
            }
        }
        return answer
    }
}

extension DocumentReader {
    /// A time of the clock on the wall: a day, or a day with hours and minutes.
    fileprivate func localTime() throws(DocumentProblem) -> CalendarDateTime {
        let text = try text()
        // Read as if it were UTC's.
        let whole = text.utf8.count == 10 ? text + "T00:00:00Z" : text + ":00Z"
        guard let time = Timestamp(whole.replacingSpace()) else {
            throw problem(
                "must be a day, or a day and a time, such as 2026-03-10 09:00; not \(text)")
        }
        return CalendarDateTime(time, offsetSeconds: 0)
    }
}

extension String {
    /// The first space made a T, as RFC 3339 has it.
    fileprivate func replacingSpace() -> String {
        guard let place = firstIndex(of: " ") else { return self }
        return self[..<place] + "T" + self[index(after: place)...]
    }
}
