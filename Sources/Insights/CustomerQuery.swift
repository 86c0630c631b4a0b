package import Kernel

/// Which customers a list shows, in which order, from where on.
package struct CustomerQuery: Sendable, Equatable {
    package enum Sort: String, Sendable, CaseIterable {
        case lastOrder = "last-order"
        case firstOrder = "first-order"
        case orders
        case revenue
        case churn
        case value
        case name
        case lastSeen = "last-seen"
    }

    package enum Direction: String, Sendable {
        case ascending = "asc"
        case descending = "desc"
    }

    /// Matches label, e-mail, phone or user id, anywhere, without regard to case; empty for all.
    package var search = ""
    package var states: Set<LifecycleState> = []
    package var ordersAtLeast: Int?
    /// 0...1.
    package var churnAtLeast: Double?
    package var firstOrderMonth: CalendarMonth?
    /// Only those who ordered in this month.
    package var orderedInMonth: CalendarMonth?
    package var sort: Sort = .lastOrder
    package var direction: Direction = .descending
    /// Where the page before ended, as that page said in `CustomerPage.next`; empty for the first page.
    package var after = ""
    package var limit = 50
    package static let limitMax = 1000

    package init() {}
}

/// One page of a customer list.
package struct CustomerPage: Sendable, Equatable {
    package var rows: [CustomerRow]
    /// How many match in all.
    package var total: Int
    /// Hand this to `CustomerQuery.after` for the next page; nil at the end.
    package var next: String?

    package init(rows: [CustomerRow], total: Int, next: String?) {
        self.rows = rows
        self.total = total
        self.next = next
    }
}
