import Access
import HTTPTypes
package import Hummingbird
import JSONParsing
import Kernel
package import Runtime

/// `/v1/loyalty/PROGRAM/members`: whom a till has before it, and the link to a member's own page.
///
/// Looking needs the scope read; a link shows somebody's account to whoever has it, and needs write. It changes nothing,
/// so that it takes no `Idempotency-Key`: asked again, there are two links.
package struct LoyaltyMemberRoutes: Sendable {
    /// What the routes answer with: JSON, made by whoever has the workspace.
    package struct Answers: Sendable {
        /// Throws `APIError.noMember` or `.severalMembers` where not exactly one is found.
        package var find: @Sendable (_ program: String, _ keys: [MemberKey]) async throws -> [UInt8]
        package var link:
            @Sendable (_ program: String, _ customer: String, _ seconds: Int) async throws ->
                [UInt8]

        package init(
            find:
                @escaping @Sendable (_ program: String, _ keys: [MemberKey]) async throws ->
                [UInt8],
            link:
                @escaping @Sendable (
                    _ program: String, _ customer: String, _ seconds: Int
                ) async throws -> [UInt8]
        ) {
            self.find = find
            self.link = link
        }
    }

    private static let membersPath = "/v1/loyalty/{program}/members"
    private static let linkPath = "/v1/loyalty/{program}/members/{customer}/link"
    static let paths: [(path: String, methods: [HTTPRequest.Method])] = [
        (membersPath, [.get]), (linkPath, [.post]),
    ]
    /// No phone number, address or card is longer.
    static let keyBytesMax = 512
    static let linkSeconds = 1...(Workspace.memberLinkDaysMax * 86_400)
    private static let bodyBytesMax = 16 * 1024

    private let keys: KeyRing
    private let answers: Answers

    package init(keys: KeyRing, answers: Answers) {
        self.keys = keys
        self.answers = answers
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get(RouterPath(Self.membersPath)) { request, context in
            await keys.answering(
                request, .read, context.logger,
                {
                    let sought = try Self.sought(request.uri.queryParameters.map { ($0, $1) })
                    return APIAnswer.found(
                        try await answers.find(context.part("program"), sought))
                }, failure: APIAnswer.problem)
        }
        router.post(RouterPath(Self.linkPath)) { request, context in
            await keys.answering(
                request, .write, context.logger,
                {
                    let seconds = try Self.seconds(try await Self.body(request))
                    return APIAnswer.found(
                        try await answers.link(
                            context.part("program"), context.part("customer"),
                            seconds))
                }, failure: APIAnswer.problem)
        }
    }

    /// What the query looks for: each of phone, email and card once at the most, one of them at least.
    static func sought(
        _ parameters: [(Substring, Substring)]
    ) throws(APIError) -> [MemberKey] {
        var sought: [MemberKey] = []
        for (name, value) in parameters {
            guard value.utf8.count <= keyBytesMax, !value.isEmpty else {
                throw .invalid(
                    path: String(name.prefix(60)), code: "invalid_parameter",
                    reason: "takes 1 to \(keyBytesMax) bytes")
            }
            let key: MemberKey
            switch name {
            case "phone": key = .phone(String(value))
            case "email": key = .email(String(value))
            case "card": key = .card(String(value))
            default:
                throw .invalid(
                    path: String(name.prefix(60)), code: "unknown_parameter",
                    reason: "there is no such parameter; there are phone, email, card")
            }
            guard !sought.contains(where: { $0.name == key.name }) else {
                throw .invalid(
                    path: key.name, code: "invalid_parameter", reason: "is there more than once")
            }
            sought.append(key)
        }
        guard !sought.isEmpty else {
            throw .invalid(
                path: "", code: "missing_parameter",
                reason: "say whom to look for: phone, email or card")
        }
        return sought
    }

    /// For how long a link is to be good: `expires_in` in seconds, 30 days where the body says nothing.
    static func seconds(_ body: [UInt8]) throws(APIError) -> Int {
        var seconds = Workspace.memberLinkDays * 86_400
        guard body.contains(where: { $0 > 0x20 }) else { return seconds }
        var members: [(name: String, value: JSONSlice)] = []
        do throws(JSONError) {
            var reader = JSONReader(body.span)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                members.append((key.text(in: body.span), try reader.readValue()))
            }
            try reader.finish()
        } catch {
            throw .invalid(path: "", code: "invalid_json", reason: "the body isn't a JSON object")
        }
        for (name, value) in members {
            guard name == "expires_in" else {
                throw .invalid(
                    path: String(name.prefix(60)), code: "unknown_member",
                    reason: "there is no such member; there is expires_in")
            }
            guard value.kind == .number, let number = Int(value.text(in: body.span)),
                linkSeconds.contains(number)
            else {
                throw .invalid(
                    path: name, code: "invalid_member",
                    reason: "takes seconds: a number from 1 to \(linkSeconds.upperBound), "
                        + "which is \(Workspace.memberLinkDaysMax) days")
            }
            seconds = number
        }
        return seconds
    }

    private static func body(_ request: Request) async throws(APIError) -> [UInt8] {
        do {
            return Array(try await request.body.collect(upTo: bodyBytesMax).readableBytesView)
        } catch {
            throw .tooLarge(
                path: "", code: "body_too_large",
                reason: "the body has more than \(bodyBytesMax) bytes")
        }
    }
}
