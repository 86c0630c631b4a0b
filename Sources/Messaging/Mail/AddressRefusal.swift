/// Why a text isn't an address that mail can be sent to.
package enum AddressRefusal: Error, Equatable, Sendable {
    case empty
    /// A part has more bytes than its limit (RFC 5321 §4.5.3.1).
    case tooLong(AddressPart, limit: Int)
    /// A control character, a line end or a line separator is inside.
    case control
    /// There is no `@`.
    case noAt
    /// Something stands before or after the address, or its quotes or angle brackets don't match.
    case malformed
    /// The part before the `@` is empty, has dots at its ends or side by side, or a character that isn't allowed.
    case localPart
    /// The part before the `@` has letters beyond ASCII, which needs SMTPUTF8 (RFC 6531) all the way.
    case internationalLocalPart
    /// The part after the `@` isn't a host name of two labels or more.
    case domain
    /// The part after the `@` is a number of a host.
    case domainLiteral
    /// A label of the domain can't be written as an internationalised name (RFC 5891).
    case internationalDomain(label: String)

    /// In words for who typed the address.
    package var reason: String {
        switch self {
        case .empty: "there is no address"
        case .tooLong(let part, let limit): "\(part.name) is longer than \(limit) bytes"
        case .control: "an address can't have line ends or control characters"
        case .noAt: "an address needs an @"
        case .malformed: "this isn't one address, or its quotes or brackets don't match"
        case .localPart: "the part before the @ isn't valid"
        case .internationalLocalPart:
            "the part before the @ has letters that many mail servers don't take; "
                + "only ASCII can be sent to"
        case .domain: "the part after the @ isn't a domain"
        case .domainLiteral: "the part after the @ must be a domain, not a number"
        case .internationalDomain(let label): "“\(label)” can't be part of a domain"
        }
    }
}

/// The parts of an address that have limits of their own.
package enum AddressPart: Sendable {
    case address, localPart, domain, label, displayName

    var name: String {
        switch self {
        case .address: "the address"
        case .localPart: "the part before the @"
        case .domain: "the part after the @"
        case .label: "a part of the domain"
        case .displayName: "the name"
        }
    }
}
