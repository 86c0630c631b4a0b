import Kernel
import Testing

@testable import Referrals

/// A small random graph, and what is in it, worked out by looking at everything.
private struct Brute {
    static let count = 9
    var graph: ReferralGraph
    var keysOf: [[Int]]
    var edges: Set<[Int]> = []
    /// The lowest customer of each one's person.
    var person: [Int]

    init(_ random: inout SeededRandom) throws {
        var limits = ReferralGraph.Limits()
        limits.crowdMax = Int.random(in: 2...3, using: &random)
        limits.sharersMax = Int.random(in: 1...2, using: &random)
        limits.circleMax = 20
        graph = ReferralGraph(checks: Set(PersonKey.Kind.allCases), limits: limits)
        let keys = PersonKeys(hash: hash, countryCode: "44")
        keysOf = Array(repeating: [], count: Self.count)
        for _ in 0..<Int.random(in: 0...10, using: &random) {
            let customer = Int.random(in: 0..<Self.count, using: &random)
            let number = Int.random(in: 0..<6, using: &random)
            guard let key = keys.device("d\(number)") else { throw Missing() }
            graph.add(key, of: ID(rawValue: Int64(customer)))
            if !keysOf[customer].contains(number) { keysOf[customer].append(number) }
        }
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            let from = Int.random(in: 0..<Self.count, using: &random)
            let to = Int.random(in: 0..<Self.count, using: &random)
            edges.insert([from, to])
            graph.addReferral(by: ID(rawValue: Int64(from)), of: ID(rawValue: Int64(to)))
        }
        person = Array(0..<Self.count)
        for _ in 0..<Self.count {
            for one in 0..<Self.count {
                for other in 0..<Self.count where links(one, other) {
                    person[one] = min(person[one], person[other])
                    person[other] = person[one]
                }
            }
        }
    }

    func holders(_ key: Int) -> [Int] { (0..<Self.count).filter { keysOf[$0].contains(key) } }

    func shares(_ one: Int, _ other: Int) -> Bool {
        keysOf[one].contains { keysOf[other].contains($0) }
    }

    func links(_ one: Int, _ other: Int) -> Bool {
        keysOf[one].contains {
            keysOf[other].contains($0) && holders($0).count <= graph.limits.crowdMax
        }
    }

    func isSame(_ one: Int, _ other: Int) -> Bool {
        person[one] == person[other] || shares(one, other)
    }

    /// Referrals between people on the shortest way from one to another; nil where there is none (Floyd 1962).
    func distances() -> [[Int?]] {
        var distance = [[Int?]](
            repeating: Array(repeating: nil, count: Self.count), count: Self.count)
        for edge in edges where person[edge[0]] != person[edge[1]] {
            distance[person[edge[0]]][person[edge[1]]] = 1
        }
        for middle in 0..<Self.count {
            for from in 0..<Self.count {
                for to in 0..<Self.count {
                    guard let one = distance[from][middle], let two = distance[middle][to] else {
                        continue
                    }
                    distance[from][to] = min(distance[from][to] ?? .max, one + two)
                }
            }
        }
        return distance
    }

    func stars() -> Set<[Int]> {
        var stars: Set<[Int]> = []
        for advocate in 0..<Self.count {
            for key in 0..<6 {
                let friends = holders(key).filter { edges.contains([advocate, $0]) }
                if friends.count > graph.limits.sharersMax { stars.insert([advocate] + friends) }
            }
        }
        return stars
    }
}

@Suite struct RingBruteForceTests {
    private func numbers(_ findings: [RingFinding], _ block: ReferralBlock) -> Set<[Int]> {
        Set(findings.filter { $0.block == block }.map { $0.customers.map { Int($0.rawValue) } })
    }

    @Test(arguments: 0..<400 as Range<UInt64>)
    func `The report finds what looking at everything finds`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let brute = try Brute(&random)
        let findings = brute.graph.report()
        #expect(findings == findings.sorted() && findings == brute.graph.report())
        let same = brute.edges.filter { brute.isSame($0[0], $0[1]) }
            .map { $0[0] == $0[1] ? [$0[0]] : $0 }
        #expect(numbers(findings, .samePerson) == Set(same))
        #expect(numbers(findings, .sharedKey) == brute.stars())
        let distances = brute.distances()
        let all = 0..<Brute.count
        var pairs: Set<[Int]> = []
        var circles: Set<[Int]> = []
        for one in all {
            for other in all where one < other && distances[one][other] == 1 {
                if distances[other][one] == 1 { pairs.insert([one, other]) }
            }
            let circle = all.filter {
                $0 == one || distances[one][$0] != nil && distances[$0][one] != nil
            }
            if circle.count > 2 { circles.insert(circle) }
        }
        #expect(numbers(findings, .reciprocal) == pairs)
        #expect(numbers(findings, .cycle) == circles)
        let late = all.filter { friend in
            all.filter { brute.edges.contains([$0, friend]) }.count > 1
        }
        #expect(Set(numbers(findings, .alreadyReferred).compactMap(\.first)) == Set(late))
    }

    @Test(arguments: 0..<400 as Range<UInt64>)
    func `A check finds what looking at everything finds`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let brute = try Brute(&random)
        let distances = brute.distances()
        for advocate in 0..<Brute.count {
            for friend in 0..<Brute.count {
                let check = brute.graph.check(joining: customer(friend), by: customer(advocate))
                #expect(check.isComplete)
                let isSame = brute.isSame(advocate, friend)
                #expect(check.findings.contains { $0.block == .samePerson } == isSame)
                let way = distances[brute.person[friend]][brute.person[advocate]]
                let circles = check.findings.filter { [.cycle, .reciprocal].contains($0.block) }
                if !isSame, let way {
                    #expect(circles.count == 1)
                    #expect(circles.first?.block == (way == 1 ? .reciprocal : .cycle))
                    #expect(circles.first?.customers.count == way + 1)
                    #expect(circles.first?.customers.first == customer(friend))
                    #expect(circles.first?.customers.last == customer(advocate))
                } else {
                    #expect(circles.isEmpty)
                }
                var stars = 0
                for key in brute.keysOf[friend] {
                    let sharers = brute.holders(key).filter {
                        $0 == friend || brute.edges.contains([advocate, $0])
                    }
                    if sharers.count > brute.graph.limits.sharersMax { stars += 1 }
                }
                #expect(check.findings.filter { $0.block == .sharedKey }.count == stars)
                let others = (0..<Brute.count).contains {
                    $0 != advocate && brute.edges.contains([$0, friend])
                }
                #expect(check.findings.contains { $0.block == .alreadyReferred } == others)
            }
        }
    }
}
