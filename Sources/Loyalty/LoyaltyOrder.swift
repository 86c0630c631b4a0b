import Kernel

/// A line of an order, as it was last told.
package struct OrderLine: Sendable, Equatable {
    /// One of the order: what refunds name.
    package var id: String
    package var product: String
    package var category: String
    /// Thousandths of a unit.
    package var quantityMilli: Int64
    /// Minor units, of the whole line, with tax where that is included, before discount.
    package var amount: Int64
    package var discount: Int64
    /// The tax that is in the amount after discount.
    package var tax: Int64

    package init(
        id: String, product: String, category: String = "", quantityMilli: Int64 = 1000,
        amount: Int64, discount: Int64 = 0, tax: Int64 = 0
    ) {
        self.id = id
        self.product = product
        self.category = category
        self.quantityMilli = quantityMilli
        self.amount = amount
        self.discount = discount
        self.tax = tax
    }
}

/// Something of an order that was given back.
package struct OrderRefund: Sendable, Equatable {
    /// A line's part.
    package struct Part: Sendable, Equatable {
        /// A line's id, or a product.
        package var line: String
        /// Thousandths of a unit; 0 where an amount says it.
        package var quantityMilli: Int64
        /// Minor units; nil: what the quantity is worth.
        package var amount: Int64?

        package init(line: String, quantityMilli: Int64, amount: Int64? = nil) {
            self.line = line
            self.quantityMilli = quantityMilli
            self.amount = amount
        }
    }

    /// One of the order: told again, it is the same refund.
    package var id: String
    package var parts: [Part]
    /// Minor units, of no line in particular; they are taken from all lines alike.
    package var amount: Int64
    package var isWhole: Bool

    package init(id: String, parts: [Part] = [], amount: Int64 = 0, isWhole: Bool = false) {
        self.id = id
        self.parts = parts
        self.amount = amount
        self.isWhole = isWhole
    }
}

/// What an account remembers of an order: all that was told of it, in whatever order, and what it gave.
struct LoyaltyOrder: Sendable, Equatable {
    var id: String
    /// When it was placed; nil before that was told.
    var placedAt: Timestamp?
    /// When the lines were told that hold.
    var linesAt: Timestamp?
    var isCurrencyOther = false
    var lines: [OrderLine] = []
    var refunds: [OrderRefund] = []
    var isCancelled = false
    /// When the event came that makes its points spendable.
    var releasedAt: Timestamp?
    var isFirst = false
    /// The tier's name when it was placed; empty for none.
    var tier = ""
    /// Of the segments that the program asks about, those in which the customer was when it was placed; ascending.
    var segments: [String] = []
    /// Challenges for which it counts as it stands; ascending.
    var challenges: [String] = []
    /// Points that it gives towards tiers only, and points that it gives for spending only.
    var qualifying: Int64 = 0
    var spendableOnly: Int64 = 0
    /// The program's version by whose rules it gives points: the one under which it first did. 0 where that isn't known.
    var version: Int64 = 0
    /// What each rule gives for it as it stands, by the rule's name.
    var granted: [String: Int64] = [:]
    /// Points that stand in the ledger for it: those given, less those taken back.
    var given: Int64 = 0
    /// Of them, those that it isn't worth any more, and that couldn't be taken back.
    var forgone: Int64 = 0
    /// When that was last so.
    var forgoneAt: Timestamp?
    var lots: [Int64] = []
    /// Money that it stands for after discount and refunds, in the program's currency.
    var net: Int64 = 0

    init(id: String) {
        self.id = id
    }

    /// What of each line wasn't given back, in thousandths of a unit.
    func quantitiesLeft() -> [Int64] {
        if isCancelled || refunds.contains(where: \.isWhole) { return lines.map { _ in 0 } }
        var quantities = lines.map(\.quantityMilli)
        var nets = lines.map { max(0, $0.amount - $0.discount) }
        let places = refunds.isEmpty ? [:] : places()
        for refund in refunds {
            for part in refund.parts { _ = take(part, places, &quantities, &nets) }
        }
        return quantities
    }

