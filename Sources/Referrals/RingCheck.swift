package import Kernel

/// What a check of one referral found.
package struct RingCheck: Hashable, Sendable {
    /// The gravest first, as `ReferralBlock` orders them.
    package let findings: [RingFinding]
    /// False where there was more to look at than a check may (`ReferralGraph.Limits`): the report looks at all.
    package let isComplete: Bool

    /// What to review the referral as; nil for nothing found.
    package var block: ReferralBlock? { findings.first?.block }
}

extension ReferralGraph {
    /// Looks at a referral before it is noted, or after: the work is bounded, however large the graph is.
    ///
    /// A circle is found where it has at most `circleMax` referrals, this one among them; people are followed through at
    /// most `stepsMax` customers and referrals in all. The nearest circle is told, of several as near the one of the
    /// lowest ids.
    package func check(joining friend: ID<Customer>, by advocate: ID<Customer>) -> RingCheck {
        var findings: [RingFinding] = []
        var walk = Walk(self, steps: limits.stepsMax)
        let person = walk.person(of: friend)
        if let same = sameLine(advocate, friend, person) {
            findings.append(same)
        } else if let circle = walk.circle(from: advocate, to: person) {
            findings.append(circle)
        }
        let (stars, areAllSharers) = stars(advocate, friend)
        findings.append(contentsOf: stars)
        if let other = advocates[friend]?.first(where: { $0 != advocate }) {
            findings.append(
                RingFinding(
                    .alreadyReferred, [other, friend], "\(friend) was referred by \(other) before"))
        }
        return RingCheck(findings: findings.sorted(), isComplete: walk.isComplete && areAllSharers)
    }

    /// Whether advocate and friend are one person, and by what.
    private func sameLine(
        _ advocate: ID<Customer>, _ friend: ID<Customer>, _ person: Person
    ) -> RingFinding? {
        if advocate == friend {
            return RingFinding(.samePerson, [friend], "\(friend) used their own code")
        }
        if let key = sharedKey(advocate, friend) {
            return RingFinding(
                .samePerson, key: key.kind, [advocate, friend],
                "\(advocate) and \(friend) have the same \(key.kind.words)")
        }
        guard person.from[advocate] != nil else { return nil }
        var line = [advocate]
        while let last = line.last, let next = person.from[last], next != last {
            line.append(next)
        }
        let between = line.dropFirst().dropLast()
        return RingFinding(
            .samePerson, line,
            "\(advocate) and \(friend) are linked by what they share with "
                + RingFinding.list(Array(between)))
    }

    /// Also whether all who share something were looked at.
    private func stars(
        _ advocate: ID<Customer>, _ friend: ID<Customer>
    ) -> (findings: [RingFinding], isComplete: Bool) {
        var findings: [RingFinding] = []
        var isComplete = true
        for key in keys[friend] ?? [] {
            var (sharers, areAll) = sharers(key, of: advocate, steps: limits.stepsMax)
            if !areAll { isComplete = false }
            sharers.insertSorted(friend)
            if sharers.count > limits.sharersMax { findings.append(star(key, sharers, advocate)) }
        }
        return (findings, isComplete)
    }

    func star(
        _ key: PersonKey, _ sharers: [ID<Customer>], _ advocate: ID<Customer>
    ) -> RingFinding {
        RingFinding(
            .sharedKey, key: key.kind, [advocate] + sharers,
            "\(sharers.count) friends of \(advocate) have the same \(key.kind.words): "
                + RingFinding.list(sharers))
    }

    /// Customers who are one person, as far as a walk went.
    fileprivate struct Person {
        /// In the order in which they were found.
        var members: [ID<Customer>]
        /// By whom each was found; the first by itself.
        var from: [ID<Customer>: ID<Customer>]
    }

    /// Follows links and referrals, breadth first, as long as there are steps left.
    fileprivate struct Walk {
        private let graph: ReferralGraph
        private var stepsLeft: Int
        private(set) var isComplete = true

        init(_ graph: ReferralGraph, steps: Int) {
            self.graph = graph
            stepsLeft = steps
        }

        private mutating func step() -> Bool {
            guard stepsLeft > 0 else {
                isComplete = false
                return false
            }
            stepsLeft -= 1
            return true
        }

        /// All who are linked with a customer.
        mutating func person(of customer: ID<Customer>) -> Person {
            var person = Person(members: [customer], from: [customer: customer])
            var next = 0
            while next < person.members.count {
                let member = person.members[next]
                next += 1
                guard step() else { break }
                for key in graph.keys[member] ?? [] where graph.links(key) {
                    for other in graph.holders[key] ?? [] where person.from[other] == nil {
                        person.from[other] = member
                        person.members.append(other)
                    }
                }
            }
            return person
        }

        /// The shortest way up from an advocate, by who referred them, to a person.
        mutating func circle(from advocate: ID<Customer>, to friend: Person) -> RingFinding? {
            guard let start = friend.members.first else { return nil }
            var seen: Set<ID<Customer>> = []
            // The advocate that a person was reached by, and who of that person's referrals it was.
            var below: [ID<Customer>: ID<Customer>] = [:]
            var level: [(entry: ID<Customer>, members: [ID<Customer>])] = []
            func path(_ last: ID<Customer>) -> [ID<Customer>] {
                var path = [last]
                var current = last
                while let next = below[current] {
                    path.append(next)
                    current = next
                }
                return path
            }
            let first = person(of: advocate)
            seen.formUnion(first.members)
            level.append((advocate, first.members))
            var length = 2
            while !level.isEmpty {
                // A circle longer than the limit isn't looked for; whether there is one isn't known.
                guard length <= graph.limits.circleMax else {
                    isComplete = false
                    return nil
                }
                var above: [(entry: ID<Customer>, members: [ID<Customer>])] = []
                for (entry, members) in level {
                    for member in members {
                        for upper in graph.advocates[member] ?? [] {
                            guard step() else { return nil }
                            if friend.from[upper] != nil {
                                let customers = [start] + path(entry).filter { $0 != start }
                                return Self.finding(customers, length)
                            }
                            guard !seen.contains(upper) else { continue }
                            let person = person(of: upper)
                            seen.formUnion(person.members)
                            below[upper] = entry
                            above.append((upper, person.members))
                        }
                    }
                }
                level = above
                length += 1
            }
            return nil
        }

        private static func finding(_ customers: [ID<Customer>], _ length: Int) -> RingFinding {
            length == 2
                ? RingFinding(
                    .reciprocal, customers,
                    "\(RingFinding.list(customers)) referred each other")
                : RingFinding(
                    .cycle, customers,
                    "\(length) referrals run in a circle: \(RingFinding.list(customers))")
        }
    }
}
