import Kernel
import Testing

@testable import Referrals

private let keys = PersonKeys(hash: hash, countryCode: "44")

private func key(_ number: Int) throws -> PersonKey {
    guard let key = keys.device("device\(number)") else { throw Missing() }
    return key
}

@Suite struct ReferralGraphTests {
    private var graph = ReferralGraph(checks: [.email, .device])

    private func blocks(_ check: RingCheck) -> [ReferralBlock] { check.findings.map(\.block) }

    @Test func `Strangers are no finding`() throws {
        var graph = graph
        graph.addReferral(by: customer(1), of: customer(2))
        graph.add(try key(1), of: customer(1))
        graph.add(try key(2), of: customer(2))
        let check = graph.check(joining: customer(2), by: customer(1))
        #expect(check.findings.isEmpty && check.isComplete && check.block == nil)
        #expect(graph.report().isEmpty)
    }

    @Test func `Who uses their own code, or shares a key with the advocate, is the same person`()
        throws
    {
        var graph = graph
        #expect(graph.check(joining: customer(1), by: customer(1)).block == .samePerson)
        graph.add(try key(1), of: customer(1))
        graph.add(try key(1), of: customer(2))
        let check = graph.check(joining: customer(2), by: customer(1))
        #expect(blocks(check) == [.samePerson])
        #expect(check.findings.first?.key == .device)
        #expect(check.findings.first?.customers == [customer(1), customer(2)])
        #expect(check.findings.first?.reason.contains("the same device") == true)
        graph.remove(try key(1), of: customer(1))
        #expect(graph.check(joining: customer(2), by: customer(1)).findings.isEmpty)
    }

    @Test func `A key of a kind that isn't checked says nothing`() throws {
        var graph = graph
        let phone = try #require(keys.phone("02079460018"))
        graph.add(phone, of: customer(1))
        graph.add(phone, of: customer(2))
        #expect(graph.check(joining: customer(2), by: customer(1)).findings.isEmpty)
    }

    @Test func `Who is linked through a third is the same person, and the line is told`() throws {
        var graph = graph
        for (number, pair) in [(1, (1, 5)), (2, (5, 2))] {
            graph.add(try key(number), of: customer(pair.0))
            graph.add(try key(number), of: customer(pair.1))
        }
        let check = graph.check(joining: customer(2), by: customer(1))
        #expect(check.findings.map(\.customers) == [[customer(1), customer(5), customer(2)]])
    }

    @Test func `A key of a crowd links nobody, but two who both have it`() throws {
        var graph = graph
        for number in 1...graph.limits.crowdMax { graph.add(try key(1), of: customer(number)) }
        graph.add(try key(2), of: customer(1))
        graph.add(try key(2), of: customer(50))
        #expect(graph.check(joining: customer(50), by: customer(2)).block == .samePerson)
        graph.add(try key(1), of: customer(40))
        #expect(graph.check(joining: customer(50), by: customer(2)).block == nil)
        #expect(graph.check(joining: customer(2), by: customer(40)).block == .samePerson)
    }

    @Test func `Those who refer each other are told, also under another name`() throws {
        var graph = graph
        graph.addReferral(by: customer(2), of: customer(1))
        let check = graph.check(joining: customer(2), by: customer(1))
        #expect(blocks(check) == [.reciprocal])
        #expect(Set(check.findings.flatMap(\.customers)) == [customer(1), customer(2)])
        // 3 is 1's second account: 1 referred 2, who now refers 3.
        var other = self.graph
        other.addReferral(by: customer(1), of: customer(2))
        other.add(try key(1), of: customer(1))
        other.add(try key(1), of: customer(3))
        #expect(blocks(other.check(joining: customer(3), by: customer(2))) == [.reciprocal])
    }

    @Test func `A circle is told up to the limit, and beyond it the check says it can't know`() {
        let limit = graph.limits.circleMax
        for length in 3...(limit + 1) {
            var graph = graph
            // 1 → 2 → … → length; the last one refers 1.
            for number in 1..<length {
                graph.addReferral(by: customer(number), of: customer(number + 1))
            }
            let check = graph.check(joining: customer(1), by: customer(length))
            #expect(blocks(check) == (length <= limit ? [.cycle] : []))
            #expect(check.isComplete == (length <= limit))
            if length <= limit {
                #expect(check.findings[0].customers == (1...length).map(customer))
            }
            graph.addReferral(by: customer(length), of: customer(1))
            #expect(graph.report().map(\.block) == [.cycle])
        }
    }

    @Test func `Many friends of one advocate who share a key are told over the limit`() throws {
        var graph = graph
        for number in 2...4 {
            graph.addReferral(by: customer(1), of: customer(number))
            graph.add(try key(1), of: customer(number))
        }
        #expect(graph.check(joining: customer(4), by: customer(1)).findings.isEmpty)
        graph.add(try key(1), of: customer(5))
        let check = graph.check(joining: customer(5), by: customer(1))
        #expect(blocks(check) == [.sharedKey])
        #expect(check.findings.first?.customers == (1...5).map(customer))
        graph.addReferral(by: customer(1), of: customer(5))
        #expect(graph.report().map(\.block) == [.sharedKey])
    }

    @Test func `A friend who was referred before is told`() {
        var graph = graph
        graph.addReferral(by: customer(1), of: customer(2))
        #expect(blocks(graph.check(joining: customer(2), by: customer(3))) == [.alreadyReferred])
        #expect(graph.check(joining: customer(2), by: customer(1)).findings.isEmpty)
        graph.removeReferral(by: customer(1), of: customer(2))
        #expect(graph == self.graph)
    }

    @Test func `A check stops where its steps end, and says so`() throws {
        var limits = ReferralGraph.Limits()
        // Four people and the two referrals up from 1 are six steps.
        for (steps, isComplete) in [(6, true), (5, false)] {
            limits.stepsMax = steps
            limits.circleMax = 100
            var graph = ReferralGraph(checks: [.device], limits: limits)
            graph.addReferral(by: customer(10), of: customer(1))
            graph.addReferral(by: customer(11), of: customer(10))
            let check = graph.check(joining: customer(2), by: customer(1))
            #expect(check.isComplete == isComplete)
        }
    }

    @Test func `Counting who shares a key stops where the steps end, and says so`() throws {
        var limits = ReferralGraph.Limits()
        limits.stepsMax = 10
        for (friends, isComplete) in [(10, true), (11, false)] {
            var graph = ReferralGraph(checks: [.device], limits: limits)
            for number in 2..<(2 + friends) {
                graph.addReferral(by: customer(1), of: customer(number))
                graph.add(try key(1), of: customer(number))
            }
            let check = graph.check(joining: customer(2), by: customer(1))
            #expect(check.isComplete == isComplete)
            #expect(check.findings.first?.customers.count == 11)
        }
    }

    @Test func `A customer's keys are kept up to the limit`() throws {
        var graph = graph
        for number in 1...graph.limits.keysMax {
            #expect(graph.add(try key(number), of: customer(1)))
        }
        #expect(graph.add(try key(1), of: customer(1)))
        #expect(!graph.add(try key(99), of: customer(1)))
    }
}
