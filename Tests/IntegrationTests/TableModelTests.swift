import Foundation
import Testing

extension IntegrationTests {
    /// What is learnt from a table of customers: who leaves, whom to treat.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct TableModelTests {
        /// Customers made up by rules: short tenure and the monthly plan leave.
        private static let contracts: String = {
            var draws = Draws(seed: 1)
            var text = "id,months,plan,spend,churn,reason\n"
            for customer in 0..<600 {
                let (months, isMonthly) = (Int(draws.next() * 36) + 1, draws.next() < 0.5)
                let left = draws.next() < (isMonthly ? 0.35 : 0.05) + (months < 12 ? 0.3 : 0)
                let spend = draws.next() < 0.05 ? "" : "\(20 + Int(draws.next() * 80))"
                text += "c\(customer),\(months),\(isMonthly ? "monthly" : "yearly"),\(spend),"
                text += left ? "yes,moved\n" : "no,\n"
            }
            // Of the last it isn't known.
            return text + "new1,2,monthly,50,,\nnew2,30,yearly,50,,\n"
        }()

        /// A trial of which chance decided, or else the plan; all gain alike.
        private static func trial(isFair: Bool) -> String {
            var draws = Draws(seed: 2)
            var text = "id,orders,plan,mail,bought\n"
            for customer in 0..<1200 {
                let (orders, isMonthly) = (Int(draws.next() * 9), draws.next() < 0.5)
                let isTreated = draws.next() < (isFair ? 0.5 : isMonthly ? 0.8 : 0.2)
                let bought = draws.next() < (isTreated ? 0.5 : 0.2)
                text += "c\(customer),\(orders),\(isMonthly ? "monthly" : "yearly"),"
                text += "\(isTreated ? "letter" : "none"),\(bought ? 1 : 0)\n"
            }
            return text
        }

        private struct Draws {
            var state: UInt64
            init(seed: UInt64) { state = seed }
            mutating func next() -> Double {
                state &+= 0x9E37_79B9_7F4A_7C15
                var z = state
                z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
                z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
                return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
            }
        }

