import Loyalty

/// Loyalty programs in OpenAPI 3.1, and what all of the newer routes have in common.
enum LoyaltyDescription {
    static var paths: String {
        let writes = LoyaltyRoutes.operations.map { path, kind in
            """
            "/v1/loyalty/{program}/\(path)": {"parameters": [\(program)], "post": {
              \(NeededScope.write), "operationId": "\(path)", "summary": "\(summary(kind))",
              "parameters": [\(key), \(dryRun)],
              "requestBody": {"required": true, "content": {"application/json": {"schema": \(body(kind))}}},
              "responses": {"200": \(answer("Done.", "Answer")), \(waiting(kind))\(refusals)}}}
            """
        }
        return """
            "/v1/loyalty": {"get": {"operationId": "programs", "summary": "The programs in force",
              "responses": {"200": \(answer("The programs.", "Programs")), \(readRefusals)}}},
            "/v1/loyalty/{program}/customers/{customer}": {"parameters": [\(program), \(customer)],
              "get": {"operationId": "account", "summary": "A customer's account: balance, lots and tier",
              "responses": {"200": \(answer("The account.", "Account")), \(readRefusals)}}},
            "/v1/loyalty/{program}/customers/{customer}/history": {"parameters": [\(program), \(customer)],
              "get": {"operationId": "history", "summary": "Movements of points, the newest first",
              "parameters": [
                {"name": "before", "in": "query", "description": "What next said on the page before.", "schema": {"type": "integer", "minimum": 1, "maximum": 9223372036854775807}},
                {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": \(LoyaltyRoutes.historyMax), "default": 50}}],
              "responses": {"200": \(answer("A page.", "History")), \(readRefusals)}}},
            \(writes.joined(separator: ",\n"))
            """
    }

