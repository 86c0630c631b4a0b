import Kernel
import Testing

@testable import Referrals

@Suite struct AdvocateTallyTests {
    private func id(_ friend: Int, advocate: Int = 1) -> ReferralID {
        ReferralID(
            program: "bring-a-friend", advocate: customer(advocate), friend: customer(friend))
    }

    private func released(_ on: Int) -> ReferralStatus {
        .released(by: .event(name: "e"), at: day(on))
    }

    private let reversed = ReferralStatus.reversed(.refunded(order: "A"))

    @Test func `Each success is rewarded once, and taken back once`() throws {
        let program = try program()
        var tally = AdvocateTally(program: "bring-a-friend", advocate: customer(1))
        let first = tally.settle(id(2), as: released(1), under: program, in: .utc)
        #expect(first.standing == .rewarded(points: 500))
        #expect(first.effects.map(\.operation) == ["\(id(2)):advocate:1"])
        #expect(first.effects.map(\.customer) == [customer(1)])
        #expect(tally.settle(id(2), as: released(1), under: program, in: .utc).effects.isEmpty)
        let back = tally.settle(id(2), as: reversed, under: program, in: .utc)
        #expect(back.effects.map(\.kind) == [.takeBack(of: "\(id(2)):advocate:1")])
        #expect(back.effects.first?.reason.contains("returned") == true)
        #expect(back.standing == .uncounted)
        #expect(tally.settle(id(2), as: reversed, under: program, in: .utc).effects.isEmpty)
        let again = tally.settle(id(2), as: released(1), under: program, in: .utc)
        #expect(again.effects.map(\.operation) == ["\(id(2)):advocate:2"])
    }

