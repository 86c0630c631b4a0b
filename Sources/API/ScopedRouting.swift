import Access
import Foundation
import HTTPTypes
import Hummingbird

extension RouterMethods {
    /// Answers at a path whoever has a key with the scope; what is wrong is said as RFC 9457 has it.
    func on(
        _ method: HTTPRequest.Method, _ path: RouterPath, _ scope: APIScopes, by keys: KeyRing,
        answer: @escaping @Sendable (Request, Context) async throws -> Response
    ) {
        on(path, method: method) { request, context in
            await keys.answering(
                request, scope, context.logger, { try await answer(request, context) },
                failure: APIAnswer.problem)
        }
    }
}

extension RequestContext {
    /// A part of the path, as it was meant; empty where there is none.
    func part(_ name: String) -> String {
        let text = parameters.get(name) ?? ""
        return text.removingPercentEncoding ?? text
    }
}
