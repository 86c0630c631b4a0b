package import Kernel

/// Why a code isn't applied, and what of it may be said to whom.
package enum CodeRefusal: Hashable, Sendable {
    /// There is no such code.
    case unknown
    /// It is another customer's.
    case notTheirs
    /// It was withdrawn.
    case withdrawn
    /// It was used.
    case used
    /// Another checkout has it.
    case reserved
    /// It was good until then.
    ///
    /// - isOwn: Whether who asks is the customer whose alone it is: to them it is no secret.
    case expired(at: Timestamp, isOwn: Bool)
    /// Whoever asks has given too many wrong codes.
    case throttled(retryAfterMs: Int64)
    /// Its promotion isn't applied to this cart.
    case notApplied(Stacking.Reason)

    /// Who asks.
    package enum Audience: Sendable, CaseIterable {
        /// Anybody, such as a shop's checkout: a code that never was and one that is used get one answer, so that trying
        /// codes tells nothing.
        case anybody
        /// Who may read the workspace's codes anyway.
        case staff
    }

    package static let publicWord = "code_not_valid"

    package func word(for audience: Audience) -> String {
        switch self {
        case .throttled: "too_many_wrong_codes"
        case .notApplied(let reason): reason.word
        case .unknown: audience == .staff ? "code_unknown" : Self.publicWord
        case .notTheirs: audience == .staff ? "code_not_theirs" : Self.publicWord
        case .withdrawn: audience == .staff ? "code_withdrawn" : Self.publicWord
        case .used: audience == .staff ? "code_used" : Self.publicWord
        case .reserved: audience == .staff ? "code_reserved" : Self.publicWord
        case .expired(_, let isOwn):
            audience == .staff || isOwn ? "code_expired" : Self.publicWord
        }
    }

    package func sentence(for audience: Audience) -> String {
        switch self {
        case .throttled(let retryAfterMs):
            let seconds = retryAfterMs / 1000 + (retryAfterMs % 1000 > 0 ? 1 : 0)
            return "Too many wrong codes; try again in \(seconds) seconds."
        case .notApplied(let reason): return reason.sentence
        case .expired(let time, true): return "The code was good until \(time)."
        case .unknown, .notTheirs, .withdrawn, .used, .reserved, .expired: break
        }
        guard audience == .staff else { return "This code is not valid." }
        return switch self {
        case .notTheirs: "The code is another customer's."
        case .withdrawn: "The code was withdrawn."
        case .used: "The code was used."
        case .reserved: "The code is reserved by another checkout."
        case .expired(let time, _): "The code was good until \(time)."
        case .unknown, .throttled, .notApplied: "There is no such code."
        }
    }

    /// Whether the answer counts as a wrong code for `CodeThrottle`: everything that somebody who tries codes would see.
    package var isWrongCode: Bool {
        switch self {
        case .unknown, .notTheirs, .withdrawn, .used, .reserved: true
        case .expired(_, let isOwn): !isOwn
        case .throttled, .notApplied: false
        }
    }
}
