import Access
import Documents
import Foundation
import HTTPTypes
package import Hummingbird
import JSONParsing
package import Kernel
package import Loyalty
import NIOCore

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

        package init(json: [UInt8], isRepeat: Bool) {
            self.json = json
            self.isRepeat = isRepeat
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
            perform: @escaping @Sendable (Asked) async throws -> Answered
        ) {
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
        ] + operations.map { ("/v1/loyalty/{program}/\($0.path)", [.post]) }

    private static let keyHeader = HTTPField.Name("Idempotency-Key")
    private static let replayedHeader = HTTPField.Name("Idempotency-Replayed")
    static let historyMax = 500
    static let keyBytesMax = 200
    private static let bodyBytesMax = 1 << 20

    private let keys: KeyRing
    private let answers: Answers

    package init(keys: KeyRing, answers: Answers) {
        self.keys = keys
        self.answers = answers
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        add(.get, "/v1/loyalty", .read, to: router) { _, _ in
            APIAnswer.found(try await answers.programs())
        }
        add(.get, "/v1/loyalty/{program}/customers/{customer}", .read, to: router) { _, context in
            APIAnswer.found(
                try await answers.account(
                    Self.text("program", of: context), Self.text("customer", of: context)))
        }
        add(.get, "/v1/loyalty/{program}/customers/{customer}/history", .read, to: router) {
            request, context in
            let (before, limit) = try Self.page(request)
            return APIAnswer.found(
                try await answers.history(
                    Self.text("program", of: context), Self.text("customer", of: context), before,
                    limit))
        }
        for (path, kind) in Self.operations {
            add(.post, RouterPath("/v1/loyalty/{program}/\(path)"), .write, to: router) {
                request, context in
                try await perform(request, kind, program: Self.text("program", of: context))
            }
        }
    }

    private func perform(
        _ request: Request, _ kind: LoyaltyRequest.Kind, program: String
    ) async throws -> Response {
        guard let currency = answers.currency(program) else {
            throw APIError.unknownDefinition(kind: "program")
        }
        guard let key = Self.keyHeader.flatMap({ request.headers[$0] }), !key.isEmpty,
            key.utf8.count <= Self.keyBytesMax
        else {
            throw APIError.invalid(
                path: "", code: "idempotency_key_missing",
                reason:
                    "send an Idempotency-Key of 1 to \(Self.keyBytesMax) bytes: your own number "
                    + "for this operation, which makes asking again harmless")
        }
        var isDry = false
        for (name, value) in request.uri.queryParameters {
            guard name == "dryRun", value == "true" || value == "false" else {
                throw APIError.invalid(
                    path: String(name.prefix(60)), code: "unknown_parameter",
                    reason: "there is no such parameter; there is dryRun=true")
            }
            isDry = value == "true"
        }
        let body: [UInt8]
        do {
            body = Array(
                try await request.body.collect(upTo: Self.bodyBytesMax).readableBytesView)
        } catch {
            throw APIError.tooLarge(
                path: "", code: "body_too_large",
                reason: "the body has more than \(Self.bodyBytesMax) bytes")
        }
        let asked = try Self.read(
            body, kind, program: program, id: key, currency: currency, isDry: isDry)
        let answered = try await answers.perform(asked)
        return Self.response(answered)
    }

    static func read(
        _ body: [UInt8], _ kind: LoyaltyRequest.Kind, program: String, id: String,
        currency: Currency, isDry: Bool
    ) throws(APIError) -> Asked {
        let document: DocumentNode
        do throws(JSONError) {
            document = try DocumentNode(json: body.span)
        } catch {
            throw .invalid(
                path: error.path(in: body.span), code: "invalid_json",
                reason: error.reason.explanation)
        }
        do throws(DocumentProblem) {
            var members = try DocumentReader(document).members()
            let customer = try members.required("customer").text()
            let request = try LoyaltyRequest(
                reading: &members, kind: kind, id: id, currency: currency)
            try members.end()
            return Asked(
                program: program, customer: customer, id: id, request: request, isDry: isDry)
        } catch {
            throw .invalid(path: error.path, code: "invalid_member", reason: error.reason)
        }
    }

    /// What was done, or why it was refused (as RFC 9457 has it).
    private static func response(_ answered: Answered) -> Response {
        var isDone = true
        do throws(JSONError) {
            let value = try JSONLookup.member(named: "done", in: answered.json.span)
            isDone = value?.text(in: answered.json.span) != "false"
        } catch {
            isDone = true
        }
        var response = APIAnswer.found(answered.json, status: isDone ? .ok : .conflict)
        if !isDone { response.headers[.contentType] = "application/problem+json" }
        if answered.isRepeat, let replayed = replayedHeader {
            response.headers[replayed] = "true"
        }
        return response
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

    private static func text(_ name: String, of context: some RequestContext) -> String {
        let text = context.parameters.get(name) ?? ""
        return text.removingPercentEncoding ?? text
    }

    private func add<Context: RequestContext>(
        _ method: HTTPRequest.Method, _ path: RouterPath, _ scope: APIScopes,
        to router: some RouterMethods<Context>,
        _ answer: @escaping @Sendable (Request, Context) async throws -> Response
    ) {
        router.on(path, method: method) { request, context in
            await keys.answering(
                request, scope, context.logger, { try await answer(request, context) },
                failure: APIAnswer.problem)
        }
    }
}
