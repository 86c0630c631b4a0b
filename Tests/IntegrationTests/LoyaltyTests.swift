import Foundation
import Testing

extension IntegrationTests {
    /// Points over the API, as a till asks for them.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct LoyaltyTests {
        private static let rounds =
            ProcessInfo.processInfo.environment["PERENNIAL_CRASH_ROUNDS"].flatMap { Int($0) } ?? 5
        private static let seed =
            ProcessInfo.processInfo.environment["PERENNIAL_CRASH_SEED"].flatMap { UInt64($0) } ?? 1

        private static let bank = """
            kind: program
            name: bank
            currency: GBP
            earn:
              - { name: purchases, points: 1, per: 1.00 }
            refunds: within balance

            """

        /// What the description's paths need to have something to answer.
        private static let described = [
            "kind: promotion\nname: codes\ncodes: [AAA]\neffect: {percent: 10%, of: remaining}\n",
            "kind: promotion\nname: own\ncodes: {unique: {prefix: B}}\neffect: {points: 5}\n",
            "kind: reward\nname: mug\nprogram: bank\ncost: 1\nstock: 3\n",
            """
            kind: referral
            name: friends
            program: bank
            qualifies: {event: Friend Came}
            rewards: {advocate: 5, friend: 2}

            """,
            "kind: segment\nname: known\nwhere: {did: Friend Came}\n",
            """
            kind: journey
            name: hello
            status: live
            entry: {event: Friend Came}
            steps: [{task: {title: Say hello}}]

            """,
        ]

        private func shop() throws -> Shop {
            let shop = try Shop()
            let file = try shop.folder.write(Self.bank, to: "bank.yaml")
            try shop.say("apply", file)
            return shop
        }

