import Kernel

/// A run of `OrderLines.text`.
struct HeldText {
    var start: UInt32 = 0
    var count: UInt32 = 0
    var isEmpty: Bool { count == 0 }
    var bounds: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// An order of a file of lines, until the file's end.
struct HeldOrder {
    var id: HeldText
    var person = HeldText()
    /// What the first line says of the order, and the first that takes something back.
    var extras = HeldText()
    var returnExtras = HeldText()
    var customer = HeldText()
    var anonymous = HeldText()
    /// When the order was last changed, as it is written.
    var version = HeldText()
    /// The totals that the file gives: on lines of the order, and on lines that take something back.
    var total: Decimal?
    var returnTotal: Decimal?
    var returnTotalsDiffer = false
    var firstRow: Int
    var firstTime: Timestamp?
    var currency: Currency?
    /// What the last line said that said something; lines without a status go with it.
    var standing = OrderStanding.placed
    var isCancelled = false
    var firstLine = HeldLine.none
    var lastLine = HeldLine.none
    var fault: Fault?

    /// Why an order can't be made, and the row that it was seen in.
    struct Fault {
        var row: Int
        var problem: RowProblem
    }

    init(id: HeldText, firstRow: Int) {
        self.id = id
        self.firstRow = firstRow
    }
}

/// One line of an order.
struct HeldLine {
    /// The product's members.
    var texts: HeldText
    private var quantityMantissa: Int64
    private var priceMantissa: Int64
    var time: Timestamp
    var rowNumber: UInt32
    var next = Self.none
    private var quantityScale: Int8
    private var priceScale: Int8
    var standing: OrderStanding

    static let none = UInt32.max

    init(
        texts: HeldText, rowNumber: Int, quantity: Decimal, price: Decimal,
        time: Timestamp, standing: OrderStanding
    ) {
        self.texts = texts
        self.rowNumber = UInt32(clamping: rowNumber)
        quantityMantissa = quantity.mantissa
        priceMantissa = price.mantissa
        // At most `Decimal.scaleMax`.
        quantityScale = Int8(clamping: quantity.scale)
        priceScale = Int8(clamping: price.scale)
        self.time = time
        self.standing = standing
    }

    var line: OrderLine {
        OrderLine(
            quantity: Decimal(mantissa: quantityMantissa, scale: Int(quantityScale)),
            price: Decimal(mantissa: priceMantissa, scale: Int(priceScale)))
    }

    /// Whether it was bought and, as its status says, paid back.
    var isPaidBack: Bool { standing == .refunded && quantityMantissa >= 0 && priceMantissa >= 0 }

    /// Whether the line takes something back, and isn't one of what was bought.
    var isReversal: Bool { quantityMantissa < 0 || priceMantissa < 0 || standing == .refunded }
}

/// Σ quantity × price, exactly.
struct LineSum {
    private(set) var amount: Int128 = 0
    private(set) var scale = 0

    /// - Throws: `amount_out_of_range`.
    mutating func add(_ line: OrderLine) throws(RowProblem) {
        guard let price = line.price else { return }
        var next = Int128(line.quantity.mantissa) * Int128(price.mantissa)
        var nextScale = line.quantity.scale + price.scale
        var overflows = false
        while nextScale < scale, !overflows {
            (next, overflows) = next.multipliedReportingOverflow(by: 10)
            nextScale += 1
        }
        while scale < nextScale, !overflows {
            (amount, overflows) = amount.multipliedReportingOverflow(by: 10)
            scale += 1
        }
        if !overflows { (amount, overflows) = amount.addingReportingOverflow(next) }
        guard !overflows else { throw RowProblem(.amountOutOfRange, "the total is too large") }
    }

    /// Both signs as one: what is paid back by lines that take away and by lines that were paid back.
    mutating func addMagnitude(_ line: OrderLine) throws(RowProblem) {
        var line = line
        if line.quantity.isNegative { line.quantity = line.quantity.negated }
        if let price = line.price, price.isNegative { line.price = price.negated }
        try add(line)
    }
}
