import Insights
import Kernel

/// A customer query as SQL: everything that a person typed is bound, the rest is chosen from enums.
struct CustomerListSQL {
    struct Statement {
        var sql: String
        var arguments: [Argument]
    }

    /// How many match.
    let count: Statement
    /// Those behind the cursor in order, and one more where there is one; the sort value is the last
    /// column.
    let page: Statement
    /// How many rows a page has at most.
    let limit: Int
    private let kind: CustomerCursor.Kind

    /// - Parameter orders: The table of orders with the customers that they count for.
    init(_ query: CustomerQuery, _ states: StateSQL, orders: String) {
        var conditions: [String] = []
        var arguments: [Argument] = []
        if !query.search.isEmpty {
            conditions.append("contains(search, lower(?))")
            arguments.append(.text(query.search))
        }
        if !query.states.isEmpty { conditions.append(states.isOneOf(query.states)) }
        if let least = query.ordersAtLeast {
            conditions.append("orders >= ?")
            arguments.append(.integer(Int64(least)))
        }
        if let least = query.churnAtLeast {
            conditions.append("churn_probability >= ?")
            arguments.append(.real(least))
        }
        if let month = query.firstOrderMonth {
            conditions.append("first_order_month = ?")
            arguments.append(.integer(Int64(month.index)))
        }
        if let month = query.orderedInMonth {
            conditions.append(
                """
                customer IN (
                    SELECT customer FROM \(orders) WHERE local_month = ? AND NOT cancelled)
                """)
            arguments.append(.integer(Int64(month.index)))
        }
        count = Statement(
            sql: "SELECT count(*) FROM customer_summary" + Self.whereClause(conditions),
            arguments: arguments)

        let isAscending = query.direction == .ascending
        let (value, kind) = Self.sortValue(query.sort, isAscending: isAscending)
        self.kind = kind
        if let cursor = CustomerCursor(query.after, kind) {
            conditions.append("(\(value), customer) \(isAscending ? ">" : "<") (?, ?)")
            arguments.append(cursor.argument)
            arguments.append(.integer(cursor.customer))
        }
        let direction = isAscending ? "ASC" : "DESC"
        let limit = min(max(query.limit, 1), CustomerQuery.limitMax)
        self.limit = limit
        // The order is found in two narrow columns; the others are read for one page only.
        page = Statement(
            sql: """
                WITH page AS (
                    SELECT rowid AS place, \(value) AS sort_value
                    FROM customer_summary\(Self.whereClause(conditions))
                    ORDER BY sort_value \(direction), customer \(direction)
                    LIMIT \(limit + 1)
                )
                SELECT \(CustomerColumns.sql(states)), sort_value
                FROM page JOIN customer_summary ON customer_summary.rowid = place
                ORDER BY sort_value \(direction), customer \(direction)
                """,
            arguments: arguments)
    }

    /// Where the page before ended, when it ended with this row.
    func cursor(_ rows: Rows, sortColumn: Int) -> CustomerCursor {
        switch kind {
        case .integer:
            CustomerCursor(value: .integer(rows.int64(sortColumn)), customer: rows.int64(0))
        case .real: CustomerCursor(value: .real(rows.double(sortColumn)), customer: rows.int64(0))
        case .text: CustomerCursor(value: .text(rows.string(sortColumn)), customer: rows.int64(0))
        }
    }

    /// Whether the query's `after` is a place in its order; an empty one is its beginning.
    static func isPlaced(_ query: CustomerQuery) -> Bool {
        let kind = sortValue(query.sort, isAscending: query.direction == .ascending).kind
        return query.after.isEmpty || CustomerCursor(query.after, kind) != nil
    }

    private static func whereClause(_ conditions: [String]) -> String {
        conditions.isEmpty ? "" : "\nWHERE " + conditions.joined(separator: "\n    AND ")
    }

    /// What to sort by; what is missing is put behind everything that can be there.
    private static func sortValue(
        _ sort: CustomerQuery.Sort, isAscending: Bool
    ) -> (sql: String, kind: CustomerCursor.Kind) {
        let last = isAscending ? "9223372036854775807" : "-9223372036854775808"
        let lastReal = isAscending ? "1e308::DOUBLE" : "-1e308::DOUBLE"
        switch sort {
        case .lastOrder: return ("coalesce(last_order_ms, (\(last))::BIGINT)", .integer)
        case .firstOrder: return ("coalesce(first_order_ms, (\(last))::BIGINT)", .integer)
        case .orders: return ("orders", .integer)
        case .revenue: return ("revenue_minor", .integer)
        case .churn: return ("coalesce(churn_probability, \(lastReal))", .real)
        case .value: return ("coalesce(expected_spend_365_minor, \(lastReal))", .real)
        case .name:
            // U+10FFFF sorts behind every other character.
            return isAscending
                ? ("CASE WHEN label = '' THEN chr(1114111) ELSE lower(label) END", .text)
                : ("lower(label)", .text)
        case .lastSeen: return ("last_seen_ms", .integer)
        }
    }
}

/// A place in a sorted list of customers.
struct CustomerCursor {
    enum Kind {
        case integer
        case real
        case text
    }

    let argument: Argument
    let customer: Int64

    init(value: Argument, customer: Int64) {
        argument = value
        self.customer = customer
    }

    /// Reads `text`; nil for the start of the list, and for anything that isn't a place in a list
    /// sorted by values of this kind (it comes from an address, which can be cut or edited).
    init?(_ text: String, _ kind: Kind) {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let customer = Int64(parts[0]) else { return nil }
        self.customer = customer
        switch kind {
        case .integer:
            guard let value = Int64(parts[1]) else { return nil }
            argument = .integer(value)
        case .real:
            guard let bits = UInt64(parts[1], radix: 16) else { return nil }
            argument = .real(Double(bitPattern: bits))
        case .text:
            guard let value = String(hex: parts[1].dropFirst()) else { return nil }
            argument = .text(value)
        }
    }

    /// Only letters, digits, points and signs: fit for an address.
    var text: String {
        switch argument {
        case .integer(let value): "\(customer).\(value)"
        case .real(let value): "\(customer)." + String(value.bitPattern, radix: 16)
        case .text(let value): "\(customer).x" + value.hex
        }
    }
}

extension String {
    fileprivate var hex: String {
        var digits = ""
        for byte in utf8 {
            digits += byte < 16 ? "0" : ""
            digits += String(byte, radix: 16)
        }
        return digits
    }

    fileprivate init?(hex: Substring) {
        var bytes: [UInt8] = []
        var digits = Array(hex.utf8)[...]
        while let high = digits.popFirst() {
            guard let low = digits.popFirst(),
                let byte = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        self.init(validating: bytes, as: UTF8.self)
    }
}
