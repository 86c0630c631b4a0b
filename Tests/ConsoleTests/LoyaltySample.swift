import Documents
import Kernel
import Synchronization

@testable import Console

/// A loyalty program, and one member of it.
enum LoyaltySample {
    static let customer = ID<Customer>(rawValue: 7)
    static let now = Timestamp(milliseconds: 1_290_000_000_000)

    /// The end of 2010.
    static let midnight = Timestamp(milliseconds: 1_293_840_000_000)

    static let row = ProgramRow(
        name: "club", title: SampleData.hostile, unit: "points", version: 2, members: 12,
        outstanding: 8508)

    static let movement = MovementRow(
        at: now, points: 49, balance: 8508, reason: "49 points for order A-1 " + SampleData.hostile,
        lot: 1, customer: customer, name: SampleData.hostile)

    static func program() -> ProgramPageData {
        var data = ProgramPageData(row: row, appliedAt: now, asOf: now)
        data.liability = (0..<3).map {
            .init(month: CalendarMonth(year: 2010, month: 9 + $0), points: $0 * 1000)
        }
        data.ending = [.init(month: CalendarMonth(year: 2010, month: 12), points: 5)]
        data.tiers = [
            TierRow(
                title: "Gold", from: "from 500.00 GBP", benefits: [SampleData.hostile], members: 3)
        ]
        data.rules = ["1 point for each 1.00 GBP"]
        data.yaml = SampleData.hostile
        data.newest = [movement]
        data.expectation = ["Expected to be redeemed: 4,000 points " + SampleData.hostile]
        data.costs = [
            .init(
                month: CalendarMonth(year: 2010, month: 11), tier: SampleData.hostile, issued: 3456,
                spent: 789)
        ]
        return data
    }

    static func page() -> PublicMemberPage {
        PublicMemberPage(
            standing: standing(), movements: MovementPage(movements: [movement], next: "7"),
            cardNumber: "9123 4567 8901 2348", cardScan: "M9123456789012348",
            endings: [
                .init(at: now.adding(days: 300), points: 49), .init(at: midnight, points: 7),
            ],
            progress: .init(percent: 23, benefits: ["free-shipping", SampleData.hostile]))
    }

    /// With all that a page can have, each of it hostile.
    static func fullPage() -> PublicMemberPage {
        var page = page()
        page.standing.held = 4
        page.standing.owed = 5
        page.standing.tier?.benefits = ["early-access", SampleData.hostile]
        page.standing.tier?.heldUntil = now.adding(days: 30)
        page.endings = (0..<20).map { .init(at: now.adding(days: 30 * $0), points: 2) }
        page.rewards = [.init(title: SampleData.hostile, points: 50, note: SampleData.hostile)]
        page.referralURL = "https://shop.example.test/r/\"><script>"
        return page
    }

    static func rewards(claims: Bool) -> RewardsPage {
        let hostile = SampleData.hostile
        func claim(_ id: String, _ state: ClaimRow.State) -> ClaimRow {
            ClaimRow(
                id: id, reward: "tote", customer: customer, name: hostile, state: state,
                points: 500, code: hostile, changedAt: now,
                keptUntil: state == .reserved ? now : nil)
        }
        return RewardsPage(
            programTitle: hostile, unit: "points",
            rewards: [
                RewardRow(
                    name: "tote", title: hostile, description: hostile, cost: 500, stock: 10,
                    reserved: 3, given: 7, terms: [hostile])
            ],
            claims: claims
                ? [claim("c-1", .reserved), claim("c-2", .confirmed), claim("c-3", .released)] : [])
    }

    static var referralCase: ReferralCase {
        ReferralCase(
            line: ReferralLine(
                advocate: customer, advocateName: SampleData.hostile, friend: customer,
                friendName: SampleData.hostile, state: .rejected, reason: SampleData.hostile,
                changedAt: now),
            joinedAt: now, findings: [SampleData.hostile], isSuspected: true,
            orders: Currency("GBP").map { pound in
                [
                    ReferralCase.Order(
                        id: SampleData.hostile, placedAt: now,
                        amount: Money(minor: 4200, currency: pound), refunded: 100,
                        isCancelled: false)
                ]
            } ?? [],
            judgement: ReferralCase.Judgement(
                word: .withdraw, reason: SampleData.hostile, by: SampleData.hostile))
    }

    static let approvals = [
        ApprovalRow(
            number: 3, customer: customer, name: SampleData.hostile, points: 500,
            reason: SampleData.hostile, asker: nil, askedBy: "key", askedAt: now, state: .waiting),
        ApprovalRow(
            number: 2, customer: customer, name: SampleData.hostile, points: -300, reason: "a slip",
            asker: nil, askedBy: SampleData.hostile, askedAt: now, state: .declined,
            decidedBy: SampleData.hostile, note: SampleData.hostile),
    ]

