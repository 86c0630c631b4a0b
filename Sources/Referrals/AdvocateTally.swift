package import Kernel

/// What one advocate has for their referrals in one program: rewards within the caps, and milestones.
///
/// Settling is idempotent and in any order: each referral is told as it stands now. Months lie in years and years in
/// ever, and of such nested caps any way of filling them fills them equally far; so what an advocate has in the end
/// depends on which referrals succeeded, not on when that was told. Which of them carry the rewards does depend on it:
/// what was given stays, until its own referral is reversed.
package struct AdvocateTally: Hashable, Sendable {
    /// Successful referrals of one advocate that are counted.
    package static let referralsMax = 10_000

    /// A referral that succeeded, now or once.
    struct Entry: Hashable, Sendable {
        var friend: ID<Customer>
        /// When its reward was released; nil where that was reversed.
        var releasedAt: Timestamp?
        /// What the advocate gets for it, by the version of the program that it goes by; 0 for nothing.
        var points: Int64
        var grant = ReferralGrant()
    }

    struct MilestoneEntry: Hashable, Sendable {
        var after: Int
        var grant = ReferralGrant()
    }

    package let program: String
    package let advocate: ID<Customer>
    /// In order of the friends.
    var entries: [Entry] = []
    /// In order of their numbers.
    var milestones: [MilestoneEntry] = []

    package init(program: String, advocate: ID<Customer>) {
        self.program = program
        self.advocate = advocate
    }

    /// How a settled referral stands with its advocate.
    package enum Standing: Hashable, Sendable {
        /// The advocate has the points for it.
        case rewarded(points: Int64)
        /// It counts, but nothing is given to advocates for it.
        case counted
        /// It counts, but this cap of theirs is used up.
        case capped(ReferralProgram.Cap)
        /// It counts, but the program's rewards are used up.
        case usedUp
        /// It doesn't count.
        case uncounted
        /// The advocate has more referrals than are counted.
        case beyondLimit

        package var words: String {
            switch self {
            case .rewarded(let points): "the advocate has \(points) points for it"
            case .counted: "it counts for the advocate"
            case .capped(let cap):
                cap.period == .ever
                    ? "the advocate has all \(cap.rewards) rewards that they can have"
                    : "the advocate has all \(cap.rewards) rewards of this \(cap.period.rawValue)"
            case .usedUp: "the program has given all its rewards"
            case .uncounted: "it doesn't count for the advocate"
            case .beyondLimit: "only \(AdvocateTally.referralsMax) referrals are counted"
            }
        }
    }

    package struct Outcome: Hashable, Sendable {
        package let standing: Standing
        package let effects: [ReferralEffect]
        /// What is left of the program's total afterwards; nil where that has no limit.
        package let rewardsLeft: Int?
        package let reason: String
    }

    /// Counts a referral as it stands, and gives and takes back what follows from it.
    ///
    /// A reward that is taken back makes room for the oldest referral that had found none.
    ///
    /// - Parameters:
    ///   - status: The referral's, as it is now.
    ///   - program: The version that the referral goes by: what is given for it.
    ///   - rules: The version that is in force: caps and milestones, which are about all referrals; nil for the same.
    ///   - rewardsLeft: How many rewards to advocates are left of the program's total (`ReferralProgram.total`, less those
    ///     that stand with all advocates); nil where it has no limit.
    /// - Returns: Effects in the order in which they are to be done: what is taken back first.
    package mutating func settle(
        _ referral: ReferralID, as status: ReferralStatus, under program: ReferralProgram,
        rules: ReferralProgram? = nil, in zone: ZoneRules, rewardsLeft: Int? = nil
    ) -> Outcome {
        let own = program.advocatePoints ?? 0
        let program = rules ?? program
        precondition(
            referral.advocate == advocate && referral.program == self.program,
            "a tally counts its own advocate's referrals")
        var left = rewardsLeft
        var effects: [ReferralEffect] = []
        let place = place(of: referral.friend)
        let isKnown = place < entries.count && entries[place].friend == referral.friend
        let releasedAt = status.releasedAt
        if isKnown {
            if entries[place].grant.standing == nil { entries[place].points = own }
            if let back = move(place, to: releasedAt, referral, status, program, zone) {
                effects.append(back)
                left = left.map { $0 + 1 }
            }
        } else if releasedAt != nil {
            guard entries.count < Self.referralsMax else {
                return Outcome(
                    standing: .beyondLimit, effects: [], rewardsLeft: left,
                    reason: Standing.beyondLimit.words)
            }
            entries.insert(
                Entry(friend: referral.friend, releasedAt: releasedAt?.bounded, points: own),
                at: place)
        }
        fill(program, zone, &left, &effects)
        settleMilestones(program, &effects)
        let standing = standing(of: referral.friend, program, zone)
        return Outcome(
            standing: standing, effects: effects, rewardsLeft: left, reason: standing.words)
    }

    // MARK: What it holds

    /// How many referrals succeeded and weren't reversed.
    package var successes: Int {
        entries.reduce(0) { $0 + ($1.releasedAt == nil ? 0 : 1) }
    }

    /// How many rewards the advocate has.
    package var rewards: Int {
        entries.reduce(0) { $0 + ($1.grant.standing == nil ? 0 : 1) }
    }

    /// Points that stand for referrals and milestones together.
    package var points: Int64 {
        entries.reduce(0) { $0 + ($1.grant.standing ?? 0) }
            + milestones.reduce(0) { $0 + ($1.grant.standing ?? 0) }
    }

    /// How the friend's referral stands, were it settled now.
    package func standing(
        of friend: ID<Customer>, _ program: ReferralProgram, _ zone: ZoneRules
    ) -> Standing {
        let place = place(of: friend)
        guard place < entries.count, entries[place].friend == friend,
            let time = entries[place].releasedAt
        else { return .uncounted }
        if let points = entries[place].grant.standing { return .rewarded(points: points) }
        guard entries[place].points > 0 else { return .counted }
        if let cap = usedUpCap(at: time, program, CapUse(self, program, zone), zone) {
            return .capped(cap)
        }
        return .usedUp
    }

    /// The first milestone that isn't reached, and how many referrals are missing; nil where all are.
    package func nextMilestone(
        _ program: ReferralProgram
    ) -> (milestone: ReferralProgram.Milestone, missing: Int)? {
        let successes = successes
        return program.milestones.first { $0.after > successes }
            .map { (milestone: $0, missing: $0.after - successes) }
    }

    // MARK: Filling

    /// Where a friend's entry is, or belongs.
    private func place(of friend: ID<Customer>) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].friend < friend { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Tells an entry when its reward was released, if at all.
    ///
    /// - Returns: What takes its reward back, where it was reversed, or belongs to another period that has no room.
    private mutating func move(
        _ place: Int, to releasedAt: Timestamp?, _ referral: ReferralID,
        _ status: ReferralStatus, _ program: ReferralProgram, _ zone: ZoneRules
    ) -> ReferralEffect? {
        let time = releasedAt?.bounded
        guard entries[place].releasedAt != time else { return nil }
        var reason = status.words
        if let time, entries[place].grant.standing != nil {
            entries[place].releasedAt = nil
            let use = CapUse(self, program, zone)
            entries[place].releasedAt = time
            guard let cap = usedUpCap(at: time, program, use, zone) else { return nil }
            reason = "it was released on \(time.dayText); " + Standing.capped(cap).words
        }
        entries[place].releasedAt = time
        return entries[place].grant.takeBack(
            .advocate, from: advocate, key: "\(referral):advocate", because: reason)
    }

    /// Gives rewards where there is room, the oldest first.
    private mutating func fill(
        _ program: ReferralProgram, _ zone: ZoneRules, _ left: inout Int?,
        _ effects: inout [ReferralEffect]
    ) {
        var waiting: [(at: Timestamp, place: Int)] = []
        for (place, entry) in entries.enumerated()
        where entry.grant.standing == nil && entry.points > 0 {
            if let time = entry.releasedAt { waiting.append((time, place)) }
        }
        guard !waiting.isEmpty else { return }
        waiting.sort { ($0.at, $0.place) < ($1.at, $1.place) }
        var use = CapUse(self, program, zone)
        for (time, place) in waiting {
            if let left, left <= 0 { return }
            guard usedUpCap(at: time, program, use, zone) == nil else { continue }
            let friend = entries[place].friend
            let referral = ReferralID(program: self.program, advocate: advocate, friend: friend)
            effects.append(
                entries[place].grant.give(
                    entries[place].points, .advocate, to: advocate, key: "\(referral):advocate",
                    because: "the referral of \(friend) succeeded"))
            use.add(time, program, zone)
            left = left.map { $0 - 1 }
        }
    }

    private func usedUpCap(
        at time: Timestamp, _ program: ReferralProgram, _ use: CapUse, _ zone: ZoneRules
    ) -> ReferralProgram.Cap? {
        program.caps.first { use.count(at: time, $0.period, zone) >= $0.rewards }
    }

    private mutating func settleMilestones(
        _ program: ReferralProgram, _ effects: inout [ReferralEffect]
    ) {
        let successes = successes
        // Those that the program had and has no longer are never given again, but still taken back.
        for index in milestones.indices where milestones[index].after > successes {
            let after = milestones[index].after
            if let back = milestones[index].grant.takeBack(
                .milestone, from: advocate, key: milestoneKey(after),
                because: "only \(successes) of \(after) referrals are left")
            {
                effects.append(back)
            }
        }
        for milestone in program.milestones where milestone.after <= successes {
            let place =
                milestones.firstIndex { $0.after >= milestone.after } ?? milestones.endIndex
            if place == milestones.endIndex || milestones[place].after != milestone.after {
                milestones.insert(MilestoneEntry(after: milestone.after), at: place)
            }
            guard milestones[place].grant.standing == nil else { continue }
            effects.append(
                milestones[place].grant.give(
                    milestone.points, .milestone, to: advocate, key: milestoneKey(milestone.after),
                    because: "\(milestone.after) referrals succeeded"))
        }
    }

    private func milestoneKey(_ after: Int) -> String {
        "referral:\(program):\(advocate):milestone-\(after)"
    }
}

/// How many rewards stand in each period that has a cap.
private struct CapUse {
    private struct Slot: Hashable {
        var period: ReferralProgram.Period
        var index: Int
    }

    private var counts: [Slot: Int] = [:]

    init(_ tally: AdvocateTally, _ program: ReferralProgram, _ zone: ZoneRules) {
        if program.caps.isEmpty { return }
        for entry in tally.entries where entry.grant.standing != nil {
            if let time = entry.releasedAt { add(time, program, zone) }
        }
    }

    mutating func add(_ time: Timestamp, _ program: ReferralProgram, _ zone: ZoneRules) {
        for cap in program.caps {
            let index = cap.period.index(of: time, in: zone)
            counts[Slot(period: cap.period, index: index), default: 0] += 1
        }
    }

    func count(at time: Timestamp, _ period: ReferralProgram.Period, _ zone: ZoneRules) -> Int {
        counts[Slot(period: period, index: period.index(of: time, in: zone))] ?? 0
    }
}
