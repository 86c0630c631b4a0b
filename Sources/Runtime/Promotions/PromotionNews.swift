import Events
import JSONParsing
import Kernel
import Promotions
import Records

/// What the log is told of promotions, where the customer is known.
enum PromotionNews {
    static let redeemed = "Promotion Redeemed"
    static let givenBack = "Promotion Given Back"
    static let refused = "Coupon Refused"
    static let issued = "Coupon Issued"

    static func tell(
        _ change: CheckoutChange, _ checkout: Checkout, _ ask: PromotionDesk.Ask,
        in commit: PromotionCommit, at now: Timestamp
    ) throws {
        guard ID<Customer>(checkout.customer) != nil else { return }
        for (name, uses) in [(redeemed, change.redeemed), (givenBack, change.givenBack)] {
            for use in uses {
                var json = begin(checkout.customer)
                json.member("promotion", use.promotion)
                if !use.code.isEmpty { json.member("code", use.code) }
                json.member("checkout", checkout.id)
                if use.points > 0 { json.member("points", use.points) }
                if name == givenBack { json.member("usableAgain", isBack(use, checkout)) }
                try commit.tell(
                    frame(
                        name, json,
                        key: "promotion/\(checkout.id)/\(use.promotion)/\(ask.operation)", now))
            }
        }
    }

    private static func isBack(_ use: Checkout.Use, _ checkout: Checkout) -> Bool {
        checkout.uses.contains { $0.promotion == use.promotion && $0.isBack }
    }

    static func tellRefusals(
        _ outcome: CheckoutOutcome, _ ask: PromotionDesk.Ask, in commit: PromotionCommit,
        at now: Timestamp
    ) throws {
        guard case .reserve(let reservation) = ask.request,
            let customer = reservation.cart.customer?.id, ID<Customer>(customer) != nil
        else { return }
        let results: [CheckoutOutcome.CodeResult]
        switch outcome {
        case .reserved(_, let codes, _), .refusedCodes(_, let codes): results = codes
        case .confirmed, .released, .refunded, .refused: return
        }
        for (place, result) in results.enumerated() {
            guard let refusal = result.refusal else { continue }
            var json = begin(customer)
            json.member("code", result.code)
            if let promotion = result.promotion { json.member("promotion", promotion) }
            json.member("reason", refusal.word(for: .staff))
            json.member("detail", refusal.sentence(for: .staff))
            json.member("checkout", ask.checkout)
            try commit.tell(
                frame(refused, json, key: "promotion/\(ask.operation)/refused/\(place)", now))
        }
    }

    static func tellIssued(
        _ code: String, of promotion: String, to customer: String, expiresAt: Timestamp?,
        operation: String, in commit: PromotionCommit, at now: Timestamp
    ) throws {
        guard ID<Customer>(customer) != nil else { return }
        var json = begin(customer)
        json.member("code", code)
        json.member("promotion", promotion)
        if let expiresAt { json.member("expires", expiresAt.rfc3339) }
        try commit.tell(frame(issued, json, key: "promotion/\(operation)/issued/\(code)", now))
    }

    private static func begin(_ customer: String) -> JSONWriter {
        var json = JSONWriter()
        json.beginObject()
        json.member("customerId", customer)
        return json
    }

    /// Its message id is made of the operation, so that telling it again changes nothing.
    private static func frame(
        _ name: String, _ properties: JSONWriter, key: String, _ now: Timestamp
    ) -> [UInt8] {
        var json = properties
        json.endObject()
        // An operation's id may be long, and a message's isn't.
        let id = key.utf8.count <= 255 ? key : String(key.prefix(120)) + shortened(key)
        var draft = EventDraft(kind: .track, occurredAt: now, messageID: id)
        draft.flags = .system
        draft.name = name
        draft.properties = json.bytes
        var builder = EventBlockBuilder()
        builder.append(draft)
        return builder.takeBytes().bytes
    }

    private static func shortened(_ key: String) -> String {
        let digest = SipHash(key: SipHash.Key(low: 0, high: 0)).digest(key)
        return "#" + String(digest.first, radix: 16) + String(digest.second, radix: 16)
    }
}
