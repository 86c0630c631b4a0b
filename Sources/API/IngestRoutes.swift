package import Access
import Events
import HTTPTypes
package import Hummingbird
import Imports
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

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        for kind in EventKind.allCases {
            add(.single(kind), at: "/v1/\(kind.name)", to: router)
        }
        add(.batch, at: "/v1/batch", to: router)
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
        let isAuthorized = try checkHeader(request)
        let bytesMax = call == .batch ? SegmentLimits.batchBytesMax : SegmentLimits.eventBytesMax
        let body = try await body(of: request, bytesMax: bytesMax)
        var builder = EventBlockBuilder()
        let receipt = try parse(body, as: call, into: &builder)
        if !isAuthorized { try checkBody(receipt) }
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

    // MARK: Body

    /// So much of a body that is too large is still read, so that its sender gets to read the answer.
    private static let drainedBytesMax = 64 << 20

    private func collect(
        _ request: Request, bytesMax: Int
    ) async throws(APIError) -> ByteBuffer {
        var collected = ByteBuffer()
        var byteCount = 0
        do {
            for try await var piece in request.body {
                byteCount += piece.readableBytes
                if byteCount <= bytesMax { collected.writeBuffer(&piece) }
                if byteCount > Self.drainedBytesMax { break }
            }
        } catch {
            throw .undecodable("the body broke off")
        }
        guard byteCount <= bytesMax else {
            throw .tooLarge(
                path: "$", code: "body_too_large",
                reason: "the body is larger than \(bytesMax) bytes")
        }
        return collected
    }

    private func body(of request: Request, bytesMax: Int) async throws(APIError) -> ByteBuffer {
        let packing = request.headers[.contentEncoding].map { $0.lowercased() } ?? "identity"
        let collected = try await collect(request, bytesMax: bytesMax)
        switch packing {
        case "identity", "": return collected
        case "gzip", "x-gzip":
            let unpacked: [UInt8]?
            do {
                unpacked = try collected.withUnsafeReadableBytes { bytes in
                    try Inflater.unpack(
                        bytes.bindMemory(to: UInt8.self).span, bytesMax: bytesMax)
                }
            } catch {
                throw .undecodable("the body is not gzip, as its Content-Encoding says")
            }
            guard let unpacked else {
                throw .tooLarge(
                    path: "$", code: "body_too_large",
                    reason: "the unpacked body is larger than \(bytesMax) bytes")
            }
            return ByteBuffer(bytes: unpacked)
        default:
            throw .undecodable("Content-Encoding \(packing) isn't known here; send gzip or none")
        }
    }
}