    static func standing() -> MemberStanding {
        MemberStanding(
            program: "club", title: SampleData.hostile, unit: "points", customer: customer,
            name: SampleData.hostile, asOf: now, available: 49, pending: 3,
            tier: .init(
                title: "Member", amount: "117.20 GBP", next: "Gold", missing: "382.80 GBP",
                heldUntil: nil, benefits: [SampleData.hostile]),
            lots: [
                .init(
                    number: 1, from: "order A-1", earnedAt: now, availableAt: now,
                    expiresAt: now.adding(days: 300), issued: 49, left: 49, held: 0)
            ])
    }
}

extension ConsoleFixture {
    var loyalty: LoyaltyData {
        var data = LoyaltyData()
        if mood == .failing { data.publicMember = { _, _, _ in throw Failure() } }
        guard mood == .well else { return data }
        data.programs = { [LoyaltySample.row] }
        data.program = { $0 == "club" ? LoyaltySample.program() : nil }
        data.basket = { _, amount in
            BasketAnswer(
                amount: amount,
                lines: amount == "49.90" ? [.init(tier: "Gold", points: 49)] : nil)
        }
        data.member = { program, id in
            program == "club" && id == LoyaltySample.customer ? LoyaltySample.standing() : nil
        }
        data.movements = { _, _, _, _ in MovementPage(movements: [LoyaltySample.movement]) }
        data.memberPagePath = { program, id in
            program == "club" && id == LoyaltySample.customer ? "/club/fresh" : nil
        }
        data.publicMember = { token, before, _ in
            self.asked.withLock { $0.memberPages.append("\(token) \(before ?? "–")") }
            return switch token {
            case "good": .page(LoyaltySample.page())
            case "full": .page(LoyaltySample.fullPage())
            case "old": .expired
            default: .unknown
            }
        }
        data.approvals.rows = { $0 == "club" ? LoyaltySample.approvals : nil }
        data.referrals.programs = {
            [
                ReferralProgramRow(
                    name: "friends", title: SampleData.hostile, advocates: 2,
                    states: ["joined": 1], points: 700)
            ]
        }
        data.referrals.lines = { _, state, _ in
            guard state == nil || state == .joined else { return [] }
            return [
                ReferralLine(
                    advocate: LoyaltySample.customer, advocateName: SampleData.hostile,
                    friend: LoyaltySample.customer, friendName: SampleData.hostile,
                    state: .joined, reason: SampleData.hostile, changedAt: LoyaltySample.now)
            ]
        }
        data.rewards.page = { program, reward, claims in
            guard program == "club" else { return nil }
            return LoyaltySample.rewards(claims: claims)
        }
        data.rewards.step = { program, claim, step in
            self.asked.withLock { $0.decided.append("\(program) \(claim) \(step.rawValue)") }
            return claim == "c-1" ? .done : .refused("The claim is released.")
        }
        data.referrals.one = { program, friend, named in
            guard program == "friends", friend == LoyaltySample.customer else { return nil }
            return LoyaltySample.referralCase
        }
        data.referrals.judge = { program, friend, word, reason, _ in
            self.asked.withLock {
                $0.decided.append("\(program) \(friend) \(word.rawValue) \(reason)")
            }
            return friend == LoyaltySample.customer
        }
        data.approvals.decide = { program, number, approve, note, _ in
            self.asked.withLock { $0.decided.append("\(program) \(number) \(approve) \(note)") }
            return number == 3 ? .done : .refused("you asked for it")
        }
        data.editor.starter = { "kind: program" }
        data.editor.preview = { draft in
            var preview = ProgramPreview()
            if draft.yaml.contains("wrong") {
                preview.problem = "earn: is missing " + SampleData.hostile
                return preview
            }
            preview.title = SampleData.hostile
            preview.unit = "points"
            preview.isAmountWrong = draft.amount == "much"
            preview.baskets = [
                .init(amount: "49.90 GBP", lines: [.init(tier: SampleData.hostile, points: 1234)])
            ]
            preview.rules = [SampleData.hostile]
            return preview
        }
        data.editor.save = { yaml, _ in
            yaml.contains("wrong")
                ? .refused(DocumentProblem(path: "earn", reason: "is missing"))
                : .saved(name: "club")
        }
        data.adjust = { _, _, form, _ in
            self.asked.withLock { $0.adjusted.append(form) }
            return form.points == "x" ? .refused("x is not a whole number") : .done
        }
        return data
    }
}
