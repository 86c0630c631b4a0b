package import Access
import Events
import HTTPTypes
package import Hummingbird
import Kernel
import Logging
import Metrics
import Records
package import Runtime

/// `POST /v1/{identify,track,page,screen,group,alias,batch}`, as the Segment spec has them.
package struct IngestRoutes: Sendable {
    private let workspace: Workspace
    private let keys: KeyRing
    private let random: RandomSource
    private let accepted = Counter(label: "perennial_events_accepted")
    private let repeated = Counter(label: "perennial_events_repeated")
    private let rejected = Counter(label: "perennial_events_rejected")

    package init(workspace: Workspace, keys: KeyRing, random: RandomSource) {
        self.workspace = workspace
        self.keys = keys
        self.random = random
    }

    /// Where events are taken, each by `POST`.
    static var paths: [String] { calls.map(\.path) }

    private static let calls: [(call: SegmentCall, path: String)] =
        EventKind.allCases.map { (.single($0), "/v1/\($0.name)") } + [(.batch, "/v1/batch")]

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        for (call, path) in Self.calls { add(call, at: RouterPath(path), to: router) }
    }

    private func add<Context: RequestContext>(
        _ call: SegmentCall, at path: RouterPath, to router: some RouterMethods<Context>
    ) {
        router.post(path) { request, context in
            do throws(APIError) {
                return try await take(request, as: call)
            } catch {
                context.logger.log(
                    level: error.logLevel, "events refused",
                    metadata: ["code": "\(error.code)", "reason": "\(error.reason)"])
                return APIAnswer.failure(error)
            }
        }
        // Browsers ask before they send to another origin.
        router.on(path, method: .options) { _, _ in
            Response(
                status: .noContent,
                headers: [
                    .accessControlAllowOrigin: "*",
                    .accessControlAllowMethods: "POST, OPTIONS",
                    .accessControlAllowHeaders: "Authorization, Content-Type, Content-Encoding",
                    .accessControlMaxAge: "86400",
                ])
        }
    }

    // MARK: One request

    private func take(_ request: Request, as call: SegmentCall) async throws(APIError) -> Response {
        let bytesMax = call == .batch ? SegmentLimits.batchBytesMax : SegmentLimits.eventBytesMax
        var reading = IngestBody(bytesMax: bytesMax, isAuthorized: try checkHeader(request)) {
            key throws(APIError) in try check(keys.scopes(of: key))
        }
        let body = try await reading.read(request)
        var builder = EventBlockBuilder()
        let receipt = try parse(body, as: call, into: &builder)
        if !reading.isAuthorized { try checkBody(receipt) }
        rejected.increment(by: receipt.rejections.count)
        guard receipt.accepted > 0 else {
            return try refuse(receipt, as: call)
        }
        let block = builder.takeBytes()
        do {
            let result = try await workspace.append(block.bytes)
            accepted.increment(by: result.accepted)
            repeated.increment(by: result.repeated)
            return APIAnswer.taken(
                accepted: result.accepted, repeated: result.repeated,
                rejections: receipt.rejections)
        } catch {
            throw Self.refusal(error)
        }
    }

    private func parse(
        _ body: ByteBuffer, as call: SegmentCall, into builder: inout EventBlockBuilder
    ) throws(APIError) -> SegmentReceipt {
        let parser = SegmentParser(receivedAt: workspace.clock.now) { [random] in
            random.bytes(16).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        }
        let outcome = body.withUnsafeReadableBytes { bytes in
            parser.parse(bytes.bindMemory(to: UInt8.self).span, as: call, into: &builder)
        }
        switch outcome {
        case .parsed(let receipt): return receipt
        case .refused(let refusal):
            rejected.increment()
            if refusal.problem.isSize {
                throw .tooLarge(
                    path: refusal.path, code: refusal.problem.code, reason: refusal.problem.reason)
            }
            throw .invalid(
                path: refusal.path, code: refusal.problem.code, reason: refusal.problem.reason)
        }
    }

    /// The answer where no event of a body is valid.
    private func refuse(
        _ receipt: SegmentReceipt, as call: SegmentCall
    ) throws(APIError) -> Response {
        guard let first = receipt.rejections.first else {
            return APIAnswer.taken(accepted: 0, repeated: 0, rejections: [])
        }
        guard call == .batch else {
            let (code, reason) = (first.problem.code, first.problem.reason)
            if first.problem.isSize {
                throw .tooLarge(path: first.path, code: code, reason: reason)
            }
            throw .invalid(path: first.path, code: code, reason: reason)
        }
        let isOnlySize = receipt.rejections.allSatisfy(\.problem.isSize)
        let error: APIError =
            isOnlySize
            ? .tooLarge(
                path: first.path, code: first.problem.code, reason: first.problem.reason)
            : .allRejected
        return APIAnswer.failure(error, rejections: receipt.rejections)
    }

    private static func refusal(_ error: any Error) -> APIError {
        guard let refusal = error as? LogWriter.Refusal else {
            return .unavailable(String(describing: error))
        }
        switch refusal {
        case .queueFull: return .busy
        case .storage(let failure): return .unavailable(failure.description)
        case .closing: return .unavailable("the server is stopping")
        }
    }

    // MARK: Keys

    /// - Returns: False where the request has no header to judge by; the body may have a key then.
    private func checkHeader(_ request: Request) throws(APIError) -> Bool {
        guard let header = request.headers[.authorization] else { return false }
        try check(keys.scopes(ofHeader: header))
        return true
    }

    private func checkBody(_ receipt: SegmentReceipt) throws(APIError) {
        guard let key = receipt.writeKey else { throw .unauthorized }
        try check(keys.scopes(of: key))
    }

    private func check(_ scopes: APIScopes?) throws(APIError) {
        guard let scopes else { throw .unauthorized }
        guard scopes.contains(.track) else { throw .forbidden(needs: "track") }
    }
}
