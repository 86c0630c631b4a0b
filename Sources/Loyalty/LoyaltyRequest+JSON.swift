import JSONParsing
package import Kernel

extension LoyaltyRequest {
    package var kind: Kind {
        switch operation {
        case .order: .order
        case .refund: .refund
        case .cancel: .cancel
        case .event: .event
        case .award: .award
        case .spend: .spend
        case .unspend: .unspend
        case .reserve: .reserve
        case .confirm: .confirm
        case .release: .release
        case .adjust: .adjust
        case .takeBack: .takeBack
        case .tick: .tick
        }
    }

    /// In one form only: what asks for the same has the same bytes. `init(reading:)` reads them.
    ///
    /// - Parameter currency: The program's.
    package func json(currency: Currency) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("type", kind.rawValue)
        if let at { json.member("at", at.rfc3339) }
        switch operation {
        case .order(let id, let lines, let told):
            json.member("order_id", id)
            json.member("currency", told.description)
            json.key("lines")
            json.beginArray()
            for line in lines { Self.write(line, told.minorDigits, to: &json) }
            json.endArray()
        case .refund(let order, let refund):
            json.member("order_id", order)
            Self.write(refund, currency.minorDigits, to: &json)
        case .cancel(let order): json.member("order_id", order)
        case .event(let name, let order):
            json.member("event", name)
            if let order { json.member("order_id", order) }
        case .award(let points, let reason), .adjust(let points, let reason),
            .takeBack(let points, let reason):
            json.member("points", points)
            json.member("reason", reason)
        case .spend(let points, let reference):
            json.member("points", points)
            if !reference.isEmpty { json.member("reference", reference) }
        case .unspend(let operation, let points):
            json.member("operation", operation)
            if let points { json.member("points", points) }
        case .reserve(let points, let reference, let seconds):
            json.member("points", points)
            if !reference.isEmpty { json.member("reference", reference) }
            json.member("expires_in", seconds)
        case .confirm(let operation), .release(let operation):
            json.member("operation", operation)
        case .tick: break
        }
        json.endObject()
        return json.bytes
    }

    private static func write(_ line: OrderLine, _ digits: Int, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", line.id)
        if !line.product.isEmpty { json.member("product", line.product) }
        if !line.category.isEmpty { json.member("category", line.category) }
        if line.quantityMilli != 1000 {
            json.key("quantity")
            json.decimal(minor: line.quantityMilli, digits: 3)
        }
        for (name, amount) in [
            ("amount", line.amount), ("discount", line.discount), ("tax", line.tax),
        ] where amount != 0 || name == "amount" {
            json.key(name)
            json.decimal(minor: amount, digits: digits)
        }
        json.endObject()
    }

    private static func write(_ refund: OrderRefund, _ digits: Int, to json: inout JSONWriter) {
        json.member("refund_id", refund.id)
        if refund.amount != 0 {
            json.key("amount")
            json.decimal(minor: refund.amount, digits: digits)
        }
        if refund.isWhole { json.member("whole", true) }
        guard !refund.parts.isEmpty else { return }
        json.key("lines")
        json.beginArray()
        for part in refund.parts {
            json.beginObject()
            json.member("line", part.line)
            if part.quantityMilli != 0 || part.amount == nil {
                json.key("quantity")
                json.decimal(minor: part.quantityMilli, digits: 3)
            }
            if let amount = part.amount {
                json.key("amount")
                json.decimal(minor: amount, digits: digits)
            }
            json.endObject()
        }
        json.endArray()
    }
}
