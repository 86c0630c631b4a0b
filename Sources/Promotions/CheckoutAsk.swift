package import Documents
package import Kernel

/// What a shop asks of a checkout, as it is sent.
package struct CheckoutAsk: Hashable, Sendable {
    package static let idBytesMax = 200

    package enum Kind: String, Sendable, CaseIterable {
        case reserve, confirm, release, refund
    }

    package var kind: Kind
    /// The shop's own number of its cart or order.
    package var checkout: String
    /// An id or any identifier; nil where nobody knows who orders.
    package var customer: String?
    package var currency: Currency
    package var lines: [Cart.Line] = []
    package var shippingMinor: Int64 = 0
    package var codes: [String] = []
    package var isPartial = false
    /// Who types the codes, such as the shopper's address or session: wrong ones are counted for each.
    package var client: String?

    /// Reads what was sent.
    ///
    /// - Parameter currency: The workspace's, where none is said.
    package init(
        reading reader: DocumentReader, kind: Kind, currency: Currency
    ) throws(DocumentProblem) {
        var members = try reader.members()
        self.kind = kind
        self.currency = currency
        checkout = try members.required("checkout").shortText()
        if kind == .reserve { try readCart(&members) }
        try members.end()
    }

    private mutating func readCart(_ members: inout MemberReader) throws(DocumentProblem) {
        customer = try members.optional("customer").map { reader throws(DocumentProblem) in
            try reader.shortText()
        }
        client = try members.optional("client").map { reader throws(DocumentProblem) in
            try reader.shortText()
        }
        if let reader = members.optional("currency") {
            guard let currency = Currency(try reader.text()), currency.isListed else {
                throw reader.problem("must be a currency such as GBP (ISO 4217)")
            }
            self.currency = currency
        }
        let list = try members.required("lines")
        let elements = try list.elements()
        guard (1...Cart.linesMax).contains(elements.count) else {
            throw list.problem("must have 1 to \(Cart.linesMax) lines")
        }
        for (place, element) in elements.enumerated() {
            lines.append(try Self.line(element, place, currency))
        }
        shippingMinor =
            try members.optional("shipping").map { reader throws(DocumentProblem) in
                try reader.decimal(digits: currency.minorDigits, upTo: Cart.amountMinorMax)
            } ?? 0
        if let reader = members.optional("codes") {
            let elements = try reader.elements()
            guard elements.count <= CheckoutRequest.Reservation.codesMax else {
                throw reader.problem(
                    "must have at most \(CheckoutRequest.Reservation.codesMax) codes")
            }
            for element in elements { codes.append(try element.shortText()) }
        }
        isPartial =
            try members.optional("partial").map { reader throws(DocumentProblem) in
                try reader.boolean()
            } ?? false
    }

    /// A million pieces.
    private static let quantityMilliMax: Int64 = 1_000_000_000

    private static func line(
        _ reader: DocumentReader, _ place: Int, _ currency: Currency
    ) throws(DocumentProblem) -> Cart.Line {
        var members = try reader.members()
        let id = try members.optional("id").map { reader throws(DocumentProblem) in
            try reader.shortText()
        }
        let product = try members.required("product").shortText()
        let category = try members.optional("category").map { reader throws(DocumentProblem) in
            try reader.shortText()
        }
        let quantity =
            try members.optional("quantity").map { reader throws(DocumentProblem) in
                try reader.decimal(digits: 3, upTo: quantityMilliMax)
            } ?? 1000
        let price = try members.required("price")
            .decimal(digits: currency.minorDigits, upTo: Cart.amountMinorMax)
        try members.end()
        return Cart.Line(
            id: id ?? String(place + 1), product: product, category: category,
            quantityMilli: quantity, unitPriceMinor: price)
    }

    /// In one form only: what asks for the same has the same bytes.
    package var canonical: [UInt8] {
        var writer = ByteWriter(reserving: 128)
        writer.writeCounted(kind.rawValue)
        writer.writeCounted(checkout)
        writer.writeByte(customer == nil ? 0 : 1)
        writer.writeCounted(customer ?? "")
        writer.writeCounted(currency.description)
        writer.writeVarint(UInt64(lines.count))
        for line in lines {
            writer.writeCounted(line.id)
            writer.writeCounted(line.product)
            writer.writeByte(line.category == nil ? 0 : 1)
            writer.writeCounted(line.category ?? "")
            // Whole ones have the bytes that they always had.
            let isWhole = line.quantityMilli % 1000 == 0
            writer.writeSigned(isWhole ? line.quantityMilli / 1000 : -line.quantityMilli)
            writer.writeSigned(line.unitPriceMinor)
        }
        writer.writeSigned(shippingMinor)
        writer.writeVarint(UInt64(codes.count))
        for code in codes { writer.writeCounted(code) }
        writer.writeByte(isPartial ? 1 : 0)
        return writer.take()
    }
}
