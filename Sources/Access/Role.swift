/// What somebody may do in the workspace.
package enum Permission: String, Sendable, CaseIterable {
    /// Figures over all customers.
    case readFigures = "figures:read"
    /// Single customers, with names and addresses.
    case readCustomers = "customers:read"
    /// Merge customers and undo merges.
    case changeCustomers = "customers:change"
    /// Take lists of customers out of the workspace.
    case exportCustomers = "customers:export"
    /// Apply segments and journeys, pause them, and send again what could not be delivered.
    case changeJourneys = "journeys:change"
    case importData = "data:import"
    /// Run the models.
    case score = "models:run"
    case manageKeys = "keys:manage"
    case manageMembers = "members:manage"
    case changeSettings = "settings:change"
    /// Give the workspace to somebody else, or end it.
    case own = "workspace:own"
}

/// A member's part, which decides the permissions.
package enum Role: String, Sendable, CaseIterable {
    case owner
    case admin
    /// Works with customers, without taking lists of them out.
    case marketer
    /// Sees figures, and no names.
    case analyst
    /// Helps single customers.
    case support
    /// Connects systems: keys and imports.
    case developer

    package var permissions: Set<Permission> {
        switch self {
        case .owner: Set(Permission.allCases)
        case .admin: Set(Permission.allCases).subtracting([.own])
        case .marketer:
            [
                .readFigures, .readCustomers, .changeCustomers, .changeJourneys, .importData,
                .score,
            ]
        case .analyst: [.readFigures, .score]
        case .support: [.readCustomers, .changeCustomers]
        case .developer: [.readFigures, .importData, .manageKeys]
        }
    }

    package func may(_ permission: Permission) -> Bool { permissions.contains(permission) }

    /// Whether a member of this role may be removed, given the roles of all others: somebody must remain
    /// who may own the workspace, and somebody who may manage its members, where somebody may now.
    package func mayLeave(others: [Role]) -> Bool {
        [Permission.own, .manageMembers].allSatisfy { permission in
            !may(permission) || others.contains { $0.may(permission) }
        }
    }
}
