import Analytics
import Customers
import JSONParsing
import Kernel
import Records
import Referrals

/// What a check of a referral asks about a person.
struct ReferralPerson: Sendable {
    var customer: ID<Customer>
    /// In order.
    var keys: [PersonKey]
}

extension Workspace {
    /// By what a customer is known again. Blocks.
    ///
    /// From identifiers and traits, as identify calls send them: `email`, `phone`, `address` (`street`, `postalCode`,
    /// `country`), `device_id` and `payment_fingerprint`.
    func referralPerson(_ customer: ID<Customer>) throws -> ReferralPerson {
        let members = try records.members(of: customer)
        let makers = PersonKeys(hash: hash, countryCode: Self.callingCode(of: currency))
        var keys: Set<PersonKey> = []
        func add(_ key: PersonKey?) {
            if let key, keys.count < ReferralGraph.Limits().keysMax { keys.insert(key) }
        }
        for identifier in try records.identifiers(of: members) {
            switch identifier.kind {
            case .email: add(makers.email(identifier.value))
            case .phone: add(makers.phone(identifier.value))
            case .userID, .anonymousID: break
            }
        }
        var profile = Profile()
        for bytes in try records.profiles(of: members) {
            profile.merge(try Profile(decoding: bytes.span))
        }
        let traits = profile.attributes
        add(traits["email"]?.text.flatMap(makers.email))
        add(traits["phone"]?.text.flatMap(makers.phone))
        for name in ["device_id", "deviceId"] { add(traits[name]?.text.flatMap(makers.device)) }
        for name in ["payment_fingerprint", "paymentFingerprint"] {
            add(traits[name]?.text.flatMap(makers.payment))
        }
        if let address = traits["address"], !address.isRemoved {
            add(Self.addressKey(address.value, makers))
        }
        return ReferralPerson(customer: customer, keys: keys.sorted())
    }

    /// Of an address as the Segment specification has it.
    private static func addressKey(_ json: [UInt8], _ makers: PersonKeys) -> PersonKey? {
        func text(_ names: String...) -> String {
            for name in names {
                // What isn't an object has no street.
                guard let found = try? JSONLookup.member(named: name, in: json.span) else {
                    continue
                }
                if found.kind.isString || found.kind.isNumber {
                    return found.text(in: json.span) ?? ""
                }
            }
            return ""
        }
        return makers.address(
            line: text("street", "line1"), postcode: text("postalCode", "postal_code", "zip"),
            country: text("country"))
    }

    /// Of phone numbers that are written without one: that of the currency's country; empty where it has several.
    private static func callingCode(of currency: Currency) -> String {
        switch currency.description {
        case "GBP": "44"
        case "USD", "CAD": "1"
        case "AUD": "61"
        case "NZD": "64"
        case "CHF": "41"
        case "SEK": "46"
        case "NOK": "47"
        case "DKK": "45"
        case "PLN": "48"
        case "JPY": "81"
        case "INR": "91"
        default: ""
        }
    }

    /// A customer's orders as they stand. Blocks.
    ///
    /// - Parameter version: What they are known to be as of: a position of the log that the archive has.
    func referralOrders(of customer: ID<Customer>, version: Int64) throws -> [ReferralOrder] {
        let history = try archive.orderHistory(customer)
        var refunded: [Int64: Int64] = [:]
        for record in history where record.order.kind == .refunded && !record.isCancelled {
            let sum = refunded[record.order.key, default: 0]
                .addingReportingOverflow(record.order.totalMinor)
            refunded[record.order.key] = sum.overflow ? .max : sum.partialValue
        }
        let orders = history.filter { $0.order.kind == .completed }.map { record in
            ReferralOrder(
                id: record.order.orderID, placedAt: record.order.occurredAt,
                amount: Money(minor: record.order.totalMinor, currency: record.order.currency),
                refunded: refunded[record.order.key] ?? 0, isCancelled: record.isCancelled,
                version: version)
        }
        // The first ones decide; no more are kept.
        return Array(
            orders.sorted { ($0.placedAt, $0.id) < ($1.placedAt, $1.id) }
                .prefix(ReferralState.ordersMax))
    }
}
