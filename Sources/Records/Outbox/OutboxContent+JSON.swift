package import JSONParsing
import Kernel

extension OutboxDraft.Content {
    var kind: OutboxKind {
        switch self {
        case .send: .send
        case .award: .award
        case .webhook: .webhook
        case .coupon, .promotionCode: .coupon
        case .task: .task
        case .attributes: .attribute
        }
    }

    var receiver: String {
        switch self {
        case .webhook(let receiver, _, _): receiver
        case .send(let lane, _): lane
        case .award, .coupon, .promotionCode, .task, .attributes: ""
        }
    }

    /// The state that an effect of this kind begins in.
    var firstState: OutboxState {
        switch self {
        case .send(let lane, _): lane.isEmpty ? .kept : .pending
        // The task's row, which is written with it, is all there is to do.
        case .task: .done
        case .webhook, .coupon, .promotionCode, .attributes, .award: .pending
        }
    }

    /// What is stored, and shown of the item: a JSON object.
    var payload: [UInt8] {
        var json = JSONWriter()
        switch self {
        case .send(_, let object), .award(let object), .attributes(let object): return object
        case .webhook(_, let type, let data):
            json.beginObject()
            json.member("type", type)
            json.key("data")
            json.raw(data.span)
            json.endObject()
        case .coupon(let code, let value, let expiresAt):
            json.beginObject()
            json.member("code", code)
            value.write(to: &json)
            json.member("expiresAt", expiresAt.description)
            json.endObject()
        case .promotionCode(let code, let promotion, let expiresAt):
            json.beginObject()
            json.member("code", code)
            json.member("promotion", promotion)
            if let expiresAt { json.member("expiresAt", expiresAt.description) }
            json.endObject()
        case .task(let title, let owner, let dueAt):
            json.beginObject()
            json.member("title", title)
            if !owner.isEmpty { json.member("owner", owner) }
            json.member("dueAt", dueAt.description)
            json.endObject()
        }
        return json.bytes
    }
}

extension CouponValue {
    /// Writes the members `percent`, or `amount` and `currency`, of an object that is begun.
    package func write(to json: inout JSONWriter) {
        switch self {
        case .basisPoints(let points):
            json.key("percent")
            // Without digits that say nothing: 10 and 12.5.
            if points % 100 == 0 {
                json.number(points / 100)
            } else {
                json.decimal(minor: points, digits: 2)
            }
        case .amount(let money):
            json.key("amount")
            json.decimal(minor: money.minor, digits: money.currency.minorDigits)
            json.member("currency", money.currency.description)
        }
    }
}