        private func meet(_ people: [String], at server: RunningServer, key: String) throws {
            let list = people.map { #"{"type": "identify", "userId": "\#($0)", "traits": {}}"# }
            let answer = try server.post(
                "/v1/batch", #"{"batch": [\#(list.joined(separator: ", "))]}"#, key: key)
            try #require(answer.status == 200)
            try server.settle()
        }

        @Test func `A till earns, spends, returns a line, and each answer explains itself`() throws
        {
            let shop = try shop()
            let key = try shop.writeKey(scope: "track,read,write")
            let server = try shop.serve()
            try meet(["ann"], at: server, key: key)
            func ask(_ id: String, _ path: String, _ body: String) throws -> (Int, JSON) {
                let answer = try server.request(
                    "POST", "/v1/loyalty/bank/" + path,
                    headers: ["Authorization": "Bearer \(key)", "Idempotency-Key": id],
                    body: Array(body.utf8))
                return (answer.status, try JSON(answer.text))
            }
            let order = """
                {"customer": "ann", "order_id": "T-1", "lines": [
                  {"id": "1", "product": "mug", "quantity": 2, "price": 6.50},
                  {"id": "2", "product": "tea", "price": 4.20}]}
                """
            var (status, answer) = try ask("t1", "orders", order)
            #expect(status == 200)
            #expect(answer.points.int == 17)
            #expect(answer.entries[0].explanation.string == "17 points for order T-1 by purchases")
            (status, answer) = try ask(
                "t2", "spends", #"{"customer": "ann", "points": 10, "reference": "towel"}"#)
            #expect(answer.balance.available.int == 7)
            (status, answer) = try ask(
                "t2", "spends", #"{"customer": "ann", "points": 10, "reference": "towel"}"#)
            #expect(answer.balance.available.int == 7)
            (status, answer) = try ask(
                "t3", "refunds",
                #"{"customer": "ann", "order_id": "T-1", "lines": [{"line": "1", "quantity": 1}]}"#)
            #expect(answer.points.int == -7)
            (status, answer) = try ask("t4", "spends", #"{"customer": "ann", "points": 500}"#)
            #expect(status == 409)
            #expect(answer.code.string == "not_enough_points")
            (status, answer) = try ask("t4", "spends", #"{"customer": "ann", "points": 1}"#)
            #expect(status == 422)
            #expect(answer.code.string == "idempotency_key_reused")
            (status, answer) = try ask("t5", "spends", #"{"customer": "nobody", "points": 1}"#)
            #expect(status == 404)
            (status, answer) = try ask("", "spends", #"{"customer": "ann", "points": 1}"#)
            #expect(status == 400)
            #expect(answer.code.string == "idempotency_key_missing")
            for own in ["event:7", "time:cus_1:2"] {
                (status, answer) = try ask(own, "spends", #"{"customer": "ann", "points": 1}"#)
                #expect(status == 422)
                #expect(answer.code.string == "idempotency_key_reserved")
            }
            (status, answer) = try ask("té", "spends", #"{"customer": "ann", "points": 1}"#)
            #expect(status == 400)
            (status, answer) = try ask(
                "t6?", "spends?dryRun=true", #"{"customer": "ann", "points": 1}"#)
            #expect(status == 409)
            let history = try server.request(
                "GET", "/v1/loyalty/bank/customers/ann/history?limit=2",
                headers: ["Authorization": "Bearer \(key)"])
            let page = try JSON(history.text)
            #expect(page.entries.array.compactMap(\.points.int) == [-7, -10])
            #expect(page.next.int == 2)
            let report = try shop.json("doctor")
            #expect(report.problems.int == 0)
            #expect(report.entries.int == 3)
        }

        @Test(.enabled(if: Installation.python != nil, "no python3"))
        func `After kill −9 each operation has had its one effect, and all adds up`() throws {
            let python = try #require(Installation.python)
            let shop = try shop()
            let key = try shop.writeKey(scope: "track,read,write")
            let journal = shop.folder.file("tills")
            try FileManager.default.createDirectory(
                at: journal, withIntermediateDirectories: true)
            let answered = journal.appending(path: "answered")
            let people = (0..<5).map { "member-\($0)" }
            var luck = Luck(seed: Self.seed)
            for round in 0..<Self.rounds {
                let server = try shop.serve()
                if round == 0 { try meet(people, at: server, key: key) }
                let before = size(answered)
                let tills = try Program(
                    python,
                    [
                        Installation.peer("till.py"), "run", server.address, key, journal.path,
                        String(Int(Self.seed) * 1000 + round),
                    ], in: shop.folder)
                let moment = before + 1 + Int(luck.next() % 4000)
                try Deadline.wait(for: "answers") {
                    size(answered) >= moment || !tills.isRunning ? () : nil
                }
                server.kill()
                let outcome = try tills.wait()
                #expect(outcome.code == 0, "round \(round): \(outcome.errors)")
            }
            let server = try shop.serve()
            let last = try Program(
                python,
                [Installation.peer("till.py"), "finish", server.address, key, journal.path],
                in: shop.folder
            ).wait()
            try #require(last.code == 0, "\(last.errors)")
            let sums = try JSON(last.output)
            try #require((sums.answered.int ?? 0) > Self.rounds)
            for person in people {
                let account = try server.request(
                    "GET", "/v1/loyalty/bank/customers/\(person)",
                    headers: ["Authorization": "Bearer \(key)"])
                let total = try JSON(account.text).balance.total.int
                #expect(total == sums.totals[person].int, "\(person)")
                #expect((total ?? -1) >= 0)
            }
            let report = try shop.json("doctor")
            #expect(report.problems.int == 0)
            #expect(report.operations.int == sums.asked.int)
        }

        @Test(.enabled(if: Installation.hasDescriber, "no schemathesis; run script/setup --test"))
        func `Whatever the description allows, the server answers as it says`() throws {
            let shop = try shop()
            for text in Self.described {
                try shop.say("apply", try shop.folder.write(text, to: "described.yaml"))
            }
            let key = try shop.writeKey(scope: "track,read,write,admin")
            let server = try shop.serve(
                "--set", "server.publicURL=https://points.example.test",
                "--set", "inbox.enabled=true")
            try meet(["ann", "bob"], at: server, key: key)
            try foresee(["ann", "bob"] + (1...10).map { "c\($0)" }, at: server, of: shop, key: key)
            let outcome = try Program(
                Installation.clientsPython,
                [Installation.peer("described.py"), server.address, key, "bank", "ann", "bob"],
                in: shop.folder
            ).wait(seconds: 300)
            #expect(outcome.code == 0, "\(outcome.output.suffix(4000))")
            #expect(try shop.json("doctor").problems.int == 0)
        }

        /// Lets people order every few days, so that models have something to say of them.
        private func foresee(
            _ people: [String], at server: RunningServer, of shop: Shop, key: String
        ) throws {
            for number in 0..<(3 * people.count) {
                let order = """
                    {"userId": "\(people[number % people.count])", "event": "Order Completed",
                     "timestamp": "2026-01-\(10 + number % 18)T10:00:00Z",
                     "properties": {"order_id": "o\(number)", "total": 10, "currency": "GBP"}}
                    """
                try #require(try server.post("/v1/track", order, key: key).status == 200)
            }
            try shop.say("score")
            let models = try server.request(
                "GET", "/v1/models", headers: ["Authorization": "Bearer \(key)"])
            try #require(try JSON(models.text).chosen.string != nil)
        }

        private func size(_ file: URL) -> Int {
            let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
            return (attributes?[.size] as? NSNumber)?.intValue ?? 0
        }
    }
}