    static let program = #"""
        {"name": "program", "in": "path", "required": true, "schema": {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,63}$"}}
        """#
    static let customer = #"""
        {"name": "customer", "in": "path", "required": true, "description": "An id, user id, e-mail address or phone number.", "schema": {"type": "string", "minLength": 1}}
        """#
    static let key = """
        {"name": "Idempotency-Key", "in": "header", "required": true, "description": "Your own number for the operation.", "schema": {"type": "string", "minLength": 1, "maxLength": \(IdempotentRequest.keyBytesMax), "pattern": "^[ -~]+$"}}
        """
    static let dryRun = #"""
        {"name": "dryRun", "in": "query", "description": "Whether nothing is to be done.", "schema": {"type": "boolean", "default": false}}
        """#

    static func answer(_ description: String, _ schema: String) -> String {
        """
        {"description": "\(description)", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/\(schema)"}}}}
        """
    }

    static func problem(_ description: String) -> String {
        """
        {"description": "\(description)", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        """
    }

    static let readRefusals = [
        "\"400\": " + problem("Something isn't as it must be."),
        "\"401\": " + problem("No key, or none that is in use."),
        "\"403\": " + problem("The key may not do this."),
        "\"404\": " + problem("No such program or customer."),
        "\"503\": " + problem("Try again."),
    ].joined(separator: ", ")

    static let refusals =
        readRefusals + ", "
        + [
            """
            "409": {"description": "The program refused it, and says why; kept as the operation's answer.", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}}
            """,
            "\"413\": " + problem("The body is too large."),
            "\"422\": " + problem("The key was used for something else."),
            "\"429\": " + problem("Too much waits; try again."),
        ].joined(separator: ", ")

    /// Only corrections may wait for somebody.
    private static func waiting(_ kind: LoyaltyRequest.Kind) -> String {
        kind == .adjust
            ? "\"202\": " + answer("A second person is to approve it.", "Waiting") + ", " : ""
    }

    private static func summary(_ kind: LoyaltyRequest.Kind) -> String {
        switch kind {
        case .order: "An order as it is now"
        case .refund: "Lines or money of an order that were given back"
        case .cancel: "An order was cancelled"
        case .event: "Something that a customer did"
        case .award: "Give points"
        case .spend: "Spend points"
        case .unspend: "Undo a spending, whole or in part"
        case .reserve: "Keep points for something"
        case .confirm: "Spend what was reserved"
        case .release: "Free what was reserved"
        case .adjust: "Correct by hand"
        case .takeBack: "Take back what was given"
        case .tick: "Let time pass"
        }
    }

    private static let text = """
        {"type": "string", "minLength": 1, "maxLength": \(LoyaltyRequest.textCharactersMax)}
        """
    private static let points = """
        {"type": "integer", "minimum": 1, "maximum": \(LoyaltyProgram.pointsMax)}
        """
    private static let money =
        #"{"type": "number", "minimum": 0, "maximum": 1000000, "multipleOf": 0.01}"#

    private static func body(_ kind: LoyaltyRequest.Kind) -> String {
        var required = ["customer"]
        var members = [
            "\"customer\": \(text)", "\"at\": {\"type\": \"string\", \"format\": \"date-time\"}",
        ]
        func add(_ name: String, _ schema: String, isRequired: Bool = true) {
            members.append("\"\(name)\": \(schema)")
            if isRequired { required.append(name) }
        }
        var extra = ""
        switch kind {
        case .order:
            add("order_id", text)
            add("currency", #"{"type": "string", "pattern": "^[A-Z]{3}$"}"#, isRequired: false)
            add(
                "lines",
                ##"{"type": "array", "minItems": 1, "maxItems": 2000, "items": {"$ref": "#/components/schemas/Line"}}"##
            )
        case .refund:
            add("order_id", text)
            add("refund_id", text, isRequired: false)
            add(
                "amount",
                "{\"type\": \"number\", \"minimum\": 0.01, \"maximum\": 1000000, \"multipleOf\": 0.01}",
                isRequired: false)
            add("whole", #"{"const": true}"#, isRequired: false)
            add(
                "lines",
                ##"{"type": "array", "minItems": 1, "maxItems": 2000, "items": {"$ref": "#/components/schemas/RefundedLine"}}"##,
                isRequired: false)
            extra =
                #", "anyOf": [{"required": ["amount"]}, {"required": ["whole"]}, {"required": ["lines"]}]"#
        case .cancel: add("order_id", text)
        case .event:
            add("event", text)
            add("order_id", text, isRequired: false)
        case .award:
            add("points", points)
            add("reason", text)
        case .spend:
            add("points", points)
            add("reference", text, isRequired: false)
        case .unspend:
            add("operation", text)
            add("points", points, isRequired: false)
        case .reserve:
            add("points", points)
            add("reference", text, isRequired: false)
            add(
                "expires_in",
                "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": \(LoyaltyRequest.holdSeconds.upperBound)}",
                isRequired: false)
        case .confirm, .release: add("operation", text)
        case .adjust:
            add(
                "points",
                "{\"type\": \"integer\", \"minimum\": -\(LoyaltyProgram.pointsMax), \"maximum\": \(LoyaltyProgram.pointsMax), \"not\": {\"const\": 0}}"
            )
            add("reason", text)
        case .takeBack, .tick: break
        }
        let names = required.map { "\"\($0)\"" }.joined(separator: ", ")
        return """
            {"type": "object", "additionalProperties": false, "required": [\(names)], "properties": {\(members.joined(separator: ", "))}\(extra)}
            """
    }

    static let schemas = """
        "Line": {"type": "object", "additionalProperties": false, "properties": {
          "id": \(text), "product": \(text), "category": \(text),
          "quantity": {"type": "number", "minimum": 0, "maximum": 1000000, "multipleOf": 0.001},
          "price": \(money), "amount": \(money), "discount": \(money), "tax": \(money)},
          "anyOf": [{"required": ["price"]}, {"required": ["amount"]}]},
        "RefundedLine": {"type": "object", "additionalProperties": false, "required": ["line"], "properties": {
          "line": \(text), "quantity": {"type": "number", "minimum": 0, "maximum": 1000000, "multipleOf": 0.001}, "amount": \(money)},
          "anyOf": [{"required": ["quantity"]}, {"required": ["amount"]}]},
        "Balance": {"type": "object", "required": ["available", "pending", "reserved", "owed", "total"], "properties": {
          "available": {"type": "integer"}, "pending": {"type": "integer"}, "reserved": {"type": "integer"},
          "owed": {"type": "integer"}, "total": {"type": "integer"}}},
        "Expiry": {"type": "object", "required": ["at", "points"], "properties": {
          "at": {"type": "string", "format": "date-time"}, "points": {"type": "integer"}}},
        "Tier": {"type": "object", "required": ["name", "title", "benefits"], "properties": {
          "name": {"type": "string"}, "title": {"type": "string"}, "by": {"type": "string"},
          "reach": {"type": "string", "enum": ["any", "all"]},
          "progress": {"type": "array", "description": "Where tiers go by several things.", "items": {"type": "object",
            "required": ["by", "amount"], "properties": {"by": {"type": "string"}, "amount": {"type": "number"}, "missing": {"type": "number"}}}},
          "amount": {"type": "number"}, "next": {"type": "string"}, "missing": {"type": "number"},
          "held_until": {"type": "string", "format": "date-time"},
          "benefits": {"type": "array", "items": {"type": "string"}}}},
        "Entry": {"type": "object", "required": ["sequence", "at", "kind", "points", "balance", "lot", "code", "explanation"], "properties": {
          "sequence": {"type": "integer"}, "at": {"type": "string", "format": "date-time"}, "kind": {"type": "string"},
          "points": {"type": "integer"}, "balance": {"type": "integer"}, "lot": {"type": "integer"},
          "operation": {"type": "string"}, "code": {"type": "string"}, "explanation": {"type": "string"}}},
        "Waiting": {"type": "object", "required": ["operation", "program", "done", "state", "code", "detail"], "properties": {
          "operation": {"type": "string"}, "program": {"type": "string"}, "done": {"type": "boolean"}, "state": {"type": "string"},
          "code": {"type": "string"}, "detail": {"type": "string"}}},
        "Answer": {"type": "object", "required": ["operation", "program", "done", "points", "entries", "balance"], "properties": {
          "operation": {"type": "string"}, "program": {"type": "string"}, "program_version": {"type": "integer"},
          "done": {"type": "boolean"}, "points": {"type": "integer"},
          "entries": {"type": "array", "items": {"$ref": "#/components/schemas/Entry"}},
          "meanwhile": {"type": "array", "items": {"$ref": "#/components/schemas/Entry"}},
          "balance": {"$ref": "#/components/schemas/Balance"},
          "expires": {"type": "array", "items": {"$ref": "#/components/schemas/Expiry"}},
          "tier": {"$ref": "#/components/schemas/Tier"}}},
        "Account": {"type": "object", "required": ["program", "customer", "unit", "as_of", "balance", "lots"], "properties": {
          "program": {"type": "string"}, "customer": {"type": "string"}, "unit": {"type": "string"},
          "as_of": {"type": "string", "format": "date-time"}, "balance": {"$ref": "#/components/schemas/Balance"},
          "expires": {"type": "array", "items": {"$ref": "#/components/schemas/Expiry"}},
          "tier": {"$ref": "#/components/schemas/Tier"}, "lots": {"type": "array", "items": {"type": "object"}}}},
        "History": {"type": "object", "required": ["entries"], "properties": {
          "entries": {"type": "array", "items": {"$ref": "#/components/schemas/Entry"}}, "next": {"type": "integer"}}},
        "Programs": {"type": "object", "required": ["programs"], "properties": {
          "programs": {"type": "array", "items": {"type": "object"}}}},
        "Problem": {"type": "object", "required": ["type", "title", "status", "detail", "code"], "properties": {
          "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
          "detail": {"type": "string"}, "code": {"type": "string"}, "path": {"type": "string"}}},
        "Refusal": {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"$ref": "#/components/schemas/Answer"}]}
        """
}
