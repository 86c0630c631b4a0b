import Documents
package import JSONParsing
package import Kernel

/// What is answered about a checkout.
package enum CheckoutAnswer {
    /// JSON; a refusal as RFC 9457 has it.
    ///
    /// - Parameter currency: The cart's.
    package static func json(
        _ outcome: CheckoutOutcome, checkout: String, operation: String, currency: Currency
    ) -> [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("operation", operation)
        json.member("checkout", checkout)
        json.member("done", outcome.isDone)
        switch outcome {
        case .reserved(let stacking, let codes, let until):
            json.member("state", Checkout.State.reserved.word)
            json.member("expires_at", until.rfc3339)
            write(codes, to: &json)
            write(stacking, currency, to: &json)
        case .refusedCodes(let stacking, let codes):
            let refused = codes.filter { $0.refusal != nil }
            refusal(
                refused.first?.refusal?.word(for: .anybody) ?? "refused",
                refused.compactMap { $0.refusal?.sentence(for: .anybody) }.joined(separator: " "),
                to: &json)
            write(codes, to: &json)
            write(stacking, currency, to: &json)
        case .confirmed(let isLate):
            json.member("state", Checkout.State.confirmed.word)
            json.member("late", isLate)
        case .released: json.member("state", Checkout.State.released.word)
        case .refunded(let usableAgain):
            json.member("state", Checkout.State.refunded.word)
            json.key("usable_again")
            json.beginArray()
            for name in usableAgain { json.string(name) }
            json.endArray()
        case .refused(let reason): refusal(reason.word, reason.sentence, to: &json)
        }
        json.endObject()
        return json.bytes
    }

    private static func refusal(_ code: String, _ detail: String, to json: inout JSONWriter) {
        json.member("type", "about:blank")
        json.member("title", "Refused")
        json.member("status", 409)
        json.member("code", code)
        json.member("detail", detail)
    }

    private static func write(_ codes: [CheckoutOutcome.CodeResult], to json: inout JSONWriter) {
        json.key("codes")
        json.beginArray()
        for result in codes {
            json.beginObject()
            json.member("code", result.code)
            json.member("applied", result.refusal == nil)
            if let refusal = result.refusal {
                if case .notApplied = refusal, let promotion = result.promotion {
                    json.member("promotion", promotion)
                }
                json.member("reason", refusal.word(for: .anybody))
                json.member("detail", refusal.sentence(for: .anybody))
                if case .notApplied(.rulesFailed(let failures)) = refusal {
                    write(failures, to: &json)
                }
            } else if let promotion = result.promotion {
                json.member("promotion", promotion)
            }
            json.endObject()
        }
        json.endArray()
    }

    private static func write(_ failures: [RuleFailure], to json: inout JSONWriter) {
        json.key("failed_rules")
        json.beginArray()
        for failure in failures {
            json.beginObject()
            json.member("rule", failure.word)
            json.member("detail", failure.sentence)
            json.key("values")
            json.raw(failure.values.json.span)
            json.endObject()
        }
        json.endArray()
    }

    private static func write(
        _ stacking: Stacking, _ currency: Currency, to json: inout JSONWriter
    ) {
        func money(_ name: String, _ minor: Int64) {
            json.key(name)
            json.decimal(minor: minor, digits: currency.minorDigits)
        }
        json.member("currency", currency.description)
        money("subtotal", stacking.lines.reduce(0) { $0 + $1.fullMinor })
        money("shipping", stacking.shipping.fullMinor)
        money("discount", stacking.discountMinor)
        money("total", stacking.totalMinor)
        json.member("points", stacking.points)
        json.key("promotions")
        json.beginArray()
        for one in stacking.applied {
            json.beginObject()
            json.member("promotion", one.promotion)
            money("discount", one.discountMinor)
            if one.shippingMinor > 0 { money("off_shipping", one.shippingMinor) }
            if one.points > 0 { json.member("points", one.points) }
            if let gift = one.gift {
                json.key("gift")
                json.beginObject()
                json.member("product", gift.product)
                json.member("quantity", gift.quantity)
                json.endObject()
            }
            json.endObject()
        }
        json.endArray()
        json.key("lines")
        json.beginArray()
        for line in stacking.lines {
            json.beginObject()
            json.member("id", line.line)
            money("amount", line.fullMinor)
            money("discount", line.discountMinor)
            money("total", line.totalMinor)
            json.endObject()
        }
        json.endArray()
        let left = stacking.leftOut.filter {
            // What needs no code and isn't for this cart is nobody's concern.
            if case .rulesFailed = $0.reason { return false }
            return true
        }
        guard !left.isEmpty else { return }
        json.key("left_out")
        json.beginArray()
        for one in left {
            json.beginObject()
            json.member("promotion", one.promotion)
            json.member("reason", one.reason.word)
            json.member("detail", one.reason.sentence)
            json.endObject()
        }
        json.endArray()
    }
}
