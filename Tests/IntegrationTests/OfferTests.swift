import Foundation
import Testing

extension IntegrationTests {
    /// What to offer, by command and in the console.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct OfferTests {
        /// Half of the people buy bread and butter, the others tea and milk; one has bread alone.
        private static let rows: String = {
            var rows = "orderId,customer,orderedAt,sku,productName,category,quantity,unitPrice\n"
            for number in 0..<12 {
                let isBaker = number % 2 == 0
                for (id, name) in isBaker
                    ? [("p1", "Bread"), ("p2", "Butter")] : [("p3", "Tea"), ("p4", "Milk")]
                {
                    let category = isBaker ? "food" : "drink"
                    rows += "A\(number),c\(number),2024-01-0\(1 + number % 9),\(id),\(name),"
                    rows += "\(category),1,2.00\n"
                }
            }
            return rows + """
                B1,one,2024-01-09,p1,Bread,food,1,2.00
                B2,stranger,2024-01-09,,,,1,2.00

                """
        }()

        private func shop() throws -> Shop {
            let shop = try Shop()
            let file = try shop.folder.write(Self.rows, to: "lines.csv")
            try shop.say("import", "orders", file, "--currency", "GBP")
            return shop
        }

        @Test
        func `Offers are told with their reasons, with and without a server`() throws {
            let shop = try shop()
            let questions = [
                ["recommend", "one"], ["recommend", "one", "--format", "json"],
                ["recommend", "one", "--format", "csv", "--include-bought"],
                ["recommend", "one", "--category", "drink", "--count", "1"],
                ["recommend", "one", "--exclude-category", "food", "--varied"],
                ["recommend", "stranger"], ["recommend", "one", "--category", "shoes"],
                ["recommend", "nobody"],
                ["model", "card", "recommendations"],
                ["model", "card", "recommendations", "--format", "json"],
            ]
            let alone = try questions.map { try shop.run($0) }
            #expect(alone.map(\.code) == [0, 0, 0, 0, 0, 0, 1, 1, 0, 0])
            #expect(alone[0].output.contains("Butter"))
            #expect(alone[0].output.contains("Too little data"))
            let json = try JSON(alone[1].output)
            #expect(json.offers.array.first?.product.string == "p2")
            #expect(json.offers.array.first?.because.array.map(\.name.string) == ["Bread"])
            #expect(json.verdict.string == "tooLittleData")
            #expect(alone[2].output.contains(",p1,"))
            #expect(!alone[3].output.contains("Butter"))
            #expect(alone[5].output.contains("Nothing is known yet of what they like"))
            #expect(alone[6].errors.contains("no product here is of the category shoes"))
            #expect(alone[7].errors.contains("nobody is known as nobody"))
            #expect(alone[8].output.hasPrefix("# Recommendations"))

            let server = try shop.serve()
            for (question, expected) in zip(questions, alone) {
                let asked = try shop.run(question)
                #expect(asked.output == expected.output, "\(question)")
                #expect(asked.errors == expected.errors, "\(question)")
                #expect(asked.code == expected.code, "\(question)")
            }
            #expect(try server.stop().code == 0)
        }

        @Test
        func `Without order lines it says what an import needs`() throws {
            let shop = try Shop()
            try shop.importOrders("A1,c1,2024-01-05,10.00\n")
            for question in [["recommend", "c1"], ["model", "card", "recommendations"]] {
                let outcome = try shop.run(question)
                #expect(outcome.code == 1)
                #expect(outcome.errors.contains("sku or name"))
                #expect(outcome.errors.contains("Order Completed"))
            }
            #expect(try shop.run(["recommend", "c1", "--count", "101"]).code != 0)
        }
    }
}
