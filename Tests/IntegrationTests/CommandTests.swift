import Foundation
import Testing

extension IntegrationTests {
    /// The command line, with and without a server that owns the workspace.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct CommandTests {
        private static let rows = """
            A1,c1,2024-01-05,10.00
            A2,c1,2024-02-05,12.50
            A3,c2,2024-02-06,7
            A4,,2024-02-07,5

            """

        @Test
        func `A command answers the same with and without a server`() throws {
            let shop = try Shop()
            try shop.importOrders(Self.rows)
            _ = try shop.writeKey()
            let questions: [[String]] =
                ["overview", "cohorts", "customers", "models"].flatMap { report in
                    ["table", "json", "csv"].map { ["report", report, "--format", $0] }
                } + [
                    ["report", "customers", "--sort", "revenue", "--ascending", "--limit", "1"],
                    ["report", "customers", "--search", "c2"],
                    ["customer", "show", "c1"], ["customer", "show", "c1", "--format", "json"],
                    ["customer", "show", "nobody"], ["merge", "list"], ["key", "list"],
                    ["member", "list"], ["merge", "undo", "nonsense"], ["key", "revoke", "key_x"],
                ]
            let alone = try questions.map { try shop.run($0) }
            let server = try shop.serve()

            for (question, expected) in zip(questions, alone) {
                let asked = try shop.run(question)
                #expect(asked.output == expected.output, "\(question)")
                #expect(asked.errors == expected.errors, "\(question)")
                #expect(asked.code == expected.code, "\(question)")
            }
            #expect(alone.filter { $0.code != 0 }.count == 3)
            #expect(try server.stop().code == 0)
        }

        @Test
        func `The overview tells what was imported`() throws {
            let shop = try Shop()
            let said = try shop.importOrders(Self.rows)
            #expect(said.contains("4 rows, 4 new events, 0 already known"))

            let overview = try shop.json("report", "overview")

            #expect(overview.customers.int == 2)
            #expect(overview.orders.int == 4)
            #expect(overview.revenue.GBP.int == 3450)
            #expect(overview.withoutCustomer.orders.int == 1)
            #expect(overview.repeatPurchaseRate.double == 0.5)
            #expect(overview.averageOrderValue.GBP.double == 862.5)
            #expect(overview.firstOrderAt.string == "2024-01-05T00:00:00.000Z")
            #expect(overview.lastOrderAt.string == "2024-02-07T00:00:00.000Z")
            let cohorts = try shop.json("report", "cohorts").cohorts.array
            #expect(cohorts.map(\.cohort.string) == ["2024-01", "2024-02"])
            #expect(cohorts.first?.retained.array.map(\.int) == [1, 1])
        }

