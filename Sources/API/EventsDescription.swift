import Events

/// The routes that take events, in OpenAPI 3.1.
enum EventsDescription {
    private static let words: [EventKind: String] = [
        .identify: "Who somebody is", .track: "What somebody did",
        .page: "Which page somebody looked at", .screen: "Which screen somebody looked at",
        .group: "Which group somebody belongs to", .alias: "That two ids are one person",
    ]

    static var paths: String {
        (EventKind.allCases.map { kind in
            path(kind.name, words[kind] ?? kind.name, schema: kind.name)
        } + [path("batch", "Several events at once", schema: "batch")]).joined(separator: ",\n")
    }

    private static func path(_ name: String, _ summary: String, schema: String) -> String {
        """
        "/v1/\(name)": {"post": {\(NeededScope.track), "operationId": "\(name)", "summary": "\(summary)",
          "description": "As the Segment specification has it. The key may be in the body, as writeKey, instead. The body may be compressed with gzip.",
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event_\(schema)"}}}},
          "responses": {"200": \(PlainDescription.answer("Every valid event is on disk.", "Taken")), \(PlainDescription.refusals(400, 401, 403, 413, 429, 503))}}}
        """
    }

    private static let common = """
        "userId": {"type": "string", "minLength": 1, "maxLength": 255}, "anonymousId": {"type": "string", "minLength": 1, "maxLength": 255},
        "messageId": {"type": "string", "maxLength": 60, "description": "The sender's name for it: what comes again counts once."},
        "timestamp": {"type": "string", "format": "date-time"}, "context": {"type": "object"}, "integrations": {"type": "object"}
        """

    private static func event(_ own: String, required: [String]) -> String {
        """
        {"type": "object", "required": \(PlainDescription.list(required)),
          "anyOf": [{"required": ["userId"]}, {"required": ["anonymousId"]}],
          "properties": {\(own), \(common)}}
        """
    }

    static var schemas: String {
        let name = #"{"type": "string", "minLength": 1, "maxLength": 255}"#
        let object = #"{"type": "object"}"#
        return """
            "Event_identify": \(event("\"traits\": \(object)", required: [])),
            "Event_track": \(event("\"event\": \(name), \"properties\": \(object)", required: ["event"])),
            "Event_page": \(event("\"name\": \(name), \"category\": \(name), \"properties\": \(object)", required: [])),
            "Event_screen": \(event("\"name\": \(name), \"category\": \(name), \"properties\": \(object)", required: [])),
            "Event_group": \(event("\"groupId\": \(name), \"traits\": \(object)", required: ["groupId"])),
            "Event_alias": {"type": "object", "required": ["previousId", "userId"], "properties": {"previousId": \(name), \(common)}},
            "Event_batch": {"type": "object", "required": ["batch"], "properties": {
              "batch": {"type": "array", "items": {"type": "object", "required": ["type"], "properties": {"type": {"enum": \(PlainDescription.list(EventKind.allCases.map(\.name)))}, "event": \(name), \(common)}}},
              "context": \(object), "sentAt": \(PlainDescription.time)}},
            "Taken": {"type": "object", "required": ["success", "accepted", "repeated"], "properties": {
              "success": {"const": true}, "accepted": {"type": "integer"}, "repeated": {"type": "integer", "description": "Events whose messageId was here before."},
              "rejected": {"$ref": "#/components/schemas/Rejections"}}},
            "Rejections": {"type": "array", "items": {"type": "object", "required": ["index", "path", "code", "reason"], "properties": {
              "index": {"type": "integer"}, "path": {"type": "string"}, "code": {"type": "string"}, "reason": {"type": "string"}}}},
            "Failure": {"type": "object", "required": ["success", "error"], "properties": {
              "success": {"const": false},
              "error": {"type": "object", "required": ["code", "reason"], "properties": {"code": {"type": "string"}, "path": {"type": "string"}, "reason": {"type": "string"}}},
              "rejected": {"$ref": "#/components/schemas/Rejections"}}},
            "Success": {"type": "object", "required": ["success"], "properties": {"success": {"const": true}}}
            """
    }
}
