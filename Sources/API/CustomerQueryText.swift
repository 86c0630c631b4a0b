import Insights

/// Reads a customer query from an address. Nothing is passed over: what isn't understood is an error that says
/// what would be.
enum CustomerQueryText {
    static func read(
        _ fields: some Sequence<(key: Substring, value: Substring)>
    ) throws(APIError) -> CustomerQuery {
        var query = CustomerQuery()
        for (name, value) in fields {
            let value = String(value)
            switch name {
            case "search": query.search = String(value.prefix(200))
            case "state":
                for name in value.split(separator: ",") {
                    guard let state = LifecycleState(rawValue: String(name)) else {
                        throw invalid("state", LifecycleState.allCases.map(\.rawValue))
                    }
                    query.states.insert(state)
                }
            case "ordersAtLeast":
                query.ordersAtLeast = try whole(value, "ordersAtLeast", 0...Int.max)
            case "churnAtLeast":
                guard let share = Double(value), (0...1).contains(share) else {
                    throw .invalid(
                        path: "churnAtLeast", code: "invalid_parameter",
                        reason: "takes a probability between 0 and 1")
                }
                query.churnAtLeast = share
            case "sort":
                guard let sort = CustomerQuery.Sort(rawValue: value) else {
                    throw invalid("sort", CustomerQuery.Sort.allCases.map(\.rawValue))
                }
                query.sort = sort
            case "direction":
                guard let direction = CustomerQuery.Direction(rawValue: value) else {
                    throw invalid("direction", ["asc", "desc"])
                }
                query.direction = direction
            case "after": query.after = value
            case "limit": query.limit = try whole(value, "limit", 1...CustomerQuery.limitMax)
            default:
                throw .invalid(
                    path: String(name.prefix(60)), code: "unknown_parameter",
                    reason: "there is no such parameter; there are search, state, ordersAtLeast, "
                        + "churnAtLeast, sort, direction, after and limit")
            }
        }
        return query
    }

    private static func whole(
        _ value: String, _ name: String, _ range: ClosedRange<Int>
    ) throws(APIError) -> Int {
        guard let number = Int(value), range.contains(number) else {
            let upper = range.upperBound == .max ? " on" : " to \(range.upperBound)"
            throw .invalid(
                path: name, code: "invalid_parameter",
                reason: "takes a whole number from \(range.lowerBound)\(upper)")
        }
        return number
    }

    private static func invalid(_ name: String, _ values: [String]) -> APIError {
        .invalid(
            path: name, code: "invalid_parameter",
            reason: "takes one of " + values.joined(separator: ", "))
    }
}
