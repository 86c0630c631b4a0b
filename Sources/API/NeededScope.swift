import Access

/// Which scope an operation's key needs, in OpenAPI 3.1: what version 3.1 calls the roles of a security requirement.
enum NeededScope {
    /// For operations that say nothing else.
    static let read = security(.read)
    static let track = security(.track)
    static let write = security(.write)
    static let admin = security(.admin)

    /// The member `security` of an operation or of the document.
    private static func security(_ scope: APIScopes) -> String {
        let roles = PlainDescription.list(scope.names)
        return "\"security\": [{\"basic\": \(roles)}, {\"bearer\": \(roles)}]"
    }
}
