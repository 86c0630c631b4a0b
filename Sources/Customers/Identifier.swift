package import Kernel

/// What kind of name a customer goes by.
package enum IdentifierKind: UInt8, Sendable, CaseIterable {
    /// The shop's own id of a signed-in customer.
    case userID = 1
    case email = 2
    case phone = 3
    /// A device's or browser's id, from before anybody signed in.
    case anonymousID = 4

    /// The name in JSON and in tables for people.
    package var name: String {
        switch self {
        case .userID: "userId"
        case .email: "email"
        case .phone: "phone"
        case .anonymousID: "anonymousId"
        }
    }
}

/// A customer's name of one kind, in the one form in which it is compared.
package struct Identifier: Hashable, Sendable {
    /// The longest value, in bytes of UTF-8.
    package static let valueBytesMax = 512

    package let kind: IdentifierKind
    package let value: String

    /// Brings a text into the compared form (`IdentifierText` says how for each kind).
    ///
    /// - Throws: `.malformed` where the text isn't of this kind, `.tooLong`; blocked values are for
    ///   `IdentityRules` to find.
    package init(_ kind: IdentifierKind, _ text: String) throws(IdentifierRefusal) {
        var normalized: [UInt8] = []
        let bytes = Array(text.utf8)
        try IdentifierText.normalize(bytes.span, as: kind, into: &normalized)
        self.kind = kind
        value = String(decoding: normalized, as: UTF8.self)
    }

    /// Takes a value that is in the compared form already.
    init(kind: IdentifierKind, normalized value: String) {
        self.kind = kind
        self.value = value
    }
}

/// Why an identifier of an event wasn't used.
package enum IdentifierRefusal: Error, Hashable, Sendable {
    /// A placeholder such as `null` or `test`, which would join strangers.
    case blocked
    /// Not an e-mail address, or not a phone number.
    case malformed
    /// Longer than `Identifier.valueBytesMax`.
    case tooLong
    /// The customer would have more identifiers of this kind than the rules allow.
    case limit(IdentifierKind)
    /// It belongs to a customer whose merge with this one was undone.
    case keptApart

    /// A stable code for tables and logs.
    package var code: String {
        switch self {
        case .blocked: "blocked_value"
        case .malformed: "malformed"
        case .tooLong: "too_long"
        case .limit(let kind): "limit_" + kind.name
        case .keptApart: "kept_apart"
        }
    }
}

/// An identifier's key in look-ups: a keyed hash of kind and compared form.
package struct IdentifierKey: Hashable, Sendable {
    package let digest: SipHash.Digest

    package init(digest: SipHash.Digest) {
        self.digest = digest
    }

    package init(_ identifier: Identifier, hash: SipHash) {
        digest = hash.digest(identifier.value, domain: identifier.kind.rawValue)
    }

    init(_ kind: IdentifierKind, _ normalized: Span<UInt8>, hash: SipHash) {
        digest = hash.digest(normalized, domain: kind.rawValue)
    }

    /// The digest is a keyed hash already, so that half of it is enough to spread the keys.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(digest.first)
    }
}
