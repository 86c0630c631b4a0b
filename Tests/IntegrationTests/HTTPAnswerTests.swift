import Foundation
import Testing

extension IntegrationTests {
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct HTTPAnswerTests {
        /// A request, and what comes back.
        struct Case {
            var path = "/v1/track"
            var method = "POST"
            /// nil sends no key.
            var authorization: String? = "Bearer $KEY"
            var headers: [String: String] = [:]
            var body = #"{"userId":"u","event":"E"}"#
            var bytes: [UInt8]?
            var status: Int
            /// The error's code and the JSON path.
            var code: String?
            var at: String?
        }

        private static let long = String(repeating: "x", count: 40_000)
        private static let gzip = ["Content-Encoding": "gzip"]

        private static let cases: [Case] = [
            // Taken.
            Case(status: 200),
            Case(authorization: "Basic $BASIC", status: 200),
            Case(authorization: "bearer $KEY", status: 200),
            Case(
                authorization: nil, body: #"{"userId":"u","event":"E","writeKey":"$KEY"}"#,
                status: 200),
            Case(
                path: "/v1/batch", authorization: nil,
                body: #"{"writeKey":"$KEY","batch":[{"type":"track","userId":"u","event":"E"}]}"#,
                status: 200),
            Case(path: "/v1/identify", body: #"{"userId":"u","traits":{"a":1}}"#, status: 200),
            Case(path: "/v1/page", body: #"{"anonymousId":"a"}"#, status: 200),
            Case(path: "/v1/screen", body: #"{"anonymousId":"a","name":"n"}"#, status: 200),
            Case(path: "/v1/group", body: #"{"userId":"u","groupId":"g"}"#, status: 200),
            Case(path: "/v1/alias", body: #"{"userId":"u","previousId":"p"}"#, status: 200),
            Case(path: "/v1/batch", body: #"{"batch":[]}"#, status: 200),
            Case(
                headers: gzip, bytes: GzipBytes.stored(#"{"userId":"u","event":"E"}"#), status: 200),
            // Keys.
            Case(authorization: nil, status: 401, code: "unauthorized"),
            Case(authorization: "Bearer nonsense", status: 401, code: "unauthorized"),
            Case(authorization: "Digest abc", status: 401, code: "unauthorized"),
            Case(authorization: "Basic %%%", status: 401, code: "unauthorized"),
            Case(
                authorization: nil, body: #"{"userId":"u","event":"E","writeKey":"pk_live_no"}"#,
                status: 401, code: "unauthorized"),
            Case(authorization: "Bearer $READ", status: 403, code: "forbidden"),
            // What isn't valid.
            Case(body: "", status: 400, code: "invalid_json", at: "$"),
            Case(body: "{", status: 400, code: "invalid_json"),
            Case(
                body: #"{"userId":"u","event":"E","properties":{"total":01}}"#, status: 400,
                code: "invalid_json", at: "$.properties.total"),
            Case(
                body: #"{"userId":"u","event":"E","context":{"ip":[1,}}"#, status: 400,
                code: "invalid_json", at: "$.context.ip[1]"),
            Case(
                bytes: Array(#"{"userId":""#.utf8) + [0xC3, 0x28] + Array(#"","event":"E"}"#.utf8),
                status: 400, code: "invalid_json", at: "$.userId"),
            Case(body: #"{"event":"E"}"#, status: 400, code: "identity_missing", at: "$"),
            Case(body: #"{"userId":"u"}"#, status: 400, code: "missing", at: "$.event"),
            Case(
                body: #"{"userId":"u","event":"E","timestamp":"soon"}"#, status: 400,
                code: "time_unreadable", at: "$.timestamp"),
            Case(path: "/v1/batch", body: "[]", status: 400, code: "wrong_kind", at: "$"),
            Case(path: "/v1/batch", body: "{}", status: 400, code: "missing", at: "$.batch"),
            Case(
                path: "/v1/batch", body: #"{"batch":[{"type":"track"}]}"#, status: 400,
                code: "all_rejected"),
            // What is packed badly.
            Case(headers: ["Content-Encoding": "br"], status: 400, code: "undecodable"),
            Case(headers: gzip, status: 400, code: "undecodable"),
            Case(
                headers: gzip,
                bytes: Array(GzipBytes.stored(#"{"userId":"u","event":"E"}"#).dropLast(6)),
                status: 400, code: "undecodable"),
            // What is too large.
            Case(
                body: #"{"userId":"u","event":"E","properties":{"x":"\#(long)"}}"#, status: 413),
            Case(
                path: "/v1/batch",
                body:
                    #"{"batch":[{"type":"track","userId":"u","event":"E","properties":{"x":"\#(long)"}}]}"#,
                status: 413),
            Case(
                path: "/v1/batch", bytes: [UInt8](repeating: 0x20, count: 512_001), status: 413,
                code: "body_too_large"),
            Case(
                path: "/v1/batch", bytes: [UInt8](repeating: 0x20, count: 20_000_000), status: 413,
                code: "body_too_large"),
            Case(
                path: "/v1/batch", headers: gzip, bytes: GzipBytes.zeros(megabytes: 60),
                status: 413, code: "body_too_large"),
            // What isn't there.
            Case(path: "/v1/nothing", status: 404),
            Case(path: "/v2/track", status: 404),
        ]

        @Test
        func `Each request gets its status, code and path`() throws {
            let shop = try Shop()
            let server = try shop.serve()
            let key = try shop.writeKey()
            let readKey = try shop.writeKey(scope: "read")
            let basic = Data("\(key):".utf8).base64EncodedString()
            func fill(_ text: String) -> String {
                text.replacingOccurrences(of: "$KEY", with: key)
                    .replacingOccurrences(of: "$READ", with: readKey)
                    .replacingOccurrences(of: "$BASIC", with: basic)
            }

            for request in Self.cases {
                var headers = request.headers
                if let authorization = request.authorization {
                    headers["Authorization"] = fill(authorization)
                }
                let answer = try server.request(
                    request.method, request.path, headers: headers,
                    body: request.bytes ?? Array(fill(request.body).utf8))

                let what: Comment =
                    "\(request.path) \(headers) \(request.body.prefix(80)) → \(answer.text.prefix(300))"
                #expect(answer.status == request.status, what)
                if request.path.hasPrefix("/v1/"), answer.status != 404 {
                    let json = try JSON(answer.text)
                    #expect(json.success.bool == (request.status == 200), what)
                    if let code = request.code { #expect(json.error.code.string == code, what) }
                    if let at = request.at { #expect(json.error.path.string == at, what) }
                    if request.status != 200 { #expect(json.error.reason.string != nil, what) }
                    #expect(answer.headers["access-control-allow-origin"] == "*", what)
                }
                if request.status == 401 {
                    #expect(answer.headers["www-authenticate"] != nil, what)
                }
            }
            #expect(try server.request("GET", "/healthz").status == 200)
        }

        @Test
        func `A batch keeps its good events and tells the bad ones by index`() throws {
            let shop = try Shop()
            let server = try shop.serve()
            let key = try shop.writeKey()
            let long = String(repeating: "x", count: 33_000)
            let batch = #"""
                {"batch":[
                  {"type":"track","userId":"u","event":"First","messageId":"m1"},
                  {"type":"track","userId":"u"},
                  {"type":"trick","userId":"u"},
                  {"type":"track","userId":"u","event":"First","messageId":"m1"},
                  7,
                  {"type":"track","userId":"u","event":"E","properties":{"x":"\#(long)"}},
                  {"type":"track","userId":"u","event":"Last","messageId":"m2"}
                ]}
                """#

            let answer = try JSON(try server.post("/v1/batch", batch, key: key).text)

            #expect(answer.success.bool == true)
            #expect(answer.accepted.int == 2)
            #expect(answer.repeated.int == 1)
            let rejected = answer.rejected.array.map {
                "\($0["index"].int ?? -1) \($0.code.string ?? "") \($0.path.string ?? "")"
            }
            #expect(
                rejected == [
                    "1 missing $.batch[1].event", "2 unknown_type $.batch[2].type",
                    "4 not_an_event $.batch[4]", "5 event_too_large $.batch[5]",
                ])
            let customer = try shop.json("customer", "show", "u")
            #expect(customer.timeline.array.compactMap(\.name.string) == ["Last", "First"])
        }

        @Test
        func `Browsers of other origins may ask before they send`() throws {
            let shop = try Shop()
            let server = try shop.serve()

            let answer = try server.request(
                "OPTIONS", "/v1/batch",
                headers: [
                    "Origin": "https://shop.example.test", "Access-Control-Request-Method": "POST",
                ])

            #expect(answer.status == 204)
            #expect(answer.headers["access-control-allow-origin"] == "*")
            #expect(answer.headers["access-control-allow-methods"]?.contains("POST") == true)
            #expect(
                answer.headers["access-control-allow-headers"]?.contains("Authorization") == true)
            let foreign = try server.request("GET", "/v1/track")
            #expect([404, 405].contains(foreign.status))
        }

        @Test
        func `Health, readiness and metrics answer without a key`() throws {
            let shop = try Shop()
            let server = try shop.serve()
            let key = try shop.writeKey()
            _ = try server.post("/v1/track", #"{"userId":"u","event":"E"}"#, key: key)
            try server.settle()

            #expect(try server.request("GET", "/healthz").text == "ok\n")
            let ready = try JSON(try server.request("GET", "/readyz").text)
            #expect(ready.status.string == "ready")
            #expect(ready.logPosition.int == 1)
            let metrics = try server.request("GET", "/metrics")
            #expect(metrics.headers["content-type"]?.hasPrefix("text/plain") == true)
            #expect(metrics.text.contains("perennial_log_position 1"))
            #expect(metrics.text.contains("perennial_events_accepted"))
        }
    }
}
