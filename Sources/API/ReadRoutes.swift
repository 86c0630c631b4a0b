import Access
import Foundation
import HTTPTypes
package import Hummingbird
package import Insights
import Logging

/// `GET /v1/customers`, `/v1/customers/{customer}` and `/v1/models`: what is known and foretold, for programs.
///
/// Needs a key with the scope read, in the header only: a key in an address ends up in logs.
package struct ReadRoutes: Sendable {
    /// What the routes answer with: JSON, made by whoever has the workspace.
    package struct Answers: Sendable {
        /// One customer by id or identifier; nil where nobody is known by it.
        package var customer: @Sendable (_ name: String) async throws -> [UInt8]?
        package var customers: @Sendable (_ query: CustomerQuery) async throws -> [UInt8]
        /// The models of the shown run; nil before the first.
        package var models: @Sendable () async throws -> [UInt8]?

        package init(
            customer: @escaping @Sendable (_ name: String) async throws -> [UInt8]?,
            customers: @escaping @Sendable (_ query: CustomerQuery) async throws -> [UInt8],
            models: @escaping @Sendable () async throws -> [UInt8]?
        ) {
            self.customer = customer
            self.customers = customers
            self.models = models
        }
    }

    static let paths = ["/v1/customers", "/v1/customers/{customer}", "/v1/models"]

    private let keys: KeyRing
    private let answers: Answers

    package init(keys: KeyRing, answers: Answers) {
        self.keys = keys
        self.answers = answers
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        add("/v1/customers", to: router) { request, _ in
            try await answers.customers(try CustomerQueryText.read(request.uri.queryParameters))
        }
        add("/v1/customers/{customer}", to: router) { request, context in
            let name = context.parameters.get("customer") ?? ""
            guard let found = try await answers.customer(name.removingPercentEncoding ?? name)
            else { throw APIError.unknownCustomer }
            return found
        }
        add("/v1/models", to: router) { _, _ in
            guard let found = try await answers.models() else { throw APIError.noModels }
            return found
        }
    }

    private func add<Context: RequestContext>(
        _ path: RouterPath, to router: some RouterMethods<Context>,
        _ answer: @escaping @Sendable (Request, Context) async throws -> [UInt8]
    ) {
        router.get(path) { request, context in
            do {
                try check(request)
                return APIAnswer.found(try await answer(request, context))
            } catch let error as APIError {
                return APIAnswer.failure(error)
            } catch {
                context.logger.error("not answered", metadata: ["reason": "\(error)"])
                return APIAnswer.failure(.unread)
            }
        }
    }

    private func check(_ request: Request) throws(APIError) {
        guard let header = request.headers[.authorization],
            let scopes = keys.scopes(ofHeader: header)
        else { throw .unauthorized }
        guard scopes.contains(.read) else { throw .forbidden(needs: "read") }
    }
}
