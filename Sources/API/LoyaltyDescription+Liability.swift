/// What programs owe, in OpenAPI 3.1.
extension LoyaltyDescription {
    static let liabilityPaths = """
        "/v1/loyalty/{program}/liability": {"parameters": [\(program)],
          "get": {"operationId": "liability", "summary": "What a program owes, and how much of it is expected to be redeemed",
          "description": "Worked out at most once a minute. The model is in the documentation of loyalty programs.",
          "parameters": [{"name": "months", "in": "query", "description": "How many months back, up to now.", "schema": {"type": "integer", "minimum": 1, "maximum": \(LoyaltyRoutes.liabilityMonthsMax), "default": \(LoyaltyRoutes.liabilityMonthsUsual)}}],
          "responses": {"200": \(answer("The liability.", "Liability")), \(readRefusals)}}}
        """

    static let liabilitySchemas = """
        "Estimate": {"type": "object", "required": ["value", "interval_80", "interval_95"], "properties": {
          "value": {"type": "number"}, "money": {"type": "number", "description": "By the program's worth."},
          "interval_80": \(interval), "interval_95": \(interval)}},
        "Liability": {"type": "object", "required": ["program", "as_of", "outstanding", "months", "tiers"], "properties": {
          "program": {"type": "string"}, "as_of": {"type": "string", "format": "date-time"},
          "outstanding": {"type": "integer"}, "outstanding_money": {"type": "number"}, "currency": {"type": "string"},
          "expected_redemptions": {"$ref": "#/components/schemas/Estimate"},
          "expected_breakage": {"type": "number"}, "expected_breakage_money": {"type": "number"},
          "ultimate_redemption_rate": {"$ref": "#/components/schemas/Estimate"},
          "beyond_history": {"type": "integer", "description": "Points that can live for longer than points were watched."},
          "days_watched": {"type": "integer"},
          "shortage": {"type": "string", "description": "Why there is no expectation."},
          "months": {"type": "array", "description": "At the end of each month; of the running one, now.", "items": {"type": "object", "required": ["month", "outstanding"], "properties": {
            "month": {"type": "string"}, "outstanding": {"type": "integer"},
            "expected_redemptions": {"$ref": "#/components/schemas/Estimate"}}}},
          "tiers": {"type": "array", "description": "By the tier in which members are now.", "items": {"type": "object", "required": ["tier", "outstanding", "months"], "properties": {
            "tier": {"type": "string"}, "outstanding": {"type": "integer"},
            "months": {"type": "array", "items": {"type": "object", "required": ["month", "issued", "spent"], "properties": {
              "month": {"type": "string"}, "issued": {"type": "integer"}, "spent": {"type": "integer"}}}}}}}}}
        """

    private static let interval =
        #"{"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}"#
}
