import Foundation
import Testing

extension IntegrationTests {
    /// `perennial import` of each kind of file.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct ImportFileTests {
        private static let csv =
            "orderId,customer,orderedAt,total\nA1,c1,2024-01-05,10\nA2,c2,2024-02-05,2.5\n"
        private static let tsv = csv.replacingOccurrences(of: ",", with: "\t")
        private static let ndjson = """
            {"orderId":"A1","customer":"c1","orderedAt":"2024-01-05","total":10}
            {"orderId":"A2","customer":"c2","orderedAt":"2024-02-05","total":"2.5"}

            """

        @Test(arguments: [
            ("orders.csv", csv, false), ("orders.tsv", tsv, false),
            ("orders.ndjson", ndjson, false), ("orders.csv.gz", csv, true),
            ("orders.tsv.gz", tsv, true), ("orders.ndjson.gz", ndjson, true),
        ])
        func `A file of each format holds the same orders`(
            name: String, text: String, isPacked: Bool
        ) throws {
            let shop = try Shop()
            let bytes = isPacked ? GzipBytes.stored(text) : Array(text.utf8)
            let file = shop.folder.file(name)
            try Data(bytes).write(to: file)

            let first = try shop.say("import", "orders", file.path, "--currency", "GBP")
            let again = try shop.say("import", "orders", file.path, "--currency", "GBP")
            let streamed = try shop.say(
                "import", "orders", "-", "--currency", "GBP", input: file)

            #expect(first.contains("2 rows, 2 new events, 0 already known"))
            #expect(again.contains("2 rows, 0 new events, 2 already known"))
            #expect(streamed.contains("2 rows, 0 new events, 2 already known"))
            let overview = try shop.json("report", "overview")
            #expect(overview.orders.int == 2)
            #expect(overview.revenue.GBP.int == 1250)
        }

        @Test(arguments: [
            (
                ["--map", "orderId=nope"],
                ["'nope'", "its columns are orderId, customer, orderedAt, total"]
            ),
            (["--map", "orderd=orderId"], ["'orderd'", "orderId", "orderedAt"]),
            (["--map", "nonsense"], ["FIELD=COLUMN"]),
            (["--currency", "POUND"], ["three letters"]),
        ])
        func `A mapping that doesn't fit is refused with what there is`(
            arguments: [String], said: [String]
        ) throws {
            let shop = try Shop()
            let file = try shop.folder.write(Self.csv, to: "orders.csv")

            let outcome = try shop.run(["import", "orders", file] + arguments)

            #expect(outcome.code != 0)
            for word in said { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
            // Nothing came in: where the flags alone were wrong, there isn't even a workspace.
            let overview = try shop.run(["report", "overview", "--format", "json"])
            if overview.code == 0 {
                #expect(try JSON(overview.output).orders.int == 0)
            } else {
                #expect(overview.errors.contains("there is no workspace"))
            }
        }

        @Test
        func `Rows that can't be read are told one by one, and the rest is kept`() throws {
            let shop = try Shop()
            let text = Self.csv + "A3,c3,someday,5\nA4,c4,2024-02-30,5\nA5,c5,2024-03-01,ten\n"
            let file = try shop.folder.write(text, to: "orders.csv")
            let rejects = shop.folder.file("rejects.csv").path

            let said = try shop.say(
                "import", "orders", file, "--currency", "GBP", "--rejects", rejects)

            #expect(said.contains("5 rows, 2 new events, 0 already known, 3 rejected"))
            let lines = try shop.folder.read("rejects.csv").split(separator: "\n")
            #expect(lines.first?.hasPrefix("row_number,error_code,error_message") == true)
            #expect(
                lines.dropFirst().map { $0.split(separator: ",").prefix(2).joined(separator: " ") }
                    == ["3 invalid_time", "4 invalid_time", "5 invalid_amount"])
            #expect(try shop.json("report", "overview").orders.int == 2)
        }

