import Foundation
import Testing

extension IntegrationTests {
    /// The console in a real browser, driven by `Peers/console.py`.
    @Suite(
        .enabled(if: Installation.hasProgram, "perennial isn't built"),
        .enabled(if: Installation.python != nil, "no python3"),
        .enabled(if: Installation.browser != nil, "no Chromium; run script/setup --test"))
    struct ConsoleTests {
        @Test
        func `A person gets through every page of the console`() throws {
            let shop = try workspace()
            let password = try newMember(in: shop)
            let server = try shop.serve()
            let python = try #require(Installation.python)
            let browser = try #require(Installation.browser)
            var arguments = [
                Installation.peer("console.py"), browser.path, server.address,
                "ada@example.test", password,
            ]
            // A folder that gets a picture of each step, to be looked at.
            if let pictures = ProcessInfo.processInfo.environment["PERENNIAL_TEST_PICTURES"] {
                arguments.append(pictures)
            }

            let outcome = try Program(python, arguments, in: shop.folder).wait(seconds: 240)

            #expect(outcome.code == 0, "\(outcome.errors)")
            let steps = try outcome.output.split(separator: "\n").map { try JSON(String($0)) }
            #expect(steps.count > 25)
            for step in steps {
                #expect(
                    step.problem.isNull, "\(step.step.string ?? ""): \(step.problem.string ?? "")")
            }
        }

        /// 160 customers with one to six orders; one of them with sixty, for the timeline.
        private func workspace() throws -> Shop {
            let shop = try Shop()
            var rows = ""
            for customer in 0..<160 {
                for order in 0..<(customer == 42 ? 60 : 1 + customer % 6) {
                    let (month, day) = (
                        (customer + order * 3) % 12 + 1, (customer + order) % 28 + 1
                    )
                    let date =
                        "2023-" + (month < 10 ? "0" : "") + "\(month)-" + (day < 10 ? "0" : "")
                        + "\(day)"
                    rows += "o\(customer)-\(order),customer-\(customer),\(date),\(order + 10).50\n"
                }
            }
            try shop.importOrders(rows)
            try shop.say("score")
            return shop
        }

        private func newMember(in shop: Shop) throws -> String {
            let text = try shop.say("member", "add", "ada@example.test", "--name", "Ada")
            let line = try #require(
                text.split(separator: "\n").first { $0.hasPrefix("password") })
            return try #require(line.split(separator: " ").last.map(String.init))
        }
    }
}
