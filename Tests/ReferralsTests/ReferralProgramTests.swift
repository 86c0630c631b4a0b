import Documents
import Kernel
import Testing

@testable import Referrals

@Suite struct ReferralProgramTests {
    @Test func `A program is read with all its parts`() throws {
        let program = try program(
            more: #"""
                , "title": "Bring a friend",
                "milestones": [{"after": 10, "points": 2000}, {"after": 5, "points": 1000}],
                "caps": {"advocate": [{"rewards": 20, "per": "year"}, {"rewards": 3, "per": "month"}],
                "total": 1000}, "checks": ["email", "payment"]
                """#)
        #expect(program.name == "bring-a-friend" && program.title == "Bring a friend")
        #expect(program.program == "club")
        let euro = try #require(euro)
        #expect(
            program.qualifies
                == .order(minimum: Money(minor: 3000, currency: euro), onlyFirst: true))
        #expect(program.within == .days(60) && program.hold == .days(14))
        #expect(program.advocatePoints == 500 && program.friendPoints == 200)
        #expect(program.milestones.map(\.after) == [5, 10])
        #expect(program.caps.map(\.period) == [.month, .year])
        #expect(program.caps.map(\.rewards) == [3, 20])
        #expect(program.total == 1000)
        #expect(program.checks == [.email, .payment])
    }

    @Test func `What is left out has its plain meaning`() throws {
        let program = try program(
            qualifies: #"{"event": "Subscription Started"}"#, hold: nil,
            rewards: #"{"friend": 50}"#)
        #expect(program.title == program.name)
        #expect(program.qualifies == .event(name: "Subscription Started"))
        #expect(program.within == nil && program.hold == nil && program.total == nil)
        #expect(program.advocatePoints == nil && program.friendPoints == 50)
        #expect(program.milestones.isEmpty && program.caps.isEmpty)
        #expect(program.checks == Set(PersonKey.Kind.allCases))
    }

    @Test(arguments: [
        (#""qualifies": {}"#, "qualifies", "order is missing"),
        (
            #""qualifies": {"event": "x", "order": {"minimum": 1, "currency": "EUR"}}"#,
            "qualifies", "say one of them"
        ),
        (#""qualifies": {"event": ""}"#, "qualifies.event", "1 to 200 bytes"),
        (
            #""qualifies": {"order": {"minimum": 1, "currency": "euros"}}"#,
            "qualifies.order.currency", "three letters"
        ),
        (
            #""qualifies": {"order": {"minimum": 1.234, "currency": "EUR"}}"#,
            "qualifies.order.minimum", "at most 2 decimals"
        ),
        (
            #""qualifies": {"order": {"minimum": -1, "currency": "EUR"}}"#,
            "qualifies.order.minimum", "from 0"
        ),
        (#""qualifies": {"event": "x", "within": "1 month"}"#, "qualifies.within", "30 days"),
        (#""hold": 14"#, "hold", "30 days"),
        (#""rewards": {}"#, "rewards", "to both"),
        (#""rewards": {"friend": 0}"#, "rewards.friend", "from 1"),
        (#""rewards": {"advocat": 5, "friend": 1}"#, "rewards.advocat", "did you mean advocate"),
        (
            #""milestones": [{"after": 5, "points": 1}, {"after": 5, "points": 2}]"#,
            "milestones[1]", "make them one"
        ),
        (#""milestones": [{"after": 10001, "points": 1}]"#, "milestones[0].after", "1 to 10000"),
        (#""caps": {"advocate": {"rewards": 1, "per": "week"}}"#, "caps.advocate.per", "month"),
        (
            #""caps": {"advocate": [{"rewards": 1, "per": "month"}, {"rewards": 2, "per": "month"}]}"#,
            "caps.advocate[1]", "two caps per month"
        ),
        (#""caps": {"total": 0}"#, "caps.total", "from 1"),
        (#""checks": ["email", "fax"]"#, "checks[1]", "phone"),
        (#""checks": ["email", "email"]"#, "checks[1]", "twice"),
        (#""kind": "program""#, "kind", "must be referral"),
        (#""name": "Bring a Friend""#, "name", "a-z"),
    ])
    func `A mistake is told with its place and what to do`(
        part: String, path: String, reason: String
    ) throws {
        let name = part.dropFirst().prefix { $0 != "\"" }
        var members = [
            #""kind": "referral""#, #""name": "n""#, #""program": "club""#,
            #""qualifies": {"event": "x"}"#, #""rewards": {"friend": 1}"#,
        ]
        members.removeAll { $0.hasPrefix("\"\(name)\"") }
        members.append(part)
        let reader = try reader("{" + members.joined(separator: ", ") + "}")
        let problem = #expect(throws: DocumentProblem.self) {
            try ReferralProgram(reading: reader)
        }
        #expect(problem?.path == path)
        #expect(problem?.reason.contains(reason) == true, "\(problem?.reason ?? "")")
    }

    @Test func `Twenty milestones are read and one more is refused`() throws {
        func milestones(_ count: Int) -> String {
            let all = (1...count).map { #"{"after": \#($0), "points": 1}"# }
            return #", "milestones": ["# + all.joined(separator: ",") + "]"
        }
        #expect(try program(more: milestones(20)).milestones.count == 20)
        #expect(throws: DocumentProblem.self) { try program(more: milestones(21)) }
    }

    @Test func `A period is a calendar's in the zone`() {
        let berlin = ZoneRules(name: "Europe/Berlin", initialOffsetSeconds: 3600, transitions: [])
        let eve = day(31).adding(milliseconds: -1_800_000)
        let month = ReferralProgram.Period.month
        #expect(month.index(of: eve, in: .utc) + 1 == month.index(of: eve, in: berlin))
        let newYear = day(0).adding(milliseconds: -1)
        let year = ReferralProgram.Period.year
        #expect(year.index(of: newYear, in: .utc) == 2025)
        #expect(year.index(of: newYear, in: berlin) == 2026)
        #expect(ReferralProgram.Period.ever.index(of: newYear, in: berlin) == 0)
    }
}