    @Test func `Each referral gives what its own version says; caps are those in force`() throws {
        let old = try program()
        let new = try program(
            rewards: #"{"advocate": 100, "friend": 200}"#,
            more: #", "caps": {"advocate": [{"rewards": 1, "per": "month"}]}"#)
        var tally = AdvocateTally(program: "bring-a-friend", advocate: customer(1))
        _ = tally.settle(id(2), as: released(2), under: new, rules: new, in: .utc)
        for friend in 3...4 {
            let later = tally.settle(
                id(friend), as: released(friend), under: new, rules: new, in: .utc)
            #expect(later.effects.isEmpty)
        }
        #expect(tally.points == 100)
        // News of one who joined by the old version, of 500 and without a cap, changes nothing of the others.
        let old5 = tally.settle(id(5), as: .joined(until: nil), under: old, rules: new, in: .utc)
        #expect(old5.effects.isEmpty)
        #expect(tally.points == 100)
        // Next month there is room, and it is worth what it was promised.
        let next = tally.settle(id(5), as: released(40), under: old, rules: new, in: .utc)
        #expect(next.effects.map(\.points) == [500])
        #expect(tally.points == 600)
    }

    @Test func `What hasn't succeeded isn't counted`() throws {
        let program = try program()
        var tally = AdvocateTally(program: "bring-a-friend", advocate: customer(1))
        let statuses: [ReferralStatus] = [
            .expected, .joined(until: nil), .rejected(.late),
            .qualified(by: .event(name: "e"), at: day(1), releaseAt: day(2)),
        ]
        for status in statuses {
            let outcome = tally.settle(id(2), as: status, under: program, in: .utc)
            #expect(outcome.standing == .uncounted && outcome.effects.isEmpty)
        }
        #expect(tally.successes == 0 && tally.entries.isEmpty)
    }

    @Test func `A cap holds in its period, and room that comes is filled by the oldest`() throws {
        let program = try program(
            more: #", "caps": {"advocate": [{"rewards": 2, "per": "month"}]}"#)
        var tally = AdvocateTally(program: "bring-a-friend", advocate: customer(1))
        for friend in 2...3 {
            _ = tally.settle(id(friend), as: released(friend), under: program, in: .utc)
        }
        let fifth = tally.settle(id(5), as: released(5), under: program, in: .utc)
        let cap = try #require(program.caps.first)
        #expect(fifth.standing == .capped(cap) && fifth.effects.isEmpty)
        #expect(fifth.reason == "the advocate has all 2 rewards of this month")
        _ = tally.settle(id(4), as: released(4), under: program, in: .utc)
        let next = tally.settle(id(6), as: released(31), under: program, in: .utc)
        #expect(next.standing == .rewarded(points: 500))
        let freed = tally.settle(id(2), as: reversed, under: program, in: .utc)
        #expect(freed.effects.map(\.role) == [.advocate, .advocate])
        #expect(
            freed.effects.map(\.operation) == [
                "\(id(2)):advocate:1:back", "\(id(4)):advocate:1",
            ])
        #expect(tally.rewards == 3 && tally.successes == 4)
    }

    @Test func `A reward that turns out to belong to a full period is taken back`() throws {
        let program = try program(
            more: #", "caps": {"advocate": [{"rewards": 1, "per": "month"}]}"#)
        var tally = AdvocateTally(program: "bring-a-friend", advocate: customer(1))
        _ = tally.settle(id(2), as: released(1), under: program, in: .utc)
        _ = tally.settle(id(3), as: released(40), under: program, in: .utc)
        let moved = tally.settle(id(3), as: released(2), under: program, in: .utc)
        #expect(moved.effects.map(\.operation) == ["\(id(3)):advocate:1:back"])
        #expect(tally.settle(id(3), as: released(41), under: program, in: .utc).effects.count == 1)
        #expect(tally.settle(id(3), as: released(70), under: program, in: .utc).effects.isEmpty)
    }

    @Test func `The program's total is shared by all advocates`() throws {
        let program = try program(more: #", "caps": {"total": 1}"#)
        var one = AdvocateTally(program: "bring-a-friend", advocate: customer(1))
        var other = AdvocateTally(program: "bring-a-friend", advocate: customer(9))
        let first = one.settle(
            id(2), as: released(1), under: program, in: .utc, rewardsLeft: program.total)
        #expect(first.rewardsLeft == 0)
        let second = other.settle(
            id(3, advocate: 9), as: released(1), under: program, in: .utc,
            rewardsLeft: first.rewardsLeft)
        #expect(second.standing == .usedUp && second.rewardsLeft == 0)
        let back = one.settle(id(2), as: reversed, under: program, in: .utc, rewardsLeft: 0)
        #expect(back.rewardsLeft == 1)
        let third = other.settle(
            id(3, advocate: 9), as: released(1), under: program, in: .utc,
            rewardsLeft: back.rewardsLeft)
        #expect(third.standing == .rewarded(points: 500) && third.rewardsLeft == 0)
    }

    @Test func `A milestone is given when it is reached, taken back once when it no longer is`()
        throws
    {
        let program = try program(
            rewards: #"{"friend": 1}"#,
            more: #", "milestones": [{"after": 2, "points": 100}, {"after": 3, "points": 300}]"#)
        var tally = AdvocateTally(program: "bring-a-friend", advocate: customer(1))
        #expect(tally.nextMilestone(program)?.missing == 2)
        let key = "referral:bring-a-friend:\(customer(1)):milestone-"
        let table: [(Int, ReferralStatus, [String])] = [
            (2, released(1), []),
            (3, released(1), [key + "2:1"]),
            (3, released(1), []),
            (4, released(1), [key + "3:1"]),
            (4, reversed, [key + "3:1:back"]),
            (4, reversed, []),
            (3, reversed, [key + "2:1:back"]),
            (5, released(1), [key + "2:2"]),
            (3, released(1), [key + "3:2"]),
        ]
        for (friend, status, operations) in table {
            let outcome = tally.settle(id(friend), as: status, under: program, in: .utc)
            #expect(outcome.effects.map(\.operation) == operations)
            #expect(outcome.effects.allSatisfy { $0.role == .milestone })
        }
        #expect(tally.points == 400 && tally.nextMilestone(program) == nil)
        #expect(tally.standing(of: customer(2), program, .utc) == .counted)
    }

    @Test func `A milestone that the program no longer has is still taken back`() throws {
        let had = try program(more: #", "milestones": [{"after": 1, "points": 100}]"#)
        var tally = AdvocateTally(program: "bring-a-friend", advocate: customer(1))
        _ = tally.settle(id(2), as: released(1), under: had, in: .utc)
        let outcome = tally.settle(id(2), as: reversed, under: try program(), in: .utc)
        #expect(outcome.effects.map(\.role) == [.advocate, .milestone])
        #expect(tally.points == 0)
    }

    @Test func `Referrals are counted up to the limit`() throws {
        let program = try program()
        var tally = AdvocateTally(program: "bring-a-friend", advocate: customer(1))
        tally.entries = (0..<AdvocateTally.referralsMax - 1).map {
            AdvocateTally.Entry(friend: customer(100 + $0), releasedAt: nil, points: 500)
        }
        let last = tally.settle(id(2), as: released(1), under: program, in: .utc)
        #expect(last.standing == .rewarded(points: 500))
        let beyond = tally.settle(id(3), as: released(1), under: program, in: .utc)
        #expect(beyond.standing == .beyondLimit && beyond.effects.isEmpty)
    }

    // MARK: Properties

    /// How many rewards the caps leave of these successes, the oldest first.
    private func justified(_ times: [Timestamp], _ program: ReferralProgram) -> Int {
        var counts: [String: Int] = [:]
        var rewards = 0
        for time in times.sorted() {
            let text = time.rfc3339
            let names = program.caps.map { cap in
                switch cap.period {
                case .month: String(text.prefix(7))
                case .year: String(text.prefix(4))
                case .ever: ""
                }
            }
            let hasRoom = zip(names, program.caps).allSatisfy {
                counts[$0, default: 0] < $1.rewards
            }
            guard hasRoom else { continue }
            for name in names { counts[name, default: 0] += 1 }
            rewards += 1
        }
        return rewards
    }

    private func randomProgram(_ random: inout SeededRandom) throws -> ReferralProgram {
        var caps: [String] = []
        for (period, most) in [("month", 3), ("year", 6), ("ever", 9)]
        where Bool.random(using: &random) {
            let rewards = Int.random(in: 1...most, using: &random)
            caps.append(#"{"rewards": \#(rewards), "per": "\#(period)"}"#)
        }
        return try program(
            more: #", "caps": {"advocate": [\#(caps.joined(separator: ","))]}, "#
                + #""milestones": [{"after": 2, "points": 100}, {"after": 5, "points": 300}]"#)
    }

    @Test(arguments: 0..<400 as Range<UInt64>)
    func `Awards less take-backs are what the final facts justify, and caps always hold`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let program = try randomProgram(&random)
        var tally = AdvocateTally(program: "bring-a-friend", advocate: customer(1))
        var ledger = Ledger()
        var facts: [Int: Timestamp] = [:]
        for _ in 0..<60 {
            let friend = Int.random(in: 2..<14, using: &random)
            let isReleased = Int.random(in: 0..<3, using: &random) > 0
            let time = Int.random(in: 0..<400, using: &random)
            let status = isReleased ? released(time) : reversed
            facts[friend] = isReleased ? day(time) : nil
            for _ in 0...Int.random(in: 0...1, using: &random) {
                ledger.post(
                    tally.settle(id(friend), as: status, under: program, in: .utc).effects)
            }
            let times = Array(facts.values)
            let standing = tally.entries.filter { $0.grant.standing != nil }
                .compactMap(\.releasedAt)
            // All that stand fit the caps together, and no others would fit beside them.
            #expect(justified(standing, program) == standing.count)
            #expect(standing.count == justified(times, program))
            let extra = [(2, 100), (5, 300)].filter { $0.0 <= times.count }.map(\.1).reduce(0, +)
            #expect(tally.successes == times.count)
            #expect(ledger.points == Int64(standing.count * 500 + extra))
            #expect(ledger.points == tally.points)
        }
        #expect(ledger.faults.isEmpty)
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `The program's total is never exceeded, whoever settles`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let total = Int.random(in: 1...6, using: &random)
        let program = try program(more: #", "caps": {"total": \#(total)}"#)
        var tallies = (0..<3).map {
            AdvocateTally(program: "bring-a-friend", advocate: customer(100 + $0))
        }
        var left: Int? = total
        for _ in 0..<60 {
            let place = Int.random(in: 0..<3, using: &random)
            let friend = Int.random(in: 2..<8, using: &random)
            let status = Bool.random(using: &random) ? released(friend) : reversed
            left =
                tallies[place].settle(
                    id(friend, advocate: 100 + place), as: status, under: program, in: .utc,
                    rewardsLeft: left
                ).rewardsLeft
            let rewards = tallies.map(\.rewards).reduce(0, +)
            #expect(rewards <= total && left == total - rewards)
        }
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `A tally's bytes are read back, and garbled ones never crash`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let program = try randomProgram(&random)
        var tally = AdvocateTally(program: "bring-a-friend", advocate: customer(1))
        for _ in 0..<20 {
            let friend = Int.random(in: 2..<14, using: &random)
            let time = Int.random(in: 0..<400, using: &random)
            let status = Bool.random(using: &random) ? released(time) : reversed
            _ = tally.settle(id(friend), as: status, under: program, in: .utc)
        }
        var writer = ByteWriter()
        tally.encode(to: &writer)
        let bytes = writer.take()
        #expect(try AdvocateTally(decoding: bytes.span) == tally)
        for count in bytes.indices {
            #expect(throws: ByteReader.Damaged.self) {
                try AdvocateTally(decoding: Array(bytes[..<count]).span)
            }
        }
        for _ in 0..<100 {
            var garbled = bytes
            let place = Int.random(in: garbled.indices, using: &random)
            garbled[place] = UInt8.random(in: 0...255, using: &random)
            guard var read = try? AdvocateTally(decoding: garbled.span) else { continue }
            let id = ReferralID(
                program: read.program, advocate: read.advocate, friend: customer(3))
            _ = read.settle(id, as: released(5), under: program, in: .utc)
            _ = read.settle(id, as: reversed, under: program, in: .utc)
            _ = read.points
        }
    }
}
