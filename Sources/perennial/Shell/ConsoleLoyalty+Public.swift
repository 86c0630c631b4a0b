import Console
import Kernel
import Loyalty
import Records
import Referrals
import Runtime

/// The page on which a member sees their own account, by a signed link.
extension ConsoleLoyalty {
    /// So long a page is open to who opened it from the console.
    private static let lookSeconds = 3600

    func fillPublic(_ data: inout LoyaltyData) {
        data.memberPagePath = { program, id in
            try await Blocking.run {
                try workspace.records.root(of: id).flatMap {
                    workspace.memberPagePath(of: $0, in: program, seconds: Self.lookSeconds)?.path
                }
            }
        }
        data.publicMember = { token, before, limit in
            try await Blocking.run { try publicMember(token, before, limit) }
        }
    }

    private func publicMember(
        _ token: String, _ before: String?, _ limit: Int
    ) throws -> PublicMemberAnswer {
        switch try workspace.member(byLink: token) {
        case .unknown: return .unknown
        case .expired: return .expired
        case .member(let member): return .page(try page(of: member, before, limit))
        }
    }

    private func page(
        of member: LoyaltyMember, _ before: String?, _ limit: Int
    ) throws -> PublicMemberPage {
        let program = member.inForce.program
        let card = try workspace.loyaltyCard(of: member.customer, in: program.name)
        return PublicMemberPage(
            standing: try standing(member),
            movements: try movements(
                program.name, member.customer, before, limit, isPublic: true),
            cardNumber: card.groups, cardScan: card.scanText,
            endings: member.account.expiries().map { .init(at: $0.at, points: Int($0.points)) },
            progress: progress(member), rewards: try rewards(for: member),
            referralURL: try referralURL(of: member))
    }

    /// The link of the first referral program whose friends bring points of this program.
    private func referralURL(of member: LoyaltyMember) throws -> String? {
        let inForce = workspace.referrals.programs.first {
            $0.program.program == member.inForce.program.name && $0.program.link != nil
        }
        guard let program = inForce?.program else { return nil }
        return program.link(
            with: try workspace.referrals.code(of: member.customer, program: program.name))
    }

    /// What the member can look forward to: all but what isn't for them, or not now.
    private func rewards(for member: LoyaltyMember) throws -> [PublicMemberPage.Reward] {
        let unit = member.inForce.program.unit
        return try workspace.rewardOffers(to: member).compactMap { offer in
            var note = offer.left.map { "\($0) left" } ?? ""
            switch offer.refusal {
            case .segmentNotMatched, .ended: return nil
            case .notEnoughPoints(let cost, let available):
                note = "\(cost - available) \(unit) to go"
            case .some(let refusal): note = refusal.sentence(unit: unit)
            case nil: break
            }
            return PublicMemberPage.Reward(
                title: offer.reward.title, points: Int(offer.reward.cost), note: note)
        }
    }

    private func progress(_ member: LoyaltyMember) -> PublicMemberPage.Progress? {
        let program = member.inForce.program
        guard let rules = program.tiers,
            let standing = member.account.standing(program, member.inForce.zone),
            let next = standing.next
        else { return nil }
        let level = rules.levels[next]
        return PublicMemberPage.Progress(
            percent: min(99, Int(standing.share(rules) * 100)), benefits: level.benefits)
    }
}
