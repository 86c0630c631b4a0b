import Access
import Documents
import HTTPTypes
package import Hummingbird

/// `/v1/loyalty/{program}/rewards` and `…/claims`: what points are good for, and who has or is kept which.
package struct RewardRoutes: Sendable {
    package enum Step: String, Sendable, CaseIterable {
        case confirm, release, `return`
    }

    package struct Claiming: Sendable, Equatable {
        package var program: String
        /// The `Idempotency-Key`, by which the claim is called from then on.
        package var id: String
        package var customer: String
        package var reward: String
        /// Whether it is confirmed at once.
        package var isTaken: Bool
        package var isDry: Bool
    }

    package struct Answered: Sendable, Equatable {
        package var json: [UInt8]
        package var isDone: Bool

        package init(json: [UInt8], isDone: Bool) {
            self.json = json
            self.isDone = isDone
        }
    }

    /// What the routes answer with: JSON, made by whoever has the workspace.
    package struct Answers: Sendable {
        /// To a customer, or to nobody.
        package var rewards:
            @Sendable (_ program: String, _ customer: String?) async throws -> [UInt8]
        package var claim: @Sendable (Claiming) async throws -> Answered
        package var step: @Sendable (_ program: String, _ id: String, Step) async throws -> Answered
        package var benefit:
            @Sendable (_ program: String, _ customer: String, _ benefit: String) async throws ->
                [UInt8]

        package var access:
            @Sendable (_ program: String, _ customer: String, _ name: String) async throws ->
                [UInt8]

        package init(
            rewards:
                @escaping @Sendable (_ program: String, _ customer: String?) async throws -> [UInt8],
            claim: @escaping @Sendable (Claiming) async throws -> Answered,
            step:
                @escaping @Sendable (_ program: String, _ id: String, Step) async throws -> Answered,
            benefit:
                @escaping @Sendable (
                    _ program: String, _ customer: String, _ benefit: String
                ) async throws -> [UInt8],
            access:
                @escaping @Sendable (
                    _ program: String, _ customer: String, _ name: String
                ) async throws -> [UInt8]
        ) {
            self.rewards = rewards
            self.claim = claim
            self.step = step
            self.benefit = benefit
            self.access = access
        }
    }

    static let steps: [(path: String, step: Step)] = [
        ("claims/confirmations", .confirm), ("claims/releases", .release),
        ("claims/returns", .return),
    ]
    private static let base = "/v1/loyalty/{program}/"
    private static let benefitPath = base + "customers/{customer}/benefits/{benefit}"
    private static let accessPath = base + "customers/{customer}/access/{collection}"

    /// The paths with the methods that they take.
    static let paths: [(path: String, methods: [HTTPRequest.Method])] =
        [
            (base + "rewards", [.get]), (base + "claims", [.post]), (benefitPath, [.get]),
            (accessPath, [.get]),
        ] + steps.map { (base + $0.path, [.post]) }

    private let keys: KeyRing
    private let answers: Answers

    package init(keys: KeyRing, answers: Answers) {
        self.keys = keys
        self.answers = answers
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.on(.get, RouterPath(Self.base + "rewards"), .read, by: keys) { request, context in
            var customer: String?
            for (name, value) in request.uri.queryParameters {
                guard name == "customer", !value.isEmpty, value.utf8.count <= 200 else {
                    throw APIError.invalid(
                        path: String(name.prefix(60)), code: "unknown_parameter",
                        reason: "there is no such parameter; there is customer, of 1 to 200 bytes")
                }
                customer = String(value)
            }
            return APIAnswer.found(
                try await answers.rewards(context.part("program"), customer))
        }
        router.on(.get, RouterPath(Self.benefitPath), .read, by: keys) { _, context in
            APIAnswer.found(
                try await answers.benefit(
                    context.part("program"), context.part("customer"),
                    context.part("benefit")))
        }
        router.on(.get, RouterPath(Self.accessPath), .read, by: keys) { _, context in
            APIAnswer.found(
                try await answers.access(
                    context.part("program"), context.part("customer"),
                    context.part("collection")))
        }
        router.on(.post, RouterPath(Self.base + "claims"), .write, by: keys) { request, context in
            let sent = try await IdempotentRequest(request)
            let program = context.part("program")
            let claiming = try sent.read { reader throws(DocumentProblem) in
                var members = try reader.members()
                let customer = try members.required("customer").shortText()
                let reward = try members.required("reward").shortText()
                let isTaken =
                    try members.optional("confirm").map { reader throws(DocumentProblem) in
                        try reader.boolean()
                    } ?? false
                try members.end()
                return Claiming(
                    program: program, id: sent.key, customer: customer, reward: reward,
                    isTaken: isTaken, isDry: sent.isDry)
            }
            let answered = try await answers.claim(claiming)
            return IdempotentRequest.response(
                answered.json, isDone: answered.isDone, isRepeat: false)
        }
        for (path, step) in Self.steps {
            router.on(.post, RouterPath(Self.base + path), .write, by: keys) { request, context in
                let sent = try await IdempotentRequest(request)
                guard !sent.isDry else {
                    throw APIError.invalid(
                        path: "dryRun", code: "unknown_parameter",
                        reason: "a step of a claim can't be tried out")
                }
                let id = try sent.read { reader throws(DocumentProblem) in
                    var members = try reader.members()
                    let id = try members.required("claim").shortText()
                    try members.end()
                    return id
                }
                let answered = try await answers.step(context.part("program"), id, step)
                return IdempotentRequest.response(
                    answered.json, isDone: answered.isDone, isRepeat: false)
            }
        }
    }
}
