import Insights
import Kernel

/// The customer list's state as the address holds it.
struct CustomerListState: Equatable {
    var query = CustomerQuery()
    /// Where the pages before this one began, the first one left out: the way back.
    var trail: [String] = []

    /// Beyond so many pages, the way back leads to the first page.
    static let trailMax = 40
    static let searchCharactersMax = 200
    static let cursorBytesMax = 512

    init() {}

    /// Reads the address; what isn't understood is left out.
    init(_ fields: FormFields) {
        query.search = String(trimmed(fields["q"] ?? "").prefix(Self.searchCharactersMax))
        query.states = Set(fields.all("state").compactMap(LifecycleState.init))
        query.ordersAtLeast = fields["orders"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        query.churnAtLeast = fields["churn"].flatMap { Int($0) }.flatMap {
            (1...100).contains($0) ? Double($0) / 100 : nil
        }
        query.firstOrderMonth = fields["first"].flatMap(Self.month)
        query.orderedInMonth = fields["ordered"].flatMap(Self.month)
        if let sort = fields["sort"].flatMap(CustomerQuery.Sort.init) {
            query.sort = sort
            query.direction = Self.firstDirection(sort)
        }
        if let direction = fields["dir"].flatMap(CustomerQuery.Direction.init) {
            query.direction = direction
        }
        query.after =
            fields["after"].flatMap { $0.utf8.count <= Self.cursorBytesMax ? $0 : nil } ?? ""
        trail = (fields["trail"] ?? "").split(separator: "~").map(String.init).suffix(Self.trailMax)
            .filter { $0.utf8.count <= Self.cursorBytesMax }
    }

    /// The way a column is sorted when it is chosen first: names from A, figures from the greatest.
    static func firstDirection(_ sort: CustomerQuery.Sort) -> CustomerQuery.Direction {
        sort == .name ? .ascending : .descending
    }

    static func ordered(in month: CalendarMonth) -> Self {
        var state = Self()
        state.query.orderedInMonth = month
        return state
    }

    static func firstOrdered(in month: CalendarMonth) -> Self {
        var state = Self()
        state.query.firstOrderMonth = month
        return state
    }

    static func cohort(_ cohort: CalendarMonth, orderedIn month: CalendarMonth) -> Self {
        var state = firstOrdered(in: cohort)
        state.query.orderedInMonth = month
        return state
    }

    static func sorted(by sort: CustomerQuery.Sort, states: Set<LifecycleState> = []) -> Self {
        var state = Self()
        state.query.sort = sort
        state.query.states = states
        state.query.direction = firstDirection(sort)
        return state
    }

    /// The state as an address; what is as usual is left out.
    var path: String { path(of: Room.customers.path) }

    func path(of page: String) -> String {
        let encoded = fields.encoded
        return encoded.isEmpty ? page : page + "?" + encoded
    }

    var fields: FormFields {
        var fields = filterFields
        if query.sort != CustomerQuery().sort { fields.append("sort", query.sort.rawValue) }
        if query.direction != Self.firstDirection(query.sort) {
            fields.append("dir", query.direction.rawValue)
        }
        if !query.after.isEmpty { fields.append("after", query.after) }
        if !trail.isEmpty { fields.append("trail", trail.joined(separator: "~")) }
        return fields
    }

    private var filterFields: FormFields {
        var fields = FormFields()
        if !query.search.isEmpty { fields.append("q", query.search) }
        for state in LifecycleState.allCases where query.states.contains(state) {
            fields.append("state", state.rawValue)
        }
        if let orders = query.ordersAtLeast { fields.append("orders", "\(orders)") }
        if let churn = query.churnAtLeast {
            fields.append("churn", "\(Int((churn * 100).rounded()))")
        }
        if let month = query.firstOrderMonth { fields.append("first", month.description) }
        if let month = query.orderedInMonth { fields.append("ordered", month.description) }
        return fields
    }

    /// The same list with something changed, from its first page.
    func with(_ change: (inout CustomerQuery) -> Void) -> Self {
        var state = self
        change(&state.query)
        state.query.after = ""
        state.trail = []
        return state
    }

    func nextPage(after cursor: String) -> Self {
        var state = self
        if !query.after.isEmpty { state.trail.append(query.after) }
        state.trail = state.trail.suffix(Self.trailMax)
        state.query.after = cursor
        return state
    }

    /// Nil on the first page.
    var previousPage: Self? {
        guard !query.after.isEmpty else { return nil }
        var state = self
        state.query.after = state.trail.popLast() ?? ""
        return state
    }

    private static func month(_ text: String) -> CalendarMonth? {
        CalendarDay(text + "-01")?.month
    }
}
