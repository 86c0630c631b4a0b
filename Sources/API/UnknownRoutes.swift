import Events
import HTTPTypes
package import Hummingbird

/// What is answered under `/v1` where nothing is: an error in JSON, as everything else there.
///
/// Add it after the routes that exist. `HEAD` is left to the router, whose answer has no body.
package struct UnknownRoutes: Sendable {
    private static let methods: [HTTPRequest.Method] = [
        .get, .post, .put, .patch, .delete, .trace,
    ]
    /// So much of an unknown path is repeated in the answer.
    private static let pathCharactersMax = 200

    package init() {}

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        for path in IngestRoutes.paths {
            for method in Self.methods where method != .post {
                router.on(RouterPath(path), method: method) { _, _ in
                    APIAnswer.failure(.methodNotAllowed(path: path, allowed: "POST"))
                }
            }
        }
        for path in ReadRoutes.paths {
            for method in Self.methods where method != .get {
                router.on(RouterPath(path), method: method) { _, _ in
                    APIAnswer.failure(.methodNotAllowed(path: path, allowed: "GET"))
                }
            }
        }
        for (path, taken) in OutboxRoutes.paths + AutomationRoutes.paths + MailRoutes.paths
            + InboxRoutes.paths + SMSRoutes.paths + LoyaltyRoutes.paths
            + PromotionRoutes.paths + ReferralRoutes.paths
            + RewardRoutes.paths
            + LoyaltyMemberRoutes.paths + OpenAPIRoutes.paths
        {
            for method in Self.methods where !taken.contains(method) {
                let allowed = taken.map(\.rawValue).joined(separator: ", ")
                router.on(RouterPath(path), method: method) { _, _ in
                    APIAnswer.failure(.methodNotAllowed(path: path, allowed: allowed))
                }
            }
        }
        for path in ["/v1", "/v1/**"] {
            for method in Self.methods + [.options] {
                router.on(RouterPath(path), method: method) { request, _ in
                    let path = request.uri.path.prefix(Self.pathCharactersMax)
                    return APIAnswer.failure(.notFound(path: String(path)))
                }
            }
        }
    }
}
