/// What is asked of a provider: the same at every attempt.
package struct ProviderRequest: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Always posted.
    package var url: String
    package var headers: [Field]
    package var body: [UInt8]

    package init(url: String, headers: [Field], body: [UInt8]) {
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// What a provider answered.
package struct ProviderAnswer: Sendable, Equatable {
    package var status: Int
    package var retryAfterSeconds: Int64?
    /// As much of it as is read.
    package var body: [UInt8]

    package init(status: Int, retryAfterSeconds: Int64? = nil, body: [UInt8] = []) {
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.body = body
    }
}

/// What came of handing a message to a provider.
///
/// Only `inDoubt` can mean that a copy is on its way although nobody said so.
package enum ProviderOutcome: Sendable, Equatable {
    /// Taken; `id` is the provider's own number of it, empty where it has none.
    case accepted(id: String)
    /// Its recipient said at the provider that they want none.
    case unsubscribed(reason: String)
    /// There is no such number or device, for good.
    case unknownAddress(reason: String)
    /// Not taken, and it would not be later.
    case refused(reason: String)
    /// Surely not taken now, for a reason that is this recipient's alone: others go on.
    case held(reason: String, retryAfterSeconds: Int64? = nil)
    /// Surely not taken now: too many at once, or the provider is away.
    case deferred(reason: String, retryAfterSeconds: Int64? = nil)
    /// Nothing was handed over.
    case notSent(reason: String)
    /// The request was sent, and no answer says what became of it.
    case inDoubt(reason: String)
    /// Not taken, as are no others until somebody looks at how it is set up.
    case misconfigured(reason: String)

    /// Whether others are kept back too, and why.
    package var trouble: (reason: String, retryAfterSeconds: Int64?)? {
        switch self {
        case .deferred(let reason, let seconds): (reason, seconds)
        case .notSent(let reason), .misconfigured(let reason): (reason, nil)
        case .accepted, .unsubscribed, .unknownAddress, .refused, .held, .inDoubt: nil
        }
    }
}
