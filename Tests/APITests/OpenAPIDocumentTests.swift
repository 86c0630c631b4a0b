import Foundation
import HTTPTypes
import Testing

@testable import API

/// The description of the API, beside what the API has.
struct OpenAPIDocumentTests {
    private func document() throws -> [String: Any] {
        let data = Data(OpenAPIDocument.text(version: "1").utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func operations() throws -> [(name: String, operation: [String: Any])] {
        let paths = try #require(try document()["paths"] as? [String: [String: Any]])
        return paths.flatMap { path, item in
            item.compactMap { method, operation in
                (operation as? [String: Any]).map { ("\(method.uppercased()) \(path)", $0) }
            }
        }
    }

    @Test func `each route is described, and nothing that isn't one`() throws {
        let routes = UnknownRoutes.known.flatMap { path, methods in
            methods.map { "\($0.rawValue) \(path)" }
        }
        // They are at no `/v1`, so that nothing is unknown beside them.
        let health = ["GET /healthz", "GET /readyz", "GET /metrics"]
        #expect(try Set(operations().map(\.name)) == Set(routes + health))
    }

    @Test func `each operation has a name of its own and says what it is about`() throws {
        let operations = try operations()
        let names = operations.compactMap { $0.operation["operationId"] as? String }
        #expect(names.count == operations.count && Set(names).count == names.count)
        for (name, operation) in operations {
            #expect(operation["summary"] is String, "\(name)")
            let responses = operation["responses"] as? [String: Any]
            #expect(responses?.keys.contains { $0.hasPrefix("2") } == true, "\(name)")
        }
    }

    @Test func `what is referred to is there, and all that is there is referred to`() throws {
        let text = OpenAPIDocument.text(version: "1")
        let components = try #require(try document()["components"] as? [String: Any])
        let schemas = try #require(components["schemas"] as? [String: Any])
        let referred = text.matches(of: /#\/components\/schemas\/([A-Za-z_]+)/).map {
            String($0.output.1)
        }
        #expect(Set(referred) == Set(schemas.keys))
    }
}
