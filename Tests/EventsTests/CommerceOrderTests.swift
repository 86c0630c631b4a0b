import Events
import JSONParsing
import Kernel
import Testing

struct CommerceOrderTests {
    private func order(
        _ action: CommerceOrder.Action, _ properties: String, currency: String = "GBP"
    ) throws -> CommerceOrder {
        let bytes = Array(properties.utf8)
        return try CommerceOrder(
            action, properties: bytes.span, defaultCurrency: try #require(Currency(currency)))
    }

    @Test(
        arguments: [
            ("Order Completed", .completed), ("order completed", .completed),
            ("Completed Order", .completed), ("ORDER UPDATED", .updated),
            ("Updated Order", .updated),
            ("Order Refunded", .refunded), ("Refunded Order", .refunded),
            ("Order Cancelled", .cancelled), ("Cancelled Order", .cancelled),
            ("Order Canceled", .cancelled), ("Order  Completed", nil), ("Order_Completed", nil),
            ("OrderCompleted", nil), ("Order Complete", nil), ("Product Viewed", nil), ("", nil),
            ("order\u{0}completed", nil),
        ] as [(String, CommerceOrder.Action?)])
    func `Knows the events that are about orders`(name: String, action: CommerceOrder.Action?) {
        #expect(CommerceOrder.action(named: name.utf8Span.span) == action)
    }

    @Test(
        arguments: [
            (.completed, #"{"order_id":"o","total":12.5}"#, 1250),
            (.completed, #"{"order_id":"o","total":"12.50"}"#, 1250),
            (.completed, #"{"order_id":"o","total":0.1,"revenue":9}"#, 10),
            (.completed, #"{"order_id":"o","total":null,"revenue":9}"#, 900),
            (.completed, #"{"order_id":"o","total":"","revenue":"1e1"}"#, 1000),
            (.completed, #"{"order_id":"o","total":0}"#, 0),
            (.completed, #"{"order_id":"o","total":-5}"#, -500),
            (.completed, #"{"order_id":"o","total":0.125}"#, 12),
            (.completed, #"{"order_id":"o","total":0.135}"#, 14),
            (.completed, #"{"order_id":"o","total":92233720368547758.07}"#, .max),
            (.completed, #"{"order_id":"o","total":1,"total":2}"#, 200),
            (.completed, #"{"order_id":"o","total":100,"currency":"JPY"}"#, 100),
            (.completed, #"{"order_id":"o","total":1.2345,"currency":"kwd"}"#, 1234),
            (
                .completed,
                #"{"order_id":"o","products":[{"price":0.1,"quantity":3},{"price":"2"}]}"#, 230
            ),
            (.completed, #"{"order_id":"o","products":[{"price":0.125,"quantity":8}]}"#, 100),
            (.completed, #"{"order_id":"o","products":[{"price":1,"quantity":0.5}]}"#, 50),
            (.updated, #"{"order_id":"o","revenue":3}"#, 300),
            (.refunded, #"{"order_id":"o","total":-12.5}"#, 1250),
            (.refunded, #"{"order_id":"o","total":12.5}"#, 1250),
            (.refunded, #"{"order_id":"o"}"#, nil),
            (.refunded, #"{"order_id":"o","products":[{"price":2,"quantity":-3}]}"#, 600),
            (.refunded, #"{"order_id":"o","products":[{"product_id":"p"}]}"#, nil),
            (.cancelled, #"{"order_id":"o","products":[]}"#, nil),
            (.cancelled, #"{"order_id":"o","total":7}"#, 700),
        ] as [(CommerceOrder.Action, String, Int64?)])
    func `Totals are exact`(
        action: CommerceOrder.Action, properties: String, totalMinor: Int64?
    ) throws {
        let order = try order(action, properties)
        #expect(order.totalMinor == totalMinor)
        #expect(order.action == action)
        #expect(order.orderID == "o")
    }

    @Test(arguments: [
        (#"{"order_id":"a\u00e9","total":1}"#, "aé"),
        (#"{"order_id":100200300,"total":1}"#, "100200300"),
        (#"{"order_id":1.50,"total":1}"#, "1.50"), (#"{"orderId":"x","total":1}"#, "x"),
        (#"{"orderId":"x","order_id":"y","total":1}"#, "y"),
        (#"{"orderId":"x","order_id":null,"total":1}"#, "x"),
    ])
    func `Order ids keep their text`(properties: String, orderID: String) throws {
        #expect(try order(.completed, properties).orderID == orderID)
    }

    @Test(
        arguments: [
            (.completed, "", .unreadable), (.completed, "{", .unreadable),
            (.completed, "[]", .unreadable),
            (.completed, #"{"total":1}"#, .orderIDMissing),
            (.completed, #"{"order_id":"","total":1}"#, .orderIDMissing),
            (.completed, #"{"order_id":true,"total":1}"#, .orderIDMissing),
            (.completed, #"{"checkout_id":"c","total":1}"#, .orderIDMissing),
            (.completed, #"{"order_id":"o","total":1,"currency":"pounds"}"#, .unknownCurrency),
            (.completed, #"{"order_id":"o","total":1,"currency":5}"#, .unknownCurrency),
            (.completed, #"{"order_id":"o"}"#, .totalMissing),
            (.updated, #"{"order_id":"o","products":[]}"#, .totalMissing),
            (
                .completed, #"{"order_id":"o","products":[{"price":1},{"quantity":1}]}"#,
                .totalMissing
            ),
            (.completed, #"{"order_id":"o","total":"12,50"}"#, .badAmount(field: "total")),
            (.completed, #"{"order_id":"o","total":"£5"}"#, .badAmount(field: "total")),
            (.completed, #"{"order_id":"o","total":[1]}"#, .badAmount(field: "total")),
            (.completed, #"{"order_id":"o","total":true}"#, .badAmount(field: "total")),
            (.completed, #"{"order_id":"o","total":1e30}"#, .badAmount(field: "total")),
            (
                .completed, #"{"order_id":"o","total":92233720368547758080}"#,
                .badAmount(field: "total")
            ),
            (.completed, #"{"order_id":"o","revenue":"x"}"#, .badAmount(field: "revenue")),
            (.completed, #"{"order_id":"o","total":1,"products":7}"#, .badProducts),
            (.completed, #"{"order_id":"o","total":1,"products":{}}"#, .badProducts),
            (.completed, #"{"order_id":"o","total":1,"products":["p"]}"#, .badProducts),
            (
                .completed, #"{"order_id":"o","total":1,"products":[{},{},{"price":"N/A"}]}"#,
                .badAmount(field: "products[2].price")
            ),
            (
                .completed, #"{"order_id":"o","total":1,"products":[{"quantity":{}}]}"#,
                .badAmount(field: "products[0].quantity")
            ),
            (
                .completed, #"{"order_id":"o","products":[{"price":1,"quantity":9e16}]}"#,
                .badAmount(field: "products[0].quantity")
            ),
            (
                .completed, #"{"order_id":"o","products":[{"price":9e15,"quantity":9e9}]}"#,
                .badAmount(field: "products[0].price")
            ),
            (
                .completed, #"{"order_id":"o","products":[{"price":9e16},{"price":9e16}]}"#,
                .badAmount(field: "products")
            ),
        ] as [(CommerceOrder.Action, String, CommerceProblem)])
    func `Refuses what isn't an order, with the reason`(
        action: CommerceOrder.Action, properties: String, problem: CommerceProblem
    ) {
        #expect(throws: problem) { try order(action, properties) }
        #expect(!problem.reason.isEmpty)
    }

    @Test func `Gives its lines`() throws {
        let bytes = Array(
            #"{"order_id":"o","total":1,"products":[{"product_id":"p\u0031","name":"Tea","category":"Food","quantity":"1.5","price":2.345,"url":"u"},{"sku":77,"name":"","price":null},{}]}"#
                .utf8)
        let order = try CommerceOrder(
            .completed, properties: bytes.span, defaultCurrency: try #require(Currency("GBP")))

        var lines = order.lines(in: bytes.span)
        let first = try #require(try lines.next())
        #expect(first.productID?.text(in: bytes.span) == "p1")
        #expect(first.name?.text(in: bytes.span) == "Tea")
        #expect(first.category?.text(in: bytes.span) == "Food")
        #expect(first.quantityMilli == 1500)
        #expect(first.unitPriceMinor == 234)
        #expect(first.totalMinor == 352)
        let second = try #require(try lines.next())
        #expect(second.index == 1)
        #expect(second.productID?.text(in: bytes.span) == "77")
        #expect(second.name == nil && second.unitPriceMinor == nil && second.totalMinor == nil)
        #expect(second.quantityMilli == 1000)
        #expect(try lines.next()?.index == 2)
        #expect(try lines.next() == nil)
        #expect(order.lineCount == 3 && !order.linesAreCut)
    }

    @Test(arguments: [CommerceOrder.linesMax, CommerceOrder.linesMax + 1])
    func `Gives so many lines and counts the rest in the sum`(count: Int) throws {
        let products = repeatElement(#"{"price":0.01}"#, count: count).joined(separator: ",")
        let bytes = Array(#"{"order_id":"o","products":[\#(products)]}"#.utf8)
        let order = try CommerceOrder(
            .completed, properties: bytes.span, defaultCurrency: try #require(Currency("GBP")))

        var given = 0
        var lines = order.lines(in: bytes.span)
        while try lines.next() != nil { given += 1 }

        #expect(given == CommerceOrder.linesMax)
        #expect(order.lineCount == CommerceOrder.linesMax)
        #expect(order.linesAreCut == (count > CommerceOrder.linesMax))
        #expect(order.totalMinor == Int64(count))
    }

    @Test func `Only track events are orders`() throws {
        var draft = EventDraft(kind: .page, occurredAt: receivedAt, messageID: "m")
        draft.name = "Order Completed"
        draft.properties = Array(#"{"order_id":"o","total":5}"#.utf8)
        var builder = EventBlockBuilder()
        builder.append(draft)
        draft.kind = .track
        builder.append(draft)
        let block = try EventBlock(decoding: builder.takeBytes().bytes)
        let currency = try #require(Currency("EUR"))

        let page = try CommerceOrder.read(block.frames[0], in: block, defaultCurrency: currency)
        let track = try CommerceOrder.read(block.frames[1], in: block, defaultCurrency: currency)

        #expect(page == nil)
        #expect(track?.totalMinor == 500)
        #expect(track?.currency == currency)
    }
}
