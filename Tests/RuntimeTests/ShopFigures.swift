import Analytics
import Customers
import Insights
import Kernel
import Records
import Runtime

/// What a shop came to, as the model and the workspace both can tell it.
struct ShopFigures: Equatable {
    struct OfCustomer: Equatable {
        var members: [Int64] = []
        var orders = 0
        var revenue: [Currency: Int64] = [:]
        var refunds = 0
        var refunded: [Currency: Int64] = [:]
        var events = 0
        var firstSeenAt: Timestamp?
        var lastSeenAt: Timestamp?
        var firstOrderAt: Timestamp?
        var lastOrderAt: Timestamp?
    }

    var customers: [Int64: OfCustomer] = [:]
    var people = 0
    var buyers = 0
    var orders = 0
    var ordersWithoutCustomer = 0
    var revenue: [Currency: Int64] = [:]
    var revenueWithoutCustomer: [Currency: Int64] = [:]
    var refunds = 0
    var refunded: [Currency: Int64] = [:]
    var firstOrderAt: Timestamp?
    var lastOrderAt: Timestamp?
}

extension ShopFigures {
    init(_ model: ShopModel) {
        for fragment in model.fragments {
            customers[model.root(of: fragment), default: OfCustomer()].members.append(fragment)
        }
        for event in model.events where event.fragment != 0 {
            let root = model.root(of: event.fragment)
            // Who was merged by hand wasn't there for that.
            if case .merged = event.what {
                customers[root]?.events += 1
            } else {
                customers[root]?.see(at: event.at)
            }
        }
        let (orders, refunds) = model.book
        for order in orders {
            self.orders += 1
            revenue[order.currency, default: 0] += order.total
            firstOrderAt = min(firstOrderAt ?? order.at, order.at)
            lastOrderAt = max(lastOrderAt ?? order.at, order.at)
            if order.fragment == 0 {
                ordersWithoutCustomer += 1
                revenueWithoutCustomer[order.currency, default: 0] += order.total
            } else {
                customers[model.root(of: order.fragment)]?.buy(order)
            }
        }
        for refund in refunds {
            self.refunds += 1
            refunded[refund.currency, default: 0] += refund.amount
            if refund.fragment != 0 {
                let root = model.root(of: refund.fragment)
                customers[root]?.refunds += 1
                customers[root]?.refunded[refund.currency, default: 0] += refund.amount
            }
        }
        people = customers.count
        buyers = customers.values.count { $0.orders > 0 }
        dropZeros()
    }

    /// What the workspace's archive and records say; where the two tell the same thing, both must agree.
    ///
    /// - Throws: `Disagreement`, and what the stores throw.
    init(of workspace: Workspace, asOf: Timestamp) throws {
        let overview = try workspace.archive.overview(asOf: asOf)
        people = overview.people
        buyers = overview.customers
        orders = overview.orders
        ordersWithoutCustomer = overview.ordersWithoutCustomer
        revenue = overview.revenue.minorByCurrency
        revenueWithoutCustomer = overview.revenueWithoutCustomer.minorByCurrency
        refunds = overview.refunds
        refunded = overview.refunded.minorByCurrency
        firstOrderAt = overview.firstOrderAt
        lastOrderAt = overview.lastOrderAt
        for row in try workspace.allCustomers(asOf: asOf) {
            let members = try workspace.records.members(of: row.customer)
            var profile = Profile()
            for bytes in try workspace.records.profiles(of: members) {
                profile.merge(try Profile(decoding: bytes.span))
            }
            let revenue = row.revenue.minorByCurrency.filter { $0.value != 0 }
            let ofProfile = profile.orders.totals.map { ($0.currency, $0.revenueMinor) }
                .filter { $0.1 != 0 }
            guard profile.orders.orders == row.orders,
                Dictionary(uniqueKeysWithValues: ofProfile) == revenue,
                profile.firstSeenAt == row.firstSeenAt, profile.lastSeenAt == row.lastSeenAt
            else { throw Disagreement(customer: row.customer) }
            customers[row.customer.rawValue] = OfCustomer(
                members: members, orders: row.orders, revenue: revenue,
                refunds: Int(profile.orders.refunds),
                refunded: Dictionary(
                    uniqueKeysWithValues: profile.orders.totals.map {
                        ($0.currency, $0.refundedMinor)
                    }),
                events: Int(profile.eventCount), firstSeenAt: row.firstSeenAt,
                lastSeenAt: row.lastSeenAt, firstOrderAt: row.firstOrderAt,
                lastOrderAt: row.lastOrderAt)
        }
        dropZeros()
    }

    /// The archive and a customer's profile say different things.
    struct Disagreement: Error {
        let customer: ID<Customer>
    }

    /// A currency whose amounts came back to zero is as good as none.
    private mutating func dropZeros() {
        revenue = revenue.filter { $0.value != 0 }
        revenueWithoutCustomer = revenueWithoutCustomer.filter { $0.value != 0 }
        refunded = refunded.filter { $0.value != 0 }
        for id in customers.keys {
            guard var customer = customers[id] else { continue }
            customer.revenue = customer.revenue.filter { $0.value != 0 }
            customer.refunded = customer.refunded.filter { $0.value != 0 }
            customers[id] = customer
        }
    }
}

extension ShopFigures.OfCustomer {
    fileprivate mutating func see(at time: Timestamp) {
        events += 1
        firstSeenAt = min(firstSeenAt ?? time, time)
        lastSeenAt = max(lastSeenAt ?? time, time)
    }

    fileprivate mutating func buy(_ order: ShopModel.Order) {
        orders += 1
        revenue[order.currency, default: 0] += order.total
        firstOrderAt = min(firstOrderAt ?? order.at, order.at)
        lastOrderAt = max(lastOrderAt ?? order.at, order.at)
    }
}

extension Workspace {
    /// All customers in order of their ids.
    func allCustomers(asOf: Timestamp) throws -> [CustomerRow] {
        var query = CustomerQuery()
        query.limit = CustomerQuery.limitMax
        var rows: [CustomerRow] = []
        while true {
            let page = try archive.customers(query, asOf: asOf)
            rows += page.rows
            guard let next = page.next else { break }
            query.after = next
        }
        return rows.sorted { $0.customer < $1.customer }
    }
}
