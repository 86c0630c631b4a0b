/// Referrals in OpenAPI 3.1.
extension LoyaltyDescription {
    static let referralPaths = """
        "/v1/referrals": {"get": {"operationId": "referralPrograms", "summary": "The referral programs in force and how they do",
          "responses": {"200": \(answer("The programs.", "ReferralPrograms")), \(readRefusals)}}},
        "/v1/referrals/{program}/customers/{customer}": {"parameters": [\(referralProgram), \(customer)],
          "get": {"operationId": "referralsOfCustomer", "summary": "A customer's code, and the friends who joined by it",
          "responses": {"200": \(answer("The customer's referrals.", "Referrals")), \(readRefusals)}}},
        "/v1/referrals/{program}/customers/{customer}/code": {"parameters": [\(referralProgram), \(customer)],
          "post": {\(NeededScope.write), "operationId": "referralCode", "summary": "A customer's code, made where there is none",
          "description": "The same for the same customer however often it is asked, so it takes no Idempotency-Key. What the shop knows of the customer tells self-referrals; the body may be left out.",
          "requestBody": {"required": false, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false, "properties": {\(traits)}}}}},
          "responses": {"200": \(answer("The code.", "ReferralCode")), \(readRefusals)}}},
        "/v1/referrals/{program}/customers/{customer}/review": {"parameters": [\(referralProgram), \(customer)],
          "post": {\(NeededScope.write), "operationId": "reviewReferral", "summary": "Say whether a friend's referral counts",
          "description": "The customer is the friend. A person's word holds over what checks suspect: accept lets the referral count, refuse rejects it and takes back what was given, withdraw leaves it to the checks again.",
          "parameters": [\(key), \(dryRun)],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false,
            "required": ["decision"], "properties": {
            "decision": {"enum": ["accept", "refuse", "withdraw"]},
            "reason": {"type": "string", "minLength": 1, "maxLength": 50, "description": "Required unless it is withdrawn."}}}}}},
          "responses": {"200": \(answer("How the referral stands then.", "Joined")), \(readRefusals),
            "413": \(problem("The body is too large.")), "422": \(problem("The key was used for something else."))}}},
        "/v1/referrals/{program}/joins": {"parameters": [\(referralProgram)], "post": {\(NeededScope.write), "operationId": "join", "summary": "A friend joins by a code",
          "parameters": [\(key), \(dryRun)],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false,
            "required": ["customer", "code"], "properties": {
            "customer": \(line), "code": \(line),
            \(traits)}}}}},
          "responses": {"200": \(answer("The friend joined; status says how it stands.", "Joined")), \(readRefusals),
            "409": {"description": "It was refused, and says why.", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/JoinRefusal"}}}},
            "413": \(problem("The body is too large.")), "422": \(problem("The key was used for something else."))}}}
        """

    private static let referralProgram = #"""
        {"name": "program", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1, "x-kind": "referral"}}
        """#
    private static let traits = """
        "device": {"type": "string", "minLength": 1, "maxLength": 50, "description": "The device's id, where the shop knows one."},
        "payment": {"type": "string", "minLength": 1, "maxLength": 50, "description": "The payment provider's fingerprint of the card or account."},
        "address": {"type": "object", "additionalProperties": false, "required": ["line", "postcode", "country"], "properties": {
          "line": \(line), "postcode": \(line), "country": \(line)}}
        """
    private static let line = #"{"type": "string", "minLength": 1, "maxLength": 50}"#

    static let referralSchemas = """
        "ReferralPrograms": {"type": "object", "required": ["programs"], "properties": {
          "programs": {"type": "array", "items": {"type": "object"}}}},
        "ReferralCode": {"type": "object", "required": ["program", "customer", "code"], "properties": {
          "program": {"type": "string"}, "customer": {"type": "string"}, "code": {"type": "string"}, "link": {"type": "string"}}},
        "Referrals": {"type": "object", "required": ["program", "customer", "rewards", "points", "friends"], "properties": {
          "program": {"type": "string"}, "customer": {"type": "string"}, "code": {"type": "string"},
          "rewards": {"type": "integer"}, "points": {"type": "integer"},
          "friends": {"type": "array", "items": {"type": "object", "required": ["customer", "status", "reason", "joined_at"], "properties": {
            "customer": {"type": "string"}, "status": {"enum": ["expected", "joined", "qualified", "released", "rejected", "reversed"]},
            "reason": {"type": "string"}, "joined_at": {"type": "string", "format": "date-time"}}}}}},
        "Joined": {"type": "object", "required": ["operation", "program", "done", "advocate", "customer", "status", "reason"], "properties": {
          "operation": {"type": "string"}, "program": {"type": "string"}, "done": {"const": true}, "advocate": {"type": "string"},
          "customer": {"type": "string"}, "status": {"type": "string"}, "reason": {"type": "string"}}},
        "JoinRefusal": {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "object", "required": ["operation", "done"], "properties": {
          "operation": {"type": "string"}, "done": {"const": false}}}]}
        """
}
