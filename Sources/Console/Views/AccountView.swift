import Access

/// The page of whoever is signed in.
struct AccountView {
    let name: String
    let email: String
    let role: String
    /// What the role allows, in words.
    let allowed: [String]
    let charactersMin: Int
    /// What was wrong with the last attempt; empty for nothing.
    let problem: String
    let wasChanged: Bool

    init(_ session: ConsoleSession, problem: String, wasChanged: Bool, words: Words) {
        name = session.name
        email = session.email
        role = session.role
        allowed = Permission.allCases.filter(session.permissions.contains).map { permission in
            words("may." + permission.rawValue)
        }
        charactersMin = PasswordRules.charactersMin
        self.problem = problem
        self.wasChanged = wasChanged
    }
}
