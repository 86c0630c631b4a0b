import Documents
import Kernel
import Loyalty
import Records

extension Workspace {
    /// How a customer stands in each program that is in force, for templates; by the program's name. Blocks.
    ///
    /// `page` is a path: the member's own page, by a link that is good for 30 days.
    func loyaltyValues(of customer: ID<Customer>) throws -> [DocumentNode.Member] {
        let root = try records.root(of: customer) ?? customer
        return try loyalty.programs.map { inForce in
            let member = try loyaltyMember(root, in: inForce)
            return DocumentNode.Member(
                inForce.program.name, .mapping(values(of: member)))
        }
    }

    private func values(of member: LoyaltyMember) -> [(String, DocumentNode)] {
        let (program, account) = (member.inForce.program, member.account)
        let now = account.latest
        var values: [(String, DocumentNode)] = [
            ("title", .text(program.title)), ("unit", .text(program.unit)),
            ("points", .number(account.available(at: now))),
            ("pending", .number(account.pending(at: now))),
        ]
        if let first = account.expiries().first {
            values.append(("endingPoints", .number(first.points)))
            values.append(("ends", .text(first.at.rfc3339)))
        }
        if let rules = program.tiers, let standing = account.standing(program, member.inForce.zone)
        {
            values.append(("tier", .text(rules.levels[standing.tier].title)))
            if let next = standing.next {
                values.append(("nextTier", .text(rules.levels[next].title)))
                values.append(("missing", .text(LoyaltyWords.missing(standing, rules, program))))
            }
            if let until = standing.heldUntil { values.append(("tierUntil", .text(until.rfc3339))) }
        }
        let page = memberPagePath(
            of: member.customer, in: program.name, seconds: Self.memberLinkDays * 86_400)
        if let page { values.append(("page", .text(page.path))) }
        return values
    }
}