        @Test
        func `A key works at once and ends at once on a running server`() throws {
            let shop = try Shop()
            let server = try shop.serve()
            let event = #"{"userId":"u","event":"E"}"#
            let key = try shop.writeKey()
            #expect(try server.post("/v1/track", event, key: key).status == 200)
            let list = try shop.say("key", "list")
            #expect(!list.contains(key))
            let id = try #require(
                list.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("key_") })

            try shop.say("key", "revoke", String(id))

            #expect(try server.post("/v1/track", event, key: key).status == 401)
            #expect(try shop.say("key", "list").contains("revoked"))
            #expect(try shop.run(["key", "revoke", String(id)]).code != 0)
        }

        @Test
        func `A second server on the same folder says who is in the way`() throws {
            let shop = try Shop()
            let server = try shop.serve()

            let second = try shop.run(["serve", "--port", "0"], seconds: 30)

            #expect(second.code != 0)
            #expect(second.errors.contains("owns this workspace"))
            #expect(try server.request("GET", "/healthz").status == 200)
        }

        @Test
        func `A member is added once`() throws {
            let shop = try Shop()
            let server = try shop.serve()
            let said = try shop.say("member", "add", "Ada@Example.test", "--role", "analyst")
            #expect(said.contains("ada@example.test"))
            #expect(said.contains("password  "))

            let again = try shop.run(["member", "add", "ada@example.test"])

            #expect(again.code != 0)
            #expect(again.errors.contains("is a member already"))
            #expect(try shop.say("member", "list").contains("analyst"))
            #expect(try shop.run(["member", "add", "ada"]).code != 0)
            #expect(try shop.run(["member", "add", "b@example.test", "--role", "king"]).code != 0)
            #expect(try server.stop().code == 0)
        }

        @Test
        func `Customers merge by identify, by alias and by hand, and come apart again`() throws {
            let shop = try Shop()
            try shop.importOrders("A1,one,2024-01-05,10\nA2,two,2024-01-06,20\n")
            let server = try shop.serve()
            let key = try shop.writeKey()
            func customer(_ key: String) throws -> String? {
                try shop.json("customer", "show", key).customer.string
            }
            _ = try server.post("/v1/page", #"{"anonymousId":"visitor"}"#, key: key)
            _ = try server.post(
                "/v1/identify", #"{"anonymousId":"visitor","userId":"one"}"#, key: key)
            #expect(try customer("visitor") == customer("one"))
            #expect(try customer("one") != customer("two"))

            try shop.say("merge", "customers", "one", "two")

            #expect(try customer("one") == customer("two"))
            let merged = try shop.json("customer", "show", "two")
            #expect(merged.row.orders.int == 2)
            #expect(merged.row.revenue.GBP.int == 3000)
            #expect(try shop.json("report", "overview").customers.int == 1)
            let merge = try #require(merged.merges.array.compactMap(\.merge.string).first)
            try shop.say("merge", "undo", merge)
            #expect(try customer("one") != customer("two"))
            #expect(try shop.json("customer", "show", "two").row.revenue.GBP.int == 2000)
            #expect(try shop.json("report", "overview").customers.int == 2)
            #expect(try shop.run(["merge", "undo", merge]).code != 0)
            #expect(try server.stop().code == 0)
            #expect(try customer("one") != customer("two"))
        }

        @Test
        func `Each setting tells where it is from, and the later wins`() throws {
            let shop = try Shop()
            let file = try shop.folder.write(
                #"{"workspace":{"currency":"GBP","activeDays":60},"ingest":{"queueMiB":32}}"#,
                to: "settings.json")
            let outcome = try shop.run(
                [
                    "config", "--format", "json", "--config", file, "--set",
                    "workspace.activeDays=45",
                ],
                environment: [
                    "PERENNIAL_INGEST_QUEUE_MIB": "16", "PERENNIAL_WORKSPACE_ACTIVE_DAYS": "50",
                ])
            try #require(outcome.code == 0, "\(outcome.errors)")
            var sources: [String: String] = [:]
            for setting in try JSON(outcome.output).settings.array {
                let value = setting.value.string ?? setting.value.int.map { String($0) } ?? ""
                sources[setting.name.string ?? ""] = "\(value) \(setting.source.string ?? "")"
            }

            #expect(sources["ingest.commitMiB"] == "4 default")
            #expect(sources["workspace.currency"]?.hasPrefix("GBP file") == true)
            #expect(sources["ingest.queueMiB"]?.hasPrefix("16 variable") == true)
            #expect(sources["workspace.activeDays"]?.hasPrefix("45 flag") == true)
            let wrong = try shop.run(["config", "--set", "ingest.queueMiBs=1"])
            #expect(wrong.code != 0)
            #expect(wrong.errors.contains("ingest.queueMiB"))
        }

        @Test
        func `A folder of definitions is read through a link, too`() throws {
            let shop = try Shop()
            let folder = shop.folder.file("really")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try shop.folder.write(
                "kind: segment\nname: gold\ntitle: Gold\nwhere:\n  - {attribute: plan, is: gold}\n",
                to: "really/gold.yaml")
            let link = shop.folder.file("link")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: folder)
            try shop.say("apply", link.path)
            #expect(try shop.say("segment", "list").contains("gold"))
        }

        @Test
        func `A server that is told to stop under load has kept what it acknowledged`() throws {
            let shop = try Shop()
            let key = try shop.writeKey()
            let python = try #require(Installation.python)
            let server = try shop.serve()
            let journal = shop.folder.file("journal")
            let client = try Program(
                python,
                [Installation.peer("crash_client.py"), server.address, key, journal.path, "7"],
                in: shop.folder)
            let acknowledged = journal.appending(path: "acknowledged")
            try Deadline.wait(for: "acknowledgements") {
                ((try? Data(contentsOf: acknowledged))?.count ?? 0) > 20_000 ? () : nil
            }

            let ended = try server.stop()

            #expect(ended.code == 0, "\(ended.errors)")
            #expect(!ended.errors.contains("level=error"))
            #expect(try client.wait().code == 0)
            let orders = Set(
                String(decoding: try Data(contentsOf: acknowledged), as: UTF8.self)
                    .split(separator: "\n").filter { $0.hasPrefix("o") })
            let kept = try shop.json("report", "overview").orders.int ?? 0
            #expect(kept >= orders.count)
            #expect(orders.count > 10)
        }
    }
}
