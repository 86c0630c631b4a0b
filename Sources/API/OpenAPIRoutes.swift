import HTTPTypes
package import Hummingbird

/// `GET /openapi.json`: the API as OpenAPI 3.1 has it, for programs that make clients and tests of it. It says nothing of any
/// customer and needs no key.
package struct OpenAPIRoutes: Sendable {
    static let paths: [(path: String, methods: [HTTPRequest.Method])] = [("/openapi.json", [.get])]

    private let version: String

    /// - Parameter version: The program's.
    package init(version: String) {
        self.version = version
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        let document = Array(OpenAPIDocument.text(version: version).utf8)
        router.get("/openapi.json") { _, _ in
            var response = APIAnswer.found(document)
            response.headers[.accessControlAllowOrigin] = "*"
            response.headers[.cacheControl] = "max-age=300"
            return response
        }
    }
}
