import Analytics
import Insights
import Kernel
import Records
import Runtime

/// Everything that is folded from a log, in a form that can be compared.
struct Fingerprint: Equatable {
    /// What is known of one customer.
    struct OfCustomer: Equatable {
        let row: CustomerRow
        let members: [Int64]
        /// Encoded.
        let profiles: [[UInt8]]
        let identifiers: [IdentifierListing]
        let orders: [OrderRecord]
        let timeline: [TimelineEntry]
    }

    let position: Int64
    let overview: OverviewFigures
    let purchases: PurchaseSummaries
    let cohorts: CohortTable
    let merges: [MergeListing]
    let customers: [OfCustomer]

    init(_ workspace: Workspace, asOf: Timestamp) throws {
        let (records, archive) = (workspace.records, workspace.archive)
        position = try records.foldedPosition()
        overview = try archive.overview(asOf: asOf)
        purchases = try archive.purchaseSummaries(
            calibrationEnd: workspace.zone.day(of: asOf), unit: .day)
        cohorts = try archive.cohorts()
        merges = try records.merges(limit: 10_000)
        customers = try workspace.allCustomers(asOf: asOf).map { row in
            let members = try records.members(of: row.customer)
            return OfCustomer(
                row: row, members: members, profiles: try records.profiles(of: members),
                identifiers: try records.identifiers(of: members),
                orders: try archive.orderHistory(row.customer),
                timeline: try archive.timeline(customers: members, limit: 1000))
        }
    }
}

extension Fingerprint {
    /// The first thing in which two differ, for a message that can be read; nil where they are the same.
    func difference(from other: Fingerprint) -> String? {
        if position != other.position { return "position \(position), \(other.position)" }
        if overview != other.overview { return "overview \(overview), \(other.overview)" }
        if merges != other.merges { return "merges \(merges), \(other.merges)" }
        if purchases != other.purchases { return "purchases \(purchases), \(other.purchases)" }
        if cohorts != other.cohorts { return "cohorts \(cohorts), \(other.cohorts)" }
        if customers.count != other.customers.count {
            return "\(customers.count) customers, \(other.customers.count)"
        }
        for (one, another) in zip(customers, other.customers) where one != another {
            if one.row != another.row { return "row \(one.row), \(another.row)" }
            if one.members != another.members {
                return "members \(one.members), \(another.members)"
            }
            if one.profiles != another.profiles { return "profiles of \(one.row.customer)" }
            if one.identifiers != another.identifiers {
                return "identifiers \(one.identifiers), \(another.identifiers)"
            }
            if one.orders != another.orders { return "orders \(one.orders), \(another.orders)" }
            return "timeline of \(one.row.customer)"
        }
        return self == other ? nil : "something else"
    }
}
