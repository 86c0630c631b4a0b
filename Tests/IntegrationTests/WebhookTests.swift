import Foundation
import Testing

extension IntegrationTests {
    /// Webhooks to a receiver that verifies them by the `standardwebhooks` package from PyPI, unmodified.
    @Suite(
        .enabled(if: Installation.hasProgram, "perennial isn't built"),
        .enabled(if: Installation.hasClients, "no standardwebhooks; run script/setup --test"))
    struct WebhookTests {
        /// Bytes 0 to 31.
        private static let secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

        /// A shop with a receiver beside it, and what that was told.
        private struct Place {
            let shop: Shop
            let receiver: Program
            let journal: URL
            let port: Int

            init() throws {
                shop = try Shop()
                journal = shop.folder.file("journal")
                try shop.folder.write("", to: "journal")
                let receiver = try Program(
                    Installation.clientsPython,
                    [
                        Installation.peer("webhooks.py"), "receive", WebhookTests.secret,
                        journal.path,
                    ], in: shop.folder)
                self.receiver = receiver
                port = try Deadline.wait(for: "the receiver to listen") {
                    Int(receiver.output.trimmingCharacters(in: .whitespacesAndNewlines))
                }
            }

            /// Adds a receiver that answers as its name says, and puts webhooks to it into the outbox.
            func add(_ name: String, count: Int) throws {
                try shop.say(
                    "webhook", "add", name, "http://127.0.0.1:\(port)/\(name)", "--allow-private",
                    "--secret", WebhookTests.secret)
                let filled = try Program(
                    Installation.clientsPython,
                    [
                        Installation.peer("webhooks.py"), "fill", shop.data + "/records.sqlite",
                        String(count), name,
                    ], in: shop.folder
                ).wait()
                try #require(filled.code == 0, "\(filled.errors)")
            }

            func told() throws -> [JSON] { try Journal(file: journal).messages() }

            func waitUntil(_ what: String, _ isTrue: ([JSON]) -> Bool) throws {
                try Deadline.wait(for: what) { isTrue(try told()) ? () : nil }
            }

            func open() throws -> Int {
                try ["pending", "sending"].reduce(0) { sum, state in
                    let page = try shop.json("outbox", "list", "--state", state)
                    return sum + page.items.array.count
                }
            }

            /// Each of so many messages came, and always with the same id.
            func expectAll(_ count: Int) throws {
                let told = try told()
                #expect(told.compactMap(\.error.string) == [])
                var numbers: [String: Set<Int>] = [:]
                for message in told {
                    let id = try #require(message.id.string)
                    numbers[id, default: []].insert(try #require(message.data.number.int))
                    #expect(message.data.name.string == "Zoë")
                }
                #expect(numbers.count == count)
                #expect(numbers.values.allSatisfy { $0.count == 1 })
                #expect(Set(numbers.values.joined()) == Set(0..<count))
            }
        }

        @Test func `Whoever honours webhook-id has each message once after kill −9 at any moment`()
            throws
        {
            let place = try Place()
            let count = 1_500
            try place.add("ok", count: count)
            for round in 1...4 {
                let server = try place.shop.serve()
                let moment = min(count - 1, round * 337)
                try place.waitUntil("message \(moment)") { $0.count >= moment }
                server.kill()
            }
            let server = try place.shop.serve()
            try Deadline.wait(for: "an empty outbox") { try place.open() == 0 ? () : nil }
            #expect(try server.stop().code == 0)
            try place.expectAll(count)
        }

        @Test func `A server that is told to stop in the middle leaves no gap and repeats nothing`()
            throws
        {
            let place = try Place()
            let count = 1_500
            try place.add("ok", count: count)
            for moment in [200, 700] {
                let server = try place.shop.serve()
                try place.waitUntil("message \(moment)") { $0.count >= moment }
                #expect(try server.stop().code == 0)
            }
            let server = try place.shop.serve()
            try Deadline.wait(for: "an empty outbox") { try place.open() == 0 ? () : nil }
            #expect(try server.stop().code == 0)
            try place.expectAll(count)
            #expect(try place.told().count == count)
        }

        @Test func `Receivers that misbehave are treated each by its own, and hold up nobody`()
            throws
        {
            let place = try Place()
            for name in ["away", "broken", "busy", "gone"] { try place.add(name, count: 3_000) }
            try place.add("ok", count: 200)
            let server = try place.shop.serve()
            try place.waitUntil("what is for the one that is well") { told in
                told.count { $0.path.string == "/ok" } == 200
            }
            try Deadline.wait(for: "the others' answers") {
                let receivers = try place.shop.json("webhook", "list").receivers.array
                let isKnown = receivers.allSatisfy { receiver in
                    receiver.name.string == "ok"
                        || (receiver.consecutiveFailures.int ?? 0) > 0
                        || receiver.enabled.bool == false
                }
                return isKnown ? () : nil
            }
            let receivers = Dictionary(
                uniqueKeysWithValues: try place.shop.json("webhook", "list").receivers.array.map {
                    ($0.name.string ?? "", $0)
                })
            #expect(try server.stop().code == 0)
            #expect(receivers["gone"]?.enabled.bool == false)
            #expect(receivers["gone"]?.disabledReason.string?.hasPrefix("answered 410") == true)
            #expect(receivers["busy"]?.lastError.string == "answered 429")
            #expect(receivers["busy"]?.heldUntil.string != nil)
            #expect(
                receivers["away"]?.lastError.string
                    == "answered 302: redirects are not followed")
            #expect(receivers["broken"]?.lastError.string == "answered 500")
            let told = try place.told()
            #expect(told.compactMap(\.error.string) == [])
            // Each got its first share at most, and one at a time from then on.
            for name in ["away", "broken", "busy", "gone"] {
                #expect(told.count { $0.path.string == "/" + name } < 40, "\(name)")
            }
            // No redirect was followed.
            #expect(told.count { $0.path.string == "/ok" } == 200)
        }

        @Test
        func `A test message is delivered, and one to a private address only where it may be`()
            throws
        {
            let place = try Place()
            try place.add("ok", count: 0)
            #expect(try place.shop.say("webhook", "test", "ok") == "delivered; it answered 204\n")
            #expect(try place.told().first?.type.string == "perennial.test")
            try place.add("gone", count: 0)
            #expect(try place.shop.run(["webhook", "test", "gone"]).errors.contains("410"))

            let url = "https://localhost:\(place.port)/ok"
            let secret = try place.shop.say("webhook", "add", "inside", url)
            #expect(secret.hasPrefix("whsec_"))
            let refused = try place.shop.run(["webhook", "test", "inside"])
            #expect(refused.code == 1)
            #expect(refused.errors.contains("loopback"))
            #expect(try place.told().count == 2)
            let plain = try place.shop.run(["webhook", "add", "plain", "http://example.com/"])
            #expect(plain.code == 1)
            #expect(plain.errors.contains("begins with http://"))
        }
    }
}
