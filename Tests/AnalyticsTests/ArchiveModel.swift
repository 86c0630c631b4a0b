import Insights
import Kernel

@testable import Analytics

/// What the archive should answer, worked out from plain arrays.
struct ArchiveModel {
    private(set) var completed: [Int64: ArchivedOrder] = [:]
    private(set) var refunds: [ArchivedOrder] = []
    private var cancelled: Set<Int64> = []
    private(set) var contacts: [Int64: ArchivedContact] = [:]
    private(set) var links: [Int64: Int64] = [:]

    mutating func apply(_ batch: ArchiveBatch) {
        for order in batch.orders {
            switch order.kind {
            case .completed:
                if let other = completed[order.key], other.position > order.position { continue }
                completed[order.key] = order
            case .refunded: refunds.append(order)
            case .cancelled: cancelled.insert(order.key)
            }
        }
        for contact in batch.contacts { contacts[contact.customer] = contact }
        for link in batch.links {
            links[link.member] = link.member == link.customer ? nil : link.customer
        }
    }

    func root(_ customer: Int64) -> Int64 { links[customer] ?? customer }

    var orders: [ArchivedOrder] { completed.values.filter { !cancelled.contains($0.key) } }

    /// By root customer, in order of time.
    var ordersByCustomer: [Int64: [ArchivedOrder]] {
        Dictionary(grouping: orders.filter { $0.customer != 0 }) { root($0.customer) }
            .mapValues { $0.sorted { $0.occurredAt < $1.occurredAt } }
    }

    func overview(asOf: Timestamp, activeDays: Int) -> OverviewFigures {
        var figures = OverviewFigures()
        figures.asOf = asOf
        figures.activeDays = activeDays
        var counts: [Currency: Int] = [:]
        for order in orders {
            figures.orders += 1
            figures.revenue[order.currency] += order.totalMinor
            counts[order.currency, default: 0] += 1
            if order.customer == 0 {
                figures.ordersWithoutCustomer += 1
                figures.revenueWithoutCustomer[order.currency] += order.totalMinor
            }
        }
        for (currency, count) in counts {
            figures.averageOrderValueMinor[currency] =
                Double(figures.revenue[currency]) / Double(count)
        }
        figures.firstOrderAt = orders.map(\.occurredAt).min()
        figures.lastOrderAt = orders.map(\.occurredAt).max()
        figures.refunds = refunds.count
        for refund in refunds { figures.refunded[refund.currency] += refund.totalMinor }
        let customers = ordersByCustomer
        figures.customers = customers.count
        if !customers.isEmpty {
            let count = Double(customers.count)
            figures.repeatPurchaseRate =
                Double(customers.values.filter { $0.count > 1 }.count) / count
            figures.ordersPerCustomer =
                Double(customers.values.map(\.count).reduce(0, +)) / count
        }
        let windows = (0...2).map { index in
            let end = asOf.adding(days: -index * activeDays)
            let start = end.adding(days: -activeDays)
            return Set(
                customers.filter { entry in
                    entry.value.contains { $0.occurredAt > start && $0.occurredAt <= end }
                }.keys)
        }
        figures.activeCustomers = windows[0].count
        figures.churnRate = rate(windows[1].subtracting(windows[0]).count, windows[1].count)
        figures.churnRateBefore = rate(windows[2].subtracting(windows[1]).count, windows[2].count)
        figures.people = Set(customers.keys).union(contacts.keys.map(root)).count
        return figures
    }

    func cohorts() -> CohortTable {
        let months = ordersByCustomer.mapValues { Set($0.map { Int($0.localMonth) }) }
        guard let last = months.values.compactMap({ $0.max() }).max() else {
            return CohortTable(rows: [])
        }
        let cohorts = Dictionary(grouping: months.values) { $0.min() ?? 0 }
        return CohortTable(
            rows: cohorts.sorted { $0.key < $1.key }.map { cohort, members in
                CohortTable.Row(
                    cohort: CalendarMonth(index: cohort), size: members.count,
                    retained: (cohort...last).map { month in
                        members.filter { $0.contains(month) }.count
                    })
            })
    }

    func months() -> [MonthFigures] {
        let all = (orders + refunds).map { Int($0.localMonth) }
        guard let first = all.min(), let last = all.max() else { return [] }
        let firsts = ordersByCustomer.mapValues { $0.map { Int($0.localMonth) }.min() ?? 0 }
        return (first...last).map { month in
            let inMonth = orders.filter { Int($0.localMonth) == month }
            let customers = Set(inMonth.filter { $0.customer != 0 }.map { root($0.customer) })
            let new = customers.filter { firsts[$0] == month }.count
            var revenue = Amounts()
            for order in inMonth { revenue[order.currency] += order.totalMinor }
            var refunded = Amounts()
            for refund in refunds where Int(refund.localMonth) == month {
                refunded[refund.currency] += refund.totalMinor
            }
            return MonthFigures(
                month: CalendarMonth(index: month), orders: inMonth.count,
                customers: customers.count, newCustomers: new, revenue: revenue,
                refunded: refunded, returningShare: rate(customers.count - new, customers.count))
        }
    }

    /// Every customer's row, in no order, without predictions.
    func customerRows(asOf: Timestamp, activeDays: Int) -> [CustomerRow] {
        let bought = ordersByCustomer
        let known = Dictionary(grouping: contacts.values) { root($0.customer) }
        return Set(bought.keys).union(known.keys).map { customer in
            let orders = bought[customer] ?? []
            let contacts = (known[customer] ?? []).sorted { $0.position < $1.position }
            var revenue = Amounts()
            for order in orders { revenue[order.currency] += order.totalMinor }
            let first = orders.first?.occurredAt
            let last = orders.last?.occurredAt
            let none = Timestamp(milliseconds: 0)
            return CustomerRow(
                customer: ID(rawValue: customer), label: contacts.last?.label ?? "",
                email: contacts.last?.email ?? "",
                state: state(orders.count, last, asOf, activeDays), orders: orders.count,
                revenue: revenue, firstOrderAt: first, lastOrderAt: last,
                firstSeenAt: contacts.map(\.firstSeenAt).min() ?? first ?? none,
                lastSeenAt: contacts.map(\.lastSeenAt).max() ?? last ?? none, prediction: nil)
        }
    }

    private func state(
        _ orders: Int, _ last: Timestamp?, _ asOf: Timestamp, _ activeDays: Int
    ) -> LifecycleState {
        guard let last else { return .prospect }
        if last > asOf.adding(days: -activeDays) { return orders == 1 ? .new : .active }
        return last > asOf.adding(days: -2 * activeDays) ? .atRisk : .lapsed
    }
}

private func rate(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
}
