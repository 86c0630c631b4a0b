import Records

/// Tasks, the outbox and webhooks' receivers, in OpenAPI 3.1.
enum OutboxDescription {
    private typealias Plain = PlainDescription

    static var paths: String {
        let customer = Plain.parameter("customer", Plain.name, "An id or any identifier.")
        let limit = Plain.limit(OutboxQueryText.limitMax, default: 50)
        let task = Plain.parameter("task", Plain.name, in: "path")
        let receiver = Plain.parameter("receiver", Plain.name, in: "path")
        let states = "{\"enum\": \(Plain.list(OutboxState.allCases.map(\.rawValue)))}"
        let kinds = "{\"enum\": \(Plain.list(OutboxKind.allCases.map(\.rawValue)))}"
        let filter = [
            Plain.parameter("state", states), Plain.parameter("kind", kinds),
            Plain.parameter("journey", Plain.text), Plain.parameter("step", Plain.text),
            Plain.parameter("receiver", Plain.text), customer, Plain.after, limit,
        ].joined(separator: ", ")
        return """
            "/v1/tasks": {"get": {"operationId": "tasks", "summary": "Tasks for people, what is due first, first",
              "parameters": [\(Plain.parameter("state", #"{"enum": ["open", "done"]}"#)), \(Plain.parameter("owner", Plain.text)), \(customer), \(Plain.after), \(limit)],
              "responses": {"200": \(Plain.answer("A page.", "Tasks")), \(Plain.readOne)}},
              "post": {\(NeededScope.write), "operationId": "addTask", "summary": "Ask a person to do something",
              "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false, "required": ["customer", "title"], "properties": {
                "customer": {"type": "string", "minLength": 1}, "title": {"type": "string", "minLength": 1}, "owner": {"type": "string"}, "due": {"type": "string", "description": "A day, or a length of time."},
                "key": {"type": "string", "minLength": 1, "maxLength": 50, "description": "Of several requests with the same only the first makes a task."}}}}}},
              "responses": {"200": \(Plain.answer("The one that was made under the key.", "Task")), "201": \(Plain.answer("The new task.", "Task")), \(Plain.readOne), \(Plain.refusals(413))}}},
            "/v1/tasks/{task}/done": {"parameters": [\(task)], "post": {\(NeededScope.write), "operationId": "finishTask", "summary": "Say that a task is done",
              "requestBody": {"required": false, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false, "properties": {"by": \(Plain.text), "note": \(Plain.text)}}}}},
              "responses": {"200": \(Plain.answer("The task.", "Task")), \(Plain.readOne), \(Plain.refusals(413))}}},
            "/v1/outbox": {"get": {"operationId": "outbox", "summary": "What journeys and campaigns decided, and what came of it",
              "parameters": [\(filter)],
              "responses": {"200": \(Plain.answer("A page.", "Outbox")), \(Plain.readOne)}}},
            "/v1/receivers": {"get": {\(NeededScope.admin), "operationId": "receivers", "summary": "Who gets webhooks",
              "responses": {"200": \(Plain.answer("The receivers.", "Receivers")), \(Plain.read)}},
              "post": {\(NeededScope.admin), "operationId": "addReceiver", "summary": "Add a receiver of webhooks",
              "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false, "required": ["name", "url"], "properties": {
                "name": \(Plain.name), "url": {"type": "string", "format": "uri"}, "secret": {"type": "string", "description": "Made where it is left out."}}}}}},
              "responses": {"201": \(Plain.answer("The receiver with its secret, this once.", "Receiver")), \(Plain.read), \(Plain.refusals(409, 413))}}},
            "/v1/receivers/{receiver}": {"parameters": [\(receiver)], "delete": {\(NeededScope.admin), "operationId": "removeReceiver", "summary": "Remove a receiver",
              "responses": {"200": \(Plain.answer("Removed.", "Success")), \(Plain.readOne)}}}
            """
    }

    static let schemas = """
        "Task": {"type": "object", "required": ["id", "customerId", "title", "dueAt", "createdAt"], "properties": {
          "id": {"type": "string"}, "customerId": {"type": "string"}, "title": {"type": "string"}, "owner": {"type": "string"},
          "dueAt": {"type": "string", "format": "date-time"}, "createdAt": {"type": "string", "format": "date-time"},
          "doneAt": {"type": "string", "format": "date-time"}, "doneBy": {"type": "string"}, "note": {"type": "string"}}},
        "Tasks": {"type": "object", "required": ["tasks"], "properties": {"next": {"type": "string"}, "tasks": {"type": "array", "items": {"$ref": "#/components/schemas/Task"}}}},
        "Outbox": {"type": "object", "required": ["items"], "properties": {"next": {"type": "string"}, "items": {"type": "array", "items": {"type": "object",
          "required": ["id", "key", "kind", "state", "customerId", "payload", "attempts", "createdAt"], "properties": {
          "id": {"type": "string"}, "key": {"type": "string"}, "kind": {"type": "string"}, "state": {"type": "string"}, "customerId": {"type": "string"},
          "receiver": {"type": "string"}, "attempts": {"type": "integer"}, "dueAt": {"type": "string", "format": "date-time"}, "lastError": {"type": "string"},
          "createdAt": {"type": "string", "format": "date-time"}, "doneAt": {"type": "string", "format": "date-time"}}}}}},
        "Receiver": {"type": "object", "required": ["id", "name", "url", "enabled", "createdAt"], "properties": {
          "id": {"type": "string"}, "name": {"type": "string"}, "url": {"type": "string"}, "secret": {"type": "string"}, "enabled": {"type": "boolean"},
          "disabledReason": {"type": "string"}, "allowPrivate": {"type": "boolean"}, "createdAt": {"type": "string", "format": "date-time"},
          "consecutiveFailures": {"type": "integer"}, "lastError": {"type": "string"}, "heldUntil": {"type": "string", "format": "date-time"}, "deliveredAt": {"type": "string", "format": "date-time"}}},
        "Receivers": {"type": "object", "required": ["receivers"], "properties": {"receivers": {"type": "array", "items": {"$ref": "#/components/schemas/Receiver"}}}}
        """
}
