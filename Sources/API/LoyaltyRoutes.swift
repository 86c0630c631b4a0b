import Access
import Documents
import HTTPTypes
package import Hummingbird
import JSONParsing
package import Kernel
package import Loyalty

/// `/v1/loyalty`: accounts in loyalty programs, for tills, shops and apps.
///
/// Reading needs the scope read, everything else write and an `Idempotency-Key`: asked again under the same key, an
/// operation is answered as before and has no other effect.
package struct LoyaltyRoutes: Sendable {
    /// An operation as it was sent.
    package struct Asked: Sendable, Equatable {
        package var program: String
        /// An id or any identifier.
        package var customer: String
        /// The `Idempotency-Key`.
        package var id: String
        package var request: LoyaltyRequest
        /// Whether nothing is to be done.
        package var isDry: Bool
    }

    package struct Answered: Sendable, Equatable {
        package var json: [UInt8]
        package var isRepeat: Bool
        /// Whether somebody is to look at it first.
        package var isWaiting: Bool

        package init(json: [UInt8], isRepeat: Bool, isWaiting: Bool = false) {
            self.json = json
            self.isRepeat = isRepeat
            self.isWaiting = isWaiting
        }
    }

    /// What the routes answer with: JSON, made by whoever has the workspace.
    package struct Answers: Sendable {
        package var programs: @Sendable () async throws -> [UInt8]
        /// A program's currency; nil where it isn't in force.
        package var currency: @Sendable (_ program: String) -> Currency?
        package var account:
            @Sendable (_ program: String, _ customer: String) async throws -> [UInt8]
        package var history:
            @Sendable (_ program: String, _ customer: String, _ before: Int64?, _ limit: Int)
                async throws -> [UInt8]
        package var liability: @Sendable (_ program: String, _ months: Int) async throws -> [UInt8]
        package var perform: @Sendable (Asked) async throws -> Answered

        package init(
            programs: @escaping @Sendable () async throws -> [UInt8],
            currency: @escaping @Sendable (_ program: String) -> Currency?,
            account:
                @escaping @Sendable (_ program: String, _ customer: String) async throws -> [UInt8],
            history:
                @escaping @Sendable (
                    _ program: String, _ customer: String, _ before: Int64?, _ limit: Int
                ) async throws -> [UInt8],
            liability:
                @escaping @Sendable (_ program: String, _ months: Int) async throws -> [UInt8],
            perform: @escaping @Sendable (Asked) async throws -> Answered
        ) {
            self.liability = liability
            self.programs = programs
            self.currency = currency
            self.account = account
            self.history = history
            self.perform = perform
        }
    }

    /// What is posted, by the path's last part.
    static let operations: [(path: String, kind: LoyaltyRequest.Kind)] = [
        ("orders", .order), ("refunds", .refund), ("cancellations", .cancel), ("events", .event),
        ("awards", .award), ("spends", .spend), ("unspends", .unspend),
        ("reservations", .reserve), ("confirmations", .confirm), ("releases", .release),
        ("adjustments", .adjust),
    ]

    /// The paths with the methods that they take.
    static let paths: [(path: String, methods: [HTTPRequest.Method])] =
        [
            ("/v1/loyalty", [.get]), ("/v1/loyalty/{program}/customers/{customer}", [.get]),
            ("/v1/loyalty/{program}/customers/{customer}/history", [.get]),
            ("/v1/loyalty/{program}/liability", [.get]),
        ] + operations.map { ("/v1/loyalty/{program}/\($0.path)", [.post]) }

    static let historyMax = 500
    static let liabilityMonthsMax = 120
    static let liabilityMonthsUsual = 12

    private let keys: KeyRing
    private let answers: Answers

    package init(keys: KeyRing, answers: Answers) {
        self.keys = keys
        self.answers = answers
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.on(.get, "/v1/loyalty", .read, by: keys) { _, _ in
            APIAnswer.found(try await answers.programs())
        }
        router.on(.get, "/v1/loyalty/{program}/customers/{customer}", .read, by: keys) {
            _, context in
            APIAnswer.found(
                try await answers.account(
                    context.part("program"), context.part("customer")))
        }
        router.on(.get, "/v1/loyalty/{program}/customers/{customer}/history", .read, by: keys) {
            request, context in
            let (before, limit) = try Self.page(request)
            return APIAnswer.found(
                try await answers.history(
                    context.part("program"), context.part("customer"), before,
                    limit))
        }
        router.on(.get, "/v1/loyalty/{program}/liability", .read, by: keys) { request, context in
            let months = try Self.months(request)
            return APIAnswer.found(
                try await answers.liability(context.part("program"), months))
        }
        for (path, kind) in Self.operations {
            router.on(.post, RouterPath("/v1/loyalty/{program}/\(path)"), .write, by: keys) {
                request, context in
                try await perform(request, kind, program: context.part("program"))
            }
        }
    }

    private func perform(
        _ request: Request, _ kind: LoyaltyRequest.Kind, program: String
    ) async throws -> Response {
        guard let currency = answers.currency(program) else {
            throw APIError.unknownDefinition(kind: "program")
        }
        let sent = try await IdempotentRequest(request)
        let asked = try sent.read { reader throws(DocumentProblem) in
            var members = try reader.members()
            let customer = try members.required("customer").text()
            let request = try LoyaltyRequest(
                reading: &members, kind: kind, id: sent.key, currency: currency)
            try members.end()
            return Asked(
                program: program, customer: customer, id: sent.key, request: request,
                isDry: sent.isDry)
        }
        let answered = try await answers.perform(asked)
        if answered.isWaiting { return APIAnswer.found(answered.json, status: .accepted) }
        return IdempotentRequest.response(
            answered.json, isDone: Self.isDone(answered.json), isRepeat: answered.isRepeat)
    }

    /// Whether an answer says that it was done, not refused.
    private static func isDone(_ json: [UInt8]) -> Bool {
        do throws(JSONError) {
            let value = try JSONLookup.member(named: "done", in: json.span)
            return value?.text(in: json.span) != "false"
        } catch {
            return true
        }
    }

    private static func months(_ request: Request) throws(APIError) -> Int {
        var months = liabilityMonthsUsual
        for (name, value) in request.uri.queryParameters {
            guard name == "months" else {
                throw .invalid(
                    path: String(name.prefix(60)), code: "unknown_parameter",
                    reason: "there is no such parameter; there is months")
            }
            guard let number = Int(value), (1...liabilityMonthsMax).contains(number) else {
                throw .invalid(
                    path: "months", code: "invalid_parameter",
                    reason: "takes a number from 1 to \(liabilityMonthsMax)")
            }
            months = number
        }
        return months
    }

    private static func page(_ request: Request) throws(APIError) -> (before: Int64?, limit: Int) {
        var page: (before: Int64?, limit: Int) = (nil, 50)
        for (name, value) in request.uri.queryParameters {
            switch name {
            case "before":
                guard let number = Int64(value), number > 0 else {
                    throw .invalid(
                        path: "before", code: "invalid_parameter",
                        reason: "takes what next said on the page before")
                }
                page.before = number
            case "limit":
                guard let number = Int(value), (1...historyMax).contains(number) else {
                    throw .invalid(
                        path: "limit", code: "invalid_parameter",
                        reason: "takes a number from 1 to \(historyMax)")
                }
                page.limit = number
            default:
                throw .invalid(
                    path: String(name.prefix(60)), code: "unknown_parameter",
                    reason: "there is no such parameter; there are before, limit")
            }
        }
        return page
    }
}
