import Analytics
import Customers
import Events
import Kernel
import Records
import Testing

@testable import Runtime

private let dollars = Currency("USD")
private let euros = Currency("EUR")

/// An order as it is known, what an event says of it, and all that follows.
struct OrderCase: Sendable, CustomTestStringConvertible {
    /// What happens, in words.
    let testDescription: String
    /// Customer, status, total in cents and currency of the known order, made at 100 ms; nil for none.
    var known: (customer: Int64, status: KnownOrder.Status, total: Int64, currency: Currency?)?
    let action: CommerceOrder.Action
    /// JSON after the order id.
    let says: String
    /// Whose the event is; it happened at 500 ms, as position 9.
    let customer: Int64
    /// Customer, status, total, currency and time of the order from now on; nil where it stays as it was.
    var record:
        (
            customer: Int64, status: KnownOrder.Status, total: Int64, currency: Currency?,
            at: Int64
        )?
    /// Customer, orders, revenue, refunds, refunded and currency of each change.
    var deltas: [(Int64, Int64, Int64, Int64, Int64, Currency?)] = []
    var archived: (kind: ArchivedKind, customer: Int64, at: Int64, total: Int64)?

    enum ArchivedKind: UInt8, Sendable { case completed = 1, refunded, cancelled }
}

struct OrderFoldTests {
    private static let cases: [OrderCase] = [
        OrderCase(
            testDescription: "the first that is heard of an order",
            action: .completed, says: #","total":12.5"#, customer: 3,
            record: (3, .completed, 1250, dollars, 500),
            deltas: [(3, 1, 1250, 0, 0, dollars)], archived: (.completed, 3, 500, 1250)),
        OrderCase(
            testDescription: "an order of nobody that is known",
            action: .completed, says: #","total":12.5"#, customer: 0,
            record: (0, .completed, 1250, dollars, 500), archived: (.completed, 0, 500, 1250)),
        OrderCase(
            testDescription: "an update of an order that isn't known makes it",
            action: .updated, says: #","total":1"#, customer: 3,
            record: (3, .completed, 100, dollars, 500), deltas: [(3, 1, 100, 0, 0, dollars)],
            archived: (.completed, 3, 500, 100)),
        OrderCase(
            testDescription: "an order that is sent again replaces itself, its time too",
            known: (3, .completed, 1000, dollars), action: .completed, says: #","total":12"#,
            customer: 3, record: (3, .completed, 1200, dollars, 500),
            deltas: [(3, -1, -1000, 0, 0, dollars), (3, 1, 1200, 0, 0, dollars)],
            archived: (.completed, 3, 500, 1200)),
        OrderCase(
            testDescription: "an update keeps when the order was made",
            known: (3, .completed, 1000, dollars), action: .updated, says: #","total":12"#,
            customer: 3, record: (3, .completed, 1200, dollars, 100),
            deltas: [(3, -1, -1000, 0, 0, dollars), (3, 1, 1200, 0, 0, dollars)],
            archived: (.completed, 3, 100, 1200)),
        OrderCase(
            testDescription: "an order that turns out to be another customer's moves to them",
            known: (3, .completed, 1000, dollars), action: .updated, says: #","total":10"#,
            customer: 4, record: (4, .completed, 1000, dollars, 100),
            deltas: [(3, -1, -1000, 0, 0, dollars), (4, 1, 1000, 0, 0, dollars)],
            archived: (.completed, 4, 100, 1000)),
        OrderCase(
            testDescription: "an update that names nobody leaves the order with its customer",
            known: (3, .completed, 1000, dollars), action: .updated, says: #","total":11"#,
            customer: 0, record: (3, .completed, 1100, dollars, 100),
            deltas: [(3, -1, -1000, 0, 0, dollars), (3, 1, 1100, 0, 0, dollars)],
            archived: (.completed, 3, 100, 1100)),
        OrderCase(
            testDescription: "an order of nobody's finds its customer later",
            known: (0, .completed, 1000, dollars), action: .completed, says: #","total":10"#,
            customer: 4, record: (4, .completed, 1000, dollars, 500),
            deltas: [(4, 1, 1000, 0, 0, dollars)], archived: (.completed, 4, 500, 1000)),
        OrderCase(
            testDescription: "an order that changes its currency",
            known: (3, .completed, 1000, dollars), action: .updated,
            says: #","total":7,"currency":"EUR""#, customer: 3,
            record: (3, .completed, 700, euros, 100),
            deltas: [(3, -1, -1000, 0, 0, dollars), (3, 1, 700, 0, 0, euros)],
            archived: (.completed, 3, 100, 700)),
        OrderCase(
            testDescription: "a cancellation takes the order back",
            known: (3, .completed, 1000, dollars), action: .cancelled, says: "", customer: 0,
            record: (3, .cancelled, 1000, dollars, 100), deltas: [(3, -1, -1000, 0, 0, dollars)],
            archived: (.cancelled, 3, 500, 1000)),
        OrderCase(
            testDescription:
                "a cancellation is of what is known, whatever amount and customer it names",
            known: (3, .completed, 1000, dollars), action: .cancelled,
            says: #","total":99,"currency":"EUR""#, customer: 4,
            record: (3, .cancelled, 1000, dollars, 100), deltas: [(3, -1, -1000, 0, 0, dollars)],
            archived: (.cancelled, 3, 500, 1000)),
        OrderCase(
            testDescription: "a cancellation of nobody's order",
            known: (0, .completed, 1000, dollars), action: .cancelled, says: "", customer: 0,
            record: (0, .cancelled, 1000, dollars, 100), archived: (.cancelled, 0, 500, 1000)),
        OrderCase(
            testDescription: "a cancellation that comes before its order",
            action: .cancelled, says: #","total":10"#, customer: 3,
            record: (3, .cancelled, 0, dollars, 500), archived: (.cancelled, 3, 500, 1000)),
        OrderCase(
            testDescription: "an order that was cancelled stays so when it is sent again",
            known: (3, .cancelled, 1000, dollars), action: .completed, says: #","total":10"#,
            customer: 3),
        OrderCase(
            testDescription: "an order that was cancelled stays so when it is updated",
            known: (3, .cancelled, 0, dollars), action: .updated, says: #","total":10"#,
            customer: 3),
        OrderCase(
            testDescription: "a second cancellation changes nothing",
            known: (3, .cancelled, 1000, dollars), action: .cancelled, says: "", customer: 3),
        OrderCase(
            testDescription: "a refund of some of an order",
            known: (3, .completed, 1000, dollars), action: .refunded, says: #","total":2.5"#,
            customer: 3, deltas: [(3, 0, 0, 1, 250, dollars)], archived: (.refunded, 3, 500, 250)),
        OrderCase(
            testDescription: "a refund that names nobody is to who ordered",
            known: (3, .completed, 1000, dollars), action: .refunded, says: #","total":-2.5"#,
            customer: 0, deltas: [(3, 0, 0, 1, 250, dollars)], archived: (.refunded, 3, 500, 250)),
        OrderCase(
            testDescription: "a refund that names somebody is to them",
            known: (3, .completed, 1000, dollars), action: .refunded, says: #","total":2.5"#,
            customer: 4, deltas: [(4, 0, 0, 1, 250, dollars)], archived: (.refunded, 4, 500, 250)),
        OrderCase(
            testDescription: "a refund without an amount is of the whole order",
            known: (3, .completed, 1000, dollars), action: .refunded, says: "", customer: 3,
            deltas: [(3, 0, 0, 1, 1000, dollars)], archived: (.refunded, 3, 500, 1000)),
        OrderCase(
            testDescription: "a refund without an amount of an order that isn't known",
            action: .refunded, says: "", customer: 3),
        OrderCase(
            testDescription: "a refund without an amount in another currency than the order's",
            known: (3, .completed, 1000, dollars), action: .refunded, says: #","currency":"EUR""#,
            customer: 3),
        OrderCase(
            testDescription: "a refund with an amount in another currency than the order's",
            known: (3, .completed, 1000, dollars), action: .refunded,
            says: #","total":2,"currency":"EUR""#, customer: 3,
            deltas: [(3, 0, 0, 1, 200, euros)], archived: (.refunded, 3, 500, 200)),
        OrderCase(
            testDescription: "a refund with an amount of an order that isn't known",
            action: .refunded, says: #","total":2"#, customer: 3,
            deltas: [(3, 0, 0, 1, 200, dollars)], archived: (.refunded, 3, 500, 200)),
        OrderCase(
            testDescription: "a refund to nobody",
            action: .refunded, says: #","total":2"#, customer: 0,
            archived: (.refunded, 0, 500, 200)),
    ]

