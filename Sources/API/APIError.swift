package import HTTPTypes
import JSONParsing
package import Logging

/// Everything that the API answers with instead of what was asked.
package enum APIError: Error, Sendable, Equatable {
    /// No key, or none that is in use.
    case unauthorized
    /// No key in the header, and none in a long body's beginning. The rest of the body isn't kept.
    case keyMissing(bytesMax: Int)
    /// The key may not do this.
    case forbidden(needs: String)
    /// There is nothing at this path.
    case notFound(path: String)
    /// Nobody is known by the id or identifier.
    case unknownCustomer
    /// No models have been fitted.
    case noModels
    /// There is no such task.
    case unknownTask
    /// There is no receiver of this name.
    case unknownReceiver
    /// There is no segment or journey of this name.
    case unknownDefinition(kind: String)
    /// There is a receiver of this name already.
    case receiverExists
    /// No member is found by what was given; the reason says more.
    case noMember(String)
    /// What was given is of several members; the reason says more.
    case severalMembers(String)
    /// A setting is missing, which the reason names.
    case notSetUp(String)
    /// The idempotency key was used for something else.
    case keyReused
    /// The idempotency key is one of those that the product itself uses.
    case keyReserved
    /// The path takes other methods only, separated by commas.
    case methodNotAllowed(path: String, allowed: String)
    /// The body, or what is in it, isn't valid. Nothing of it was taken.
    case invalid(path: String, code: String, reason: String)
    /// None of the body's events is valid. Nothing of it was taken.
    case allRejected
    case tooLarge(path: String, code: String, reason: String)
    /// The body is packed in a way that isn't known here, or badly.
    case undecodable(String)
    /// Too much waits already.
    case busy
    /// Too many wrong codes were given.
    case wrongCodes(retryAfterSeconds: Int)
    /// What was asked for couldn't be read; the log says why.
    case unread
    /// The disk is full or failed, or the server is stopping.
    case unavailable(String)

    package var status: HTTPResponse.Status {
        switch self {
        case .unauthorized, .keyMissing: .unauthorized
        case .forbidden: .forbidden
        case .notFound, .unknownCustomer, .noModels, .unknownTask, .unknownReceiver,
            .unknownDefinition, .noMember:
            .notFound
        case .receiverExists, .severalMembers, .notSetUp: .conflict
        case .keyReused, .keyReserved: .unprocessableContent
        case .methodNotAllowed: .methodNotAllowed
        case .invalid, .allRejected, .undecodable: .badRequest
        case .tooLarge: .contentTooLarge
        case .busy, .wrongCodes: .tooManyRequests
        case .unavailable, .unread: .serviceUnavailable
        }
    }

    /// Stable, for programs.
    package var code: String {
        switch self {
        case .unauthorized, .keyMissing: "unauthorized"
        case .forbidden: "forbidden"
        case .notFound: "not_found"
        case .unknownCustomer: "unknown_customer"
        case .noModels: "no_models"
        case .unknownTask: "unknown_task"
        case .unknownReceiver: "unknown_receiver"
        case .unknownDefinition(let kind): "unknown_\(kind)"
        case .receiverExists: "receiver_exists"
        case .noMember: "unknown_member"
        case .severalMembers: "ambiguous_member"
        case .notSetUp: "not_set_up"
        case .keyReused: "idempotency_key_reused"
        case .keyReserved: "idempotency_key_reserved"
        case .methodNotAllowed: "method_not_allowed"
        case .invalid(_, let code, _), .tooLarge(_, let code, _): code
        case .allRejected: "all_rejected"
        case .undecodable: "undecodable"
        case .busy: "busy"
        case .wrongCodes: "too_many_wrong_codes"
        case .unavailable, .unread: "unavailable"
        }
    }

    /// What is wrong and what to do, for people.
    package var reason: String {
        switch self {
        case .unauthorized:
            "send a write key: Authorization Basic with the key as user name, Bearer, or writeKey in "
                + "the body; make one with: perennial key create --scope track (or read, to read)"
        case .keyMissing(let bytesMax):
            "no key was seen: send it as Authorization, or writeKey within the first \(bytesMax) "
                + "bytes of a body that isn't packed"
        case .forbidden(let needs): "this key may not do that; it needs the scope \(needs)"
        case .notFound(let path):
            "there is nothing at \(path); events are taken at /v1/track, /v1/identify, /v1/batch …"
        case .methodNotAllowed(let path, let allowed): "\(path) takes \(allowed) only"
        case .invalid(_, _, let reason), .tooLarge(_, _, let reason): reason
        case .noMember(let reason), .severalMembers(let reason), .notSetUp(let reason): reason
        case .allRejected: "none of the events is valid; nothing was taken"
        case .undecodable(let reason): reason
        case .unknownCustomer: "nobody is known by this id or identifier"
        case .noModels: "no model has been fitted yet; fit them with: perennial score"
        case .unknownTask: "there is no task with this id; list them at /v1/tasks"
        case .unknownReceiver: "there is no receiver of this name; list them at /v1/receivers"
        case .unknownDefinition("program"):
            "there is no loyalty program of this name; list them at /v1/loyalty"
        case .unknownDefinition("reward"):
            "there is no reward of this name; list them at /v1/loyalty/PROGRAM/rewards"
        case .unknownDefinition("referral"):
            "there is no referral program of this name; list them at /v1/referrals"
        case .unknownDefinition("checkout"):
            "there is no such checkout; POST /v1/promotions/reservations makes one"
        case .unknownDefinition("joining"):
            "the customer joined the program by nobody's code; list an advocate's friends at "
                + "/v1/referrals/PROGRAM/customers/ADVOCATE"
        case .unknownDefinition("collection"):
            "the program's early access has nothing of this name; it is in the program's definition"
        case .unknownDefinition(let kind):
            "there is no \(kind) of this name; list them at /v1/\(kind)s"
        case .receiverExists: "there is a receiver of this name already; remove it first"
        case .keyReused:
            "this Idempotency-Key was used for something else, or somebody else; send another"
        case .keyReserved:
            "this Idempotency-Key begins or ends as the product's own do, such as event:7, or "
                + "x:confirm for a claim; call yours otherwise"
        case .unread: "it could not be read; try again, and see the server's log"
        case .wrongCodes(let seconds):
            "too many wrong codes came from here; no code is looked at for \(seconds) "
                + (seconds == 1 ? "second" : "seconds")
        case .busy: "too many events wait to be stored; nothing was taken, try again"
        case .unavailable(let reason): reason + "; nothing was taken, try again"
        }
    }

    package var path: String? {
        switch self {
        case .invalid(let path, _, _), .tooLarge(let path, _, _): path
        case .unauthorized, .keyMissing, .forbidden, .notFound, .unknownCustomer, .noModels,
            .unknownTask, .unknownReceiver, .unknownDefinition, .receiverExists, .keyReused,
            .keyReserved,
            .keyReserved,
            .noMember, .severalMembers, .notSetUp, .methodNotAllowed,
            .allRejected,
            .undecodable, .busy, .wrongCodes, .unavailable, .unread:
            nil
        }
    }

    /// After how many seconds to try again; nil where that doesn't help.
    package var retryAfterSeconds: Int? {
        switch self {
        case .busy: 1
        case .wrongCodes(let seconds): seconds
        case .unavailable, .unread: 5
        case .unauthorized, .keyMissing, .forbidden, .notFound, .unknownCustomer, .noModels,
            .unknownTask, .unknownReceiver, .unknownDefinition, .receiverExists, .keyReused,
            .keyReserved,
            .noMember, .severalMembers, .notSetUp, .methodNotAllowed,
            .invalid,
            .allRejected, .tooLarge, .undecodable:
            nil
        }
    }

    package var logLevel: Logger.Level {
        switch self {
        case .unavailable, .unread: .error
        case .busy, .wrongCodes: .warning
        case .unauthorized, .keyMissing, .forbidden, .notFound, .unknownCustomer, .noModels,
            .unknownTask, .unknownReceiver, .unknownDefinition, .receiverExists, .keyReused,
            .keyReserved,
            .noMember, .severalMembers, .notSetUp, .methodNotAllowed,
            .invalid,
            .allRejected, .tooLarge, .undecodable:
            .debug
        }
    }
}
