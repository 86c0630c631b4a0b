import GRDB
import Kernel

extension MessageFilter {
    /// What to look for, each by an index that has the messages in their order: of an origin once as a journey's name and
    /// once as a campaign's.
    var statements: [(condition: String, arguments: [(any DatabaseValueConvertible)?])] {
        guard let origin else { return [statement(where: nil)] }
        return ["journey", "campaign"].map { column in
            // So that the index of those that have one is used.
            statement(where: ("m.\(column) = ? AND m.\(column) <> ''", origin))
        }
    }

    private func statement(
        where first: (condition: String, value: String)?
    ) -> (condition: String, arguments: [(any DatabaseValueConvertible)?]) {
        var conditions: [String] = []
        var arguments: [(any DatabaseValueConvertible)?] = []
        if let first {
            conditions.append(first.condition)
            arguments.append(first.value)
        }
        if let state {
            conditions.append("m.state = ?")
            arguments.append(state.rawValue)
            // So that the index of those that aren't accepted is used.
            if state != .accepted { conditions.append("m.state <> 'accepted'") }
        }
        if let domain {
            conditions.append("m.domain = ?")
            arguments.append(domain)
        }
        if let template {
            conditions.append("m.template = ?")
            arguments.append(template)
        }
        if let customers {
            let places = customers.map { _ in "?" }.joined(separator: ", ")
            conditions.append("m.customer IN (\(places))")
            arguments += customers.map { $0 }
        }
        if let before {
            conditions.append("m.id < ?")
            arguments.append(before.rawValue)
        }
        arguments.append(limit)
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return (condition, arguments)
    }
}
