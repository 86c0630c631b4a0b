import Kernel
import Testing

@testable import Experiments

/// Golden figures are exact products of predictive probabilities (fractions), and intervals by bisection of the same
/// likelihood, both worked out outside.
struct VariantContestTests {
    private func contest(_ successes: Int..., people: Int = 10_000) -> VariantContest {
        VariantContest(successes.map { VariantArm(people: people, successes: $0) })
    }

    struct Golden: Sendable {
        let own: Int
        let other: Int
        let evidence: Double
    }

    @Test(arguments: [
        Golden(own: 1, other: 0, evidence: 1), Golden(own: 30, other: 10, evidence: 3.578270157717),
        Golden(own: 40, other: 12, evidence: 11.032687061226),
        Golden(own: 120, other: 80, evidence: 8.437118317907),
        Golden(own: 500, other: 420, evidence: 7.243596551233),
        Golden(own: 5200, other: 4800, evidence: 274.133006),
    ])
    func `evidence is that of the mixture against a fair coin`(golden: Golden) {
        let found = contest(golden.own, golden.other).evidence(for: 0)
        #expect(abs(found / golden.evidence - 1) < 1e-8)
        #expect(contest(golden.own, golden.other).evidence(for: 1) == 0)
    }

    @Test func `the interval is of the ratio, and open where the other brought nothing`() {
        let found = contest(500, 420).advantage(of: 0)
        #expect(abs(found.lower + 0.023486271014) < 1e-9)
        #expect(abs(found.upper - 0.452980241619) < 1e-9)
        let mirrored = contest(500, 420).advantage(of: 1)
        #expect(abs((1 + mirrored.lower) * (1 + found.upper) - 1) < 1e-9)
        let first = contest(5, 0).advantage(of: 0)
        #expect(abs(first.lower + 0.611210367155) < 1e-9)
        #expect(first.upper == .infinity)
        #expect(contest(0, 0).advantage(of: 0) == (-1, .infinity))
        let three = contest(120, 80, 3).advantage(of: 0)
        #expect(abs(three.lower + 0.068942880611) < 1e-9)
        #expect(abs(three.upper - 1.454599701718) < 1e-9)
    }

    @Test func `an interval leaves zero out where the variant wins, and not before`() {
        for own in 400...520 {
            let contest = contest(own, 400)
            #expect((contest.winner == 0) == (contest.advantage(of: 0).lower > 0), "\(own)")
        }
    }

    @Test func `the winner beats each other one, by more where there are more`() {
        #expect(contest(44, 12).winner == 0)
        #expect(contest(12, 44).winner == 1)
        #expect(contest(12, 12, 44).evidenceNeeded == 40)
        #expect(contest(44, 12).evidence(for: 0) < 40)
        #expect(contest(44, 12, 12).winner == nil)
        #expect(contest(300, 290, 3).winner == nil, "the second is nearly as good")
        #expect(contest(0, 0).winner == nil)
    }

    @Test func `who leads does so by rate, and the first of equals`() {
        #expect(contest(3, 3).leader == 0)
        #expect(contest(3, 4, 4).leader == 1)
        let uneven = VariantContest([
            VariantArm(people: 10, successes: 4), VariantArm(people: 100, successes: 20),
        ])
        #expect(uneven.leader == 0)
        #expect(uneven.winner == nil)
    }

    /// How often contests between variants with these chances name a winner, looked at after each success, and after
    /// how many successes they do in the middle case.
    private func play(
        _ chances: [Double], contests: Int, successes: Int, seed: UInt64
    ) -> (winners: [Int], middle: Int) {
        var random = SeededRandom(seed: seed)
        var winners = [Int](repeating: 0, count: chances.count)
        var needed: [Int] = []
        let sum = chances.reduce(0, +)
        for _ in 0..<contests {
            var counts = [Int](repeating: 0, count: chances.count)
            for number in 1...successes {
                // Of those who succeed, as many of each as their chances say.
                var place = random.unit() * sum
                var arm = 0
                while arm < chances.count - 1, place >= chances[arm] {
                    place -= chances[arm]
                    arm += 1
                }
                counts[arm] += 1
                let contest = VariantContest(
                    counts.map { VariantArm(people: successes, successes: $0) })
                guard let winner = contest.winner else { continue }
                winners[winner] += 1
                needed.append(number)
                break
            }
        }
        needed.sort()
        return (winners, needed.isEmpty ? 0 : needed[needed.count / 2])
    }

    @Test(arguments: [2, 3, 5])
    func `variants that are alike seldom make a winner, looked at after every success`(count: Int) {
        let played = play(
            [Double](repeating: 0.1, count: count), contests: 200, successes: 1000, seed: 42)
        #expect(played.winners.reduce(0, +) <= 10)
    }

    @Test func `two that are better alike don't make a winner of one of them`() {
        let played = play([0.05, 0.1, 0.1], contests: 150, successes: 1000, seed: 7)
        #expect(played.winners.reduce(0, +) <= 7)
        #expect(played.winners[0] == 0)
    }

    @Test func `a variant that brings a third more is found by about five hundred successes`() {
        let played = play([0.0435, 0.0565], contests: 100, successes: 3000, seed: 3)
        #expect(played.winners[1] >= 97)
        #expect(played.winners[0] <= 1)
        #expect((350...650).contains(played.middle))
    }

    /// People come one after another and do it late, more of them early on; what isn't done yet counts for nothing.
    @Test func `late successes and looks in between don't make winners of variants that are alike`()
    {
        var random = SeededRandom(seed: 11)
        var named = 0
        for _ in 0..<100 {
            var events: [(at: Int, arm: Int)] = []
            var people = [0, 0]
            for person in 0..<4000 {
                let arm = Int(random.unit() * 2)
                people[arm] += 1
                if random.unit() < 0.2 {
                    let delay = Int(random.unit() * random.unit() * 3000)
                    events.append((person + delay, arm))
                }
            }
            events.sort { $0.at < $1.at }
            var counts = [0, 0]
            for event in events {
                counts[event.arm] += 1
                let contest = VariantContest(
                    zip(people, counts).map { VariantArm(people: $0, successes: $1) })
                if contest.winner != nil {
                    named += 1
                    break
                }
            }
        }
        #expect(named <= 5)
    }
}
