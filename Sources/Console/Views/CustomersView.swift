import Insights
import Kernel

/// The customer list.
struct CustomersView {
    struct Chip {
        let label: String
        let mark: String
        let path: String
        let isOn: Bool
    }

    struct Column {
        let label: String
        let path: String?
        /// `ascending`, `descending` or `none`, as `aria-sort` has it.
        let order: String
        let isNumber: Bool
        let kind: String
    }

    struct Row {
        let label: String
        let email: String?
        let path: String
        let state: StateView
        let orders: String
        let revenue: String
        let lastOrder: String
        let churn: String
        let value: String
    }

    struct Hidden {
        let name: String
        let value: String
    }

    let search: String
    let chips: [Chip]
    /// Filters that were set by a figure's link, each with the way to drop it.
    let filters: [Chip]
    let clearPath: String?
    let columns: [Column]
    let rows: [Row]
    let count: String
    let previousPath: String?
    let nextPath: String?
    let exportPath: String
    /// What the search form sends along, so that it keeps filter and order.
    let hidden: [Hidden]
    /// Nobody at all: the empty state says how to fill the room.
    let isEmpty: Bool
    let hasNoMatch: Bool

    init(_ page: CustomerPage, state: CustomerListState, formats: Formats) {
        let words = formats.words
        let query = state.query
        search = query.search
        chips = LifecycleState.allCases.map { value in
            let isOn = query.states.contains(value)
            return Chip(
                label: words("state.\(value.rawValue)"), mark: "state-\(value.rawValue)",
                path: state.with { query in
                    if isOn { query.states.remove(value) } else { query.states.insert(value) }
                }.path, isOn: isOn)
        }
        filters = Self.filters(state, formats)
        let isFiltered = !query.states.isEmpty || !query.search.isEmpty || !filters.isEmpty
        clearPath =
            isFiltered
            ? state.with {
                $0 = CustomerQuery()
                $0.sort = query.sort
                $0.direction = query.direction
            }.path : nil
        columns = Self.columns(state, words)
        rows = page.rows.map { Row($0, formats) }
        count = words("customers.count", count: page.total, formats.integer(page.total))
        previousPath = state.previousPage?.path
        nextPath = page.next.map { state.nextPage(after: $0).path }
        exportPath = state.with { _ in }.path(of: "/customers.csv")
        hidden = state.with { $0.search = "" }.fields.pairs.map {
            Hidden(name: $0.name, value: $0.value)
        }
        isEmpty = page.total == 0 && !isFiltered
        hasNoMatch = page.total == 0 && isFiltered
    }

    private static func filters(_ state: CustomerListState, _ formats: Formats) -> [Chip] {
        let words = formats.words
        func chip(_ label: String, _ drop: (inout CustomerQuery) -> Void) -> Chip {
            Chip(label: label, mark: "", path: state.with(drop).path, isOn: true)
        }
        var chips: [Chip] = []
        if let orders = state.query.ordersAtLeast {
            chips.append(
                chip(words("filter.orders", formats.integer(orders))) { $0.ordersAtLeast = nil })
        }
        if let churn = state.query.churnAtLeast {
            chips.append(
                chip(words("filter.churn", formats.percent(churn, digits: 0))) {
                    $0.churnAtLeast = nil
                })
        }
        if let month = state.query.firstOrderMonth {
            chips.append(
                chip(words("filter.first", formats.month(month))) { $0.firstOrderMonth = nil })
        }
        if let month = state.query.orderedInMonth {
            chips.append(
                chip(words("filter.ordered", formats.month(month))) { $0.orderedInMonth = nil })
        }
        return chips
    }

    private static func columns(_ state: CustomerListState, _ words: Words) -> [Column] {
        let sorts: [(CustomerQuery.Sort?, String, Bool)] = [
            (.name, "name", false), (nil, "state", false), (.orders, "orders", true),
            (.revenue, "revenue", true), (.lastOrder, "lastOrder", true), (.churn, "churn", true),
            (.value, "value", true),
        ]
        return sorts.map { sort, key, isNumber in
            let isCurrent = sort == state.query.sort
            let path = sort.map { sort in
                state.with { query in
                    let first = CustomerListState.firstDirection(sort)
                    let isTurned = isCurrent && query.direction == first
                    query.sort = sort
                    query.direction =
                        isTurned ? (first == .ascending ? .descending : .ascending) : first
                }.path
            }
            let order =
                !isCurrent
                ? "none" : state.query.direction == .ascending ? "ascending" : "descending"
            return Column(
                label: words("column.\(key)"), path: path, order: order,
                isNumber: isNumber, kind: "col-\(key)")
        }
    }
}

extension CustomersView.Row {
    init(_ row: CustomerRow, _ formats: Formats) {
        label = row.label
        email = row.email == row.label || row.email.isEmpty ? nil : row.email
        path = "/customers/\(row.customer)"
        state = StateView(row.state, formats.words)
        orders = formats.integer(row.orders)
        revenue = formats.all(row.revenue)
        lastOrder = row.lastOrderAt.map { formats.day($0) } ?? "–"
        churn = row.prediction.map { formats.chance($0.churnProbability) } ?? "–"
        if let prediction = row.prediction, let currency = prediction.currency,
            let spend = prediction.expectedSpend365Minor
        {
            value = formats.prediction(minor: spend, currency)
        } else {
            value = "–"
        }
    }
}
