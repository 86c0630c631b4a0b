import Documents
import Kernel
import Testing

@testable import Loyalty

@Suite struct EarlyAccessTests {
    private func club(_ access: String) throws -> LoyaltyProgram {
        try program(
            #""tiers": {"by": "spend", "period": "life", "levels": [{"name": "all", "title": "All", "from": 0}, "#
                + #"{"name": "silver", "title": "Silver", "from": 100}, {"name": "gold", "title": "Gold", "from": 500}]}, "#
                + #""early access": [\#(access)]"#)
    }

    private let spring = #"""
        {"name": "spring", "opens": "2026-03-29 09:00", "closes": "2026-05-01",
         "ahead": {"gold": "48h", "silver": "24h"}}
        """#

    /// Nine o'clock in London is eight in UTC from that morning on.
    @Test(arguments: [
        ("all", "2026-03-29T07:59:59.999Z", false), ("all", "2026-03-29T08:00:00Z", true),
        ("silver", "2026-03-28T07:59:59.999Z", false), ("silver", "2026-03-28T08:00:00Z", true),
        ("gold", "2026-03-27T07:59:59.999Z", false), ("gold", "2026-03-27T08:00:00Z", true),
        ("gold", "2026-04-30T22:59:59.999Z", true), ("gold", "2026-04-30T23:00:00Z", false),
    ])
    func `it opens to a tier so long ahead, to the millisecond`(
        _ tier: String, _ now: String, _ isOpen: Bool
    ) throws {
        let program = try club(spring)
        let level = program.tiers?.levels.first { $0.name == tier }
        let answer = try #require(program.earlyAccess.first)
            .answer(for: level, in: program, at: time(now), zone: london)
        #expect(answer.isOpen == isOpen)
    }

    @Test func `the answer says why, and who may sooner`() throws {
        let program = try club(spring)
        let access = try #require(program.earlyAccess.first)
        func reason(_ tier: Int?, _ now: String) -> String {
            access.answer(
                for: tier.flatMap { program.tiers?.levels[$0] }, in: program, at: time(now),
                zone: london
            ).reason
        }
        #expect(
            reason(0, "2026-03-27")
                == "It opens to this customer at 2026-03-29T08:00:00.000Z. Silver and Gold members may buy sooner."
        )
        #expect(reason(2, "2026-03-28") == "Gold members may buy before others.")
        #expect(reason(nil, "2026-03-30") == "It is open to everybody.")
        #expect(reason(2, "2026-06-01") == "It closed at 2026-04-30T23:00:00.000Z.")
    }

    @Test(arguments: [
        (#"{"name": "a", "opens": "spring", "ahead": {"gold": "1h"}}"#, "2026-03-10 09:00"),
        (
            #"{"name": "a", "opens": "2026-03-10", "closes": "2026-03-10", "ahead": {"gold": "1h"}}"#,
            "after it opens"
        ),
        (#"{"name": "a", "opens": "2026-03-10", "ahead": {"lead": "1h"}}"#, "tier lead"),
        (#"{"name": "a", "opens": "2026-03-10", "ahead": {}}"#, "at least one tier"),
    ])
    func `what can't be is said`(_ access: String, _ reason: String) throws {
        let problem = try #require(throws: DocumentProblem.self) { try club(access) }
        #expect("\(problem)".contains(reason), "\(problem)")
    }
}
