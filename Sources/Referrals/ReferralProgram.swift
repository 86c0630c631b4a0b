package import Documents
package import Kernel

/// A referral program as a person wrote it: what a friend must do, what both get for it, and how often.
///
/// ```yaml
/// kind: referral
/// name: bring-a-friend
/// program: club            # whose points are given
/// qualifies:
///   order: {minimum: 30.00, currency: EUR, first: true}   # or event: Subscription Started
///   within: 60 days        # after joining; left out: at any time
/// hold: 14 days            # the return window; left out: released at once
/// rewards: {advocate: 500, friend: 200}
/// milestones: [{after: 5, points: 1000}]
/// caps: {advocate: [{rewards: 3, per: month}], total: 1000}
/// checks: [email, phone, address, device, payment]
/// link: https://shop.example.com/?friend={code}
/// ```
package struct ReferralProgram: Hashable, Sendable {
    /// What a friend does so that the referral counts.
    package enum Qualification: Hashable, Sendable {
        /// An order of at least this amount after discount; only the friend's first one, or any.
        case order(minimum: Money, onlyFirst: Bool)
        /// An event of this name.
        case event(name: String)
    }

    /// Points that an advocate gets once, when so many referrals have succeeded.
    package struct Milestone: Hashable, Sendable {
        package let after: Int
        package let points: Int64
    }

    /// How many rewards an advocate can have for referrals that were released in one period.
    package struct Cap: Hashable, Sendable {
        package let rewards: Int
        package let period: Period
    }

    /// What a cap counts in: calendar months and years of the workspace's zone, or all of time.
    package enum Period: String, CaseIterable, Sendable {
        case month, year, ever

        /// The number of the period that an instant is in.
        package func index(of time: Timestamp, in zone: ZoneRules) -> Int {
            let month = zone.day(of: time).month.index
            switch self {
            case .month: return month
            case .year: return month / 12
            case .ever: return 0
            }
        }
    }

    /// Points of one reward; more are refused.
    package static let pointsMax = 1_000_000_000
    /// An order's minimum, in minor units; more is refused.
    package static let minimumMax: Int64 = 1_000_000_000_000
    package static let milestonesMax = 20
    package static let rewardsMax = 1_000_000_000
    package static let eventBytesMax = 200

    package let name: String
    package let title: String
    /// The loyalty program whose points are given.
    package let program: String
    package let qualifies: Qualification
    /// How long after joining the friend can qualify; nil for ever.
    package let within: TimeSpan?
    /// How long after it qualified a referral is held, for returns; nil where it is released at once.
    package let hold: TimeSpan?
    /// What the advocate gets for each; nil for nothing.
    package let advocatePoints: Int64?
    /// What the friend gets; nil for nothing.
    package let friendPoints: Int64?
    /// In order of the number of referrals, each number once.
    package let milestones: [Milestone]
    /// At most one of each period, the shortest first.
    package let caps: [Cap]
    /// Rewards for advocates in all, whoever they are; nil for as many as come.
    package let total: Int?
    /// Where a friend goes, with `{code}` in the place of the advocate's code; nil where the shop makes its own links.
    package let link: String?
    /// By what two customers are taken for one person.
    package let checks: Set<PersonKey.Kind>

    /// Reads a program.
    ///
    /// - Throws: Where it isn't one, with the place.
    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        if let kind = members.optional("kind") {
            let found = try kind.text()
            guard found == "referral" else {
                throw kind.problem("must be referral, not \(found)")
            }
        }
        name = try members.required("name").definitionName()
        if let title = members.optional("title") {
            self.title = try title.shortText()
        } else {
            title = name
        }
        program = try members.required("program").definitionName()
        (qualifies, within) = try Self.qualification(members.required("qualifies"))
        if let hold = members.optional("hold") {
            self.hold = try hold.timeSpan()
        } else {
            hold = nil
        }
        (advocatePoints, friendPoints) = try Self.rewards(members.required("rewards"))
        milestones = try Self.milestones(members.optional("milestones"))
        (caps, total) = try Self.caps(members.optional("caps"))
        link = try Self.link(members.optional("link"))
        checks = try Self.checks(members.optional("checks"))
        try members.end()
    }

    private static func link(_ reader: DocumentReader?) throws(DocumentProblem) -> String? {
        guard let reader else { return nil }
        let text = try reader.shortText()
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3C }
        guard text.hasPrefix("https://"), text.contains("{code}"), isPlain else {
            throw reader.problem(
                "must be an address with the code's place in it, such as "
                    + "https://shop.example.com/?friend={code}; not \(text)")
        }
        return text
    }

    /// A customer's own link; nil where the shop makes its own.
    package func link(with code: ReferralCode) -> String? {
        link?.replacing("{code}", with: code.description)
    }

    private static func qualification(
        _ reader: DocumentReader
    ) throws(DocumentProblem) -> (Qualification, within: TimeSpan?) {
        var members = try reader.members()
        let order = members.optional("order")
        let event = members.optional("event")
        var within: TimeSpan?
        if let span = members.optional("within") { within = try span.timeSpan() }
        try members.end()
        switch (order, event) {
        case (let order?, nil): return (try Self.order(order), within)
        case (nil, let event?):
            let name = try event.text()
            guard !name.isEmpty, name.utf8.count <= eventBytesMax else {
                throw event.problem("must have 1 to \(eventBytesMax) bytes")
            }
            return (.event(name: name), within)
        case (.some, .some):
            throw members.problem("says an order and an event; say one of them")
        case (nil, nil): throw members.problem("order is missing; or say event")
        }
    }

    private static func order(_ reader: DocumentReader) throws(DocumentProblem) -> Qualification {
        var members = try reader.members()
        let minimum = try members.required("minimum")
        let code = try members.required("currency")
        guard let currency = Currency(try code.text()) else {
            throw code.problem("must be three letters such as GBP (ISO 4217)")
        }
        let onlyFirst = try members.optional("first")?.boolean() ?? true
        try members.end()
        let minor = try minimum.amount(in: currency, upTo: minimumMax)
        return .order(
            minimum: Money(minor: minor, currency: currency), onlyFirst: onlyFirst)
    }

    private static func rewards(
        _ reader: DocumentReader
    ) throws(DocumentProblem) -> (advocate: Int64?, friend: Int64?) {
        var members = try reader.members()
        let advocate = try members.optional("advocate")?.points()
        let friend = try members.optional("friend")?.points()
        try members.end()
        guard advocate != nil || friend != nil else {
            throw members.problem("must give points to the advocate, to the friend, or to both")
        }
        return (advocate, friend)
    }

    private static func milestones(
        _ reader: DocumentReader?
    ) throws(DocumentProblem) -> [Milestone] {
        guard let reader else { return [] }
        var milestones: [Milestone] = []
        for element in try reader.elementsOrSelf() {
            var members = try element.members()
            let after = try members.required("after").integer(1...AdvocateTally.referralsMax)
            let points = try members.required("points").points()
            try members.end()
            guard !milestones.contains(where: { $0.after == after }) else {
                throw element.problem(
                    "there are two milestones after \(after) referrals; make them one")
            }
            guard milestones.count < milestonesMax else {
                throw element.problem("is one too many: at most \(milestonesMax) milestones")
            }
            milestones.append(Milestone(after: after, points: points))
        }
        return milestones.sorted { $0.after < $1.after }
    }

    private static func caps(
        _ reader: DocumentReader?
    ) throws(DocumentProblem) -> ([Cap], total: Int?) {
        guard let reader else { return ([], nil) }
        var members = try reader.members()
        var caps: [Cap] = []
        if let advocate = members.optional("advocate") {
            for element in try advocate.elementsOrSelf() {
                var parts = try element.members()
                let rewards = try parts.required("rewards").integer(1...rewardsMax)
                let period = try parts.required("per").choice(Period.self)
                try parts.end()
                guard !caps.contains(where: { $0.period == period }) else {
                    throw element.problem("there are two caps per \(period.rawValue); keep one")
                }
                caps.append(Cap(rewards: rewards, period: period))
            }
        }
        let total = try members.optional("total")?.integer(1...rewardsMax)
        try members.end()
        let ordered = Period.allCases.compactMap { period in
            caps.first { $0.period == period }
        }
        return (ordered, total)
    }

    private static func checks(
        _ reader: DocumentReader?
    ) throws(DocumentProblem) -> Set<PersonKey.Kind> {
        guard let reader else { return Set(PersonKey.Kind.allCases) }
        var checks: Set<PersonKey.Kind> = []
        for element in try reader.elementsOrSelf() {
            let kind = try element.choice(PersonKey.Kind.self)
            guard checks.insert(kind).inserted else {
                throw element.problem("\(kind.rawValue) is there twice")
            }
        }
        return checks
    }
}
