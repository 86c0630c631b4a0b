import Foundation
import Testing

extension IntegrationTests {
    /// A campaign of a server that is killed at any moment, to a mailbox of `aiosmtpd`.
    @Suite(
        .enabled(if: Installation.hasProgram, "perennial isn't built"),
        .enabled(if: Installation.hasMailPeers, "no aiosmtpd; run script/setup --test"))
    struct CampaignCrashTests {
        /// How often the server ends; `PERENNIAL_CRASH_ROUNDS` for more.
        private static let rounds =
            ProcessInfo.processInfo.environment["PERENNIAL_CRASH_ROUNDS"].flatMap { Int($0) } ?? 4
        private static let seed =
            ProcessInfo.processInfo.environment["PERENNIAL_CRASH_SEED"].flatMap { UInt64($0) } ?? 1
        /// `PERENNIAL_RECIPIENTS` for more.
        private static let recipients =
            ProcessInfo.processInfo.environment["PERENNIAL_RECIPIENTS"].flatMap { Int($0) } ?? 1200

        private static let definitions = """
            kind: template
            name: spring
            subject: Spring is here
            html: |
              <html><body><p>Hello {{ customer.name }}</p>
              <a href="{{ links.unsubscribe }}">Unsubscribe</a></body></html>
            ---
            kind: segment
            name: gold
            title: Gold
            where:
              - {attribute: plan, is: gold}
            ---
            kind: campaign
            name: spring
            segment: gold
            template: spring
            topic: offers
            """

        @Test
        func
            `Each message of a campaign arrives at most once, and whoever didn't get it is listed as in doubt`()
            throws
        {
            let shop = try Shop()
            let journal = shop.folder.file("journal")
            try shop.folder.write("", to: "journal")
            let mailbox = try Program(
                Installation.clientsPython,
                [Installation.peer("mailbox.py"), "receive", journal.path], in: shop.folder)
            let port: Int = try Deadline.wait(for: "the mailbox to listen") {
                Int(mailbox.output.trimmingCharacters(in: .whitespacesAndNewlines))
            }
            let people = (0..<Self.recipients).map { number in
                #"{"type":"identify","userId":"u\#(number)","messageId":"m\#(number)","#
                    + #""timestamp":"2026-01-01T00:00:00Z","traits":{"email":"u\#(number)@example.test","#
                    + #""name":"U \#(number)","plan":"gold"}}"#
            }
            let file = try shop.folder.write(
                people.joined(separator: "\n") + "\n", to: "people.ndjson")
            try shop.say("import", "events", file)
            try shop.say("apply", try shop.folder.write(Self.definitions, to: "definitions.yaml"))
            try shop.say("campaign", "approve", "spring")
            try shop.say("campaign", "start", "spring")

            func taken() throws -> [String] {
                try Journal(file: journal).messages().compactMap(\.to.string)
            }
            func isDone() throws -> Bool {
                try shop.say("campaign", "list", "--format", "csv").contains("spring,done,")
            }
            func serve() throws -> RunningServer {
                try RunningServer(
                    program: shop.start(
                        ["serve", "--port", "0", "--log-format", "text"],
                        environment: [
                            "PERENNIAL_MAIL_FROM": "Shop <news@shop.example.test>",
                            "PERENNIAL_MAIL_SMTP_HOST": "127.0.0.1",
                            "PERENNIAL_MAIL_SMTP_PORT": String(port),
                            "PERENNIAL_MAIL_SMTP_SECURITY": "none",
                            "PERENNIAL_SERVER_PUBLIC_URL": "https://m.example.test",
                        ]))
            }

            var luck = Luck(seed: Self.seed)
            let share = UInt64(max(1, Self.recipients / (Self.rounds + 1)))
            for _ in 0..<Self.rounds {
                let server = try serve()
                // At a moment that chance picks: before any of them, or with more and more taken.
                let wanted = min(
                    try taken().count + Int(luck.next() % share), Self.recipients - 1)
                try Deadline.wait(for: "mail") {
                    // Those in doubt may be what is missing.
                    try taken().count >= wanted || isDone() ? () : nil
                }
                server.kill()
            }
            let last = try serve()
            try Deadline.wait(for: "the campaign to end", seconds: 300) {
                try isDone() ? () : nil
            }
            let rows = try shop.say(
                "mail", "list", "--state", "inDoubt", "--limit", "100000", "--format", "csv")
            #expect(try last.stop().code == 0)

            let got = try taken()
            #expect(Set(got).count == got.count, "nobody got it twice")
            let doubted = rows.split(separator: "\n").dropFirst().map {
                String($0.split(separator: ",", omittingEmptySubsequences: false)[2])
            }
            let everybody = Set((0..<Self.recipients).map { "u\($0)@example.test" })
            #expect(Set(got).union(doubted) == everybody, "nobody is left out")
        }
    }
}
