package import Customers
package import Kernel
package import Loyalty
import Records

/// By what a till looks for a member.
package enum MemberKey: Sendable, Equatable {
    case phone(String)
    case email(String)
    /// As typed or scanned.
    case card(String)

    package var name: String {
        switch self {
        case .phone: "phone"
        case .email: "email"
        case .card: "card"
        }
    }
}

/// Whom a till found.
package enum MemberLookup: Sendable {
    case found(LoyaltyMember, CardNumber)
    /// Nobody, and why.
    case nobody(reason: String)
    /// What was given leads to different people.
    case several(reason: String)
    case malformed(name: String, reason: String)
}

extension Workspace {
    package enum CardFailure: Error, CustomStringConvertible {
        /// Every number that was tried is another's.
        case noNumberFree

        package var description: String { "no free card number was found" }
    }

    /// No other digest under the workspace's key is of this domain.
    private static let cardDomain: UInt8 = 67
    private static let cardTries = 32

    /// The number of a member's card, made and kept at first use. Blocks.
    ///
    /// Whoever is one with others has the card that one of them had; each of their cards leads to them.
    ///
    /// - Parameter customer: Whom their id counts for now.
    package func loyaltyCard(
        of customer: ID<Customer>, in program: String
    ) throws -> CardNumber {
        let store = loyalty.store
        for fragment in try records.members(of: customer) {
            if let number = try store.cardNumber(
                program: program, customer: ID(rawValue: fragment)),
                let card = CardNumber(value: number)
            {
                return card
            }
        }
        for attempt in 0..<Self.cardTries {
            let digest = hash.digest(
                "\(program) \(customer.rawValue) \(attempt)", domain: Self.cardDomain)
            let card = CardNumber(serial: digest.first)
            if let kept = try store.keep(
                LedgerCard(number: card.value, program: program, customer: customer)),
                let number = CardNumber(value: kept)
            {
                return number
            }
        }
        throw CardFailure.noNumberFree
    }

    /// Looks for the one member that all keys lead to. Blocks.
    package func loyaltyMember(
        by keys: [MemberKey], in inForce: LoyaltyInForce
    ) throws -> MemberLookup {
        var found: (customer: ID<Customer>, key: MemberKey)?
        for key in keys {
            let customer: ID<Customer>
            switch try self.customer(by: key, in: inForce.program.name) {
            case .success(let known): customer = known
            case .failure(let miss): return miss.lookup
            }
            if let found, found.customer != customer {
                return .several(
                    reason: "\(found.key.name) and \(key.name) are of two different customers; "
                        + "look for one of them")
            }
            found = (customer, key)
        }
        guard let found else { return .nobody(reason: "nothing was looked for") }
        return .found(
            try loyaltyMember(found.customer, in: inForce),
            try loyaltyCard(of: found.customer, in: inForce.program.name))
    }

    /// Why a key leads to nobody.
    private struct Miss: Error {
        let lookup: MemberLookup
    }

    private func customer(
        by key: MemberKey, in program: String
    ) throws -> Result<ID<Customer>, Miss> {
        switch key {
        case .phone(let text):
            try identified(
                .phone, text, key,
                malformed: "a phone number has 5 to 15 digits and its country's code: +44 20 …",
                nobody: "no customer has this phone number; with its country's code?")
        case .email(let text):
            try identified(
                .email, text, key, malformed: "that is no e-mail address",
                nobody: "no customer has this e-mail address")
        case .card(let text): try owner(text, key, program)
        }
    }

    private func identified(
        _ kind: IdentifierKind, _ text: String, _ key: MemberKey, malformed: String,
        nobody: String
    ) throws -> Result<ID<Customer>, Miss> {
        let identifier: Identifier
        do throws(IdentifierRefusal) {
            identifier = try Identifier(kind, text)
        } catch {
            return .failure(Miss(lookup: .malformed(name: key.name, reason: malformed)))
        }
        let known = try records.customer(identifiedBy: IdentifierKey(identifier, hash: hash))
        return known.map { .success($0) } ?? .failure(Miss(lookup: .nobody(reason: nobody)))
    }

    private func owner(
        _ text: String, _ key: MemberKey, _ program: String
    ) throws -> Result<ID<Customer>, Miss> {
        let number: CardNumber
        do throws(CardNumber.Refusal) {
            number = try CardNumber(text)
        } catch {
            return .failure(Miss(lookup: .malformed(name: key.name, reason: error.reason)))
        }
        guard let card = try loyalty.store.card(number: number.value),
            let root = try records.root(of: card.customer)
        else { return .failure(Miss(lookup: .nobody(reason: "nobody has a card of this number"))) }
        guard card.program == program else {
            return .failure(
                Miss(lookup: .nobody(reason: "the card is of the program \(card.program)")))
        }
        return .success(root)
    }
}
