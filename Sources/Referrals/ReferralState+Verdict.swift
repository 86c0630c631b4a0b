import Documents
import Kernel

extension ReferralState {
    /// How the referral stands at the latest instant that it was told.
    package func status(under program: ReferralProgram) -> ReferralStatus {
        let verdict = verdict(under: program)
        if case .rejected(let rejection) = verdict, wasReleased { return .reversed(rejection) }
        return verdict
    }

    /// What a check suspects, whether or not a person let it count all the same; nil for nothing.
    package var suspicion: ReferralBlock? {
        review?.block.flatMap { $0.isSuspicion ? $0 : nil }
    }

    /// What the facts say, whatever was given before: never `reversed`.
    func verdict(under program: ReferralProgram) -> ReferralStatus {
        guard let joinedAt else { return .expected }
        if let judgement, judgement.word == .refused {
            return .rejected(.byHand(reason: judgement.reason))
        }
        if let block = review?.block, !block.isSuspicion || judgement?.word != .counts {
            return .rejected(.blocked(block))
        }
        let deadline = program.within.map { joinedAt.adding(milliseconds: $0.milliseconds) }
        let window = Window(from: joinedAt, to: deadline)
        switch program.qualifies {
        case .order(let minimum, true): return firstOrder(minimum, window, program)
        case .order(let minimum, false): return anyOrder(minimum, window, program)
        case .event(let name):
            guard let time = events.first(where: window.contains) else {
                return open(window, orElse: .late)
            }
            return qualified(.event(name: name), at: time, program)
        }
    }

    /// The time in which a friend can qualify, both ends with it.
    private struct Window {
        var from: Timestamp
        var to: Timestamp?

        func contains(_ time: Timestamp) -> Bool { time >= from && time <= to ?? .latest }
    }

    /// The friend's first order, of those that weren't cancelled, decides.
    private func firstOrder(
        _ minimum: Money, _ window: Window, _ program: ReferralProgram
    ) -> ReferralStatus {
        guard let first = orders.first(where: { !$0.isCancelled }) else {
            let cancelled = orders.first { window.contains($0.placedAt) }
            return open(window, orElse: cancelled.map { .cancelled(order: $0.id) } ?? .late)
        }
        if first.placedAt < window.from { return .rejected(.notNew(order: first.id)) }
        guard window.contains(first.placedAt) else { return .rejected(.late) }
        guard first.amount.currency == minimum.currency else {
            return .rejected(.otherCurrency(order: first.id))
        }
        guard first.amount.minor >= minimum.minor else {
            return .rejected(.belowMinimum(order: first.id))
        }
        guard reaches(minimum, first) else { return .rejected(.refunded(order: first.id)) }
        return qualified(qualifier(first), at: first.placedAt, program)
    }

    /// The first order that is large enough decides.
    private func anyOrder(
        _ minimum: Money, _ window: Window, _ program: ReferralProgram
    ) -> ReferralStatus {
        let inTime = orders.filter {
            window.contains($0.placedAt) && $0.amount.currency == minimum.currency
                && $0.amount.minor >= minimum.minor
        }
        if let order = inTime.first(where: { !$0.isCancelled && reaches(minimum, $0) }) {
            return qualified(qualifier(order), at: order.placedAt, program)
        }
        guard let lost = inTime.first else { return open(window, orElse: .late) }
        return open(
            window,
            orElse: lost.isCancelled ? .cancelled(order: lost.id) : .refunded(order: lost.id))
    }

    /// A whole refund never qualifies, also where the minimum is nothing.
    private func reaches(_ minimum: Money, _ order: ReferralOrder) -> Bool {
        order.net >= minimum.minor && (order.refunded <= 0 || order.net > 0)
    }

    private func qualifier(_ order: ReferralOrder) -> ReferralStatus.Qualifier {
        .order(id: order.id, amount: Money(minor: order.net, currency: order.amount.currency))
    }

    private func open(_ window: Window, orElse rejection: Rejection) -> ReferralStatus {
        if let end = window.to, now > end { return .rejected(rejection) }
        return .joined(until: window.to)
    }

    private func qualified(
        _ qualifier: ReferralStatus.Qualifier, at time: Timestamp, _ program: ReferralProgram
    ) -> ReferralStatus {
        let releaseAt = time.adding(milliseconds: program.hold?.milliseconds ?? 0)
        return now >= releaseAt
            ? .released(by: qualifier, at: releaseAt)
            : .qualified(by: qualifier, at: time, releaseAt: releaseAt)
    }
}
