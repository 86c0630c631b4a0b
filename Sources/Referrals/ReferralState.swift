package import Kernel

/// One referral: what is known of it, and what was given for it.
///
/// It keeps facts, and works its status out of them: so it doesn't matter in which order they are told, or how often.
/// Only what was given is remembered as it happened; each step compares it with what the facts justify now, and gives or
/// takes back the difference. A rejected referral can therefore still succeed, where later news puts things right.
///
/// Hand it the version of the program that held when the friend joined: a program that was changed since doesn't
/// undo what it gave.
package struct ReferralState: Hashable, Sendable {
    /// Orders of one friend that are kept: the first ones placed.
    package static let ordersMax = 64
    /// Events of one friend that are kept: the first ones.
    package static let eventsMax = 64
    package static let orderIDBytesMax = 256

    /// What a check found about whether it is a referral at all.
    struct Review: Hashable, Sendable {
        var block: ReferralBlock?
        var version: Int64
    }

    package let id: ReferralID
    /// The version of the program's definition that it goes by.
    package let programVersion: Int
    /// The latest instant that it was told.
    package internal(set) var now: Timestamp
    /// Nil before the friend joined.
    package internal(set) var joinedAt: Timestamp?
    /// Whether its rewards were ever released.
    package internal(set) var wasReleased = false
    var review: Review?
    /// What a person said of it last.
    package internal(set) var judgement: ReferralJudgement?
    /// By when they were placed.
    package internal(set) var orders: [ReferralOrder] = []
    /// In order, each once.
    var events: [Timestamp] = []
    var friendGrant = ReferralGrant()

    package init(id: ReferralID, programVersion: Int = 0) {
        self.id = id
        self.programVersion = max(0, programVersion)
        now = .earliest
    }

    /// Something that was told of a referral.
    package enum Fact: Hashable, Sendable {
        /// The friend joined by the advocate's code. Told twice, the earlier time holds.
        case joined(at: Timestamp)
        /// The whole of an order of the friend's, as it stands.
        case order(ReferralOrder)
        /// An event of the friend's.
        case event(name: String, at: Timestamp)
        /// A check's word on it; nil for that it is fine. The highest version holds.
        case reviewed(ReferralBlock?, version: Int64)
        /// A person's word, which holds over the checks' suspicions. The highest version holds.
        case judged(ReferralJudgement)
    }

    /// What a step did.
    package struct Outcome: Hashable, Sendable {
        package let before: ReferralStatus
        package let after: ReferralStatus
        /// For the friend's points. The advocate's are the tally's business: see `AdvocateTally.settle`.
        package let effects: [ReferralEffect]
        /// Why it stands as it does, in words.
        package let reason: String

        package var isChange: Bool { before != after }
    }

    /// Takes a fact in.
    ///
    /// Idempotent: told again, or overtaken by a newer version, a fact changes nothing.
    ///
    /// - Parameter now: May step back; the latest one holds.
    package mutating func take(
        _ fact: Fact, now: Timestamp, under program: ReferralProgram
    ) -> Outcome {
        let before = status(under: program)
        var remark: String?
        switch fact {
        case .joined(let time):
            let time = time.bounded
            joinedAt = min(joinedAt ?? time, time)
        case .order(let order): remark = take(order, under: program)
        case .event(let name, let time): remark = take(eventNamed: name, time.bounded, program)
        case .reviewed(let block, let version):
            if let review, review.version >= version {
                remark = "an older word on it is ignored"
            } else {
                review = Review(block: block, version: version)
            }
        case .judged(let word):
            if let judgement, judgement.version >= word.version {
                remark = "an older word on it is ignored"
            } else {
                judgement = word
            }
        }
        return settle(now, program, from: before, remark)
    }

    /// Lets time pass.
    package mutating func tick(now: Timestamp, under program: ReferralProgram) -> Outcome {
        settle(now, program, from: status(under: program), nil)
    }

    /// When its status changes without further news; nil for never.
    package func nextChange(under program: ReferralProgram) -> Timestamp? {
        switch status(under: program) {
        case .joined(let until): return until.map { $0.adding(milliseconds: 1) }
        case .qualified(_, _, let releaseAt): return releaseAt
        case .expected, .released, .rejected, .reversed: return nil
        }
    }

    /// Points that the friend has for it.
    package var friendPoints: Int64 { friendGrant.standing ?? 0 }

    // MARK: Facts

    private mutating func take(_ order: ReferralOrder, under program: ReferralProgram) -> String? {
        guard case .order(_, let onlyFirst) = program.qualifies else {
            return "orders don't matter here: an event qualifies"
        }
        guard !order.id.isEmpty, order.id.utf8.count <= Self.orderIDBytesMax else {
            return "an order without an id, or with one over \(Self.orderIDBytesMax) bytes, "
                + "is ignored"
        }
        var order = order
        order.placedAt = order.placedAt.bounded
        if let place = orders.firstIndex(where: { $0.id == order.id }) {
            guard orders[place].version < order.version else {
                return "order \(order.id) is known in this version or a newer one"
            }
            orders.remove(at: place)
        }
        let place = orders.firstIndex { ReferralOrder.isBefore(order, $0) } ?? orders.endIndex
        orders.insert(order, at: place)
        guard orders.count > Self.ordersMax else { return nil }
        // Orders from before joining matter only where the first one does.
        if !onlyFirst, let joinedAt, orders[0].placedAt < joinedAt {
            orders.removeFirst()
        } else {
            orders.removeLast()
        }
        return place >= Self.ordersMax ? "only the first \(Self.ordersMax) orders are kept" : nil
    }

    private mutating func take(
        eventNamed name: String, _ time: Timestamp, _ program: ReferralProgram
    ) -> String? {
        guard case .event(let wanted) = program.qualifies, wanted == name else {
            return "the event \(name) doesn't matter here"
        }
        guard !events.contains(time) else { return nil }
        events.insert(time, at: events.firstIndex { $0 > time } ?? events.endIndex)
        if events.count > Self.eventsMax {
            if let joinedAt, events[0] < joinedAt {
                events.removeFirst()
            } else {
                events.removeLast()
            }
        }
        return nil
    }

    // MARK: Giving and taking back

    private mutating func settle(
        _ now: Timestamp, _ program: ReferralProgram, from before: ReferralStatus,
        _ remark: String?
    ) -> Outcome {
        self.now = max(self.now, now.bounded)
        var effects: [ReferralEffect] = []
        let verdict = verdict(under: program)
        let key = "\(id):friend"
        if case .released = verdict {
            wasReleased = true
            if friendGrant.standing == nil, let points = program.friendPoints {
                effects.append(
                    friendGrant.give(
                        points, .friend, to: id.friend, key: key, because: verdict.words))
            }
        } else if let back = friendGrant.takeBack(
            .friend, from: id.friend, key: key, because: reasonToTakeBack(verdict))
        {
            effects.append(back)
        }
        let after = status(under: program)
        let reason = remark.map { "\($0); \(after.words)" } ?? after.words
        return Outcome(before: before, after: after, effects: effects, reason: reason)
    }

    private func reasonToTakeBack(_ verdict: ReferralStatus) -> String {
        if case .rejected(let rejection) = verdict { return rejection.words }
        return "what it was given for no longer holds; now \(verdict.words)"
    }
}
