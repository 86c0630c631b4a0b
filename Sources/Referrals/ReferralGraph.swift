package import Kernel

/// Who referred whom, and who shares what with whom: where self-referrals and rings are looked for.
///
/// Customers who share a key are taken for one person, and so are those who are linked through others; but a key that
/// more customers have than a household has people, such as an office's address, links nobody.
package struct ReferralGraph: Sendable, Equatable {
    package struct Limits: Sendable, Hashable {
        /// A key of more customers than this links nobody.
        package var crowdMax = 8
        /// Friends of one advocate who share a key; more are a ring.
        package var sharersMax = 3
        /// Referrals in a circle that a single check looks for; the report finds longer ones too.
        package var circleMax = 8
        /// Customers and referrals that a single check follows, and customers that it looks at for each of the
        /// friend's keys.
        package var stepsMax = 1024
        /// Keys of one customer; further ones are left out.
        package var keysMax = 32

        package init() {}
    }

    /// The kinds of keys that count.
    package let checks: Set<PersonKey.Kind>
    package let limits: Limits
    /// Each customer's keys, in order.
    private(set) var keys: [ID<Customer>: [PersonKey]] = [:]
    /// Each key's customers, in order.
    private(set) var holders: [PersonKey: [ID<Customer>]] = [:]
    /// Each friend's advocates, in order: one, but for those who came too late.
    private(set) var advocates: [ID<Customer>: [ID<Customer>]] = [:]
    /// Each advocate's friends, in order.
    private(set) var friends: [ID<Customer>: [ID<Customer>]] = [:]

    package init(checks: Set<PersonKey.Kind>, limits: Limits = Limits()) {
        self.checks = checks
        self.limits = limits
    }

    /// Notes that a customer has a key; a kind that isn't checked is left out.
    ///
    /// - Returns: False where the customer has as many keys as are kept.
    @discardableResult
    package mutating func add(_ key: PersonKey, of customer: ID<Customer>) -> Bool {
        guard checks.contains(key.kind) else { return true }
        var own = keys[customer] ?? []
        if own.contains(key) { return true }
        guard own.count < limits.keysMax else { return false }
        own.insertSorted(key)
        keys[customer] = own
        holders[key, default: []].insertSorted(customer)
        return true
    }

    /// Takes a customer's key away, as where an address was changed or somebody is forgotten.
    package mutating func remove(_ key: PersonKey, of customer: ID<Customer>) {
        keys[customer]?.removeAll { $0 == key }
        if keys[customer]?.isEmpty == true { keys[customer] = nil }
        holders[key]?.removeAll { $0 == customer }
        if holders[key]?.isEmpty == true { holders[key] = nil }
    }

    /// Notes a referral; told again, nothing changes.
    package mutating func addReferral(by advocate: ID<Customer>, of friend: ID<Customer>) {
        advocates[friend, default: []].insertSorted(advocate)
        friends[advocate, default: []].insertSorted(friend)
    }

    /// Takes a referral away.
    package mutating func removeReferral(by advocate: ID<Customer>, of friend: ID<Customer>) {
        advocates[friend]?.removeAll { $0 == advocate }
        if advocates[friend]?.isEmpty == true { advocates[friend] = nil }
        friends[advocate]?.removeAll { $0 == friend }
        if friends[advocate]?.isEmpty == true { friends[advocate] = nil }
    }

    /// Whether customers who have the key are one person for it.
    func links(_ key: PersonKey) -> Bool { (holders[key]?.count ?? 0) <= limits.crowdMax }

    /// The first key that both have, whether or not many others have it too.
    func sharedKey(_ one: ID<Customer>, _ other: ID<Customer>) -> PersonKey? {
        guard let left = keys[one], let right = keys[other] else { return nil }
        return left.first { right.containsSorted($0) }
    }

    /// The advocate's friends who have the key, in order.
    ///
    /// - Parameter steps: How many customers to look at.
    /// - Returns: Also whether those were all.
    func sharers(
        _ key: PersonKey, of advocate: ID<Customer>, steps: Int
    ) -> (customers: [ID<Customer>], isComplete: Bool) {
        let friends = friends[advocate] ?? []
        let holders = holders[key] ?? []
        let (few, many) = friends.count < holders.count ? (friends, holders) : (holders, friends)
        return (few.prefix(steps).filter(many.containsSorted), few.count <= steps)
    }
}

/// Something about referrals that a person should look at.
package struct RingFinding: Hashable, Sendable, Comparable {
    package let block: ReferralBlock
    /// What is shared; nil where it isn't one key.
    package let key: PersonKey.Kind?
    /// Those concerned: around the circle, or along the links, in a single check; in the report by their ids.
    package let customers: [ID<Customer>]
    package let reason: String

    package static func < (left: Self, right: Self) -> Bool {
        if left.block != right.block { return left.block.rawValue < right.block.rawValue }
        if left.customers != right.customers {
            return left.customers.lexicographicallyPrecedes(right.customers)
        }
        return (left.key?.code ?? 0, left.reason) < (right.key?.code ?? 0, right.reason)
    }

    init(
        _ block: ReferralBlock, key: PersonKey.Kind? = nil, _ customers: [ID<Customer>],
        _ reason: String
    ) {
        self.block = block
        self.key = key
        self.customers = customers
        self.reason = reason
    }

    static func list(_ customers: [ID<Customer>]) -> String {
        // A reason is read by people; who are many are counted.
        let shown = customers.prefix(8).map(\.description).joined(separator: ", ")
        return customers.count > 8 ? shown + " and \(customers.count - 8) more" : shown
    }
}

extension Array where Element: Comparable {
    /// Where an element is, or belongs.
    fileprivate func sortedPlace(_ element: Element) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func containsSorted(_ element: Element) -> Bool {
        let place = sortedPlace(element)
        return place < count && self[place] == element
    }

    /// Puts an element where it belongs, once.
    mutating func insertSorted(_ element: Element) {
        let place = sortedPlace(element)
        if place < count, self[place] == element { return }
        insert(element, at: place)
    }
}
