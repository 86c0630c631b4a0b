import Kernel
import Testing

@testable import Referrals

@Suite struct ReferralRewardsTests {
    /// One advocate, their tally and their friends, as a shell holds them.
    private struct Advocate {
        let program: ReferralProgram
        var tally = AdvocateTally(program: "bring-a-friend", advocate: customer(1))
        var referrals: [ReferralState] = (2..<10).map {
            ReferralState(
                id: ReferralID(
                    program: "bring-a-friend", advocate: customer(1), friend: customer($0)))
        }
        var ledger = Ledger()

        mutating func take(_ place: Int, _ fact: ReferralState.Fact?, now: Int) {
            let outcome =
                if let fact {
                    referrals[place].take(fact, now: day(now), under: program)
                } else {
                    referrals[place].tick(now: day(now), under: program)
                }
            ledger.post(outcome.effects)
            ledger.post(
                tally.settle(
                    referrals[place].id, as: outcome.after, under: program, in: .utc
                ).effects)
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `Both sides' points are what the friends' orders justify in the end`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let cap = Int.random(in: 1...8, using: &random)
        var advocate = Advocate(
            program: try program(
                more: #", "caps": {"advocate": [{"rewards": \#(cap), "per": "ever"}]}, "#
                    + #""milestones": [{"after": 4, "points": 1000}]"#))
        var latest: [Int: ReferralOrder] = [:]
        var told: [(Int, ReferralState.Fact)] = []
        for place in advocate.referrals.indices {
            told.append((place, .joined(at: day(0))))
            let placed = Int.random(in: 0..<20, using: &random)
            for version in 1...Int64.random(in: 1...3, using: &random) {
                let refunded = Int64.random(in: 0...3, using: &random) * 1500
                let order = try order(on: placed, refunded: refunded, version: version)
                latest[place] = order
                told.append((place, .order(order)))
            }
        }
        told += told.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
        told.shuffle(using: &random)
        var now = 0
        for (place, fact) in told {
            now += Int.random(in: 0..<3, using: &random)
            advocate.take(place, fact, now: now)
            let other = Int.random(in: advocate.referrals.indices, using: &random)
            advocate.take(other, nil, now: now)
            #expect(advocate.tally.rewards <= cap)
        }
        for place in advocate.referrals.indices { advocate.take(place, nil, now: 500) }
        let good = latest.values.filter { $0.amount.minor - $0.refunded >= 3000 }.count
        let justified = good * 200 + min(good, cap) * 500 + (good >= 4 ? 1000 : 0)
        #expect(advocate.ledger.points == Int64(justified))
        #expect(advocate.ledger.faults.isEmpty)
    }

    @Test func `What a check finds blocks the referral, and a person lets it through`() throws {
        let program = try program()
        var graph = ReferralGraph(checks: program.checks)
        let keys = PersonKeys(hash: hash, countryCode: "44")
        for (text, number) in [("ann@gmail.com", 1), ("a.nn+new@googlemail.com", 2)] {
            graph.add(try #require(keys.email(text)), of: customer(number))
        }
        var state = ReferralState(id: referral)
        _ = state.take(.joined(at: day(0)), now: day(0), under: program)
        let check = graph.check(joining: referral.friend, by: referral.advocate)
        let blocked = state.take(
            .reviewed(check.block, version: 1), now: day(0), under: program)
        #expect(blocked.after == .rejected(.blocked(.samePerson)))
        _ = state.take(.order(try order(on: 1)), now: day(1), under: program)
        let word = ReferralJudgement(.counts, reason: "Ann has a sister", by: "key", version: 2)
        let allowed = state.take(.judged(word), now: day(20), under: program)
        #expect(allowed.after.releasedAt == day(15))
        #expect(allowed.effects.map(\.points) == [200])
    }
}
