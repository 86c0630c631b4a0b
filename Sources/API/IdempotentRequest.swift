import Documents
import Foundation
import HTTPTypes
import Hummingbird
import JSONParsing
import Kernel
import NIOCore

/// A request that changes something, under an id of the caller's: asked again it has no other effect.
struct IdempotentRequest {
    static let keyBytesMax = 200
    static let bodyBytesMax = 1 << 20
    private static let keyHeader = HTTPField.Name("Idempotency-Key")
    private static let replayedHeader = HTTPField.Name("Idempotency-Replayed")

    /// The `Idempotency-Key`.
    let key: String
    /// Whether nothing is to be done.
    let isDry: Bool
    let body: DocumentNode

    /// - Throws: `APIError` where there is no key, an unknown parameter, or no JSON.
    init(_ request: Request) async throws {
        guard let key = Self.keyHeader.flatMap({ request.headers[$0] }), !key.isEmpty,
            key.utf8.count <= Self.keyBytesMax,
            // Else two could look the same and be told apart by some, and not by others.
            key.utf8.allSatisfy({ (0x20...0x7e).contains($0) })
        else {
            throw APIError.invalid(
                path: "", code: "idempotency_key_missing",
                reason:
                    "send an Idempotency-Key of 1 to \(Self.keyBytesMax) printable ASCII characters: your own number "
                    + "for this operation, which makes asking again harmless")
        }
        self.key = key
        var isDry = false
        for (name, value) in request.uri.queryParameters {
            guard name == "dryRun", value == "true" || value == "false" else {
                throw APIError.invalid(
                    path: String(name.prefix(60)), code: "unknown_parameter",
                    reason: "there is no such parameter; there is dryRun=true")
            }
            isDry = value == "true"
        }
        self.isDry = isDry
        let bytes: [UInt8]
        do {
            bytes = Array(
                try await request.body.collect(upTo: Self.bodyBytesMax).readableBytesView)
        } catch {
            throw APIError.tooLarge(
                path: "", code: "body_too_large",
                reason: "the body has more than \(Self.bodyBytesMax) bytes")
        }
        do throws(JSONError) {
            body = try DocumentNode(json: bytes.span)
        } catch {
            throw APIError.invalid(
                path: error.path(in: bytes.span), code: "invalid_json",
                reason: error.reason.explanation)
        }
    }

    /// Reads the body.
    ///
    /// - Throws: `APIError` where it isn't what is asked for.
    func read<Value>(
        _ body: (DocumentReader) throws(DocumentProblem) -> Value
    ) throws(APIError) -> Value {
        do throws(DocumentProblem) {
            return try body(DocumentReader(self.body))
        } catch {
            throw .invalid(path: error.path, code: "invalid_member", reason: error.reason)
        }
    }

    /// What was done, or why it was refused (as RFC 9457 has it).
    static func response(_ json: [UInt8], isDone: Bool, isRepeat: Bool) -> Response {
        var response = APIAnswer.found(json, status: isDone ? .ok : .conflict)
        if !isDone { response.headers[.contentType] = "application/problem+json" }
        if isRepeat, let replayed = replayedHeader { response.headers[replayed] = "true" }
        return response
    }
}
