import Runtime

/// What tills look members up by, and the link to a member's page, in OpenAPI 3.1.
extension LoyaltyDescription {
    static let memberPaths = """
        "/v1/loyalty/{program}/members": {"parameters": [\(program)],
          "get": {"operationId": "findMember", "summary": "The one member who has this phone number, e-mail address or card",
          "description": "One of the three at least. Where several are given, all must be of the same customer. Phone numbers are compared with their country's code, without spaces and signs; a card's number is taken as typed or scanned, with M in front.",
          "parameters": [\(lookup("phone", "As in +44 20 7946 0001.")), \(lookup("email", "In any case.")), \(lookup("card", "16 digits, with M in front where it was scanned."))],
          "responses": {"200": \(answer("The member's account, and the number of their card.", "Member")), \(readRefusals), "409": \(problem("What was given is of several customers."))}}},
        "/v1/loyalty/{program}/members/{customer}/link": {"parameters": [\(program), \(customer)],
          "post": {\(NeededScope.write), "operationId": "linkToMember", "summary": "A link to the page on which a member sees their own account",
          "description": "Whoever has the link sees the account until it ends. It changes nothing and takes no Idempotency-Key.",
          "requestBody": {"required": false, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false, "properties": {
            "expires_in": {"type": "integer", "description": "Seconds; 30 days where nothing is said.", "minimum": 1, "maximum": \(LoyaltyMemberRoutes.linkSeconds.upperBound), "default": \(Workspace.memberLinkDays * 86_400)}}}}}},
          "responses": {"200": \(answer("The link.", "Link")), \(readRefusals), "409": \(problem("The server doesn't know by which address people reach it.")), "413": \(problem("The body is too large."))}}}
        """

    static let memberSchemas = """
        "Member": {"allOf": [{"$ref": "#/components/schemas/Account"}, {"type": "object", "required": ["card"], "properties": {
          "card": {"type": "string", "pattern": "^9[0-9]{15}$"}}}]},
        "Link": {"type": "object", "required": ["url", "expires_at"], "properties": {
          "url": {"type": "string", "format": "uri"}, "expires_at": {"type": "string", "format": "date-time"}}}
        """

    private static func lookup(_ name: String, _ description: String) -> String {
        """
        {"name": "\(name)", "in": "query", "description": "\(description)", "schema": {"type": "string", "minLength": 1, "maxLength": \(LoyaltyMemberRoutes.keyBytesMax)}}
        """
    }
}