        @Test
        func `Rejected rows are mended in their file and imported`() throws {
            let shop = try Shop()
            let text =
                "orderId,customer,orderedAt,sku,quantity,unitPrice\nA1,c1,2024-01-05,x,1,10.50\n"
                + "A2,c2,2024-01-06,y,1,5\nA2,c2,2024-01-06,z,two,5\n"
            let file = try shop.folder.write(text, to: "lines.csv")
            let rejects = shop.folder.file("rejects.csv").path
            let arguments = ["--currency", "GBP", "--rejects"]

            let said = try shop.run(["import", "orders", file] + arguments + [rejects])
            let mended = try shop.folder.read("rejects.csv").replacingOccurrences(
                of: ",two,", with: ",2,")
            let second = try shop.folder.write(mended, to: "mended.csv")
            let again = try shop.run(
                ["import", "orders", second] + arguments + [shop.folder.file("none.csv").path])
            let itself = try shop.run(["import", "orders", second] + arguments + [second])

            #expect(said.output.contains("3 rows, 1 new events, 0 already known, 2 rejected"))
            #expect(said.output.contains(rejects))
            #expect(again.output.contains("2 rows, 1 new events"))
            #expect(itself.code != 0)
            #expect(itself.errors.contains("is the file to import"))
            let overview = try shop.json("report", "overview")
            #expect(overview.orders.int == 2)
            #expect(overview.revenue.GBP.int == 2550)
        }

        @Test
        func `A refund in the order's own file is taken off`() throws {
            let shop = try Shop()

            try shop.importOrders("A1,c1,2024-01-05,10.00\nA1,c1,2024-02-05,-4.50\n")

            let overview = try shop.json("report", "overview")
            #expect(overview.orders.int == 1)
            #expect(overview.revenue.GBP.int == 1000)
        }

        @Test
        func `Help lists the fields and the columns that they are found by`() throws {
            let outcome = try Shop().run(["import", "--help"])

            for word in [
                "orderedAt: orderedat", "firstName: firstname", "previousId", "--decimal-point",
            ] {
                #expect(outcome.output.contains(word))
            }
        }

        @Test
        func `A file that isn't there, or isn't gzip, is refused`() throws {
            let shop = try Shop()
            let missing = try shop.run(["import", "orders", shop.folder.file("no.csv").path])
            #expect(missing.code != 0)
            #expect(missing.errors.contains("cannot open"))
            let broken = shop.folder.file("broken.csv.gz")
            try Data(GzipBytes.stored(Self.csv).dropLast(12)).write(to: broken)

            let outcome = try shop.run(["import", "orders", broken.path, "--currency", "GBP"])

            #expect(outcome.code != 0)
            #expect(outcome.errors.contains("error:"))
        }

        @Test
        func `An import reaches the server that owns the workspace`() throws {
            let shop = try Shop()
            let server = try shop.serve()
            let key = try shop.writeKey()

            let said = try shop.importOrders("A1,c1,2024-01-05,10\nA2,c1,2024-02-05,2.5\n")
            _ = try server.post(
                "/v1/track",
                #"{"userId":"c1","event":"Order Completed","timestamp":"2024-03-01T00:00:00Z","properties":{"order_id":"A3","total":"1.00","currency":"GBP"}}"#,
                key: key)

            #expect(said.contains("2 new events"))
            let overview = try shop.json("report", "overview")
            #expect(overview.orders.int == 3)
            #expect(overview.customers.int == 1)
            #expect(overview.revenue.GBP.int == 1350)
            #expect(try server.stop().code == 0)
            #expect(try shop.json("report", "overview").orders.int == 3)
        }

        @Test
        func `Events and customers come from files too`() throws {
            let shop = try Shop()
            let events = try shop.folder.write(
                #"{"userId":"c1","event":"Looked","timestamp":"2024-01-05T10:00:00Z","messageId":"m1"}"#
                    + "\n", to: "events.ndjson")
            let customers = try shop.folder.write(
                "customer,email,plan\nc1,c1@example.test,gold\n", to: "customers.csv")

            try shop.say("import", "events", events, "--map", "customer=userId")
            try shop.say("import", "customers", customers, "--keep-columns")

            let customer = try shop.json("customer", "show", "c1@example.test")
            #expect(customer.timeline.array.contains { $0.name.string == "Looked" })
            #expect(customer.identifiers.array.contains { $0.value.string == "c1" })
            #expect(customer.profile.attributes.members.keys.contains("plan"))
        }
    }
}
