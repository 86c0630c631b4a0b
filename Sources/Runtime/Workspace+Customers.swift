package import Analytics
package import Customers
import Events
package import Insights
package import Kernel
package import Predictions
package import Records

/// Everything about one customer, as it is now.
package struct CustomerDetails: Sendable {
    package var id: ID<Customer>
    /// Nil where the archive has nothing of them.
    package var row: CustomerRow?
    /// All fragments' profiles merged.
    package var profile: Profile
    package var members: [Int64]
    package var identifiers: [IdentifierListing]
    package var merges: [MergeListing]
    package var timeline: [TimelineEntry]
    package var orders: [OrderRecord]
    /// What the runs of the models said, newest first.
    package var predictions: [PastPrediction]
    /// Why the newest prediction is what it is; nil where nothing was ordered by then.
    package var rhythm: PurchaseRhythm?
}

extension Workspace {
    /// Finds whom a text names: a customer id, else an identifier of any kind, the strongest first.
    package func customerID(named text: String) throws -> ID<Customer>? {
        if let id = ID<Customer>(text), let root = try records.root(of: id) { return root }
        for kind in IdentifierKind.allCases {
            // A text that isn't of this kind (a phone number with letters) names nobody by it.
            guard let identifier = try? Identifier(kind, text) else { continue }
            let key = IdentifierKey(identifier, hash: hash)
            if let id = try records.customer(identifiedBy: key) { return id }
        }
        return nil
    }

    /// Everything about the customer that a text names; nil where nobody is known by it. Blocks.
    package func customer(named text: String, timeline: Int) throws -> CustomerDetails? {
        guard let id = try customerID(named: text) else { return nil }
        return try details(of: id, timeline: timeline)
    }

    /// How a customer stands; nil where the archive has nothing of them. Blocks.
    package func customerRow(of id: ID<Customer>) throws -> CustomerRow? {
        try archive.customer(id, asOf: try figuresAsOf(), activeDays: options.activeDays)
    }

    /// Everything about a customer that isn't merged into another. Blocks.
    ///
    /// - Parameter timeline: How many events, newest first.
    package func details(of id: ID<Customer>, timeline: Int) throws -> CustomerDetails {
        let members = try records.members(of: id)
        var profile = Profile()
        for bytes in try records.profiles(of: members) {
            profile.merge(try Profile(decoding: bytes.span))
        }
        let row = try customerRow(of: id)
        let orders = try archive.orderHistory(id)
        return CustomerDetails(
            id: id, row: row,
            profile: profile, members: members,
            identifiers: try records.identifiers(of: members),
            merges: try records.merges(among: members, limit: 100),
            timeline: try archive.timeline(customers: members, limit: timeline),
            orders: orders, predictions: try archive.predictionHistory(of: id),
            rhythm: row?.prediction.flatMap { rhythm(orders, asOf: $0.asOf) })
    }

    private func rhythm(_ orders: [OrderRecord], asOf: Timestamp) -> PurchaseRhythm? {
        PurchaseRhythm(
            days: orders.lazy.filter { !$0.isCancelled && $0.order.kind == .completed }
                .map { Int($0.order.localDay) }, asOf: zone.day(of: asOf).daysSinceEpoch)
    }

    package enum MergeFailure: Error, Equatable, CustomStringConvertible {
        case unknownCustomer(String)
        case unknownMerge(String)
        case alreadyMerged
        case alreadyUndone

        package var description: String {
            switch self {
            case .unknownCustomer(let key): "nobody is known as \(key)"
            case .unknownMerge(let key):
                "there is no merge \(key); list them with: perennial merge list"
            case .alreadyMerged: "both are one customer already"
            case .alreadyUndone: "this merge was undone before"
            }
        }
    }

    /// Takes a merge back, as an event on the log; returns once it is folded.
    ///
    /// - Parameter member: Who asks; empty where a command does.
    package func undo(_ merge: ID<Merge>, by member: String) async throws {
        guard let listing = try records.merge(merge) else {
            throw MergeFailure.unknownMerge(merge.description)
        }
        guard listing.undoneAt == nil else { throw MergeFailure.alreadyUndone }
        try await append(.mergeUndone(merge), by: member)
        guard try records.merge(merge)?.undoneAt != nil else { throw MergeFailure.alreadyUndone }
    }

    /// Makes two customers one, as an event on the log; returns once it is folded.
    package func merge(_ one: String, _ other: String, by member: String) async throws {
        guard let first = try customerID(named: one) else {
            throw MergeFailure.unknownCustomer(one)
        }
        guard let second = try customerID(named: other) else {
            throw MergeFailure.unknownCustomer(other)
        }
        guard first != second else { throw MergeFailure.alreadyMerged }
        try await append(.customersMerged(first, second), by: member)
    }

    private func append(_ event: IdentityEvent, by member: String) async throws {
        let now = clock.now
        let number = newID(Merge.self)
        let draft = event.draft(by: member, at: now, messageID: "system-\(number)")
        var builder = EventBlockBuilder()
        builder.append(draft)
        _ = try await append(builder.takeBytes().bytes)
        try await settle()
    }
}