        @Test
        func `Who cancels is learnt from a table, with reasons for each customer`() throws {
            let shop = try Shop()
            let file = try shop.folder.write(Self.contracts, to: "contracts.csv")
            let out = shop.folder.file("risks.csv").path
            let card = try shop.say(
                "model", "churn", file, "--outcome", "churn=yes", "--id", "id", "--ignore",
                "reason",
                "--tenure", "months", "--group", "plan", "--predictions", out)

            #expect(card.contains("Usable:") || card.contains("Weak:"))
            #expect(card.contains("Of 2 more it isn't known."))
            #expect(card.contains("STILL THERE, BY MONTHS"))
            #expect(!card.split(separator: "\n").contains { $0.count > 80 })
            let lines = try shop.folder.read("risks.csv").split(separator: "\n")
            #expect(lines.count == 603)
            #expect(lines[0] == "id,probability,judged,reason_1,reason_2,reason_3")
            let cells = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            let new = cells.filter { $0[2] == "new" }
            #expect(new.map { $0[0] } == ["new1", "new2"])
            let risks = try new.map { try #require(Double($0[1])) }
            #expect(risks[0] > 0.3 && risks[1] < 0.15)
            #expect(new[0].contains { $0.hasPrefix("plan monthly: +") })

            // The same again, as JSON, whatever was written before.
            let json = try shop.json(
                "model", "churn", file, "--outcome", "churn=yes", "--id", "id", "--ignore", "reason"
            )
            #expect(json.report.customers.int == 600)
            #expect((json.report.figures.areaUnderCurve.double ?? 0) > 0.7)
            #expect(json.report.contest.array.count >= 1)
        }

        @Test
        func `A column that gives the outcome away is named`() throws {
            let shop = try Shop()
            let file = try shop.folder.write(Self.contracts, to: "contracts.csv")
            let card = try shop.say(
                "model", "churn", file, "--outcome", "churn=yes", "--id", "id", "--format", "md")
            #expect(card.contains("Not to be trusted: reason alone tells who left"))
            #expect(card.contains("--ignore \"reason\""))
        }

        @Test(arguments: [
            (["--outcome", "churned=yes"], "no column 'churned'; its columns are id, months"),
            (
                ["--outcome", "churn=Yes"],
                "no row has 'Yes' in column 'churn', which holds 'no', 'yes'"
            ),
            (["--outcome", "plan"], "say which value of 'plan' is meant"),
            (["--outcome", "id=c1"], "too few rows: 1 with id=c1, and 40 are needed"),
            (["--outcome", "reason=moved"], "all"),
            (["--outcome", "churn=yes", "--tenure", "plan"], "column 'plan' should hold numbers"),
            (["--outcome", "churn=yes", "--ignore", "nothing"], "no column 'nothing'"),
            (["--outcome", "churn=yes", "--group", "plan"], "--group goes with --tenure"),
        ])
        func `What can't be learnt is said`(arguments: [String], reason: String) throws {
            let shop = try Shop()
            let file = try shop.folder.write(Self.contracts, to: "contracts.csv")
            let outcome = try shop.run(["model", "churn", file] + arguments)
            #expect(outcome.code != 0)
            #expect(outcome.errors.contains(reason), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }

        @Test
        func `A file that isn't there or is no table is said, and none is replaced`() throws {
            let shop = try Shop()
            let missing = try shop.run(["model", "churn", "/nowhere.csv", "--outcome", "a=b"])
            #expect(missing.code != 0 && missing.errors.contains("cannot open /nowhere.csv"))
            let file = try shop.folder.write(Self.contracts, to: "contracts.csv")
            let same = try shop.run([
                "model", "churn", file, "--outcome", "churn=yes", "--predictions", file,
            ])
            #expect(same.code != 0 && same.errors.contains("is the file that was read"))
            #expect(try shop.folder.read("contracts.csv") == Self.contracts)
        }

        @Test
        func `Without LightGBM the plain models stand alone, and it is said`() throws {
            let shop = try Shop()
            let file = try shop.folder.write(Self.contracts, to: "contracts.csv")
            let outcome = try shop.run(
                ["model", "churn", file, "--outcome", "churn=yes", "--ignore", "reason"],
                environment: ["LIGHTGBM_LIBRARY": "/nowhere.so"])
            #expect(outcome.code == 0)
            let text = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(
                text.contains("Logistic regression stood alone: the LightGBM library /nowhere.so"))
        }

        @Test
        func `Where people don't differ, everybody is treated or nobody`() throws {
            let shop = try Shop()
            let file = try shop.folder.write(Self.trial(isFair: true), to: "trial.csv")
            let card = try shop.say(
                "model", "uplift", file, "--treatment", "mail=letter", "--outcome", "bought",
                "--id",
                "id", "--cost", "0.05", "--predictions", shop.folder.file("treat.csv").path)
            #expect(card.contains("No usable difference between people: treat all."))
            #expect(card.contains("Chance seems to have decided"))
            let lines = try shop.folder.read("treat.csv").split(separator: "\n")
            #expect(lines.count == 1201)
            #expect(lines.dropFirst().allSatisfy { $0.hasSuffix("held back,yes") })
        }

        @Test
        func `Arms that weren't dealt by chance are found out`() throws {
            let shop = try Shop()
            let file = try shop.folder.write(Self.trial(isFair: false), to: "trial.csv")
            let card = try shop.say(
                "model", "uplift", file, "--treatment", "mail=letter", "--outcome", "bought=1",
                "--id", "id")
            #expect(card.contains("Not to be trusted: chance doesn't seem to have decided"))
            #expect(card.contains("plan"))
        }

        @Test(arguments: [
            (
                ["--treatment", "mail=mail", "--outcome", "bought"],
                "no row has 'mail' in column 'mail'"
            ),
            (
                ["--treatment", "orders=1", "--outcome", "bought"],
                "which is the holdout, with --control"
            ),
            (
                ["--treatment", "mail=letter", "--outcome", "plan"],
                "say which value of 'plan' is meant"
            ),
            (["--treatment", "mail", "--outcome", "bought"], "say which value of 'mail' is meant"),
            (
                ["--treatment", "id=c1", "--control", "c2", "--outcome", "bought"],
                "too few rows: 1 with"
            ),
            (
                ["--treatment", "mail=letter", "--outcome", "bought", "--cost=-1"],
                "isn't below zero"
            ),
        ])
        func `A trial that can't be judged is said`(arguments: [String], reason: String) throws {
            let shop = try Shop()
            let file = try shop.folder.write(Self.trial(isFair: true), to: "trial.csv")
            let outcome = try shop.run(["model", "uplift", file] + arguments)
            #expect(outcome.code != 0)
            #expect(outcome.errors.contains(reason), "\(outcome.errors)")
        }

        @Test
        func `Subscriptions are followed from their start until they are cancelled`() throws {
            let shop = try Shop()
            try shop.say("key", "create")
            let none = try shop.run(["model", "contracts"])
            #expect(none.code != 0 && none.errors.contains("no subscription was started"))
            var lines: [String] = []
            func event(_ customer: Int, _ name: String, _ day: String, _ plan: String) {
                lines.append(
                    #"{"type":"track","userId":"u\#(customer)","event":"\#(name)","#
                        + #""timestamp":"\#(day)T10:00:00Z","messageId":"\#(name)\#(customer)","#
                        + #""properties":{"plan":"\#(plan)","subscription_id":"s\#(customer)"}}"#)
            }
            for customer in 0..<90 {
                let plan = customer % 2 == 0 ? "monthly" : "yearly"
                event(customer, "Subscription Started", "2024-0\(1 + customer % 3)-15", plan)
                if customer % 4 == 0 {
                    event(customer, "Subscription Cancelled", "2024-0\(4 + customer % 5)-15", plan)
                }
            }
            let file = try shop.folder.write(lines.joined(separator: "\n"), to: "events.ndjson")
            try shop.say("import", "events", file)

            let card = try shop.say("model", "contracts", "--as-of", "2024-12-31")
            #expect(card.contains("90 contracts, of which 23 have ended."))
            #expect(card.contains("23 contracts have ended; 7 more would do"))
            #expect(card.contains("STILL THERE, BY PLAN"))
            #expect(!card.split(separator: "\n").contains { $0.count > 80 })
            let early = try shop.json("model", "contracts", "--as-of", "2024-03-31")
            #expect(early.report.ended.int == 0 && early.report.contracts.int == 90)
            let risks = try shop.say(
                "model", "contracts", "--as-of", "2024-12-31", "--format", "csv"
            )
            .split(separator: "\n")
            #expect(risks.count == 68)
            #expect(risks[1].contains(",monthly,") && risks[1].hasPrefix("cus_"))
            #expect(risks.last?.contains(",yearly,") == true)
        }
    }
}
