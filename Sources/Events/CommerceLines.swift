package import JSONParsing
import Kernel

/// One product of an order. Texts stay where they are in the properties until somebody asks.
package struct CommerceLine: Sendable, Equatable {
    /// 0, 1, … within the order.
    package let index: Int
    /// `product_id`, or `sku`; nil where there is neither.
    package let productID: JSONSlice?
    package let name: JSONSlice?
    package let category: JSONSlice?
    /// Thousandths of a unit: 1500 is one and a half. 1000 where the event doesn't say.
    package let quantityMilli: Int64
    /// Nil where the event doesn't say.
    package let unitPriceMinor: Int64?
    /// Price × quantity, rounded once; nil without a price.
    package let totalMinor: Int64?
}

/// Goes through an order's products, without making anything.
package struct CommerceLines: ~Escapable {
    private enum State { case before, inside, behind }

    private var reader: JSONReader
    private let digits: Int
    private let isReversal: Bool
    private let linesMax: Int
    private var index = 0
    private var state: State

    /// - Parameters:
    ///   - products: The array; nil for none.
    ///   - digits: The currency's minor digits.
    ///   - isReversal: Take the magnitudes of prices and quantities.
    @_lifetime(copy properties)
    init(
        _ products: JSONSlice?, in properties: Span<UInt8>, digits: Int, isReversal: Bool,
        linesMax: Int = .max
    ) {
        self.digits = digits
        self.isReversal = isReversal
        self.linesMax = linesMax
        state = products == nil ? .behind : .before
        reader = JSONReader(properties, from: products?.range.lowerBound ?? 0)
    }

    /// The next product; nil behind the last.
    ///
    /// - Throws: `.badProducts`, `.badAmount`; never of an order that was read from the same bytes.
    package mutating func next() throws(CommerceProblem) -> CommerceLine? {
        guard state != .behind, index < linesMax else { return nil }
        do throws(JSONError) {
            if state == .before {
                try reader.beginArray()
                state = .inside
            }
            guard try reader.nextElement() else {
                state = .behind
                return nil
            }
        } catch {
            throw .badProducts
        }
        let line = try readLine()
        index += 1
        return line
    }

    private mutating func readLine() throws(CommerceProblem) -> CommerceLine {
        var productID: JSONSlice?
        var sku: JSONSlice?
        var name: JSONSlice?
        var category: JSONSlice?
        var quantity: JSONSlice?
        var price: JSONSlice?
        let bytes = reader.bytes
        do throws(JSONError) {
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let value = try reader.readValue()
                let present = value.kind.isNull || value.content.isEmpty ? nil : value
                if key.isText("product_id", in: bytes) {
                    productID = Self.text(present)
                } else if key.isText("sku", in: bytes) {
                    sku = Self.text(present)
                } else if key.isText("name", in: bytes) {
                    name = Self.text(present)
                } else if key.isText("category", in: bytes) {
                    category = Self.text(present)
                } else if key.isText("quantity", in: bytes) {
                    quantity = present
                } else if key.isText("price", in: bytes) {
                    price = present
                }
            }
        } catch {
            throw .badProducts
        }
        let count = try amount(quantity, "quantity") ?? CommerceAmount(mantissa: 1, scale: 0)
        let unit = try amount(price, "price")
        return CommerceLine(
            index: index, productID: productID ?? sku, name: name, category: category,
            quantityMilli: try minor(count, digits: 3, "quantity"),
            unitPriceMinor: try unit.map { (unit) throws(CommerceProblem) in
                try minor(unit, digits: digits, "price")
            },
            totalMinor: try unit.map { (unit) throws(CommerceProblem) in
                try minor(unit.multiplied(by: count), digits: digits, "price")
            })
    }

    /// Identifiers and names are strings or numbers; other values are passed over.
    private static func text(_ slice: JSONSlice?) -> JSONSlice? {
        slice?.kind == .string || slice?.kind == .number ? slice : nil
    }

    private func amount(
        _ slice: JSONSlice?, _ field: String
    ) throws(CommerceProblem) -> CommerceAmount? {
        guard let slice else { return nil }
        guard let amount = CommerceAmount(slice, in: reader.bytes) else {
            throw badAmount(field)
        }
        return isReversal && amount.mantissa < 0
            ? CommerceAmount(mantissa: -amount.mantissa, scale: amount.scale) : amount
    }

    private func minor(
        _ amount: CommerceAmount?, digits: Int, _ field: String
    ) throws(CommerceProblem) -> Int64 {
        guard let minor = amount?.minor(digits: digits) else { throw badAmount(field) }
        return minor
    }

    private func badAmount(_ field: String) -> CommerceProblem {
        .badAmount(field: "products[\(index)].\(field)")
    }
}
