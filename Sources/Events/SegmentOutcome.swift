package import JSONParsing

/// What became of a received body.
package enum SegmentOutcome: Equatable, Sendable {
    /// The body was understood; its good events are in the builder.
    case parsed(SegmentReceipt)
    /// The body as a whole was refused; the builder is as it was.
    case refused(SegmentRefusal)
}

package struct SegmentReceipt: Equatable, Sendable {
    /// How many events went into the builder.
    package var accepted = 0
    /// What didn't, in order.
    package var rejections: [Rejection] = []
    /// The body's `writeKey`, which the caller checks before it uses the events.
    package var writeKey: String?

    package init(accepted: Int = 0, rejections: [Rejection] = [], writeKey: String? = nil) {
        self.accepted = accepted
        self.rejections = rejections
        self.writeKey = writeKey
    }
}

/// One event that wasn't taken.
package struct Rejection: Error, Equatable, Sendable {
    /// Its place in the batch; 0 for a single event.
    package let index: Int
    /// Where in the body, such as `$.batch[3].timestamp`.
    package let path: String
    package let problem: SegmentProblem

    package init(index: Int, path: String, problem: SegmentProblem) {
        self.index = index
        self.path = path
        self.problem = problem
    }
}

/// Why a whole body wasn't taken.
package struct SegmentRefusal: Error, Equatable, Sendable {
    package let path: String
    package let problem: SegmentProblem

    package init(path: String, problem: SegmentProblem) {
        self.path = path
        self.problem = problem
    }
}

/// What can be wrong with a body, an event or a field.
package enum SegmentProblem: Equatable, Sendable {
    case invalidJSON(JSONError.Reason, offset: Int)
    case bodyTooLarge(bytesMax: Int)
    case eventTooLarge(bytesMax: Int)
    case tooManyEvents(eventsMax: Int)
    case notAnEvent
    case missing
    case wrongKind(expected: String)
    case unknownType
    /// The message's `type` isn't the call that it was sent to.
    case typeMismatch
    /// Neither `userId` nor `anonymousId`.
    case identityMissing
    case tooLong(bytesMax: Int)
    case controlCharacter
    case timeUnreadable
    case timeTooEarly
    case timeInFuture

    /// Stable, for programs.
    package var code: String {
        switch self {
        case .invalidJSON: "invalid_json"
        case .bodyTooLarge: "body_too_large"
        case .eventTooLarge: "event_too_large"
        case .tooManyEvents: "too_many_events"
        case .notAnEvent: "not_an_event"
        case .missing: "missing"
        case .wrongKind: "wrong_kind"
        case .unknownType: "unknown_type"
        case .typeMismatch: "type_mismatch"
        case .identityMissing: "identity_missing"
        case .tooLong: "too_long"
        case .controlCharacter: "control_character"
        case .timeUnreadable: "time_unreadable"
        case .timeTooEarly: "time_too_early"
        case .timeInFuture: "time_in_future"
        }
    }

    /// For people; without the path.
    package var reason: String {
        switch self {
        case .invalidJSON(let reason, let offset): "\(reason.explanation) (byte \(offset))"
        case .bodyTooLarge(let max): "the body is larger than \(max) bytes"
        case .eventTooLarge(let max): "the event is larger than \(max) bytes"
        case .tooManyEvents(let max): "the batch has more than \(max) events"
        case .notAnEvent: "an event must be an object"
        case .missing: "must be present and not empty"
        case .wrongKind(let expected): "must be \(expected)"
        case .unknownType: "must be one of identify, track, page, screen, group, alias"
        case .typeMismatch: "is not the call that the event was sent to"
        case .identityMissing: "userId or anonymousId must be present and not empty"
        case .tooLong(let max): "is longer than \(max) bytes"
        case .controlCharacter: "holds a control character"
        case .timeUnreadable: "is not an RFC 3339 time such as 2010-12-01T08:26:00Z"
        case .timeTooEarly: "is before 1970"
        case .timeInFuture: "is more than a day in the future"
        }
    }

    /// Whether a size is what is wrong (status 413 rather than 400).
    package var isSize: Bool {
        switch self {
        case .bodyTooLarge, .eventTooLarge, .tooManyEvents: true
        case .invalidJSON, .notAnEvent, .missing, .wrongKind, .unknownType, .typeMismatch,
            .identityMissing, .tooLong, .controlCharacter, .timeUnreadable, .timeTooEarly,
            .timeInFuture:
            false
        }
    }
}
