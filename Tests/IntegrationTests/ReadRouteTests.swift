import Foundation
import Testing

extension IntegrationTests {
    /// What programs read over the API.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct ReadRouteTests {
        @Test
        func `A key with the scope read reads customers and models, and nothing else does`() throws
        {
            let shop = try Shop()
            let server = try shop.serve()
            let trackKey = try shop.writeKey()
            let readKey = try shop.writeKey(scope: "read")
            func get(_ path: String, key: String?) throws -> HTTPAnswer {
                try server.request(
                    "GET", path, headers: key.map { ["Authorization": "Bearer \($0)"] } ?? [:])
            }
            for number in 0..<30 {
                let day = 10 + number % 18
                let body = #"""
                    {"userId":"u \#(number % 12)","event":"Order Completed",
                    "timestamp":"2026-01-\#(day)T10:00:00Z",
                    "properties":{"order_id":"o\#(number)","total":10,"currency":"USD"}}
                    """#
                #expect(try server.post("/v1/track", body, key: trackKey).status == 200)
            }

            #expect(try get("/v1/models", key: readKey).status == 404)
            #expect(
                try JSON(try get("/v1/models", key: readKey).text).error.code.string == "no_models")
            try shop.say("score")

            let one = try get("/v1/customers/u%203", key: readKey)
            #expect(one.status == 200)
            #expect(one.headers["cache-control"] == "no-store")
            #expect(one.headers["access-control-allow-origin"] == nil)
            let customer = try JSON(one.text)
            #expect(customer.row.label.string == "u 3")
            #expect(customer.row.prediction.churnBand.string != nil)
            #expect(customer.why.string?.hasPrefix("Ordered on") == true)
            #expect(customer.predictions.array.count == 1)

            let list = try get("/v1/customers?limit=5&sort=churn&direction=desc", key: readKey)
            #expect(list.status == 200)
            let page = try JSON(list.text)
            #expect(page.customers.array.count == 5)
            #expect(page.total.int == 12)
            let models = try JSON(try get("/v1/models", key: readKey).text)
            #expect(models.customers.int == 12)
            #expect(models.models.array.isEmpty == false)

            for path in ["/v1/customers", "/v1/customers/u%203", "/v1/models"] {
                #expect(try get(path, key: nil).status == 401)
                #expect(try get(path, key: "pk_live_no").status == 401)
                let refused = try get(path, key: trackKey)
                #expect(refused.status == 403)
                #expect(try JSON(refused.text).error.code.string == "forbidden")
                let posted = try server.post(path, "{}", key: readKey)
                #expect(posted.status == 405)
                #expect(posted.headers["allow"] == "GET")
            }
            #expect(
                try JSON(try get("/v1/customers/nobody", key: readKey).text).error.code.string
                    == "unknown_customer")
            let wrong: [(String, String, String)] = [
                ("sort=luck", "sort", "invalid_parameter"),
                ("state=new,odd", "state", "invalid_parameter"),
                ("limit=0", "limit", "invalid_parameter"),
                ("limit=5000", "limit", "invalid_parameter"),
                ("churnAtLeast=2", "churnAtLeast", "invalid_parameter"),
                ("after=x", "after", "invalid_parameter"),
                ("direction=up", "direction", "invalid_parameter"),
                ("ordersAtLeast=x", "ordersAtLeast", "invalid_parameter"),
                ("colour=red", "colour", "unknown_parameter"),
            ]
            for (query, path, code) in wrong {
                let answer = try get("/v1/customers?" + query, key: readKey)
                #expect(answer.status == 400, "\(query)")
                let error = try JSON(answer.text).error
                #expect(error.path.string == path, "\(query)")
                #expect(error.code.string == code, "\(query)")
            }
        }
    }
}
