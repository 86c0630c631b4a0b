import Kernel

@testable import API

/// Nobody asks in these tests.
private struct Unasked: Error {}

extension ReadRoutes.Answers {
    static let unasked = Self(
        customer: { _ in throw Unasked() }, customers: { _ in throw Unasked() },
        models: { throw Unasked() })
}

extension OutboxRoutes.Answers {
    static let unasked = Self(
        tasks: { _, _ in throw Unasked() }, addTask: { _ in throw Unasked() },
        finishTask: { _, _, _ in throw Unasked() }, outbox: { _, _ in throw Unasked() },
        receivers: { throw Unasked() }, addReceiver: { _, _, _ in throw Unasked() },
        removeReceiver: { _ in throw Unasked() })
}

extension AutomationRoutes.Answers {
    static let unasked = Self(
        segments: { throw Unasked() }, members: { _, _, _ in throw Unasked() },
        standings: { _ in throw Unasked() }, journeys: { throw Unasked() },
        start: { _ in throw Unasked() })
}

extension InboxRoutes.Answers {
    static let unasked = Self(
        inbox: { _, _, _ in throw Unasked() }, read: { _, _ in throw Unasked() })
}

extension MailRoutes.Answers {
    static let unasked = Self(
        hit: { _ in throw Unasked() }, inbound: { _, _ in throw Unasked() })
}

extension SMSRoutes.Answers {
    static let unasked = Self(
        status: { _ in throw Unasked() }, inbound: { _ in throw Unasked() })
}

extension LoyaltyRoutes.Answers {
    static let unasked = Self(
        programs: { throw Unasked() }, currency: { _ in nil },
        account: { _, _ in throw Unasked() }, history: { _, _, _, _ in throw Unasked() },
        liability: { _, _ in throw Unasked() }, perform: { _ in throw Unasked() })
}

extension LoyaltyMemberRoutes.Answers {
    static let unasked = Self(
        find: { _, _ in throw Unasked() }, link: { _, _, _ in throw Unasked() })
}

extension RewardRoutes.Answers {
    static let unasked = Self(
        rewards: { _, _ in throw Unasked() }, claim: { _ in throw Unasked() },
        step: { _, _, _ in throw Unasked() }, benefit: { _, _, _ in throw Unasked() },
        access: { _, _, _ in throw Unasked() })
}

extension ReferralRoutes.Answers {
    static let unasked = Self(
        programs: { throw Unasked() }, customer: { _, _ in throw Unasked() },
        code: { _, _, _ in throw Unasked() }, join: { _ in throw Unasked() },
        review: { _ in throw Unasked() })
}

extension PromotionRoutes.Answers {
    static func unasked(in currency: Currency) -> Self {
        Self(
            promotions: { throw Unasked() }, currency: currency,
            checkout: { _ in throw Unasked() }, perform: { _ in throw Unasked() },
            issue: { _ in throw Unasked() })
    }
}
