import API
import JSONParsing
import Kernel
import Loyalty
import Runtime

/// What the API answers tills that look for a member, and those who ask for the link to a member's page.
enum LoyaltyMemberAnswers {
    /// - Parameter publicURL: The address that people reach the server by, without a slash at its end; empty for none.
    static func answers(
        of workspace: Workspace, publicURL: String
    ) -> LoyaltyMemberRoutes.Answers {
        LoyaltyMemberRoutes.Answers(
            find: { program, keys in
                try await Blocking.run { try find(keys, in: program, workspace) }
            },
            link: { program, customer, seconds in
                try await Blocking.run {
                    try link(to: customer, in: program, seconds, workspace, publicURL)
                }
            })
    }

    private static func find(
        _ keys: [MemberKey], in program: String, _ workspace: Workspace
    ) throws -> [UInt8] {
        guard let inForce = workspace.loyalty.program(program) else {
            throw APIError.unknownDefinition(kind: "program")
        }
        switch try workspace.loyaltyMember(by: keys, in: inForce) {
        case .found(let member, let card): return LoyaltyAnswers.account(member, card: card)
        case .nobody(let reason): throw APIError.noMember(reason)
        case .several(let reason): throw APIError.severalMembers(reason)
        case .malformed(let name, let reason):
            throw APIError.invalid(path: name, code: "invalid_parameter", reason: reason)
        }
    }

    private static func link(
        to customer: String, in program: String, _ seconds: Int, _ workspace: Workspace,
        _ publicURL: String
    ) throws -> [UInt8] {
        guard workspace.loyalty.program(program) != nil else {
            throw APIError.unknownDefinition(kind: "program")
        }
        let id = try LoyaltyAnswers.customer(customer, in: workspace)
        guard !publicURL.isEmpty else {
            throw APIError.notSetUp(
                "a link needs the address that people reach the server by; set server.publicURL")
        }
        guard let page = workspace.memberPagePath(of: id, in: program, seconds: seconds) else {
            throw APIError.unknownDefinition(kind: "program")
        }
        var json = JSONWriter()
        json.beginObject()
        json.member("url", publicURL + page.path)
        json.member("expires_at", page.expiresAt.rfc3339)
        json.endObject()
        return json.bytes
    }
}
