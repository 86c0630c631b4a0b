import Foundation
import Testing

extension IntegrationTests {
    /// What commands promise to whoever types them for the first time.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct PlainCommandTests {
        private static let rows =
            "A1,one,2024-01-05,10\nA2,two,2024-01-06,20\nA3,one,2024-02-01,5\n"

        @Test(arguments: [
            ["report", "overview"], ["customer", "show", "x"], ["score"], ["merge", "list"],
            ["merge", "undo", "mrg_1"], ["key", "list"], ["key", "revoke", "key_1"],
            ["member", "list"], ["member", "password", "a@example.test"],
            ["member", "remove", "a@example.test"], ["config"],
        ])
        func `A folder without a workspace is said and not made`(command: [String]) throws {
            let shop = try Shop()

            let outcome = try shop.run(command)

            #expect(outcome.code != 0)
            #expect(outcome.errors.contains("there is no workspace in \(shop.data)"))
            #expect(!FileManager.default.fileExists(atPath: shop.data))
        }

        @Test(arguments: [["key", "create"], ["member", "add", "a@example.test"]])
        func `What fills a workspace makes it`(command: [String]) throws {
            let shop = try Shop()
            #expect(try shop.run(command).code == 0)
            #expect(try shop.say("report", "overview").contains("customers"))
        }

        @Test
        func `A member's password is reset, and the last owner stays`() throws {
            let shop = try Shop()
            let server = try shop.serve()
            #expect(try shop.say("member", "add", "a@example.test").contains("owner"))
            let unnamed = try shop.run(["member", "add", "b@example.test"])
            #expect(unnamed.code != 0)
            #expect(unnamed.errors.contains("--role"))
            let added = try shop.say("member", "add", "b@example.test", "--role", "support")

            let reset = try shop.say("member", "password", "B@example.test")

            func password(_ text: String) -> Substring? {
                text.split(separator: "\n").first { $0.hasPrefix("password  ") }
            }
            #expect(password(reset) != nil && password(reset) != password(added))
            let last = try shop.run(["member", "remove", "a@example.test"])
            #expect(last.code != 0)
            #expect(last.errors.contains("last owner"))
            try shop.say("member", "remove", "b@example.test")
            #expect(try !shop.say("member", "list").contains("b@example.test"))
            for command in ["password", "remove"] {
                let unknown = try shop.run(["member", command, "b@example.test"])
                #expect(unknown.errors.contains("nobody signs in as b@example.test"))
                #expect(unknown.code != 0)
            }
            #expect(try server.stop().code == 0)
        }

        @Test
        func `The overview's CSV has every figure of its JSON, each with its unit`() throws {
            let shop = try Shop()
            try shop.importOrders(Self.rows + "A4,,2024-02-02,7\n")
            let json = try shop.run(["report", "overview", "--format", "json"]).output
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            var figures = Set(object.keys).subtracting(["withoutCustomer"])
            figures.formUnion(["withoutCustomer.orders", "withoutCustomer.revenue"])
            // Without a refund there is no currency that anything was refunded in.
            figures.remove("refunded")

            let lines = try shop.say("report", "overview", "--format", "csv")
                .split(separator: "\n").map {
                    $0.split(separator: ",", omittingEmptySubsequences: false)
                }

            #expect(lines.first == ["figure", "currency", "unit", "value"])
            #expect(Set(lines.dropFirst().map { String($0[0]) }) == figures)
            #expect(lines.dropFirst().allSatisfy { $0.count == 4 && !$0[2].isEmpty })
            #expect(lines.contains(["netRevenue", "GBP", "minor", "4200"]))
        }

        @Test
        func `A list of customers says how many of how many it shows`() throws {
            let shop = try Shop()
            try shop.importOrders(Self.rows)
            let table = try shop.say("report", "customers", "--limit", "1")
            #expect(table.contains("spend 365 d"))
            #expect(table.contains("1 of 2 customers"))
            #expect(table.contains("--after"))
            #expect(try shop.say("report", "customers").contains("2 of 2 customers"))
        }

        @Test
        func `A customer's orders, refunds and net are shown by currency`() throws {
            let shop = try Shop()
            try shop.importOrders(Self.rows)
            let server = try shop.serve()
            let key = try shop.writeKey()
            let refund = #"""
                {"userId":"one","event":"Order Refunded","properties":{"order_id":"A1","total":4,"currency":"GBP"}}
                """#
            #expect(try server.post("/v1/track", refund, key: key).status == 200)

            let text = try shop.say("customer", "show", "one")

            let line = text.split(separator: "\n").first { $0.hasPrefix("GBP ") }
            #expect(
                line?.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
                    == "GBP 15.00 GBP 4.00 GBP 11.00 GBP")
            #expect(text.contains("refunds       1"))
            let refused = try shop.run(["customer", "show", "one", "--format", "csv"])
            #expect(refused.code != 0)
            #expect(refused.errors.contains("csv"))
        }

        @Test
        func `Settings and merges are CSV where CSV is asked for`() throws {
            let shop = try Shop()
            try shop.importOrders(Self.rows)
            let merged = try shop.say("merge", "customers", "one", "two")
            let id = try #require(
                merged.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("mrg_") })

            let merges = try shop.say("merge", "list", "--format", "csv").split(separator: "\n")
            let settings = try shop.say("config", "--format", "csv").split(separator: "\n")

            #expect(merges.first == "merge,winner,loser,reason,why,position,merged_at,undone_at")
            #expect(merges.dropFirst().map { $0.prefix { $0 != "," } } == [id])
            #expect(settings.first == "setting,value,source,variable,flag,default,meaning")
            #expect(settings.count > 10)
            try shop.say("merge", "undo", String(id))
        }

        @Test
        func `An unknown merge is named as it was typed`() throws {
            let shop = try Shop()
            try shop.importOrders(Self.rows)
            let outcome = try shop.run(["merge", "undo", "mrg_nope"])
            #expect(outcome.code != 0)
            #expect(outcome.errors.contains("there is no merge mrg_nope"))
        }
    }
}
