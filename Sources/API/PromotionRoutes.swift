import Access
import Documents
import HTTPTypes
package import Hummingbird
package import Kernel
package import Promotions

/// `/v1/promotions`: what a cart gets by its codes, kept until it is paid or given up.
///
/// Reading needs the scope read, everything else write and an `Idempotency-Key`: asked again under the same key, an
/// operation is answered as before and has no other effect.
package struct PromotionRoutes: Sendable {
    /// Something asked of a checkout.
    package struct Asked: Sendable, Equatable {
        /// The `Idempotency-Key`.
        package var operation: String
        package var ask: CheckoutAsk
        /// Whether nothing is to be done.
        package var isDry: Bool
        /// Tells the caller's key from others; it isn't the key.
        package var caller: String
    }

    /// Codes that are to be issued.
    package struct Issuing: Sendable, Equatable {
        package var operation: String
        package var promotion: String
        /// An id or any identifier; nil for codes that whoever has one can use.
        package var customer: String?
        package var count: Int
        /// From when they aren't good any more; nil for as long as the promotion is.
        package var expiresAt: Timestamp?
        package var isDry: Bool
    }

    package struct Answered: Sendable, Equatable {
        package var json: [UInt8]
        package var isDone: Bool
        package var isRepeat: Bool

        package init(json: [UInt8], isDone: Bool = true, isRepeat: Bool = false) {
            self.json = json
            self.isDone = isDone
            self.isRepeat = isRepeat
        }
    }

    /// What the routes answer with: JSON, made by whoever has the workspace.
    package struct Answers: Sendable {
        package var promotions: @Sendable () async throws -> [UInt8]
        /// The workspace's.
        package var currency: Currency
        package var checkout: @Sendable (_ id: String) async throws -> [UInt8]
        package var perform: @Sendable (Asked) async throws -> Answered
        package var issue: @Sendable (Issuing) async throws -> Answered

        package init(
            promotions: @escaping @Sendable () async throws -> [UInt8], currency: Currency,
            checkout: @escaping @Sendable (_ id: String) async throws -> [UInt8],
            perform: @escaping @Sendable (Asked) async throws -> Answered,
            issue: @escaping @Sendable (Issuing) async throws -> Answered
        ) {
            self.promotions = promotions
            self.currency = currency
            self.checkout = checkout
            self.perform = perform
            self.issue = issue
        }
    }

    /// What is posted, by the path's last part.
    static let operations: [(path: String, kind: CheckoutAsk.Kind)] = [
        ("reservations", .reserve), ("confirmations", .confirm), ("releases", .release),
        ("refunds", .refund),
    ]

    static let issuedMax = 1000

    /// The paths with the methods that they take.
    static let paths: [(path: String, methods: [HTTPRequest.Method])] =
        [
            ("/v1/promotions", [.get]), ("/v1/promotions/checkouts/{checkout}", [.get]),
            ("/v1/promotions/{promotion}/codes", [.post]),
        ] + operations.map { ("/v1/promotions/\($0.path)", [.post]) }

    private let keys: KeyRing
    private let answers: Answers

    package init(keys: KeyRing, answers: Answers) {
        self.keys = keys
        self.answers = answers
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.on(.get, "/v1/promotions", .read, by: keys) { _, _ in
            APIAnswer.found(try await answers.promotions())
        }
        router.on(.get, "/v1/promotions/checkouts/{checkout}", .read, by: keys) { _, context in
            APIAnswer.found(try await answers.checkout(context.part("checkout")))
        }
        for (path, kind) in Self.operations {
            router.on(.post, RouterPath("/v1/promotions/\(path)"), .write, by: keys) { request, _ in
                let sent = try await IdempotentRequest(request)
                let ask = try sent.read { reader throws(DocumentProblem) in
                    try CheckoutAsk(reading: reader, kind: kind, currency: answers.currency)
                }
                let answered = try await answers.perform(
                    Asked(
                        operation: sent.key, ask: ask, isDry: sent.isDry,
                        caller: String((request.headers[.authorization] ?? "").hashValue)))
                return Self.response(answered)
            }
        }
        router.on(.post, "/v1/promotions/{promotion}/codes", .write, by: keys) { request, context in
            let sent = try await IdempotentRequest(request)
            let promotion = context.part("promotion")
            let issuing = try sent.read { reader throws(DocumentProblem) in
                var members = try reader.members()
                let customer = try members.optional("customer").map {
                    reader throws(DocumentProblem) in try reader.shortText()
                }
                let count =
                    try members.optional("count").map { reader throws(DocumentProblem) in
                        try reader.integer(1...Self.issuedMax)
                    } ?? 1
                let expires = try members.optional("expires_at").map {
                    reader throws(DocumentProblem) in
                    guard let time = Timestamp(try reader.text()) else {
                        throw reader.problem("must be a time such as 2026-12-24T18:00:00Z")
                    }
                    return time
                }
                try members.end()
                return Issuing(
                    operation: sent.key, promotion: promotion, customer: customer, count: count,
                    expiresAt: expires, isDry: sent.isDry)
            }
            return Self.response(try await answers.issue(issuing))
        }
    }

    private static func response(_ answered: Answered) -> Response {
        IdempotentRequest.response(
            answered.json, isDone: answered.isDone, isRepeat: answered.isRepeat)
    }
}
