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

    /// All paths that anything is at, with the methods that they take.
    static var known: [(path: String, methods: [HTTPRequest.Method])] {
        IngestRoutes.paths.map { ($0, [.post]) } + ReadRoutes.paths.map { ($0, [.get]) }
            + OutboxRoutes.paths + AutomationRoutes.paths + MailRoutes.paths + InboxRoutes.paths
            + SMSRoutes.paths + LoyaltyRoutes.paths + PromotionRoutes.paths + ReferralRoutes.paths
            + RewardRoutes.paths + LoyaltyMemberRoutes.paths + OpenAPIRoutes.paths
    }

    private let hasInbox: Bool
    private let hasTwilio: Bool

    /// - Parameters:
    ///   - hasInbox: Whether there are `InboxRoutes`; else their paths say that no inbox is set up.
    ///   - hasTwilio: Whether there are `SMSRoutes`, likewise.
    package init(hasInbox: Bool = true, hasTwilio: Bool = true) {
        self.hasInbox = hasInbox
        self.hasTwilio = hasTwilio
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        for (path, taken) in Self.known {
            for method in Self.methods where !taken.contains(method) {
                let allowed = taken.map(\.rawValue).joined(separator: ", ")
                router.on(RouterPath(path), method: method) { _, _ in
                    APIAnswer.failure(.methodNotAllowed(path: path, allowed: allowed))
                }
            }
        }
        if !hasInbox {
            add(
                InboxRoutes.paths, missing: "no inbox is set up here; see docs/channels.md",
                to: router)
        }
        if !hasTwilio {
            add(
                SMSRoutes.paths, missing: "texts don't go by Twilio here; see docs/channels.md",
                to: router)
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

    /// What a server has that is set up otherwise.
    private func add<Context: RequestContext>(
        _ paths: [(path: String, methods: [HTTPRequest.Method])], missing reason: String,
        to router: some RouterMethods<Context>
    ) {
        for (path, methods) in paths {
            for method in methods {
                router.on(RouterPath(path), method: method) { _, _ in
                    APIAnswer.failure(.notSetUp(reason))
                }
            }
        }
    }
}
