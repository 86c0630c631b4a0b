package import Kernel

/// Something by which a person is known again, as a keyed digest: two customers who have it may be one person, and
/// who reads it learns neither name nor number.
package struct PersonKey: Hashable, Comparable, Sendable {
    /// What it was made from.
    package enum Kind: String, CaseIterable, Sendable {
        case email, phone, address, device, payment

        /// Its number in stored bytes and in the hash's domain.
        package var code: UInt8 {
            switch self {
            case .email: 0
            case .phone: 1
            case .address: 2
            case .device: 3
            case .payment: 4
            }
        }

        /// Nil for a number that no kind has.
        package init?(code: UInt8) {
            guard let kind = Self.allCases.first(where: { $0.code == code }) else { return nil }
            self = kind
        }

        /// For reasons: `the same e-mail address`.
        package var words: String {
            switch self {
            case .email: "e-mail address"
            case .phone: "phone number"
            case .address: "postal address"
            case .device: "device"
            case .payment: "means of payment"
            }
        }
    }

    package let kind: Kind
    package let digest: SipHash.Digest

    package init(kind: Kind, digest: SipHash.Digest) {
        self.kind = kind
        self.digest = digest
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.kind.code, left.digest) < (right.kind.code, right.digest)
    }

    /// 17 bytes: the kind's number and the digest.
    package var bytes: [UInt8] { [kind.code] + digest.bytes }

    /// Reads what `bytes` gave; nil for anything else.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 17, let kind = Kind(code: bytes[0]) else { return nil }
        let words = [bytes[1..<9], bytes[9..<17]].map { $0.reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(kind: kind, digest: SipHash.Digest(first: words[0], second: words[1]))
    }
}

/// Makes person keys from what customers say of themselves: what is written differently but means the same gives
/// the same key.
package struct PersonKeys: Sendable {
    private let hash: SipHash
    private let countryCode: String

    /// - Parameters:
    ///   - hash: With the workspace's secret key; another key gives keys that fit none of the old ones.
    ///   - countryCode: Of phone numbers that are written without one: digits, such as `44`.
    package init(hash: SipHash, countryCode: String) {
        self.hash = hash
        self.countryCode = countryCode
    }

    /// Nil where the text is no e-mail address.
    package func email(_ text: String) -> PersonKey? { key(.email, EmailForm.normal(text)) }

    /// Nil where the text is no phone number.
    package func phone(_ text: String) -> PersonKey? {
        key(.phone, PhoneForm.normal(text, countryCode: countryCode))
    }

    /// Nil where the line or the postcode says nothing.
    package func address(line: String, postcode: String, country: String) -> PersonKey? {
        key(.address, AddressForm.normal(line: line, postcode: postcode, country: country))
    }

    /// Nil for no id, and for those that stand for none.
    package func device(_ id: String) -> PersonKey? { key(.device, DeviceForm.normal(id)) }

    /// The fingerprint that a payment provider gives a card or an account. Nil for none.
    package func payment(_ fingerprint: String) -> PersonKey? {
        key(.payment, PaymentForm.normal(fingerprint))
    }

    private func key(_ kind: PersonKey.Kind, _ form: String?) -> PersonKey? {
        guard let form else { return nil }
        return PersonKey(
            kind: kind, digest: hash.digest(form, domain: HashDomain.personKeys + kind.code))
    }
}
