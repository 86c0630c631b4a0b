import Events
import JSONParsing
import Kernel
import Records

extension CouponUse {
    /// A code is no longer than this.
    private static let codeBytesMax = 100

    /// The code that an event about a completed or changed order names as `coupon`; nil where it names none.
    init?(
        _ frame: EventFrame, in block: EventBlock, customer: Int64, receivedAt: Timestamp,
        defaultCurrency: Currency
    ) {
        guard frame.kind == .track,
            let action = CommerceOrder.action(named: block.span(frame.name)),
            action == .completed || action == .updated
        else { return nil }
        let properties = block.span(frame.properties)
        // What can't be understood as an order isn't one, and redeems nothing.
        guard JSONLookup.mayHave("coupon", in: properties),
            let value = try? JSONLookup.member(named: "coupon", in: properties),
            value.kind == .string, (1...Self.codeBytesMax).contains(value.content.count),
            let order = try? CommerceOrder.read(
                frame, in: block, defaultCurrency: defaultCurrency)
        else { return nil }
        self.init(
            code: value.text(in: properties), orderID: order.orderID, customer: customer,
            at: frame.occurredAt, now: receivedAt, isHistory: frame.flags.contains(.history))
    }
}