    /// What of each line is left after refunds, as money before and after discount, and tax: each at least 0.
    struct Rest: Equatable {
        var before: Int64
        var after: Int64
        var tax: Int64

        func amount(_ base: EarnRule.Base, _ tax: EarnRule.Tax) -> Int64 {
            let amount = base == .beforeDiscount ? before : after
            return tax == .included ? amount : max(0, amount - self.tax)
        }
    }

    /// What is left of the lines, in their order.
    func rests() -> [Rest] {
        if isCancelled || refunds.contains(where: \.isWhole) {
            return lines.map { _ in Rest(before: 0, after: 0, tax: 0) }
        }
        if refunds.isEmpty {
            return lines.map { line in
                let whole = max(0, line.amount - line.discount)
                return Rest(
                    before: whole == 0 ? 0 : max(0, line.amount), after: whole,
                    tax: whole == 0 ? 0 : max(0, line.tax))
            }
        }
        var quantities = lines.map(\.quantityMilli)
        var nets = lines.map { max(0, $0.amount - $0.discount) }
        var loose: Int64 = 0
        let places = places()
        for refund in refunds {
            loose = added(loose, refund.amount)
            for part in refund.parts {
                loose = added(loose, take(part, places, &quantities, &nets))
            }
        }
        takeLoose(loose, &nets)
        return lines.indices.map { index in
            let line = lines[index]
            let whole = max(0, line.amount - line.discount)
            // What is left is the same share of the amount before discount, and of the tax.
            return Rest(
                before: whole == 0 ? 0 : share(max(0, line.amount), nets[index], of: whole),
                after: nets[index],
                tax: whole == 0 ? 0 : share(max(0, line.tax), nets[index], of: whole))
        }
    }

    /// Where the lines are that a refund's part may name: by their ids, else by their products.
    private func places() -> [String: [Int]] {
        let byID = Dictionary(grouping: lines.indices) { lines[$0].id }
        return Dictionary(grouping: lines.indices) { lines[$0].product }
            .merging(byID) { _, own in own }
    }

    /// Takes a refund's part from the lines that it names, the first ones first.
    ///
    /// - Returns: What it says beyond them, or of lines that aren't there.
    private func take(
        _ part: OrderRefund.Part, _ places: [String: [Int]], _ quantities: inout [Int64],
        _ nets: inout [Int64]
    ) -> Int64 {
        let named = places[part.line] ?? []
        var amount = part.amount ?? 0
        if part.quantityMilli > 0 {
            var wanted = part.quantityMilli
            for index in named where wanted > 0 && quantities[index] > 0 {
                let taken = min(wanted, quantities[index])
                let left = quantities[index] - taken
                // By what is left, so that the parts of a line add up to it exactly.
                let rest = share(nets[index], left, of: quantities[index])
                if part.amount == nil { nets[index] = rest }
                quantities[index] = left
                wanted -= taken
            }
            if part.amount == nil { return 0 }
        }
        for index in named where amount > 0 {
            let taken = min(amount, nets[index])
            nets[index] -= taken
            amount -= taken
        }
        return named.isEmpty ? amount : 0
    }

    /// Takes money from all lines alike, to the minor unit.
    private func takeLoose(_ loose: Int64, _ nets: inout [Int64]) {
        var whole = nets.reduce(0, +)
        var left = max(0, whole - max(0, loose))
        for index in nets.indices {
            if whole == 0 { break }
            let net = nets[index]
            nets[index] = share(net, left, of: whole)
            left -= nets[index]
            whole -= net
        }
    }

    /// Many large refunds come to more than an Int64 holds.
    private func added(_ one: Int64, _ other: Int64) -> Int64 {
        let (sum, overflow) = one.addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// What is left of something, rounded to the nearest, halves up.
    private func share(_ amount: Int64, _ part: Int64, of whole: Int64) -> Int64 {
        guard whole > 0 else { return 0 }
        let doubled = Int128(amount) * Int128(part) * 2 + Int128(whole)
        return Int64(clamping: doubled / (Int128(whole) * 2))
    }
}
