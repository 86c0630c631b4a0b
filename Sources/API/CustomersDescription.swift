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

    private static let timeOrNull = #"{"type": ["string", "null"], "format": "date-time"}"#
    private static let bands =
        "[" + (ChurnBand.allCases.map { "\"\($0.name)\"" } + ["null"]).joined(separator: ", ") + "]"
    /// Both ends of an 80 % range.
    private static let rangeOrNull =
        #"{"type": ["array", "null"], "items": {"type": "number"}, "minItems": 2, "maxItems": 2}"#
    private static let numbers =
        #"{"type": "object", "additionalProperties": {"type": "number"}}"#

    static let schemas = """
        "Customers": {"type": "object", "required": ["total", "next", "customers"], "properties": {
          "total": {"type": "integer"}, "next": {"type": ["string", "null"]},
          "customers": {"type": "array", "items": {"$ref": "#/components/schemas/CustomerRow"}}}},
        "Customer": {"type": "object", "required": ["customer", "row", "members", "identifiers", "why", "predictions", "profile", "merges", "timeline"], "properties": {
          "customer": {"type": "string"}, "row": {"anyOf": [{"$ref": "#/components/schemas/CustomerRow"}, {"type": "null"}]},
          "members": {"type": "array", "items": {"type": "string"}},
          "identifiers": {"type": "array", "items": {"type": "object", "required": ["kind", "value"], "properties": {
            "kind": {"type": "string"}, "value": {"type": "string"}, "firstSeenAt": {"type": "string", "format": "date-time"}, "member": {"type": "string"}}}},
          "why": {"type": ["string", "null"]}, "predictions": {"type": "array", "items": {"type": "object"}},
          "profile": {"type": "object"}, "merges": {"type": "array", "items": {"type": "object"}},
          "timeline": {"type": "array", "items": {"type": "object", "required": ["position", "type", "name", "occurredAt"], "properties": {
            "position": {"type": "integer"}, "type": {"type": "string"}, "name": {"type": "string"},
            "occurredAt": {"type": "string", "format": "date-time"}, "orderId": {"type": "string"}, "totalMinor": {"type": "integer"},
            "currency": {"type": "string"}, "cancelled": {"type": "boolean"}, "properties": {"type": "object"}}}}}},
        "CustomerRow": {"type": "object", "required": ["customer", "label", "email", "state", "orders", "revenue", "firstOrderAt", "lastOrderAt", "firstSeenAt", "lastSeenAt", "prediction"], "properties": {
          "customer": {"type": "string"}, "label": {"type": "string"}, "email": {"type": "string"},
          "state": {"enum": \(Plain.list(LifecycleState.allCases.map(\.rawValue)))}, "orders": {"type": "integer"},
          "revenue": {"type": "object", "description": "Minor units by currency.", "additionalProperties": {"type": "integer"}},
          "firstOrderAt": \(timeOrNull), "lastOrderAt": \(timeOrNull), "firstSeenAt": \(timeOrNull), "lastSeenAt": \(timeOrNull),
          "prediction": {"anyOf": [{"$ref": "#/components/schemas/Prediction"}, {"type": "null"}]}}},
        "Prediction": {"type": "object", "required": ["run", "asOf", "churnBand", "probabilityAlive", "churnProbability", "expectedOrders", "expectedSpendMinor", "currency", "churnProbabilityRange", "expectedOrders365Range", "expectedSpend365MinorRange", "nextOrder"], "properties": {
          "run": {"type": "string"}, "asOf": \(Plain.time), "churnBand": {"enum": \(bands)}, "probabilityAlive": {"type": "number"},
          "churnProbability": {"type": "object", "description": "Of no order within so many days.", "required": ["90"], "properties": {"90": {"type": "number"}}},
          "expectedOrders": {"type": "object", "required": ["90", "365"], "properties": {"90": {"type": "number"}, "365": {"type": "number"}}},
          "expectedSpendMinor": {"type": "object", "required": ["90", "365"], "properties": {"90": {"type": ["number", "null"]}, "365": {"type": ["number", "null"]}}},
          "currency": {"type": ["string", "null"]},
          "churnProbabilityRange": \(rangeOrNull), "expectedOrders365Range": \(rangeOrNull), "expectedSpend365MinorRange": \(rangeOrNull),
          "nextOrder": {"type": "object", "required": ["median", "low", "high", "unlikelyToReturn"], "properties": {
            "median": \(timeOrNull), "low": \(timeOrNull), "high": \(timeOrNull), "unlikelyToReturn": {"type": "boolean"}}}}},
        "Models": {"type": "object", "required": ["asOf", "unit", "customers", "repeatCustomers", "models"], "properties": {
          "asOf": {"type": "string", "format": "date", "description": "The last day that the models saw."},
          "unit": {"type": "string"}, "customers": {"type": "integer"}, "repeatCustomers": {"type": "integer"},
          "chosen": {"type": "string", "description": "The model that forecasts are by."},
          "churnBy": {"type": "string", "description": "Whom the churn probability is by, where that is another."},
          "backtest": {"type": "object"}, "drift": {"type": "object", "required": ["since", "days", "expectedOrders", "actualOrders"]},
          "models": {"type": "array", "items": {"type": "object", "required": ["model", "customers", "repeatCustomers", "prior", "notes"], "properties": {
            "model": {"type": "string"}, "currency": {"type": "string"}, "customers": {"type": "integer"}, "repeatCustomers": {"type": "integer"},
            "logLikelihood": {"type": "number"}, "prior": {"type": "string"}, "notes": {"type": "array", "items": {"type": "string"}},
            "parameters": \(numbers), "standardErrors": \(numbers), "parameterLows": \(numbers), "parameterHighs": \(numbers)}}}}},
        "Readiness": {"type": "object", "required": ["status", "logPosition", "foldedPosition"], "properties": {
          "status": {"enum": ["ready", "degraded", "stopped"]}, "logPosition": {"type": "integer"}, "foldedPosition": {"type": "integer"},
          "failure": {"type": "string"}}}
        """
}
