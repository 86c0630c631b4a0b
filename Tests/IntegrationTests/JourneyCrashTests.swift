import Foundation
import Testing

extension IntegrationTests {
    /// Journeys in a server that is killed at any moment, and a receiver of webhooks that honours `webhook-id`.
    @Suite(
        .enabled(if: Installation.hasProgram, "perennial isn't built"),
        .enabled(if: Installation.hasClients, "no standardwebhooks; run script/setup --test"))
    struct JourneyCrashTests {
        /// Bytes 0 to 31.
        private static let secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        private static let rounds = 5
        private static let peoplePerRound = 30

        private static let journey = """
            kind: journey
            name: greet
            status: live
            entry: {event: Signed Up}
            steps:
              - id: hello
                webhook: {to: crm, data: {person: "{{entry.person}}", at: hello}}
              - id: pause
                wait: 1 second
              - id: later
                webhook: {to: crm, data: {person: "{{entry.person}}", at: later}}
            """

        @Test
        func
            `Each effect of a journey arrives once for whoever honours webhook-id, and none is missing`()
            throws
        {
            let shop = try Shop()
            let journal = shop.folder.file("journal")
            _ = try shop.folder.write("", to: "journal")
            let receiver = try Program(
                Installation.clientsPython,
                [Installation.peer("webhooks.py"), "receive", Self.secret, journal.path],
                in: shop.folder)
            let port = try Deadline.wait(for: "the receiver to listen") {
                Int(receiver.output.trimmingCharacters(in: .whitespacesAndNewlines))
            }
            try shop.say(
                "webhook", "add", "crm", "http://127.0.0.1:\(port)/ok", "--allow-private",
                "--secret", Self.secret)
            let file = try shop.folder.write(Self.journey, to: "greet.yaml")
            try shop.say("apply", file)
            let key = try shop.writeKey()

            func told() throws -> [JSON] { try Journal(file: journal).messages() }
            /// Persons whom a step's webhook named, by `webhook-id`.
            func persons(at step: String) throws -> [String: Set<String>] {
                var persons: [String: Set<String>] = [:]
                for message in try told() where message.data.data.at.string == step {
                    let id = try #require(message.id.string)
                    persons[id, default: []].insert(
                        try #require(message.data.data.person.string))
                }
                return persons
            }

            var expected: Set<String> = []
            for round in 0..<Self.rounds {
                let server = try shop.serve()
                for number in 0..<Self.peoplePerRound {
                    let person = "p\(round)-\(number)"
                    let answer = try server.post(
                        "/v1/track",
                        """
                        {"type":"track","event":"Signed Up","userId":"\(person)",
                         "messageId":"m-\(person)","properties":{"person":"\(person)"}}
                        """, key: key)
                    try #require(answer.status == 200)
                    expected.insert(person)
                }
                // Killed with some greeted, some about to be, and all timers of the round ahead.
                let moment = round * Self.peoplePerRound + Self.peoplePerRound / 2
                try Deadline.wait(for: "greetings") {
                    try persons(at: "hello").count >= moment ? () : nil
                }
                server.kill()
            }
            let server = try shop.serve()
            try Deadline.wait(for: "everybody to be told of twice") {
                try persons(at: "later").count >= expected.count ? () : nil
            }
            try server.settle()
            #expect(try server.stop().code == 0)
            #expect(try told().compactMap(\.error.string) == [])
            for step in ["hello", "later"] {
                let persons = try persons(at: step)
                #expect(persons.values.allSatisfy { $0.count == 1 }, "one effect, one id")
                #expect(persons.count == expected.count, "\(step): one id, one effect")
                #expect(Set(persons.values.joined()) == expected, "\(step): none is missing")
            }
        }
    }
}
