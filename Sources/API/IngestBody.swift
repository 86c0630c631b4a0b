import Hummingbird
import Imports
import JSONParsing

/// Reads the body of a request that brings events, and stops where its sender shows no key in time.
///
/// A key may be in the `Authorization` header, which is judged before any of the body is read. It may
/// also be in the body (`writeKey`, as browser libraries of the Segment spec send it), so a request
/// without that header can't be refused outright. What a stranger can make the server hold is bounded
/// instead: the key must come within the first `bytesBeforeKeyMax` bytes, in front of the rest. Those
/// libraries write it first, so that their batches are taken at every size; a single event never
/// needs more. A packed body must be that small as a whole: who packs sends the header.
struct IngestBody {
    /// So much of a body is read before a key must have been seen.
    static let bytesBeforeKeyMax = 64 * 1024
    /// So much of a body that is too large is still read, so that its sender gets to read the answer.
    private static let drainedBytesMax = 64 << 20

    let bytesMax: Int
    /// Whether a key that may send events was seen: in the header, or in a long body's beginning.
    /// False leaves it to whoever reads the body whole.
    private(set) var isAuthorized: Bool
    /// Throws where a key may not send events.
    let check: (_ key: String) throws(APIError) -> Void

    init(
        bytesMax: Int, isAuthorized: Bool, check: @escaping (String) throws(APIError) -> Void
    ) {
        self.bytesMax = bytesMax
        self.isAuthorized = isAuthorized
        self.check = check
    }

    /// - Throws: `.keyMissing`, `.tooLarge`, `.undecodable`, and what `check` throws.
    mutating func read(_ request: Request) async throws(APIError) -> ByteBuffer {
        let packing = request.headers[.contentEncoding].map { $0.lowercased() } ?? "identity"
        switch packing {
        case "identity", "": return try await collect(request, isPlain: true)
        case "gzip", "x-gzip": return try unpack(try await collect(request, isPlain: false))
        default:
            if isAuthorized { _ = try await collect(request, isPlain: false) }
            throw .undecodable("Content-Encoding \(packing) isn't known here; send gzip or none")
        }
    }

    private mutating func collect(
        _ request: Request, isPlain: Bool
    ) async throws(APIError) -> ByteBuffer {
        var collected = ByteBuffer()
        var byteCount = 0
        let keptMax = isAuthorized ? bytesMax : max(bytesMax, Self.bytesBeforeKeyMax)
        do {
            for try await var piece in request.body {
                byteCount += piece.readableBytes
                // Beyond that only by the rest of one piece.
                if collected.readableBytes < keptMax { collected.writeBuffer(&piece) }
                if !isAuthorized, byteCount > Self.bytesBeforeKeyMax {
                    try findKey(in: isPlain ? collected : ByteBuffer())
                }
                if byteCount > Self.drainedBytesMax { break }
            }
        } catch let error as APIError {
            throw error
        } catch {
            throw .undecodable("the body broke off")
        }
        guard byteCount <= bytesMax else { throw Self.tooLarge("the body", bytesMax) }
        return collected
    }

    private mutating func findKey(in start: ByteBuffer) throws(APIError) {
        let key = start.withUnsafeReadableBytes { bytes in
            Self.key(in: bytes.prefix(Self.bytesBeforeKeyMax).bindMemory(to: UInt8.self).span)
        }
        guard let key else { throw .keyMissing(bytesMax: Self.bytesBeforeKeyMax) }
        try check(key)
        isAuthorized = true
    }

    /// The `writeKey` of an object that may break off anywhere behind it; nil where none is seen.
    static func key(in bytes: Span<UInt8>) -> String? {
        do throws(JSONError) {
            var reader = JSONReader(bytes)
            try reader.beginObject()
            while let name = try reader.nextKey() {
                let value = try reader.readValue()
                if name.isText("writeKey", in: bytes) {
                    return value.kind == .string ? value.text(in: bytes) : nil
                }
            }
        } catch {
            // It isn't JSON, or the bytes end before the key.
            return nil
        }
        return nil
    }

    private func unpack(_ packed: ByteBuffer) throws(APIError) -> ByteBuffer {
        let bytesMax = isAuthorized ? bytesMax : min(bytesMax, Self.bytesBeforeKeyMax)
        let unpacked: [UInt8]?
        do {
            unpacked = try packed.withUnsafeReadableBytes { bytes in
                try Inflater.unpack(bytes.bindMemory(to: UInt8.self).span, bytesMax: bytesMax)
            }
        } catch {
            throw .undecodable("the body is not gzip, as its Content-Encoding says")
        }
        guard let unpacked else {
            if !isAuthorized { throw .keyMissing(bytesMax: bytesMax) }
            throw Self.tooLarge("the unpacked body", bytesMax)
        }
        return ByteBuffer(bytes: unpacked)
    }

    private static func tooLarge(_ what: String, _ bytesMax: Int) -> APIError {
        .tooLarge(
            path: "$", code: "body_too_large", reason: "\(what) is larger than \(bytesMax) bytes")
    }
}
