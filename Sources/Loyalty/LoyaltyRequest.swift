package import Documents
package import Kernel

/// An operation as it is asked for in JSON, and kept.
package struct LoyaltyRequest: Sendable, Equatable {
    /// What is asked, as paths and kept operations call it.
    package enum Kind: String, Sendable, CaseIterable {
        case order, refund, cancel, event, award, spend, unspend, reserve, confirm, release, adjust
        case takeBack, tick
    }

    package static let textCharactersMax = 255
    package static let holdSeconds = 1...90 * 86_400
    static let holdSecondsDefault = 30 * 60

    package var operation: LoyaltyOperation
    /// When it happened; nil for now.
    package var at: Timestamp?

    package init(_ operation: LoyaltyOperation, at: Timestamp? = nil) {
        self.operation = operation
        self.at = at
    }

    /// Reads what is asked.
    ///
    /// - Parameters:
    ///   - kind: Nil where the document says it as `type`.
    ///   - id: The operation's own, which names a refund that doesn't say its name.
    ///   - currency: The program's, where the document names none.
    /// - Throws: With the path of what is wrong. Members that aren't known are.
    package init(
        reading members: inout MemberReader, kind: Kind?, id: String, currency: Currency
    ) throws(DocumentProblem) {
        let known: Kind
        if let kind {
            known = kind
        } else {
            known = try members.required("type").choice(Kind.self)
        }
        at = try members.optional("at").map { reader throws(DocumentProblem) in
            guard let at = Timestamp(try reader.text()), at >= .earliest, at <= .latest else {
                throw reader.problem("must be a time such as 2026-03-01T09:00:00Z (RFC 3339)")
            }
            return at
        }
        switch known {
        case .order:
            let order = try members.required("order_id").loyaltyText()
            let code = members.optional("currency")
            var told = currency
            if let code {
                guard let found = Currency(try code.text()) else {
                    throw code.problem("must be three letters such as GBP (ISO 4217)")
                }
                told = found
            }
            let lines = try Self.lines(members.required("lines"), told)
            operation = .order(id: order, lines: lines, currency: told)
        case .refund:
            let order = try members.required("order_id").loyaltyText()
            let refund = try Self.refund(&members, id: id, currency)
            operation = .refund(order: order, refund)
        case .cancel:
            operation = .cancel(order: try members.required("order_id").loyaltyText())
        case .event:
            operation = .event(
                name: try members.required("event").loyaltyText(),
                order: try members.optional("order_id").map { reader throws(DocumentProblem) in
                    try reader.loyaltyText()
                })
        case .award:
            operation = .award(
                points: try members.required("points").points(),
                reason: try members.required("reason").loyaltyText())
        case .spend:
            operation = .spend(
                points: try members.required("points").points(),
                reference: try Self.reference(&members))
        case .unspend:
            operation = .unspend(
                operation: try members.required("operation").loyaltyText(),
                points: try members.optional("points").map { reader throws(DocumentProblem) in
                    try reader.points()
                })
        case .reserve:
            operation = .reserve(
                points: try members.required("points").points(),
                reference: try Self.reference(&members),
                seconds: try members.optional("expires_in").map { reader throws(DocumentProblem) in
                    try reader.integer(Self.holdSeconds)
                } ?? Self.holdSecondsDefault)
        case .confirm:
            operation = .confirm(operation: try members.required("operation").loyaltyText())
        case .release:
            operation = .release(operation: try members.required("operation").loyaltyText())
        case .adjust:
            let points = try members.required("points")
            let most = Int(LoyaltyProgram.pointsMax)
            let count = try points.integer(-most...most)
            guard count != 0 else { throw points.problem("must not be 0") }
            operation = .adjust(
                points: Int64(count), reason: try members.required("reason").loyaltyText())
        case .takeBack:
            operation = .takeBack(
                points: try members.required("points").points(),
                reason: try members.required("reason").loyaltyText())
        case .tick: operation = .tick
        }
    }

    private static func reference(
        _ members: inout MemberReader
    ) throws(DocumentProblem) -> String {
        try members.optional("reference").map { reader throws(DocumentProblem) in
            try reader.loyaltyText()
        } ?? ""
    }

    private static func lines(
        _ list: DocumentReader, _ currency: Currency
    ) throws(DocumentProblem) -> [OrderLine] {
        let digits = currency.minorDigits
        let elements = try list.elements()
        guard (1...LoyaltyWork.linesMax).contains(elements.count) else {
            throw list.problem("must have 1 to \(LoyaltyWork.linesMax) lines")
        }
        var lines: [OrderLine] = []
        for element in elements {
            var parts = try element.members()
            let product =
                try parts.optional("product").map { reader throws(DocumentProblem) in
                    try reader.loyaltyText()
                } ?? ""
            let own = try parts.optional("id").map { reader throws(DocumentProblem) in
                try reader.loyaltyText()
            }
            let category =
                try parts.optional("category").map { reader throws(DocumentProblem) in
                    try reader.loyaltyText()
                } ?? ""
            let quantity =
                try parts.optional("quantity").map { reader throws(DocumentProblem) in
                    try reader.decimal(digits: 3, upTo: 1_000_000_000_000)
                } ?? 1000
            var amount: Int64
            if let whole = parts.optional("amount") {
                amount = try whole.decimal(digits: digits, upTo: LoyaltyWork.amountMax)
            } else {
                guard let price = parts.optional("price") else {
                    throw element.problem("says neither price (of one) nor amount (of the line)")
                }
                let unit = try price.decimal(digits: digits, upTo: LoyaltyWork.amountMax)
                let whole = (Int128(unit) * Int128(quantity) * 2 + 1000) / 2000
                guard whole <= Int128(LoyaltyWork.amountMax) else {
                    throw price.problem("times the quantity is beyond what a line can have")
                }
                amount = Int64(whole)
            }
            let discount =
                try parts.optional("discount").map { reader throws(DocumentProblem) in
                    try reader.decimal(digits: digits, upTo: LoyaltyWork.amountMax)
                } ?? 0
            let tax =
                try parts.optional("tax").map { reader throws(DocumentProblem) in
                    try reader.decimal(digits: digits, upTo: LoyaltyWork.amountMax)
                } ?? 0
            try parts.end()
            let id = own ?? String(lines.count + 1)
            guard !lines.contains(where: { $0.id == id }) else {
                throw element.problem("there are two lines with the id \(id)")
            }
            lines.append(
                OrderLine(
                    id: id, product: product, category: category, quantityMilli: quantity,
                    amount: amount, discount: discount, tax: tax))
        }
        return lines
    }

    private static func refund(
        _ members: inout MemberReader, id: String, _ currency: Currency
    ) throws(DocumentProblem) -> OrderRefund {
        var refund = OrderRefund(id: id)
        if let own = members.optional("refund_id") { refund.id = try own.loyaltyText() }
        if let amount = members.optional("amount") {
            refund.amount = try amount.decimal(
                digits: currency.minorDigits, upTo: LoyaltyWork.amountMax)
        }
        if let whole = members.optional("whole") { refund.isWhole = try whole.boolean() }
        if let list = members.optional("lines") {
            for element in try list.elements() {
                var parts = try element.members()
                let line = try parts.required("line").loyaltyText()
                let quantity = try parts.optional("quantity").map {
                    reader throws(DocumentProblem) in
                    try reader.decimal(digits: 3, upTo: 1_000_000_000_000)
                }
                let amount = try parts.optional("amount").map { reader throws(DocumentProblem) in
                    try reader.decimal(digits: currency.minorDigits, upTo: LoyaltyWork.amountMax)
                }
                try parts.end()
                guard quantity != nil || amount != nil else {
                    throw element.problem("says neither quantity nor amount")
                }
                refund.parts.append(
                    OrderRefund.Part(line: line, quantityMilli: quantity ?? 0, amount: amount))
            }
        }
        guard refund.isWhole || refund.amount > 0 || !refund.parts.isEmpty else {
            throw members.problem(
                "says nothing that was refunded; say lines, amount or whole: true")
        }
        return refund
    }
}

extension DocumentReader {
    /// A text of moderate length that isn't empty.
    func loyaltyText() throws(DocumentProblem) -> String {
        let text = try text()
        guard !text.isEmpty, text.unicodeScalars.count <= LoyaltyRequest.textCharactersMax else {
            throw problem("must have 1 to \(LoyaltyRequest.textCharactersMax) characters")
        }
        return text
    }

    func points() throws(DocumentProblem) -> Int64 {
        Int64(try integer(1...Int(LoyaltyProgram.pointsMax)))
    }
}
