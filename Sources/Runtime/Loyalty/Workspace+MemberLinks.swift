package import Kernel
import Messaging
import Records

/// What a link to a member's page leads to.
package enum MemberLinkAnswer: Sendable {
    case member(LoyaltyMember)
    /// It was ours, and its time is over.
    case expired
    /// It isn't ours, or the program is out of force.
    case unknown
}

/// Links to the pages on which members see their own accounts.
extension Workspace {
    /// So long a link is good for where nothing else is said.
    package static let memberLinkDays = 30
    package static let memberLinkDaysMax = 400

    private var memberLinkKeys: SigningKeys? { SigningKeys([(number: 0, bytes: secrets.links)]) }

    /// The path of a member's page, and when it ends; nil for a program that isn't in force.
    ///
    /// - Parameter seconds: For how long: 1 to 400 days' worth.
    package func memberPagePath(
        of customer: ID<Customer>, in program: String, seconds: Int
    ) -> (path: String, expiresAt: Timestamp)? {
        let milliseconds = Int64(min(seconds, Self.memberLinkDaysMax * 86_400)) * 1000
        guard loyalty.program(program) != nil, let keys = memberLinkKeys,
            let link = MemberLink(
                program: program, customer: customer,
                expiresAt: clock.now.adding(milliseconds: milliseconds))
        else { return nil }
        return ("/club/\(link.token(keys))", link.expiresAt)
    }

    /// Whose page a link leads to. Blocks.
    ///
    /// Links are read by the real clock, also where the program's time is another's.
    package func member(byLink token: String) throws -> MemberLinkAnswer {
        guard let keys = memberLinkKeys, let link = MemberLink(token: token, keys: keys) else {
            return .unknown
        }
        guard !link.isExpired(at: clock.now) else { return .expired }
        guard let inForce = loyalty.program(link.program),
            let root = try records.root(of: link.customer)
        else { return .unknown }
        return .member(try loyaltyMember(root, in: inForce))
    }
}
