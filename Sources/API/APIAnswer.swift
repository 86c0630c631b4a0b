import Events
import HTTPTypes
import Hummingbird
import JSONParsing

/// The API's answers as JSON.
enum APIAnswer {
    /// What is said of events that were taken: how many are new, how many were here before, and each that wasn't valid.
    static func taken(
        accepted: Int, repeated: Int, rejections: [Rejection]
    ) -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.member("success", true)
        json.member("accepted", accepted)
        json.member("repeated", repeated)
        if !rejections.isEmpty { write(rejections, to: &json) }
        json.endObject()
        return response(.ok, json)
    }

    static func failure(_ error: APIError, rejections: [Rejection] = []) -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.member("success", false)
        json.key("error")
        json.beginObject()
        json.member("code", error.code)
        if let path = error.path { json.member("path", path) }
        json.member("reason", error.reason)
        json.endObject()
        if !rejections.isEmpty { write(rejections, to: &json) }
        json.endObject()
        var response = response(error.status, json)
        if let seconds = error.retryAfterSeconds {
            response.headers[.retryAfter] = String(seconds)
        }
        if case .methodNotAllowed(_, let allowed) = error { response.headers[.allow] = allowed }
        if error.status == .unauthorized {
            response.headers[.wwwAuthenticate] = "Basic realm=\"perennial\", charset=\"UTF-8\""
        }
        return response
    }

    /// An error as RFC 9457 has it; `code` says it for programs.
    static func problem(_ error: APIError) -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.member("type", "about:blank")
        json.member("title", error.status.reasonPhrase)
        json.member("status", error.status.code)
        json.member("detail", error.reason)
        json.member("code", error.code)
        if let path = error.path, !path.isEmpty { json.member("path", path) }
        json.endObject()
        var response = found(json.bytes, status: error.status)
        response.headers[.contentType] = "application/problem+json"
        if let seconds = error.retryAfterSeconds {
            response.headers[.retryAfter] = String(seconds)
        }
        if error.status == .unauthorized {
            response.headers[.wwwAuthenticate] = "Basic realm=\"perennial\", charset=\"UTF-8\""
        }
        return response
    }

    private static func write(_ rejections: [Rejection], to json: inout JSONWriter) {
        json.key("rejected")
        json.beginArray()
        for rejection in rejections {
            json.beginObject()
            json.member("index", rejection.index)
            json.member("path", rejection.path)
            json.member("code", rejection.problem.code)
            json.member("reason", rejection.problem.reason)
            json.endObject()
        }
        json.endArray()
    }

    /// What was asked for: a person's data, which nobody on the way may keep, and no page of another origin read.
    static func found(
        _ json: [UInt8], status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "application/json", .cacheControl: "no-store",
                .xContentTypeOptions: "nosniff",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }

    static func response(_ status: HTTPResponse.Status, _ json: JSONWriter) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "application/json",
                .accessControlAllowOrigin: "*",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}
