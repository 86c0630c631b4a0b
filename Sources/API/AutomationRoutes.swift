import Access
import HTTPTypes
package import Hummingbird
import JSONParsing
import Logging
import NIOCore

/// `/v1/segments` and `/v1/journeys`: who is in what, and entering somebody by a program.
///
/// Reading needs the scope read, starting a journey write.
package struct AutomationRoutes: Sendable {
    /// Somebody who is to enter a journey.
    package struct Start: Sendable, Equatable {
        package var journey: String
        /// An id or any identifier.
        package var customer: String
        /// Tells this run from others; empty: as the journey says.
        package var key: String
        /// A JSON object, or empty.
        package var properties: [UInt8]
    }

    /// What the routes answer with: JSON, made by whoever has the workspace.
    package struct Answers: Sendable {
        package var segments: @Sendable () async throws -> [UInt8]
        /// Nil where there is no such segment.
        package var members:
            @Sendable (_ segment: String, _ after: String?, _ limit: Int) async throws -> [UInt8]?
        /// How a customer stands to each segment, and why; nil for nobody.
        package var standings: @Sendable (_ customer: String) async throws -> [UInt8]?
        package var journeys: @Sendable () async throws -> [UInt8]
        package var start: @Sendable (Start) async throws -> [UInt8]

        package init(
            segments: @escaping @Sendable () async throws -> [UInt8],
            members:
                @escaping @Sendable (_ segment: String, _ after: String?, _ limit: Int)
                async throws -> [UInt8]?,
            standings: @escaping @Sendable (_ customer: String) async throws -> [UInt8]?,
            journeys: @escaping @Sendable () async throws -> [UInt8],
            start: @escaping @Sendable (Start) async throws -> [UInt8]
        ) {
            self.segments = segments
            self.members = members
            self.standings = standings
            self.journeys = journeys
            self.start = start
        }
    }

    /// The paths with the methods that they take.
    static let paths: [(path: String, methods: [HTTPRequest.Method])] = [
        ("/v1/segments", [.get]), ("/v1/segments/{segment}/members", [.get]),
        ("/v1/customers/{customer}/segments", [.get]), ("/v1/journeys", [.get]),
        ("/v1/journeys/{journey}/start", [.post]),
    ]

    static let membersMax = 1000
    private static let bodyBytesMax = 32 * 1024

    private let keys: KeyRing
    private let answers: Answers

    package init(keys: KeyRing, answers: Answers) {
        self.keys = keys
        self.answers = answers
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        add(.get, "/v1/segments", .read, to: router) { _, _ in
            APIAnswer.found(try await answers.segments())
        }
        add(.get, "/v1/segments/{segment}/members", .read, to: router) { request, context in
            let query = request.uri.queryParameters
            for (name, _) in query where name != "after" && name != "limit" {
                throw APIError.invalid(
                    path: String(name.prefix(60)), code: "unknown_parameter",
                    reason: "there is no such parameter; there are after, limit")
            }
            var limit = 100
            if let text = query["limit"] {
                guard let number = Int(text), (1...Self.membersMax).contains(number) else {
                    throw APIError.invalid(
                        path: "limit", code: "invalid_parameter",
                        reason: "takes a number from 1 to \(Self.membersMax)")
                }
                limit = number
            }
            let name = context.part("segment")
            guard
                let found = try await answers.members(name, query["after"].map(String.init), limit)
            else { throw APIError.unknownDefinition(kind: "segment") }
            return APIAnswer.found(found)
        }
        add(.get, "/v1/customers/{customer}/segments", .read, to: router) { _, context in
            guard let found = try await answers.standings(context.part("customer"))
            else { throw APIError.unknownCustomer }
            return APIAnswer.found(found)
        }
        add(.get, "/v1/journeys", .read, to: router) { _, _ in
            APIAnswer.found(try await answers.journeys())
        }
        add(.post, "/v1/journeys/{journey}/start", .write, to: router) { request, context in
            let start = try await Self.start(request, journey: context.part("journey"))
            return APIAnswer.found(try await answers.start(start))
        }
    }

    /// Reads `{"customer": "…", "key": "…", "properties": {…}}`.
    private static func start(
        _ request: Request, journey: String
    ) async throws(APIError) -> Start {
        let body: [UInt8]
        do {
            body = Array(try await request.body.collect(upTo: bodyBytesMax).readableBytesView)
        } catch {
            throw .tooLarge(
                path: "", code: "body_too_large",
                reason: "the body has more than \(bodyBytesMax) bytes")
        }
        return try start(body, journey: journey)
    }

    static func start(_ body: [UInt8], journey: String) throws(APIError) -> Start {
        var start = Start(journey: journey, customer: "", key: "", properties: [])
        do throws(JSONError) {
            var reader = JSONReader(body.span)
            try reader.beginObject()
            while let name = try reader.nextKey() {
                let value = try reader.readValue()
                switch (name.text(in: body.span), value.kind) {
                case ("customer", .string): start.customer = value.text(in: body.span)
                case ("key", .string): start.key = value.text(in: body.span)
                case ("properties", .object): start.properties = Array(body[value.range])
                default: throw JSONError(.wrongKind, at: value.range.lowerBound)
                }
            }
            try reader.finish()
        } catch {
            throw .invalid(
                path: error.path(in: body.span), code: "invalid_json",
                reason: error.reason == .wrongKind
                    ? "takes customer and key as texts, and properties as an object"
                    : error.reason.explanation)
        }
        guard !start.customer.isEmpty else { throw SmallBody.missing("customer") }
        return start
    }

    private func add<Context: RequestContext>(
        _ method: HTTPRequest.Method, _ path: RouterPath, _ scope: APIScopes,
        to router: some RouterMethods<Context>,
        _ answer: @escaping @Sendable (Request, Context) async throws -> Response
    ) {
        router.on(path, method: method) { request, context in
            await keys.answering(request, scope, context.logger) {
                try await answer(request, context)
            }
        }
    }
}

extension KeyRing {
    /// Answers a request whose key may do what is asked; errors become answers.
    func answering(
        _ request: Request, _ scope: APIScopes, _ logger: Logger,
        _ answer: () async throws -> Response,
        failure: (APIError) -> Response = { APIAnswer.failure($0) }
    ) async -> Response {
        do {
            guard let header = request.headers[.authorization],
                let scopes = scopes(ofHeader: header)
            else { throw APIError.unauthorized }
            guard scopes.contains(scope) else {
                throw APIError.forbidden(needs: scope.names.joined(separator: ","))
            }
            return try await answer()
        } catch let error as APIError {
            return failure(error)
        } catch {
            logger.error("not answered", metadata: ["reason": "\(error)"])
            return failure(.unread)
        }
    }
}
