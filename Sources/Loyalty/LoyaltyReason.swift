import JSONParsing
import Kernel

/// Why points moved: a word for programs with its values, and a sentence for people.
package enum LoyaltyReason: Sendable, Equatable {
    /// An order is worth points by a rule.
    case earned(order: String, rules: [String])
    case event(name: String, rule: String)
    case given(String)
    case tierEntered(String)
    /// Something was done as often as a rule asks, or no longer is.
    case challenge(rule: String, times: Int)
    case challengeUndone(rule: String)
    /// Lines of an order were given back, or it was cancelled.
    case refunded(order: String, isCancelled: Bool)
    /// As above, and the order's own points were used meanwhile.
    case refundedFromOthers(order: String, lot: Int64)
    case refundOwed(order: String)
    case spent(reference: String)
    case spendUndone(operation: String)
    case ended
    case debtPaid
    case adjusted(String)
    /// The customer is one with another: from theirs, or to theirs.
    case moved(customer: String, isOut: Bool)

    /// A machine's word.
    package var code: String {
        switch self {
        case .earned: "order_earned"
        case .event: "event_earned"
        case .given: "awarded"
        case .tierEntered: "tier_entered"
        case .challenge: "challenge_done"
        case .challengeUndone: "challenge_undone"
        case .refunded(_, let isCancelled): isCancelled ? "order_cancelled" : "order_refunded"
        case .refundedFromOthers: "order_refunded_from_other_points"
        case .refundOwed: "order_refund_owed"
        case .spent: "spent"
        case .spendUndone: "spend_undone"
        case .ended: "expired"
        case .debtPaid: "debt_paid"
        case .adjusted: "adjusted"
        case .moved(_, let isOut): isOut ? "moved_out" : "moved_in"
        }
    }

    /// In plain English.
    package func sentence(points: Int64, unit: String) -> String {
        let count = LoyaltyWords.count(points.magnitude, unit)
        switch self {
        case .earned(let order, let rules):
            return "\(count) for order \(order)"
                + (rules.isEmpty ? "" : " by \(rules.joined(separator: ", "))")
        case .event(let name, let rule): return "\(count) for \(name), by \(rule)"
        case .given(let reason): return "\(count): \(reason)"
        case .tierEntered(let tier): return "\(count) for reaching \(tier)"
        case .challenge(let rule, let times): return "\(count) for \(rule), done \(times) times"
        case .challengeUndone(let rule):
            return "\(count) taken back, for \(rule) isn't done as often any more"
        case .refunded(let order, let isCancelled):
            return isCancelled
                ? "\(count) taken back, for order \(order) was cancelled"
                : "\(count) taken back for what was returned of order \(order)"
        case .refundedFromOthers(let order, let lot):
            return "\(count) taken back for order \(order) from other points (lot \(lot)), since "
                + "its own were used"
        case .refundOwed(let order):
            return "\(count) owed for what was returned of order \(order), since its own were used"
        case .spent(let reference):
            return "\(count) spent" + (reference.isEmpty ? "" : " on \(reference)")
        case .spendUndone(let operation):
            return "\(count) given back, for the spending \(operation) was undone"
        case .ended: return "\(count) expired"
        case .debtPaid: return "\(count) paid off what was owed"
        case .adjusted(let reason): return "\(count): \(reason)"
        case .moved(let customer, let isOut):
            return isOut
                ? "\(count) moved to \(customer), who is the same person"
                : "\(count) moved from \(customer), who is the same person"
        }
    }

    /// The word and its values: a JSON object, which `init(json:)` reads.
    package var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("code", code)
        switch self {
        case .earned(let order, let rules):
            json.member("order", order)
            if !rules.isEmpty { json.member("rule", rules.joined(separator: ", ")) }
        case .event(let name, let rule):
            json.member("event", name)
            json.member("rule", rule)
        case .given(let text), .adjusted(let text): json.member("reason", text)
        case .tierEntered(let tier): json.member("tier", tier)
        case .challenge(let rule, let times):
            json.member("rule", rule)
            json.member("times", times)
        case .challengeUndone(let rule): json.member("rule", rule)
        case .refunded(let order, _), .refundOwed(let order): json.member("order", order)
        case .refundedFromOthers(let order, let lot):
            json.member("order", order)
            json.member("lot", lot)
        case .spent(let reference): json.member("reference", reference)
        case .spendUndone(let operation): json.member("operation", operation)
        case .moved(let customer, _): json.member("customer", customer)
        case .ended, .debtPaid: break
        }
        json.endObject()
        return json.bytes
    }

    /// Nil where the bytes aren't a reason's.
    package init?(json bytes: [UInt8]) {
        func text(_ name: String) -> String? {
            do throws(JSONError) {
                return try JSONLookup.member(named: name, in: bytes.span)?.text(in: bytes.span)
            } catch {
                return nil
            }
        }
        let order = text("order") ?? ""
        let rules = text("rule").map { $0.isEmpty ? [] : [$0] } ?? []
        switch text("code") {
        case "order_earned": self = .earned(order: order, rules: rules)
        case "event_earned": self = .event(name: text("event") ?? "", rule: text("rule") ?? "")
        case "awarded": self = .given(text("reason") ?? "")
        case "tier_entered": self = .tierEntered(text("tier") ?? "")
        case "challenge_done":
            self = .challenge(rule: text("rule") ?? "", times: Int(text("times") ?? "") ?? 0)
        case "challenge_undone": self = .challengeUndone(rule: text("rule") ?? "")
        case "order_cancelled": self = .refunded(order: order, isCancelled: true)
        case "order_refunded": self = .refunded(order: order, isCancelled: false)
        case "order_refunded_from_other_points":
            self = .refundedFromOthers(order: order, lot: Int64(text("lot") ?? "") ?? 0)
        case "order_refund_owed": self = .refundOwed(order: order)
        case "spent": self = .spent(reference: text("reference") ?? "")
        case "spend_undone": self = .spendUndone(operation: text("operation") ?? "")
        case "expired": self = .ended
        case "debt_paid": self = .debtPaid
        case "adjusted": self = .adjusted(text("reason") ?? "")
        case "moved_out": self = .moved(customer: text("customer") ?? "", isOut: true)
        case "moved_in": self = .moved(customer: text("customer") ?? "", isOut: false)
        default: return nil
        }
    }
}
