/// Segments, journeys and the in-app inbox, in OpenAPI 3.1.
enum AutomationDescription {
    private typealias Plain = PlainDescription

    private static let notSetUp = "\"409\": " + Plain.answer("No inbox is set up.", "Failure")

    static var paths: String {
        let segment = Plain.parameter("segment", Plain.name, in: "path")
        let journey = Plain.parameter("journey", Plain.name, in: "path")
        let message = Plain.parameter("message", Plain.name, in: "path")
        return """
            "/v1/segments": {"get": {"operationId": "segments", "summary": "The segments in force, with their sizes",
              "responses": {"200": \(Plain.answer("The segments.", "Segments")), \(Plain.read)}}},
            "/v1/segments/{segment}/members": {"parameters": [\(segment)], "get": {"operationId": "members", "summary": "Who is in a segment, and since when",
              "parameters": [\(Plain.after), \(Plain.limit(AutomationRoutes.membersMax, default: 100))],
              "responses": {"200": \(Plain.answer("A page.", "Members")), \(Plain.readOne)}}},
            "/v1/customers/{customer}/segments": {"parameters": [\(Plain.customer)], "get": {"operationId": "segmentsOfCustomer", "summary": "How a customer stands to each segment, and why",
              "responses": {"200": \(Plain.answer("Each segment.", "Standings")), \(Plain.readOne)}}},
            "/v1/journeys": {"get": {"operationId": "journeys", "summary": "The journeys, with how many are inside",
              "responses": {"200": \(Plain.answer("The journeys.", "Journeys")), \(Plain.read)}}},
            "/v1/journeys/{journey}/start": {"parameters": [\(journey)], "post": {\(NeededScope.write), "operationId": "startJourney", "summary": "Let somebody enter a journey",
              "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false, "required": ["customer"], "properties": {
                "customer": {"type": "string", "minLength": 1},
                "key": {"type": "string", "description": "Tells this run from others: under the same nobody enters twice."},
                "properties": {"type": "object"}}}}}},
              "responses": {"200": \(Plain.answer("What was decided.", "Decisions")), \(Plain.readOne), \(Plain.refusals(413))}}},
            "/v1/inbox/{customer}": {"parameters": [\(Plain.customer)], "get": {"operationId": "inbox", "summary": "A customer's in-app messages, the newest first",
              "parameters": [\(Plain.after), \(Plain.limit(100, default: 20))],
              "responses": {"200": \(Plain.answer("A page.", "Inbox")), \(Plain.readOne), \(notSetUp)}}},
            "/v1/inbox/{customer}/{message}/read": {"parameters": [\(Plain.customer), \(message)], "post": {\(NeededScope.write), "operationId": "readMessage", "summary": "Note that a message was read",
              "responses": {"200": \(Plain.answer("Noted.", "Success")), \(Plain.readOne), \(notSetUp)}}}
            """
    }

    static let schemas = """
        "Segments": {"type": "object", "required": ["segments"], "properties": {"segments": {"type": "array", "items": {"type": "object",
          "required": ["name", "title", "version", "size"], "properties": {"name": {"type": "string"}, "title": {"type": "string"}, "version": {"type": "integer"}, "size": {"type": "integer"},
          "filled": {"type": "number", "description": "The share of customers that was looked at, while it isn't all."}}}}}},
        "Members": {"type": "object", "required": ["members"], "properties": {"next": {"type": "string"}, "members": {"type": "array", "items": {"type": "object",
          "required": ["customer", "since"], "properties": {"customer": {"type": "string"}, "since": {"type": "string", "format": "date-time"}}}}}},
        "Standings": {"type": "object", "required": ["segments"], "properties": {"segments": {"type": "array", "items": {"type": "object",
          "required": ["name", "isMember", "reason"], "properties": {"name": {"type": "string"}, "isMember": {"type": "boolean"}, "reason": {"type": "string"},
          "since": {"type": "string", "format": "date-time"}, "changesAt": {"type": "string", "format": "date-time"}}}}}},
        "Journeys": {"type": "object", "required": ["journeys"], "properties": {"journeys": {"type": "array", "items": {"type": "object",
          "required": ["name", "title", "status", "version", "inside", "entered", "heldOut"], "properties": {"name": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "string"},
          "version": {"type": "integer"}, "inside": {"type": "integer"}, "entered": {"type": "integer"}, "heldOut": {"type": "integer"}}}}}},
        "Decisions": {"type": "object", "required": ["decisions"], "properties": {"decisions": {"type": "array", "items": {"type": "object",
          "required": ["kind", "reason"], "properties": {"kind": {"type": "string"}, "step": {"type": "string"}, "run": {"type": "string"}, "reason": {"type": "string"}}}}}},
        "Inbox": {"type": "object", "required": ["unread", "messages"], "properties": {"unread": {"type": "integer"}, "next": {"type": "string"},
          "messages": {"type": "array", "items": {"type": "object", "required": ["id", "title", "text", "sentAt"], "properties": {
            "id": {"type": "string"}, "title": {"type": "string"}, "text": {"type": "string"}, "url": {"type": "string"}, "sentAt": {"type": "string", "format": "date-time"},
            "expiresAt": {"type": "string", "format": "date-time"}, "readAt": {"type": "string", "format": "date-time"}}}}}}
        """
}
