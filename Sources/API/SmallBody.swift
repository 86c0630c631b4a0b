import Documents
import Hummingbird
import JSONParsing

/// The body of a request that changes one thing: a JSON object of a few texts.
enum SmallBody {
    static let bytesMax = 16 * 1024

    /// Its members by name; none of an empty body. Nothing is passed over: a name that isn't known is an error.
    static func read(
        _ request: Request, known: [String]
    ) async throws(APIError) -> [String: String] {
        try members(of: try await bytes(of: request), known: known)
    }

    /// All of it; nil of an empty body.
    static func document(_ request: Request) async throws(APIError) -> DocumentNode? {
        let body = try await bytes(of: request)
        guard body.contains(where: { $0 > 0x20 }) else { return nil }
        do throws(JSONError) {
            return try DocumentNode(json: body.span)
        } catch {
            throw .invalid(
                path: error.path(in: body.span), code: "invalid_json",
                reason: error.reason.explanation)
        }
    }

    private static func bytes(of request: Request) async throws(APIError) -> [UInt8] {
        do {
            return Array(try await request.body.collect(upTo: bytesMax).readableBytesView)
        } catch {
            throw .tooLarge(
                path: "", code: "body_too_large", reason: "the body has more than \(bytesMax) bytes"
            )
        }
    }

    static func members(of body: [UInt8], known: [String]) throws(APIError) -> [String: String] {
        guard body.contains(where: { $0 > 0x20 }) else { return [:] }
        var found: [(name: String, value: JSONSlice)] = []
        do throws(JSONError) {
            var reader = JSONReader(body.span)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                found.append((key.text(in: body.span), try reader.readValue()))
            }
            try reader.finish()
        } catch {
            throw .invalid(path: "", code: "invalid_json", reason: "the body isn't a JSON object")
        }
        var members: [String: String] = [:]
        for (name, value) in found {
            guard known.contains(name) else {
                throw .invalid(
                    path: String(name.prefix(60)), code: "unknown_member",
                    reason: "there is no such member; there are " + known.joined(separator: ", "))
            }
            guard value.kind == .string else {
                throw .invalid(path: name, code: "invalid_member", reason: "takes a text")
            }
            members[name] = value.text(in: body.span)
        }
        return members
    }

    static func missing(_ name: String) -> APIError {
        .invalid(path: name, code: "missing_member", reason: "is missing")
    }
}
