import Kernel

extension ReferralGraph {
    /// All findings in the graph, in order, without limits of depth: linear in customers, keys and referrals, but for
    /// the stars, which take each advocate's friends with their keys.
    ///
    /// A circle is told once, with all who are part of it; two who referred each other are told for themselves, also
    /// where they are part of a larger circle.
    package func report() -> [RingFinding] {
        let people = People(self)
        var findings: [RingFinding] = []
        var upward: [[Int]] = Array(repeating: [], count: people.customers.count)
        for (place, advocate) in people.customers.enumerated() {
            for friend in friends[advocate] ?? [] {
                guard let other = people.places[friend] else { continue }
                let (from, to) = (people.root(place), people.root(other))
                if from == to || sharedKey(advocate, friend) != nil {
                    findings.append(same(advocate, friend))
                }
                if from != to { upward[from].append(to) }
            }
            findings.append(contentsOf: stars(of: advocate))
        }
        for (friend, all) in advocates where all.count > 1 {
            findings.append(
                RingFinding(
                    .alreadyReferred, [friend] + all,
                    "\(friend) was referred by \(all.count): \(RingFinding.list(all))"))
        }
        let edges = upward.map { Array(Set($0)).sorted() }
        findings.append(contentsOf: pairs(edges, people))
        findings.append(contentsOf: circles(edges, people))
        return findings.sorted()
    }

    private func same(_ advocate: ID<Customer>, _ friend: ID<Customer>) -> RingFinding {
        if advocate == friend {
            return RingFinding(.samePerson, [friend], "\(friend) used their own code")
        }
        let key = sharedKey(advocate, friend)
        let reason =
            key.map { "\(advocate) and \(friend) have the same \($0.kind.words)" }
            ?? "\(advocate) and \(friend) are linked by what they share with others"
        return RingFinding(.samePerson, key: key?.kind, [advocate, friend], reason)
    }

    private func stars(of advocate: ID<Customer>) -> [RingFinding] {
        guard let friends = friends[advocate], friends.count > limits.sharersMax else { return [] }
        var sharers: [PersonKey: [ID<Customer>]] = [:]
        for friend in friends {
            for key in keys[friend] ?? [] { sharers[key, default: []].append(friend) }
        }
        return sharers.filter { $0.value.count > limits.sharersMax }
            .map { star($0.key, $0.value, advocate) }
    }

    private func pairs(_ edges: [[Int]], _ people: People) -> [RingFinding] {
        var findings: [RingFinding] = []
        for (from, targets) in edges.enumerated() {
            for to in targets where to > from && edges[to].containsSorted(from) {
                let both = [people.customers[from], people.customers[to]].sorted()
                findings.append(
                    RingFinding(
                        .reciprocal, both, "\(both[0]) and \(both[1]) referred each other"))
            }
        }
        return findings
    }

    private func circles(_ edges: [[Int]], _ people: People) -> [RingFinding] {
        strongComponents(edges).filter { $0.count > 2 }.map { component in
            let customers = component.map { people.customers[$0] }.sorted()
            return RingFinding(
                .cycle, customers,
                "the referrals of \(customers.count) people run in a circle: "
                    + RingFinding.list(customers))
        }
    }
}

/// Which customers are one person: sets that grow together, each named by its lowest customer.
private struct People {
    /// All of the graph, in order.
    let customers: [ID<Customer>]
    let places: [ID<Customer>: Int]
    private var parents: [Int]

    init(_ graph: ReferralGraph) {
        let all = Set(graph.keys.keys).union(graph.friends.keys).union(graph.advocates.keys)
        customers = all.sorted()
        places = Dictionary(uniqueKeysWithValues: customers.enumerated().map { ($1, $0) })
        parents = Array(customers.indices)
        for (key, holders) in graph.holders where graph.links(key) {
            guard let first = holders.first, let place = places[first] else { continue }
            for other in holders.dropFirst() {
                if let other = places[other] { join(place, other) }
            }
        }
        for place in parents.indices { parents[place] = root(place) }
    }

    /// The place of the person's lowest customer.
    func root(_ place: Int) -> Int {
        var place = place
        while parents[place] != place { place = parents[place] }
        return place
    }

    private mutating func join(_ one: Int, _ other: Int) {
        let left = root(one)
        let right = root(other)
        let (low, high) = (min(left, right), max(left, right))
        parents[high] = low
        // Shortens the ways of both, so that long chains of links stay cheap.
        for start in [one, other] {
            var place = start
            while parents[place] != low, parents[place] != place {
                let next = parents[place]
                parents[place] = low
                place = next
            }
        }
    }
}

/// The strongly connected components of a graph, each a list of places (Tarjan 1972, without recursion).
private func strongComponents(_ edges: [[Int]]) -> [[Int]] {
    var numbers = Array(repeating: -1, count: edges.count)
    var lows = numbers
    var isOnStack = Array(repeating: false, count: edges.count)
    var stack: [Int] = []
    var components: [[Int]] = []
    var count = 0
    for start in edges.indices where numbers[start] < 0 {
        var path: [(place: Int, next: Int)] = [(start, 0)]
        while let (place, next) = path.last {
            if next == 0 {
                numbers[place] = count
                lows[place] = count
                count += 1
                stack.append(place)
                isOnStack[place] = true
            }
            if next < edges[place].count {
                path[path.count - 1].next += 1
                let target = edges[place][next]
                if numbers[target] < 0 {
                    path.append((target, 0))
                } else if isOnStack[target] {
                    lows[place] = min(lows[place], numbers[target])
                }
                continue
            }
            path.removeLast()
            if let above = path.last { lows[above.place] = min(lows[above.place], lows[place]) }
            guard lows[place] == numbers[place] else { continue }
            var component: [Int] = []
            while let last = stack.popLast() {
                isOnStack[last] = false
                component.append(last)
                if last == place { break }
            }
            components.append(component)
        }
    }
    return components
}
