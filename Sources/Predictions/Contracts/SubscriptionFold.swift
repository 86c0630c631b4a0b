/// Something that began or ended a subscription.
package struct SubscriptionChange: Equatable, Sendable {
    package var customer: Int64
    /// Empty where the sender names none: a customer has one then.
    package var subscription: String
    /// Empty where it isn't said.
    package var plan: String
    /// Since 1970.
    package var atMs: Int64
    package var isStart: Bool

    package init(
        customer: Int64, subscription: String, plan: String, atMs: Int64, isStart: Bool
    ) {
        self.customer = customer
        self.subscription = subscription
        self.plan = plan
        self.atMs = atMs
        self.isStart = isStart
    }
}

/// A subscription from its start until it was cancelled.
package struct Contract: Equatable, Sendable {
    package var customer: Int64
    package var subscription: String
    /// The one it started with: a later one isn't known at the start.
    package var plan: String
    package var startedMs: Int64
    /// Nil while it lasts.
    package var endedMs: Int64?
}

/// Contracts from the changes of subscriptions, in the order in which they happened. Pure.
///
/// A start while the subscription lasts is a repeat; a start after its end begins another
/// contract; an end without a start tells no duration and is counted apart.
package struct SubscriptionFold: Sendable {
    private struct Key: Hashable {
        let customer: Int64
        let subscription: String
    }

    package private(set) var contracts: [Contract] = []
    /// Ends of subscriptions whose start was never told.
    package private(set) var endsWithoutStart = 0
    /// Places in `contracts`.
    private var open: [Key: Int] = [:]

    package init() {}

    /// Takes the next change.
    package mutating func add(_ change: SubscriptionChange) {
        let key = Key(customer: change.customer, subscription: change.subscription)
        if change.isStart {
            guard open[key] == nil else { return }
            open[key] = contracts.count
            contracts.append(
                Contract(
                    customer: change.customer, subscription: change.subscription,
                    plan: change.plan, startedMs: change.atMs))
        } else if let place = open.removeValue(forKey: key) {
            contracts[place].endedMs = change.atMs
        } else {
            endsWithoutStart += 1
        }
    }
}
