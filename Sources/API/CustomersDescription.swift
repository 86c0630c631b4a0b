import Insights

/// Customers, models and the server's health, in OpenAPI 3.1.
enum CustomersDescription {
    private typealias Plain = PlainDescription

    static var paths: String {
        let parameters = [
            Plain.parameter("search", Plain.text, "A name, address or id."),
            Plain.parameter(
                "state", Plain.text,
                "Several with commas: "
                    + LifecycleState.allCases.map(\.rawValue).joined(separator: ", ")),
            Plain.parameter(
                "ordersAtLeast",
                #"{"type": "integer", "minimum": 0, "maximum": 9223372036854775807}"#),
            Plain.parameter("churnAtLeast", #"{"type": "number", "minimum": 0, "maximum": 1}"#),
            Plain.parameter(
                "sort", "{\"enum\": \(Plain.list(CustomerQuery.Sort.allCases.map(\.rawValue)))}"),
            Plain.parameter("direction", #"{"enum": ["asc", "desc"]}"#), Plain.after,
            Plain.limit(CustomerQuery.limitMax, default: CustomerQuery().limit),
        ].joined(separator: ", ")
        return """
            "/v1/customers": {"get": {"operationId": "customers", "summary": "Customers, with what the models say of each",
              "parameters": [\(parameters)],
              "responses": {"200": \(Plain.answer("A page.", "Customers")), \(Plain.read)}}},
            "/v1/customers/{customer}": {"parameters": [\(Plain.customer)], "get": {"operationId": "customer", "summary": "One customer: profile, orders, predictions and timeline",
              "responses": {"200": \(Plain.answer("The customer.", "Customer")), \(Plain.readOne)}}},
            "/v1/models": {"get": {"operationId": "models", "summary": "The models of the newest run",
              "responses": {"200": \(Plain.answer("The models.", "Models")), \(Plain.readOne)}}},
            "/healthz": {"get": {"operationId": "health", "summary": "Whether the process is there", "security": [],
              "responses": {"200": {"description": "It is.", "content": {"text/plain": {"schema": \(Plain.text)}}}}}},
            "/readyz": {"get": {"operationId": "ready", "summary": "Whether events can be taken", "security": [],
              "responses": {"200": \(Plain.answer("They can.", "Readiness")), "503": \(Plain.answer("They can't.", "Readiness"))}}},
            "/metrics": {"get": {"operationId": "metrics", "summary": "Figures of the server as Prometheus reads them", "security": [],
              "responses": {"200": {"description": "The figures.", "content": {"text/plain": {"schema": \(Plain.text)}}}}}},
            "/openapi.json": {"get": {"operationId": "description", "summary": "This document", "security": [],
              "responses": {"200": {"description": "It.", "content": {"application/json": {"schema": {"type": "object"}}}}}}}
            """
    }

    static let schemas = """
        "Customers": {"type": "object", "required": ["total", "next", "customers"], "properties": {
          "total": {"type": "integer"}, "next": {"type": ["string", "null"]},
          "customers": {"type": "array", "items": {"type": "object"}}}},
        "Customer": {"type": "object", "required": ["customer", "row", "members", "identifiers", "why", "predictions", "profile", "merges", "timeline"], "properties": {
          "customer": {"type": "string"}, "row": {"type": ["object", "null"]},
          "members": {"type": "array", "items": {"type": "string"}},
          "identifiers": {"type": "array", "items": {"type": "object", "required": ["kind", "value"], "properties": {
            "kind": {"type": "string"}, "value": {"type": "string"}, "firstSeenAt": {"type": "string", "format": "date-time"}, "member": {"type": "string"}}}},
          "why": {"type": ["string", "null"]}, "predictions": {"type": "array", "items": {"type": "object"}},
          "profile": {"type": "object"}, "merges": {"type": "array", "items": {"type": "object"}},
          "timeline": {"type": "array", "items": {"type": "object", "required": ["position", "type", "name", "occurredAt"], "properties": {
            "position": {"type": "integer"}, "type": {"type": "string"}, "name": {"type": "string"},
            "occurredAt": {"type": "string", "format": "date-time"}, "orderId": {"type": "string"}, "totalMinor": {"type": "integer"},
            "currency": {"type": "string"}, "cancelled": {"type": "boolean"}, "properties": {"type": "object"}}}}}},
        "Models": {"type": "object", "required": ["run", "asOf", "models"], "properties": {
          "run": {"type": ["string", "null"]}, "asOf": {"type": ["string", "null"]}, "models": {"type": "array", "items": {"type": "object"}}}},
        "Readiness": {"type": "object", "required": ["status", "logPosition", "foldedPosition"], "properties": {
          "status": {"enum": ["ready", "degraded", "stopped"]}, "logPosition": {"type": "integer"}, "foldedPosition": {"type": "integer"},
          "failure": {"type": "string"}}}
        """
}
