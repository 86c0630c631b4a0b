import Access
import HTTPTypes
package import Hummingbird
import Kernel
import Logging

/// `/v1/inbox`: what lies in a customer's inbox, for the shop's app to show.
///
/// Keys go in the header only. Reading needs the scope read, and noting a message as read write: such a key stays on
/// the shop's own server, which knows who is signed in.
package struct InboxRoutes: Sendable {
    package struct Answers: Sendable {
        /// A page as JSON; nil where nobody is known by the name.
        package var inbox:
            @Sendable (_ customer: String, _ after: String?, _ limit: Int) async throws -> [UInt8]?
        /// False where there is no such message of theirs.
        package var read: @Sendable (_ customer: String, _ message: String) async throws -> Bool

        package init(
            inbox:
                @escaping @Sendable (_ customer: String, _ after: String?, _ limit: Int)
                async throws
                -> [UInt8]?,
            read: @escaping @Sendable (_ customer: String, _ message: String) async throws -> Bool
        ) {
            self.inbox = inbox
            self.read = read
        }
    }

    static let paths: [(path: String, methods: [HTTPRequest.Method])] = [
        ("/v1/inbox/{customer}", [.get]), ("/v1/inbox/{customer}/{message}/read", [.post]),
    ]

    private static let limits = 1...100
    private static let limitDefault = 20

    private let keys: KeyRing
    private let answers: Answers

    package init(keys: KeyRing, answers: Answers) {
        self.keys = keys
        self.answers = answers
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.on("/v1/inbox/{customer}", method: .get) { request, context in
            await keys.answering(request, .read, context.logger) {
                let query = request.uri.queryParameters
                let limit = try Self.limit(query.get("limit"))
                guard
                    let found = try await answers.inbox(
                        context.part("customer"), query.get("after"), limit)
                else { throw APIError.unknownCustomer }
                return APIAnswer.found(found)
            }
        }
        router.on("/v1/inbox/{customer}/{message}/read", method: .post) { request, context in
            await keys.answering(request, .write, context.logger) {
                guard
                    try await answers.read(
                        context.part("customer"), context.part("message"))
                else {
                    throw APIError.notFound(path: "/v1/inbox/{customer}/{message}/read")
                }
                return APIAnswer.found(Array(#"{"success":true}"#.utf8))
            }
        }
    }

    private static func limit(_ text: String?) throws(APIError) -> Int {
        guard let text else { return limitDefault }
        guard let limit = Int(text), limits.contains(limit) else {
            throw .invalid(
                path: "limit", code: "invalid_limit",
                reason: "takes a number from \(limits.lowerBound) to \(limits.upperBound)")
        }
        return limit
    }
}
