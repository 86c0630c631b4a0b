import JSONParsing
package import Kernel

/// What a receiver is told: the same bytes at every attempt.
package struct WebhookMessage: Sendable, Equatable {
    /// By which a receiver knows a message that comes again.
    package let id: String
    /// `{"type": …, "timestamp": …, "data": …}`
    package let body: [UInt8]

    /// - Parameters:
    ///   - type: What happened, such as `journey.webhook`.
    ///   - time: When it happened.
    ///   - data: A JSON object.
    package init(id: String, type: String, time: Timestamp, data: Span<UInt8>) {
        var json = JSONWriter(reserving: data.count + 128)
        json.beginObject()
        json.member("type", type)
        json.member("timestamp", time.description)
        json.key("data")
        json.raw(data)
        json.endObject()
        self.id = id
        body = json.bytes
    }
}

/// Where messages go, and what they are signed with.
package struct WebhookEndpoint: Sendable, Equatable {
    package var url: String
    package var secret: WebhookSecret
    /// Whether it may be at an address that isn't public, and without TLS.
    package var allowsPrivate: Bool

    package init(url: String, secret: WebhookSecret, allowsPrivate: Bool) {
        self.url = url
        self.secret = secret
        self.allowsPrivate = allowsPrivate
    }
}

/// What came of one attempt.
package enum DeliveryOutcome: Sendable, Equatable {
    /// Taken, with this status (200 to 299).
    case delivered(status: Int)
    /// Not taken; worth another attempt, which the receiver may have said a time for.
    case failed(reason: String, retryAfterSeconds: Int64? = nil)
    /// The receiver wants nothing more (410).
    case gone
    /// Not sent, as it may not be or can't be as things are set up.
    case refused(reason: String)
}
