/// Rewards, claims and benefits in OpenAPI 3.1.
extension LoyaltyDescription {
    static let rewardPaths = """
        "/v1/loyalty/{program}/rewards": {"parameters": [\(program)],
          "get": {"operationId": "rewards", "summary": "What points are good for, and whether a customer can have it now",
          "parameters": [{"name": "customer", "in": "query", "schema": {"type": "string", "minLength": 1, "maxLength": 50}}],
          "responses": {"200": \(answer("The rewards.", "Rewards")), \(readRefusals)}}},
        "/v1/loyalty/{program}/customers/{customer}/benefits/{benefit}": {"parameters": [\(program), \(customer),
          {"name": "benefit", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1, "maxLength": 50}}],
          "get": {"operationId": "benefit", "summary": "Whether a customer's tier has a benefit, such as early access",
          "responses": {"200": \(answer("Whether it has.", "Benefit")), \(readRefusals)}}},
        "/v1/loyalty/{program}/customers/{customer}/access/{collection}": {"parameters": [\(program), \(customer),
          {"name": "collection", "in": "path", "required": true, "schema": \(text50)}],
          "get": {"operationId": "access", "summary": "Whether a customer may buy a collection now: tiers may before others",
          "responses": {"200": \(answer("Whether, since when, and why.", "Access")), \(readRefusals)}}},
        "/v1/loyalty/{program}/claims": {"parameters": [\(program)], "post": {\(NeededScope.write), "operationId": "claim", "summary": "Keep a reward and its points for a customer",
          "description": "The Idempotency-Key is the claim's id from then on; asked again it answers how the claim stands.",
          "parameters": [\(key), \(dryRun)],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false,
            "required": ["customer", "reward"], "properties": {"customer": \(text50), "reward": \(text50),
            "confirm": {"type": "boolean", "default": false, "description": "Whether it is taken at once."}}}}}},
          "responses": {"200": \(answer("It is kept, or taken.", "Claim")), \(claimRefusals)}}},
        \(step("confirmations", "confirmClaim", "Take what was kept: the points are spent")),
        \(step("releases", "releaseClaim", "Free what was kept")),
        \(step("returns", "returnClaim", "Take a reward back: the points come back"))
        """

    private static let text50 = #"{"type": "string", "minLength": 1, "maxLength": 50}"#

    private static func step(_ path: String, _ id: String, _ summary: String) -> String {
        """
        "/v1/loyalty/{program}/claims/\(path)": {"parameters": [\(program)], "post": {\(NeededScope.write), "operationId": "\(id)", "summary": "\(summary)",
          "parameters": [\(key)],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false,
            "required": ["claim"], "properties": {"claim": \(text50)}}}}},
          "responses": {"200": \(answer("How the claim stands.", "Claim")), \(claimRefusals)}}}
        """
    }

    private static let claimRefusals =
        readRefusals + ", "
        + [
            "\"409\": " + problem("It was refused, and says why."),
            "\"413\": " + problem("The body is too large."),
            "\"422\": " + problem("The key was used for something else."),
            "\"429\": " + problem("Too much waits; try again."),
        ].joined(separator: ", ")

    static let rewardSchemas = """
        "Rewards": {"type": "object", "required": ["program", "rewards"], "properties": {"program": {"type": "string"},
          "rewards": {"type": "array", "items": {"type": "object", "required": ["name", "title", "cost"], "properties": {
            "name": {"type": "string"}, "title": {"type": "string"}, "description": {"type": "string"}, "cost": {"type": "integer"},
            "left": {"type": "integer"}, "can_claim": {"type": "boolean"}, "code": {"type": "string"}, "reason": {"type": "string"}}}}}},
        "Claim": {"type": "object", "required": ["claim", "reward", "customer", "state", "points", "done"], "properties": {
          "claim": {"type": "string"}, "reward": {"type": "string"}, "customer": {"type": "string"}, "state": {"type": "string"},
          "points": {"type": "integer"}, "done": {"type": "boolean"}, "expires_at": {"type": "string", "format": "date-time"}, "code": {"type": "string"}}},
        "Access": {"type": "object", "required": ["program", "customer", "collection", "title", "allowed", "reason", "opens_at", "opens_to_all_at"], "properties": {
          "program": {"type": "string"}, "customer": {"type": "string"}, "collection": {"type": "string"}, "title": {"type": "string"},
          "allowed": {"type": "boolean"}, "reason": {"type": "string"}, "tier": {"type": "string"},
          "opens_at": {"type": "string", "format": "date-time"}, "opens_to_all_at": {"type": "string", "format": "date-time"},
          "closes_at": {"type": "string", "format": "date-time"}}},
        "Benefit": {"type": "object", "required": ["program", "customer", "benefit", "granted"], "properties": {
          "program": {"type": "string"}, "customer": {"type": "string"}, "benefit": {"type": "string"}, "granted": {"type": "boolean"},
          "tier": {"type": "string"}, "reason": {"type": "string"}}}
        """
}
