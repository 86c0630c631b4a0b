import JSONParsing
package import Kernel

/// An order as one commerce event of the Segment spec tells it.
///
/// The event stays in the log whatever it holds; what can't be understood is a `CommerceProblem`
/// and simply isn't an order.
package struct CommerceOrder: Sendable, Equatable {
    /// What happened to the order.
    package enum Action: UInt8, Sendable, CaseIterable {
        case completed = 1
        case updated = 2
        case refunded = 3
        case cancelled = 4
    }

    /// More products than these aren't given as lines.
    package static let linesMax = 2000
    package static let orderIDBytesMax = 255

    package let action: Action
    /// `order_id`, or `orderId`; a number's exact text.
    package let orderID: String
    package let currency: Currency
    /// Minor units: `total`, else `revenue`, else the products' price × quantity. Of a refund its
    /// magnitude. Nil only of refunds and cancellations, which then are of the whole order.
    package let totalMinor: Int64?
    /// How many lines `lines(in:)` gives.
    package let lineCount: Int
    /// Whether there were more products than `linesMax`. All of them count in a total that is
    /// their sum.
    package let linesAreCut: Bool
    private let products: JSONSlice?

    /// What a track event of this name does to an order; nil where it isn't about orders.
    ///
    /// Letters of either case. Segment's first commerce names (`Completed Order`) and the spelling
    /// `Canceled` count as well.
    package static func action(named name: Span<UInt8>) -> Action? {
        guard (13...15).contains(name.count) else { return nil }
        for (known, action) in names where isSame(name, known) { return action }
        return nil
    }

    /// Reads the order that a frame tells.
    ///
    /// - Parameter defaultCurrency: Where the event names none.
    /// - Returns: nil where the event isn't about orders.
    /// - Throws: Where it is, but can't be understood.
    package static func read(
        _ frame: EventFrame, in block: EventBlock, defaultCurrency: Currency
    ) throws(CommerceProblem) -> CommerceOrder? {
        guard frame.kind == .track, let action = action(named: block.span(frame.name)) else {
            return nil
        }
        return try CommerceOrder(
            action, properties: block.span(frame.properties), defaultCurrency: defaultCurrency)
    }

    /// Reads the order that an event's properties tell.
    ///
    /// - Parameter properties: An object's bytes.
    package init(
        _ action: Action, properties: Span<UInt8>, defaultCurrency: Currency
    ) throws(CommerceProblem) {
        let fields = try CommerceFields(reading: properties)
        self.action = action
        orderID = try fields.orderIDText(in: properties)
        currency = try fields.currency(in: properties, default: defaultCurrency)
        products = fields.products
        let isReversal = action == .refunded || action == .cancelled
        let digits = currency.minorDigits
        var lines = CommerceLines(
            products, in: properties, digits: digits, isReversal: isReversal)
        var sum: Int64? = products == nil ? nil : 0
        var count = 0
        while let line = try lines.next() {
            count += 1
            guard let total = sum else { continue }
            guard let amount = line.totalMinor else {
                sum = nil
                continue
            }
            let (next, overflow) = total.addingReportingOverflow(amount)
            guard !overflow else { throw .badAmount(field: "products") }
            sum = next
        }
        lineCount = min(count, Self.linesMax)
        linesAreCut = count > Self.linesMax
        if count == 0 { sum = nil }

        var total = try fields.amount(fields.total, "total", in: properties, digits: digits)
        if total == nil {
            total = try fields.amount(fields.revenue, "revenue", in: properties, digits: digits)
        }
        total = total ?? sum
        if isReversal, let amount = total {
            guard amount != .min else { throw .badAmount(field: "total") }
            total = abs(amount)
        }
        guard total != nil || isReversal else { throw .totalMissing }
        totalMinor = total
    }

    /// The order's products, one by one.
    ///
    /// - Parameter properties: The bytes that the order was read from.
    @_lifetime(copy properties)
    package func lines(in properties: Span<UInt8>) -> CommerceLines {
        CommerceLines(
            products, in: properties, digits: currency.minorDigits,
            isReversal: action == .refunded || action == .cancelled, linesMax: Self.linesMax)
    }

    private static let names: [(StaticString, Action)] = [
        ("order completed", .completed), ("completed order", .completed),
        ("order updated", .updated), ("updated order", .updated),
        ("order refunded", .refunded), ("refunded order", .refunded),
        ("order cancelled", .cancelled), ("cancelled order", .cancelled),
        ("order canceled", .cancelled), ("canceled order", .cancelled),
    ]

    private static func isSame(_ name: Span<UInt8>, _ known: StaticString) -> Bool {
        guard name.count == known.utf8CodeUnitCount else { return false }
        for index in name.indices {
            let byte = name[index]
            let lower = byte &- 0x41 < 26 ? byte | 0x20 : byte
            guard lower == known.utf8Start[index] else { return false }
        }
        return true
    }
}

/// Why an event about an order isn't understood as one.
package enum CommerceProblem: Error, Hashable, Sendable {
    /// No properties, or bytes that aren't an object.
    case unreadable
    case orderIDMissing
    case orderIDTooLong
    /// `currency` isn't three letters.
    case unknownCurrency
    /// Not a decimal number, or beyond what minor units hold. `products[2].price` and the like.
    case badAmount(field: String)
    /// Neither total nor revenue, and not a price on each product.
    case totalMissing
    /// `products` isn't an array of objects.
    case badProducts

    /// For people.
    package var reason: String {
        switch self {
        case .unreadable: "the event has no properties"
        case .orderIDMissing: "order_id must be a string or a number, and not empty"
        case .orderIDTooLong: "order_id is longer than \(CommerceOrder.orderIDBytesMax) bytes"
        case .unknownCurrency: "currency must be three letters (ISO 4217)"
        case .badAmount(let field): "\(field) must be a decimal number of moderate size"
        case .totalMissing: "total, revenue or products with prices must be present"
        case .badProducts: "products must be an array of objects"
        }
    }
}
