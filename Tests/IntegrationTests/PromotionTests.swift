import Foundation
import Testing

extension IntegrationTests {
    /// Codes at a shop's checkout, over the API.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct PromotionTests {
        private static let definitions = """
            kind: promotion
            name: spring
            codes: [SPRING-26]
            effect: { percent: 15%, of: subtotal }
            appliesTo: { categories: [tea] }
            conditions: { minimum: 20 GBP }
            limits: { perCustomer: 1 }
            ---
            kind: promotion
            name: come-back
            codes: { unique: { prefix: BACK } }
            effect: { amount: 5 GBP }
            ---
            kind: promotion
            name: last-one
            codes: [LAST]
            effect: { freeShipping: true }
            limits: { total: 1 }

            """

        private func shop() throws -> Shop {
            let shop = try Shop()
            for (number, text) in Self.definitions.components(separatedBy: "---\n").enumerated() {
                try shop.say("apply", try shop.folder.write(text, to: "p\(number).yaml"))
            }
            return shop
        }

        private func ask(
            _ id: String, _ path: String, _ body: String, at server: RunningServer, key: String
        ) throws -> (status: Int, json: JSON) {
            let answer = try server.request(
                "POST", "/v1/promotions/" + path,
                headers: ["Authorization": "Bearer \(key)", "Idempotency-Key": id],
                body: Array(body.utf8))
            return (answer.status, try JSON(answer.text))
        }

        private func cart(_ checkout: String, codes: String, more: String = "") -> String {
            """
            {"checkout": "\(checkout)", "customer": "ann", "currency": "GBP", "shipping": 3.50, "lines": [
              {"id": "1", "product": "darjeeling", "category": "tea", "quantity": 2, "price": 12.25},
              {"id": "2", "product": "mug", "price": 9.00}], "codes": [\(codes)]\(more)}
            """
        }

        @Test func `A checkout gets what its codes give, line by line, and why not otherwise`()
            throws
        {
            let shop = try shop()
            let key = try shop.writeKey(scope: "track,read,write")
            let server = try shop.serve()
            let codes = try ask(
                "i1", "come-back/codes", #"{"count": 2}"#, at: server, key: key
            ).json.codes
            let code = try #require(codes.array.first?.string)
            #expect(code.hasPrefix("BACK-"))
            var (status, answer) = try ask(
                "r0", "reservations?dryRun=true",
                cart("c1", codes: "\"spring 26\", \"\(code.lowercased())\""), at: server, key: key)
            #expect(status == 200)
            let first = answer
            (status, answer) = try ask(
                "r1", "reservations",
                cart("c1", codes: "\"spring 26\", \"\(code.lowercased())\""), at: server, key: key)
            #expect(status == 200)
            #expect(answer.total.double == first.total.double)
            // 5.00 off 33.50 in proportion, then 15% of the tea's 24.50, which is 3.68.
            #expect(answer.subtotal.double == 33.50)
            #expect(answer.discount.double == 8.68)
            #expect(answer.total.double == 28.32)
            #expect(answer.lines[0].total.double == 17.16)
            #expect(answer.lines[1].total.double == 7.66)
            (status, answer) = try ask(
                "r2", "reservations", cart("c2", codes: "\"\(code)\""), at: server, key: key)
            #expect(status == 409)
            #expect(answer.code.string == "code_not_valid")
            let unknown = try ask(
                "r3", "reservations", cart("c2", codes: "\"BACK-2222-2222-22222\""), at: server,
                key: key
            ).json
            #expect(unknown.detail.string == answer.detail.string)
            (status, answer) = try ask(
                "r4", "reservations", cart("c2", codes: "\"SPRING26\""), at: server, key: key)
            #expect(status == 409)
            #expect(answer.codes[0].failed_rules[0].rule.string == "customer_limit_reached")
            (status, answer) = try ask(
                "p1", "confirmations", #"{"checkout": "c1"}"#, at: server, key: key)
            #expect(status == 200 && answer.state.string == "confirmed")
            (status, answer) = try ask(
                "p1", "confirmations", #"{"checkout": "c9"}"#, at: server, key: key)
            #expect(status == 422)
            (status, answer) = try ask(
                "x1", "releases", #"{"checkout": "c1"}"#, at: server, key: key)
            #expect(status == 409 && answer.code.string == "already_confirmed")
            (status, answer) = try ask(
                "x2", "refunds", #"{"checkout": "c1"}"#, at: server, key: key)
            #expect(status == 200)
            let kept = try server.request(
                "GET", "/v1/promotions/checkouts/c1", headers: ["Authorization": "Bearer \(key)"])
            #expect(try JSON(kept.text).state.string == "refunded")
            #expect(try shop.json("doctor").problems.int == 0)
        }

        @Test(.enabled(if: Installation.python != nil, "no python3"))
        func
            `Of a thousand clients at the last use of a code one gets it, whatever dies meanwhile`()
            throws
        {
            let python = try #require(Installation.python)
            let shop = try shop()
            let key = try shop.writeKey(scope: "track,read,write")
            var server = try shop.serve()
            var clients = try Program(
                python, [Installation.peer("last_use.py"), server.address, key, "1000"],
                in: shop.folder)
            // Once somebody was answered the server dies; the rest ask the next one under their keys.
            try Deadline.wait(for: "an answer") {
                try shop.json("promotion", "list")[2].reserved.int == 1
                    || !clients.isRunning ? () : nil
            }
            server.kill()
            _ = try clients.wait()
            server = try shop.serve()
            clients = try Program(
                python, [Installation.peer("last_use.py"), server.address, key, "1000"],
                in: shop.folder)
            let outcome = try clients.wait(seconds: 120)
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(
                outcome.output.trimmingCharacters(in: .whitespacesAndNewlines) == "1 of 1000",
                "\(outcome.output)")
            #expect(try shop.json("doctor").problems.int == 0)
        }
    }
}
