import Access
import Documents
import HTTPTypes
package import Hummingbird

/// `/v1/referrals`: customers' codes, friends who join by them, and how that stands.
///
/// Reading needs the scope read, everything else write; joining needs an `Idempotency-Key`.
package struct ReferralRoutes: Sendable {
    /// What a shop knows of a customer that tells one person from another.
    package struct Traits: Sendable, Equatable {
        package var device = ""
        package var payment = ""
        package var addressLine = ""
        package var postcode = ""
        package var country = ""
    }

    /// A friend who joins by a code.
    package struct Joining: Sendable, Equatable {
        package var operation: String
        package var program: String
        /// The friend: an id or any identifier.
        package var customer: String
        /// As it was typed.
        package var code: String
        package var traits = Traits()
        package var isDry: Bool
    }

    /// What a person says of a friend's referral.
    package struct Review: Sendable, Equatable {
        package enum Decision: String, CaseIterable, Sendable {
            /// It counts, whatever checks suspect.
            case accept
            case refuse
            /// What was said before doesn't hold any more: the checks decide.
            case withdraw
        }

        package var operation: String
        package var program: String
        /// The friend: an id or any identifier.
        package var customer: String
        package var decision: Decision
        package var reason: String
        package var isDry: Bool
    }

    package struct Answered: Sendable, Equatable {
        package var json: [UInt8]
        package var isDone: Bool
        package var isRepeat: Bool

        package init(json: [UInt8], isDone: Bool, isRepeat: Bool) {
            self.json = json
            self.isDone = isDone
            self.isRepeat = isRepeat
        }
    }

    /// What the routes answer with: JSON, made by whoever has the workspace.
    package struct Answers: Sendable {
        package var programs: @Sendable () async throws -> [UInt8]
        package var customer:
            @Sendable (_ program: String, _ customer: String) async throws -> [UInt8]
        /// Makes the customer's code where there is none.
        package var code:
            @Sendable (_ program: String, _ customer: String, Traits) async throws -> [UInt8]
        package var join: @Sendable (Joining) async throws -> Answered
        package var review: @Sendable (Review) async throws -> Answered

        package init(
            programs: @escaping @Sendable () async throws -> [UInt8],
            customer:
                @escaping @Sendable (_ program: String, _ customer: String) async throws -> [UInt8],
            code:
                @escaping @Sendable (_ program: String, _ customer: String, Traits) async throws ->
                [UInt8],
            join: @escaping @Sendable (Joining) async throws -> Answered,
            review: @escaping @Sendable (Review) async throws -> Answered
        ) {
            self.review = review
            self.programs = programs
            self.customer = customer
            self.code = code
            self.join = join
        }
    }

    private static let customerPath = "/v1/referrals/{program}/customers/{customer}"

    /// The paths with the methods that they take.
    static let paths: [(path: String, methods: [HTTPRequest.Method])] = [
        ("/v1/referrals", [.get]), (customerPath, [.get]), (customerPath + "/code", [.post]),
        (customerPath + "/review", [.post]),
        ("/v1/referrals/{program}/joins", [.post]),
    ]

    private let keys: KeyRing
    private let answers: Answers

    package init(keys: KeyRing, answers: Answers) {
        self.keys = keys
        self.answers = answers
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.on(.get, "/v1/referrals", .read, by: keys) { _, _ in
            APIAnswer.found(try await answers.programs())
        }
        router.on(.get, RouterPath(Self.customerPath), .read, by: keys) { _, context in
            APIAnswer.found(
                try await answers.customer(
                    context.part("program"), context.part("customer")))
        }
        router.on(.post, RouterPath(Self.customerPath + "/code"), .write, by: keys) {
            request, context in
            let body = try await SmallBody.document(request)
            var traits = Traits()
            if let body {
                do throws(DocumentProblem) {
                    var members = try DocumentReader(body).members()
                    traits = try Self.traits(&members)
                    try members.end()
                } catch {
                    throw APIError.invalid(
                        path: error.path, code: "invalid_member", reason: error.reason)
                }
            }
            return APIAnswer.found(
                try await answers.code(
                    context.part("program"), context.part("customer"), traits))
        }
        router.on(.post, RouterPath(Self.customerPath + "/review"), .write, by: keys) {
            request, context in
            let sent = try await IdempotentRequest(request)
            let (program, customer) = (context.part("program"), context.part("customer"))
            let review = try sent.read { reader throws(DocumentProblem) in
                try Self.review(reader, sent, program, customer)
            }
            let answered = try await answers.review(review)
            return IdempotentRequest.response(
                answered.json, isDone: answered.isDone, isRepeat: answered.isRepeat)
        }
        router.on(.post, "/v1/referrals/{program}/joins", .write, by: keys) { request, context in
            let sent = try await IdempotentRequest(request)
            let program = context.part("program")
            let joining = try sent.read { reader throws(DocumentProblem) in
                try Self.joining(reader, sent, program)
            }
            let answered = try await answers.join(joining)
            return IdempotentRequest.response(
                answered.json, isDone: answered.isDone, isRepeat: answered.isRepeat)
        }
    }

    private static func review(
        _ reader: DocumentReader, _ sent: IdempotentRequest, _ program: String, _ customer: String
    ) throws(DocumentProblem) -> Review {
        var members = try reader.members()
        let decision = try members.required("decision").choice(Review.Decision.self)
        // Whoever refuses a reward, or gives it against what checks say, says why.
        let told =
            decision == .withdraw ? members.optional("reason") : try members.required("reason")
        let reason = try told.map { reader throws(DocumentProblem) in try reader.shortText() } ?? ""
        try members.end()
        return Review(
            operation: sent.key, program: program, customer: customer, decision: decision,
            reason: reason, isDry: sent.isDry)
    }

    private static func joining(
        _ reader: DocumentReader, _ sent: IdempotentRequest, _ program: String
    ) throws(DocumentProblem) -> Joining {
        var members = try reader.members()
        var joining = Joining(
            operation: sent.key, program: program,
            customer: try members.required("customer").shortText(),
            code: try members.required("code").shortText(), isDry: sent.isDry)
        joining.traits = try traits(&members)
        try members.end()
        return joining
    }

    private static func traits(_ members: inout MemberReader) throws(DocumentProblem) -> Traits {
        var traits = Traits()
        func text(_ name: String) throws(DocumentProblem) -> String {
            try members.optional(name).map { reader throws(DocumentProblem) in
                try reader.shortText()
            } ?? ""
        }
        traits.device = try text("device")
        traits.payment = try text("payment")
        if let address = members.optional("address") {
            var parts = try address.members()
            traits.addressLine = try parts.required("line").shortText()
            traits.postcode = try parts.required("postcode").shortText()
            traits.country = try parts.required("country").shortText()
            try parts.end()
        }
        return traits
    }
}
