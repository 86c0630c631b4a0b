import Kernel
import Records

/// Reads what is asked of tasks and of the outbox from an address. Nothing is passed over: what isn't understood
/// is an error that says what would be.
enum OutboxQueryText {
    static let limitMax = 500
    private static let limitStandard = 50

    static func tasks(
        _ fields: some Sequence<(key: Substring, value: Substring)>
    ) throws(APIError) -> (filter: TaskFilter, customer: String?) {
        var filter = TaskFilter(limit: limitStandard)
        var customer: String?
        for (name, value) in fields {
            let value = String(value)
            switch name {
            case "state":
                guard value == "open" || value == "done" else {
                    throw invalid("state", ["open", "done"])
                }
                filter.isDone = value == "done"
            case "owner": filter.owner = value
            case "customer": customer = value
            case "after":
                guard let place = TaskFilter.Place(value) else { throw badPlace() }
                filter.after = place
            case "limit": filter.limit = try limit(value)
            default:
                throw unknown(name, "state, owner, customer, after and limit")
            }
        }
        return (filter, customer)
    }

    static func outbox(
        _ fields: some Sequence<(key: Substring, value: Substring)>
    ) throws(APIError) -> (filter: OutboxFilter, customer: String?) {
        var filter = OutboxFilter(limit: limitStandard)
        var customer: String?
        for (name, value) in fields {
            let value = String(value)
            switch name {
            case "state":
                guard let state = OutboxState(rawValue: value) else {
                    throw invalid("state", OutboxState.allCases.map(\.rawValue))
                }
                filter.state = state
            case "kind":
                guard let kind = OutboxKind(rawValue: value) else {
                    throw invalid("kind", OutboxKind.allCases.map(\.rawValue))
                }
                filter.kind = kind
            case "journey": filter.journey = value
            case "step": filter.step = value
            case "receiver": filter.receiver = value
            case "customer": customer = value
            case "after":
                guard let id = ID<OutboxItem>(value) else { throw badPlace() }
                filter.before = id
            case "limit": filter.limit = try limit(value)
            default:
                throw unknown(
                    name, "state, kind, journey, step, receiver, customer, after and limit")
            }
        }
        return (filter, customer)
    }

    private static func limit(_ value: String) throws(APIError) -> Int {
        guard let number = Int(value), (1...limitMax).contains(number) else {
            throw .invalid(
                path: "limit", code: "invalid_parameter",
                reason: "takes a whole number from 1 to \(limitMax)")
        }
        return number
    }

    private static func badPlace() -> APIError {
        .invalid(
            path: "after", code: "invalid_parameter", reason: "takes what next was in a page")
    }

    private static func invalid(_ name: String, _ values: [String]) -> APIError {
        .invalid(
            path: name, code: "invalid_parameter",
            reason: "takes one of " + values.joined(separator: ", "))
    }

    private static func unknown(_ name: Substring, _ known: String) -> APIError {
        .invalid(
            path: String(name.prefix(60)), code: "unknown_parameter",
            reason: "there is no such parameter; there are " + known)
    }
}
