/// The whole API in OpenAPI 3.1.
enum OpenAPIDocument {
    static func text(version: String) -> String {
        let paths = [
            EventsDescription.paths, CustomersDescription.paths, AutomationDescription.paths,
            OutboxDescription.paths, PostedDescription.paths, LoyaltyDescription.paths,
            LoyaltyDescription.liabilityPaths, LoyaltyDescription.memberPaths,
            LoyaltyDescription.promotionPaths, LoyaltyDescription.referralPaths,
            LoyaltyDescription.rewardPaths,
        ]
        let schemas = [
            EventsDescription.schemas, CustomersDescription.schemas, AutomationDescription.schemas,
            OutboxDescription.schemas, LoyaltyDescription.schemas,
            LoyaltyDescription.liabilitySchemas, LoyaltyDescription.memberSchemas,
            LoyaltyDescription.promotionSchemas, LoyaltyDescription.referralSchemas,
            LoyaltyDescription.rewardSchemas,
        ]
        return """
            {"openapi": "3.1.0",
             "info": {"title": "Perennial", "version": "\(version)",
               "description": "Events in, and what is known of customers out: segments, journeys, tasks, loyalty programs, promotions at a shop's checkout, referrals and rewards. A key has scopes: track, read, write, admin; each operation's security names the one that it needs. Writes of loyalty programs, promotions and referrals have an Idempotency-Key: asked again under it, an operation has no other effect and is answered as before."},
             \(NeededScope.read),
             "paths": {
             \(paths.joined(separator: ",\n"))},
             "components": {
               "securitySchemes": {
                 "basic": {"type": "http", "scheme": "basic", "description": "The key as user name, without a password."},
                 "bearer": {"type": "http", "scheme": "bearer"}},
               "schemas": {
               \(schemas.joined(separator: ",\n"))}}}
            """
    }
}

/// What the older routes have in common: errors as `{"success": false, "error": {…}}`.
enum PlainDescription {
    static func answer(_ description: String, _ schema: String) -> String {
        LoyaltyDescription.answer(description, schema)
    }

    /// Refusals by their status.
    static func refusals(_ statuses: Int...) -> String {
        statuses.map { status in
            "\"\(status)\": " + answer(words[status] ?? "Refused.", "Failure")
        }.joined(separator: ", ")
    }

    /// What any request with a key may be answered.
    static let read = refusals(400, 401, 403, 503)
    static let readOne = refusals(400, 401, 403, 404, 503)

    private static let words = [
        400: "Something isn't as it must be.", 401: "No key, or none that is in use.",
        403: "The key may not do this.", 404: "There is nothing of that name.",
        409: "There is one already.", 413: "The body is too large.",
        429: "Too much waits; Retry-After says when to try again.",
        503: "Try again; Retry-After may say when.",
    ]

    static func parameter(
        _ name: String, _ schema: String, _ description: String? = nil, in place: String = "query"
    ) -> String {
        let words = description.map { "\"description\": \"\($0)\", " } ?? ""
        let required = place == "path" ? "\"required\": true, " : ""
        return
            "{\"name\": \"\(name)\", \"in\": \"\(place)\", \(required)\(words)\"schema\": \(schema)}"
    }

    static func list(_ values: [String]) -> String {
        "[" + values.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    }

    static let text = #"{"type": "string"}"#
    static let name = #"{"type": "string", "minLength": 1}"#
    static let time = #"{"type": "string", "format": "date-time"}"#
    static let customer = parameter(
        "customer", #"{"type": "string", "minLength": 1}"#,
        "An id, user id, e-mail address or phone number.", in: "path")

    static func limit(_ most: Int, default usual: Int) -> String {
        parameter(
            "limit",
            #"{"type": "integer", "minimum": 1, "maximum": \#(most), "default": \#(usual)}"#)
    }

    static let after = parameter("after", text, "What next said on the page before.")
}
