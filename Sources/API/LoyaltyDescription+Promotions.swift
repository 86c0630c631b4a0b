import Promotions

/// Promotions, checkouts and codes in OpenAPI 3.1.
extension LoyaltyDescription {
    static let promotionPaths = """
        "/v1/promotions": {"get": {"operationId": "promotions", "summary": "The promotions in force and how often they are used",
          "responses": {"200": \(answer("The promotions.", "Promotions")), \(readRefusals)}}},
        "/v1/promotions/checkouts/{checkout}": {"parameters": [{"name": "checkout", "in": "path", "required": true, "schema": \(short)}],
          "get": {"operationId": "checkout", "summary": "What a checkout holds",
          "responses": {"200": \(answer("The checkout.", "Checkout")), \(readRefusals)}}},
        "/v1/promotions/{promotion}/codes": {"parameters": [{"name": "promotion", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}}],
          "post": {\(NeededScope.write), "operationId": "issueCodes", "summary": "Issue unique codes",
          "parameters": [\(key), \(dryRun)],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false, "properties": {
            "customer": \(short), "count": {"type": "integer", "minimum": 1, "maximum": \(PromotionRoutes.issuedMax), "default": 1},
            "expires_at": {"type": "string", "format": "date-time", "description": "From when the codes aren't good any more, whatever the promotion says."}}}}}},
          "responses": {"200": \(answer("The codes.", "Codes")), \(refusals)}}},
        "/v1/promotions/reservations": {"post": {\(NeededScope.write), "operationId": "reserve", "summary": "What a cart gets, kept until it is paid",
          "parameters": [\(key), \(dryRun)],
          "requestBody": {"required": true, "content": {"application/json": {"schema": \(cart)}}},
          "responses": {"200": \(answer("It is reserved.", "Reservation")), \(checkoutRefusals)}}},
        \(ending("confirmations", "confirmCheckout", "The order was paid")),
        \(ending("releases", "releaseCheckout", "The order won't be paid")),
        \(ending("refunds", "refundCheckout", "The order was given back"))
        """

    private static func ending(_ path: String, _ id: String, _ summary: String) -> String {
        """
        "/v1/promotions/\(path)": {"post": {\(NeededScope.write), "operationId": "\(id)", "summary": "\(summary)",
          "parameters": [\(key), \(dryRun)],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false,
            "required": ["checkout"], "properties": {"checkout": \(short)}}}}},
          "responses": {"200": \(answer("Done.", "CheckoutDone")), \(checkoutRefusals)}}}
        """
    }

    /// In characters; the limit itself is in bytes.
    private static let short = #"{"type": "string", "minLength": 1, "maxLength": 50}"#

    private static let cart = """
        {"type": "object", "additionalProperties": false, "required": ["checkout", "lines"], "properties": {
          "checkout": \(short), "customer": \(short),
          "client": {"type": "string", "minLength": 1, "maxLength": 50, "description": "Who types the codes, such as the shopper's address: wrong ones are counted for each."},
          "currency": {"enum": ["GBP", "EUR", "USD"], "description": "Any of ISO 4217."},
          "shipping": \(amount),
          "codes": {"type": "array", "maxItems": \(CheckoutRequest.Reservation.codesMax), "items": \(short)},
          "partial": {"type": "boolean", "default": false, "description": "Whether what can be applied is, where some code can't."},
          "lines": {"type": "array", "minItems": 1, "maxItems": 100, "items": {"type": "object", "additionalProperties": false,
            "required": ["product", "price"], "properties": {
            "product": \(short), "category": \(short),
            "quantity": {"type": "number", "minimum": 0, "maximum": 1000000, "multipleOf": 0.001, "default": 1, "description": "Pieces, or a weight: at most 3 decimals."}, "price": \(amount)}}}}}
        """

    private static let amount =
        #"{"type": "number", "minimum": 0, "maximum": 1000000, "multipleOf": 0.01}"#

    private static let checkoutRefusals =
        readRefusals + ", "
        + [
            """
            "409": {"description": "It was refused, with the reason of each code and rule; kept as the operation's answer.", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/CheckoutRefusal"}}}}
            """,
            "\"413\": " + problem("The body is too large."),
            "\"422\": " + problem("The key was used for something else."),
            "\"429\": " + problem("Too many wrong codes, or too much waits; try again."),
        ].joined(separator: ", ")

    static let promotionSchemas = """
        "Promotions": {"type": "object", "required": ["promotions"], "properties": {
          "promotions": {"type": "array", "items": {"type": "object"}}}},
        "Codes": {"type": "object", "required": ["operation", "promotion", "done", "codes"], "properties": {
          "operation": {"type": "string"}, "promotion": {"type": "string"}, "done": {"type": "boolean"},
          "codes": {"type": "array", "items": {"type": "string"}}}},
        "Checkout": {"type": "object", "required": ["checkout", "state", "currency", "promotions"], "properties": {
          "checkout": {"type": "string"}, "state": {"enum": ["reserved", "confirmed", "released", "expired", "refunded"]},
          "customer": {"type": "string"}, "expires_at": {"type": "string", "format": "date-time"}, "currency": {"type": "string"},
          "promotions": {"type": "array", "items": {"type": "object"}}}},
        "CheckoutDone": {"type": "object", "required": ["operation", "checkout", "done", "state"], "properties": {
          "operation": {"type": "string"}, "checkout": {"type": "string"}, "done": {"const": true},
          "state": {"enum": ["confirmed", "released", "refunded"]}, "late": {"type": "boolean"},
          "usable_again": {"type": "array", "items": {"type": "string"}}}},
        "CodeResult": {"type": "object", "required": ["code", "applied"], "properties": {
          "code": {"type": "string"}, "applied": {"type": "boolean"}, "promotion": {"type": "string"},
          "reason": {"type": "string"}, "detail": {"type": "string"},
          "failed_rules": {"type": "array", "items": {"type": "object", "required": ["rule", "detail", "values"]}}}},
        "Reservation": {"type": "object",
          "required": ["operation", "checkout", "done", "state", "expires_at", "codes", "currency", "subtotal", "shipping", "discount", "total", "points", "promotions", "lines"],
          "properties": {
          "operation": {"type": "string"}, "checkout": {"type": "string"}, "done": {"const": true}, "state": {"const": "reserved"},
          "expires_at": {"type": "string", "format": "date-time"}, "codes": {"type": "array", "items": {"$ref": "#/components/schemas/CodeResult"}},
          "currency": {"type": "string"}, "subtotal": {"type": "number"}, "shipping": {"type": "number"}, "discount": {"type": "number"},
          "total": {"type": "number"}, "points": {"type": "integer"}, "promotions": {"type": "array", "items": {"type": "object"}},
          "lines": {"type": "array", "items": {"type": "object", "required": ["id", "amount", "discount", "total"]}},
          "left_out": {"type": "array", "items": {"type": "object"}}}},
        "CheckoutRefusal": {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "object", "required": ["operation", "checkout", "done"], "properties": {
          "operation": {"type": "string"}, "checkout": {"type": "string"}, "done": {"const": false},
          "codes": {"type": "array", "items": {"$ref": "#/components/schemas/CodeResult"}}}}]}
        """
}
