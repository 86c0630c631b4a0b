import Foundation
import Testing

extension IntegrationTests {
    /// The Segment API's public clients from PyPI, unmodified.
    @Suite(
        .enabled(if: Installation.hasProgram, "perennial isn't built"),
        .enabled(if: Installation.hasClients, "no public clients; run script/setup --test"))
    struct PublicClientTests {
        private static let orders = 500
        /// 0.25 + 1.25 + … + 499.25, and the one of 12.50.
        private static let revenueMinor = 12_475_000 + 12_500 + 1250

        @Test(arguments: [
            ("segment", true), ("segment", false), ("rudder", true), ("rudder", false),
        ])
        func `A public client's messages arrive, and arrive once`(
            client: String, isPacked: Bool
        ) throws {
            let shop = try Shop()
            let server = try shop.serve()
            let key = try shop.writeKey()
            let arguments =
                [Installation.peer("clients.py"), client, server.address, key, "--orders"]
                + [String(Self.orders)] + (isPacked ? [] : ["--plain"])

            for _ in 0..<2 {
                let outcome = try Program(
                    Installation.clientsPython, arguments, in: shop.folder
                ).wait()
                try #require(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
            }

            let overview = try shop.json("report", "overview")
            #expect(overview.orders.int == Self.orders + 1)
            #expect(overview.customers.int == 51)
            #expect(overview.revenue.EUR.int == Self.revenueMinor)
            #expect(overview.refunds.int == 0)
            try expectPerson(client, in: shop)
            let alias = try shop.json("customer", "show", "\(client)-later")
            #expect(alias.identifiers.array.contains { $0.value.string == "\(client)-before" })
            #expect(alias.timeline.array.contains { $0.name.string == "Looked" })
        }

        /// The visitor became known by an identify, and everything else of theirs followed.
        private func expectPerson(_ client: String, in shop: Shop) throws {
            let email = "ana.\(client)@example.test"
            let person = try shop.json("customer", "show", email)

            let identifiers = person.identifiers.array.map {
                "\($0.kind.string ?? "") \($0.value.string ?? "")"
            }
            #expect(identifiers.contains("userId \(client)-user"))
            #expect(identifiers.contains("email \(email)"))
            #expect(identifiers.contains("anonymousId \(client)-anonymous"))
            #expect(person.row.orders.int == 1)
            #expect(person.row.revenue.EUR.int == 1250)
            let timeline = person.timeline.array
            #expect(
                Set(timeline.compactMap(\.type.string)) == [
                    "page", "identify", "track", "screen", "group",
                ])
            #expect(timeline.count == 5)
            let order = timeline.first { $0.type.string == "track" }
            #expect(order?.properties.products[0].name.string == "Tea – green")
            // Later by as long as the message was on its way: with sentAt, the sender's clock is corrected.
            let times = timeline.compactMap(\.occurredAt.string)
            #expect(times.allSatisfy { $0.hasPrefix("2024-03-01T12:00:") })
        }
    }
}
