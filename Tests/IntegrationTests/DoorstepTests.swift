import Foundation
import Testing

extension IntegrationTests {
    /// What the API answers to those who come to the wrong path, or without a key.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct DoorstepTests {
        @Test(arguments: [
            ("GET", "/v1/nothing", 404, "not_found"), ("POST", "/v1/nothing", 404, "not_found"),
            ("DELETE", "/v1/track/x/y", 404, "not_found"), ("GET", "/v1", 404, "not_found"),
            ("POST", "/v1/%22%3C", 404, "not_found"),
            ("GET", "/v1/track", 405, "method_not_allowed"),
            ("PUT", "/v1/batch", 405, "method_not_allowed"),
        ])
        func `A wrong path or method is told in JSON`(
            method: String, path: String, status: Int, code: String
        ) throws {
            let server = try Shop().serve()

            let answer = try server.request(method, path)

            #expect(answer.status == status)
            #expect(answer.headers["content-type"] == "application/json")
            let json = try JSON(answer.text)
            #expect(json.success.bool == false)
            #expect(json.error.code.string == code)
            #expect(json.error.reason.string?.isEmpty == false)
            if status == 405 { #expect(answer.headers["allow"] == "POST") }
        }

        @Test
        func `Without a header a key must come within the first 64 KiB`() throws {
            let shop = try Shop()
            let server = try shop.serve()
            let key = try shop.writeKey()
            let event = #"{"type":"track","userId":"u","event":"E"}"#
            func batch(_ before: String, bytes: Int, _ after: String = "") -> String {
                let start = before + #""batch":["# + event
                let end = "]" + after + "}"
                let filler = bytes - start.utf8.count - end.utf8.count
                return start + String(repeating: " ", count: max(0, filler)) + end
            }
            let limit = 64 * 1024
            let first = #"{"writeKey":"\#(key)","#
            let last = #","writeKey":"\#(key)""#
            // In front the key opens a batch of any size, behind it only one that is short.
            let cases: [(String, Int)] = [
                (batch(first, bytes: limit), 200), (batch(first, bytes: 200_000), 200),
                (batch(first, bytes: 600_000), 413),
                // The key ends a byte before the body does.
                (batch("{", bytes: limit + 1, last), 200),
                (batch("{", bytes: limit + 2, last), 401),
                (batch("{", bytes: limit), 401), (batch("{", bytes: 300_000), 401),
                (batch(#"{"writeKey":"pk_live_no","#, bytes: 300_000), 401),
                (batch(#"{"writeKey":7,"#, bytes: 300_000), 401),
                (String(repeating: "[", count: 300_000), 401),
            ]

            for (body, status) in cases {
                let answer = try server.request("POST", "/v1/batch", body: Array(body.utf8))

                #expect(answer.status == status, "\(body.prefix(60)) \(body.utf8.count)")
                if status == 401 {
                    #expect(try JSON(answer.text).error.code.string == "unauthorized")
                    #expect(answer.headers["www-authenticate"] != nil)
                }
            }
            let packed = try server.request(
                "POST", "/v1/batch", headers: ["Content-Encoding": "gzip"],
                body: GzipBytes.zeros(megabytes: 60))
            #expect(packed.status == 401)
            // With the header, the order of members doesn't matter.
            let known = batch("{", bytes: 300_000)
            #expect(try server.post("/v1/batch", known, key: key).status == 200)
        }
    }
}
