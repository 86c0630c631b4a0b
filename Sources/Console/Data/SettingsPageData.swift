package import Kernel

/// What the settings page shows.
package struct SettingsPageData: Sendable, Equatable {
    package struct MemberRow: Sendable, Equatable {
        package var member: ID<Member>
        package var name: String
        package var email: String
        package var role: String
        package var addedAt: Timestamp
        package var lastSignedInAt: Timestamp?

        package init(
            member: ID<Member>, name: String, email: String, role: String, addedAt: Timestamp,
            lastSignedInAt: Timestamp?
        ) {
            self.member = member
            self.name = name
            self.email = email
            self.role = role
            self.addedAt = addedAt
            self.lastSignedInAt = lastSignedInAt
        }
    }

    package struct KeyRow: Sendable, Equatable {
        package var key: ID<APIKey>
        package var name: String
        package var scope: String
        /// The first characters of the key, by which its holder recognises it.
        package var hint: String
        package var createdAt: Timestamp
        package var revokedAt: Timestamp?

        package init(
            key: ID<APIKey>, name: String, scope: String, hint: String, createdAt: Timestamp,
            revokedAt: Timestamp?
        ) {
            self.key = key
            self.name = name
            self.scope = scope
            self.hint = hint
            self.createdAt = createdAt
            self.revokedAt = revokedAt
        }
    }

    package var members: [MemberRow]
    package var keys: [KeyRow]

    package init(members: [MemberRow], keys: [KeyRow]) {
        self.members = members
        self.keys = keys
    }
}