    @Test(arguments: cases)
    func `an event about an order changes what it says and no more`(row: OrderCase) throws {
        let dollars = try #require(dollars)
        let properties = Array("{\"order_id\":\"o1\"\(row.says)}".utf8)
        let order = try CommerceOrder(
            row.action, properties: properties.span, defaultCurrency: dollars)
        let known = try row.known.map { known in
            try record(known.customer, known.status, known.total, known.currency, 100, place: 2)
        }

        let fold = OrderFold(
            order, known: known, key: 77, customer: row.customer,
            at: Timestamp(milliseconds: 500), position: 9)

        let expected = try row.record.map { expected in
            try record(
                expected.customer, expected.status, expected.total, expected.currency,
                expected.at, place: row.known == nil ? 9 : 2)
        }
        #expect(fold.record == expected)
        #expect(fold.deltas.map(\.customer) == row.deltas.map(\.0))
        let deltas = try row.deltas.map { delta in
            OrderDelta(
                currency: try #require(delta.5), orders: delta.1, revenueMinor: delta.2,
                refunds: delta.3, refundedMinor: delta.4)
        }
        #expect(fold.deltas.map(\.delta) == deltas)
        #expect(fold.archived?.kind.rawValue == row.archived?.kind.rawValue)
        #expect(fold.archived?.customer == row.archived?.customer)
        #expect(fold.archived?.at.milliseconds == row.archived?.at)
        #expect(fold.archived?.totalMinor == row.archived?.total)
    }

    private func record(
        _ customer: Int64, _ status: KnownOrder.Status, _ total: Int64, _ currency: Currency?,
        _ at: Int64, place: Int64
    ) throws -> KnownOrder {
        KnownOrder(
            key: 77, orderID: "o1", customer: customer, status: status,
            orderedAt: Timestamp(milliseconds: at), currency: try #require(currency).packed,
            totalMinor: total, place: place)
    }
}
