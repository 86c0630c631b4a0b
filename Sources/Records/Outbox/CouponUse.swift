import JSONParsing
package import Kernel

/// An order that came with a code.
package struct CouponUse: Sendable, Equatable {
    /// As the order says it; how it is written in capitals and small letters says nothing.
    package var code: String
    package var orderID: String
    /// Whose the order is; 0 for nobody's.
    package var customer: Int64
    /// When the order was made.
    package var at: Timestamp
    /// When the log took it in.
    package var now: Timestamp
    /// Whether it is told as history, which starts nothing.
    package var isHistory: Bool

    package init(
        code: String, orderID: String, customer: Int64, at: Timestamp, now: Timestamp,
        isHistory: Bool = false
    ) {
        self.code = code
        self.orderID = orderID
        self.customer = customer
        self.at = at
        self.now = now
        self.isHistory = isHistory
    }
}

/// What came of an order's code.
package enum CouponRedemption: Sendable, Equatable {
    /// Not a code of ours.
    case unknown
    /// The code is redeemed by this order.
    case redeemed
    /// This order redeemed it before.
    case known
    /// Another order redeemed it before: a code is good for one.
    case usedBefore(orderID: String)
}

enum CouponCode {
    /// What makes two writings of a code the same: capitals, and no spaces around.
    static func key(of code: String) -> String {
        String(code.trimmingPrefix { $0 == " " }.reversed().trimmingPrefix { $0 == " " }.reversed())
            .uppercased()
    }
}

/// What the outbox tells of a code's use, as the properties of an event.
struct CouponTelling {
    let code: String
    let orderID: String
    let owner: ID<Customer>
    let isLate: Bool
    let earlierOrderID: String?
    let at: Timestamp
    let isHistory: Bool

    var payload: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("code", code)
        json.member("orderId", orderID)
        json.member("issuedTo", owner.description)
        if isLate { json.member("afterExpiry", true) }
        if let earlierOrderID { json.member("earlierOrderId", earlierOrderID) }
        json.member("occurredAt", at.description)
        if isHistory { json.member("history", true) }
        json.endObject()
        return json.bytes
    }
}
