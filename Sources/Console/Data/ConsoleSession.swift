package import Access
package import Kernel

/// A member who is signed in.
package struct ConsoleSession: Sendable, Equatable {
    package var member: ID<Member>
    package var name: String
    package var email: String
    package var role: String
    /// What the role allows; every page and every act asks for what it needs.
    package var permissions: Set<Permission>

    package init(
        member: ID<Member>, name: String, email: String, role: String, permissions: Set<Permission>
    ) {
        self.member = member
        self.name = name
        self.email = email
        self.role = role
        self.permissions = permissions
    }
}

/// What somebody typed into the sign-in form, and from where.
package struct SignInAttempt: Sendable {
    package var email: String
    package var password: String
    /// The peer's address as text; nil where the transport doesn't tell.
    package var address: String?

    package init(email: String, password: String, address: String?) {
        self.email = email
        self.password = password
        self.address = address
    }
}

/// What came of an attempt to sign in.
package enum SignInOutcome: Sendable, Equatable {
    /// The token goes into the session cookie: printable ASCII without `;`, `,`, quotes or spaces.
    case signedIn(token: String)
    /// Unknown e-mail or wrong password; which of the two isn't told.
    case refused
    /// Too many attempts; allowed again after so many seconds.
    case tooManyAttempts(retryAfterSeconds: Int)
}

/// A member who is signed in and wants another password.
package struct PasswordChange: Sendable {
    package var member: ID<Member>
    package var current: String
    package var new: String
    /// The session that goes on; all others of this member end.
    package var token: String

    package init(member: ID<Member>, current: String, new: String, token: String) {
        self.member = member
        self.current = current
        self.new = new
        self.token = token
    }
}

/// What came of changing a password.
package enum PasswordOutcome: Sendable, Equatable {
    case changed
    case wrongCurrent
    /// The new one breaks this rule.
    case refused(PasswordRules.Refusal)
    /// Too many attempts; allowed again after so many seconds.
    case tooManyAttempts(retryAfterSeconds: Int)
}

/// What came of undoing a merge.
package enum UndoOutcome: Sendable, Equatable {
    /// The two are apart again.
    case undone
    /// Somebody undid it before.
    case alreadyUndone
    case unknown
}
