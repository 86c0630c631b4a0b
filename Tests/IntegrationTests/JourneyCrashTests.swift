import Foundation
import Testing

extension IntegrationTests {
    /// Journeys in a server that is killed at any moment, and a receiver of webhooks that honours `webhook-id`.
    @Suite(
        .enabled(if: Installation.hasProgram, "perennial isn't built"),
        .enabled(if: Installation.hasClients, "no standardwebhooks; run script/setup --test"))
    struct JourneyCrashTests {
        /// How often the server ends; `PERENNIAL_CRASH_ROUNDS` for more.
        private static let rounds =
            ProcessInfo.processInfo.environment["PERENNIAL_CRASH_ROUNDS"].flatMap { Int($0) } ?? 6
        private static let seed =
            ProcessInfo.processInfo.environment["PERENNIAL_CRASH_SEED"].flatMap { UInt64($0) } ?? 1
        private static let peoplePerRound = 12

        /// A shop that greets who signs up, twice, and the receiver that is told of it.
        private final class Place {
            /// Bytes 0 to 31.
            private static let secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
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

            let shop: Shop
            private let receiver: Program
            private let journal: URL
            private let key: String
            /// Who signed up.
            private(set) var people: Set<String> = []

            init() throws {
                shop = try Shop()
                journal = shop.folder.file("journal")
                _ = try shop.folder.write("", to: "journal")
                let receiver = try Program(
                    Installation.clientsPython,
                    [Installation.peer("webhooks.py"), "receive", Self.secret, journal.path],
                    in: shop.folder)
                self.receiver = receiver
                let port = try Deadline.wait(for: "the receiver to listen") {
                    Int(receiver.output.trimmingCharacters(in: .whitespacesAndNewlines))
                }
                try shop.say(
                    "webhook", "add", "crm", "http://127.0.0.1:\(port)/ok", "--allow-private",
                    "--secret", Self.secret)
                let file = try shop.folder.write(Self.journey, to: "greet.yaml")
                try shop.say("apply", file)
                key = try shop.writeKey()
            }

            func signUp(_ person: String, at server: RunningServer) throws {
                let answer = try server.post(
                    "/v1/track",
                    """
                    {"type":"track","event":"Signed Up","userId":"\(person)",
                     "messageId":"m-\(person)","properties":{"person":"\(person)"}}
                    """, key: key)
                try #require(answer.status == 200)
                people.insert(person)
            }

            /// How many messages came, with those that came again.
            func count() throws -> Int { try Journal(file: journal).messages().count }

            /// Persons whom a step's webhook named, by `webhook-id`.
            func persons(at step: String) throws -> [String: Set<String>] {
                var persons: [String: Set<String>] = [:]
                for message in try Journal(file: journal).messages()
                where message.data.data.at.string == step {
                    let id = try #require(message.id.string)
                    persons[id, default: []].insert(
                        try #require(message.data.data.person.string))
                }
                return persons
            }

            /// Waits until everybody was told of twice, and ends the server.
            func finish(_ server: RunningServer) throws {
                try Deadline.wait(for: "everybody to be told of twice", seconds: 300) {
                    try persons(at: "later").count >= people.count ? () : nil
                }
                try server.settle()
                #expect(try server.stop().code == 0)
                #expect(
                    try Journal(file: journal).messages().compactMap(\.error.string) == [])
                for step in ["hello", "later"] {
                    let persons = try persons(at: step)
                    #expect(persons.values.allSatisfy { $0.count == 1 }, "one effect, one id")
                    #expect(persons.count == people.count, "\(step): one id, one effect")
                    #expect(Set(persons.values.joined()) == people, "\(step): none is missing")
                }
            }
        }

        @Test
        func
            `Each effect of a journey arrives once for whoever honours webhook-id, and none is missing`()
            throws
        {
            let place = try Place()
            var luck = Luck(seed: Self.seed)
            for round in 0..<Self.rounds {
                let server = try place.shop.serve()
                let told = try place.count()
                for number in 0..<Self.peoplePerRound {
                    try place.signUp("p\(round)-\(number)", at: server)
                }
                // At a moment that chance picks: with nobody greeted yet, or with more and more told, some of it of
                // those whose timers came due while nobody ran.
                let more = Int(luck.next() % UInt64(Self.peoplePerRound + 1))
                try Deadline.wait(for: "messages") {
                    try place.count() >= told + more ? () : nil
                }
                if luck.next() % 4 == 0 {
                    #expect(try server.stop().code == 0)
                } else {
                    server.kill()
                }
            }
            try place.finish(try place.shop.serve())
        }

        @Test
        func
            `Of eight servers started in the same second one serves, and each effect is there once`()
            throws
        {
            let place = try Place()
            for round in 0..<2 {
                let programs = try (0..<8).map { _ in
                    try place.shop.start(["serve", "--port", "0", "--log-format", "text"])
                }
                try Deadline.wait(for: "seven of eight servers to give up") {
                    programs.count { $0.isRunning } <= 1 ? () : nil
                }
                let running = programs.filter(\.isRunning)
                try #require(running.count == 1, "\(programs.map(\.errors))")
                for program in programs where !program.isRunning {
                    let outcome = try program.wait()
                    #expect(outcome.code == 1)
                    #expect(outcome.errors.contains("another process owns this workspace"))
                }
                let server = try RunningServer(program: running[0])
                for number in 0..<Self.peoplePerRound {
                    try place.signUp("p\(round)-\(number)", at: server)
                }
                if round == 0 { server.kill() } else { try place.finish(server) }
            }
        }
    }
}
