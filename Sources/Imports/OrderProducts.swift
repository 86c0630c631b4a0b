import Events
import JSONParsing
import Kernel

/// Reads orders whose products come as one JSON array, in a field of its own.
struct OrderProducts: Sendable {
    private let context: RowContext
    private var probe = ByteWriter(reserving: 1024)

    init(context: RowContext) {
        self.context = context
    }

    /// The array's bytes; empty where the row has none. A cell that holds something else isn't products, unless
    /// `--map` says so.
    ///
    /// - Throws: `invalid_products`.
    @_lifetime(borrow row)
    func array(_ row: borrowing ImportRow) throws(RowProblem) -> Span<UInt8> {
        let text = context.cell(.products, row)
        guard let first = text.isEmpty ? nil : text[0] else { return text }
        guard first == UInt8(ascii: "[") else {
            if context.mapping.isExplicit(.products) {
                throw RowProblem(.invalidProducts, "'products' isn't a JSON array")
            }
            return text.extracting(first: 0)
        }
        if !row.isJSON(context.mapping.column(.products)) {
            do {
                _ = try JSONReader.document(text)
            } catch {
                throw RowProblem(
                    .invalidProducts, "'products' isn't JSON: \(error.reason.explanation)")
            }
        }
        return text
    }

    /// The sum of price × quantity, in minor units; nil where a price is missing.
    ///
    /// - Throws: `invalid_products` for what isn't an array of objects with decimal prices.
    mutating func total(
        _ products: Span<UInt8>, currency: Currency
    ) throws(RowProblem) -> Int64? {
        probe.removeAll()
        probe.writeRaw("{\"order_id\":\"-\",\"products\":" as StaticString)
        probe.writeRaw(products)
        probe.writeByte(UInt8(ascii: "}"))
        do {
            let order = try CommerceOrder(
                .completed, properties: probe.span, defaultCurrency: currency)
            return order.totalMinor
        } catch .totalMissing {
            return nil
        } catch {
            throw RowProblem(.invalidProducts, error.reason)
        }
    }
}
