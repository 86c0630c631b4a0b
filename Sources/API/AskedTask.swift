/// What `POST /v1/tasks` asks for, as it was sent.
package struct AskedTask: Sendable, Equatable {
    static let members = ["customer", "title", "owner", "due", "key"]
    static let keyBytesMax = 200

    /// An id, user id, e-mail address or phone number.
    package let customer: String
    package let title: String
    package let owner: String
    /// Empty where none was sent.
    package let due: String
    /// Of several requests with the same only the first makes a task.
    package let key: String?

    init(_ members: [String: String]) throws(APIError) {
        guard let customer = members["customer"] else { throw SmallBody.missing("customer") }
        guard let title = members["title"] else { throw SmallBody.missing("title") }
        if let key = members["key"], key.isEmpty || key.utf8.count > Self.keyBytesMax {
            throw .invalid(
                path: "key", code: "invalid_member", reason: "takes 1 to \(Self.keyBytesMax) bytes")
        }
        self.customer = customer
        self.title = title
        owner = members["owner"] ?? ""
        due = members["due"] ?? ""
        key = members["key"]
    }
}
