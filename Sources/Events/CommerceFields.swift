import JSONParsing
import Kernel

/// Where an order's properties are; absent ones, nulls and empty strings are nil.
struct CommerceFields {
    var orderID: JSONSlice?
    var total: JSONSlice?
    var revenue: JSONSlice?
    var currency: JSONSlice?
    var products: JSONSlice?
    private var orderIDInCamelCase: JSONSlice?

    init(reading properties: Span<UInt8>) throws(CommerceProblem) {
        do throws(JSONError) {
            var reader = JSONReader(properties)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let value = try reader.readValue()
                let present = value.kind.isNull || value.content.isEmpty ? nil : value
                if key.isText("order_id", in: properties) {
                    orderID = present
                } else if key.isText("orderId", in: properties) {
                    orderIDInCamelCase = present
                } else if key.isText("total", in: properties) {
                    total = present
                } else if key.isText("revenue", in: properties) {
                    revenue = present
                } else if key.isText("currency", in: properties) {
                    currency = present
                } else if key.isText("products", in: properties) {
                    products = present
                }
            }
        } catch {
            throw .unreadable
        }
        orderID = orderID ?? orderIDInCamelCase
        if let products, products.kind != .array { throw .badProducts }
    }

    func orderIDText(in properties: Span<UInt8>) throws(CommerceProblem) -> String {
        guard let orderID, orderID.kind.isString || orderID.kind.isNumber else {
            throw .orderIDMissing
        }
        let text = orderID.text(in: properties)
        guard text.utf8.count <= CommerceOrder.orderIDBytesMax else { throw .orderIDTooLong }
        return text
    }

    func currency(
        in properties: Span<UInt8>, default defaultCurrency: Currency
    ) throws(CommerceProblem) -> Currency {
        guard let currency else { return defaultCurrency }
        let known =
            currency.hasEscapes
            ? Currency(currency.text(in: properties))
            : Currency(utf8: properties.extracting(currency.content))
        guard currency.kind.isString, let known else { throw .unknownCurrency }
        return known
    }

    func amount(
        _ slice: JSONSlice?, _ field: String, in properties: Span<UInt8>, digits: Int
    ) throws(CommerceProblem) -> Int64? {
        guard let slice else { return nil }
        guard let minor = CommerceAmount(slice, in: properties)?.minor(digits: digits) else {
            throw .badAmount(field: field)
        }
        return minor
    }
}

/// A decimal of a property, exactly: `mantissa × 10^-scale`.
struct CommerceAmount {
    let mantissa: Int64
    let scale: Int

    init(mantissa: Int64, scale: Int) {
        self.mantissa = mantissa
        self.scale = scale
    }

    /// Nil where the value isn't a number or a string that is one.
    init?(_ slice: JSONSlice, in bytes: Span<UInt8>) {
        guard slice.kind.isNumber || (slice.kind.isString && !slice.hasEscapes) else {
            return nil
        }
        do throws(DecimalText.Failure) {
            (mantissa, scale) = try DecimalText.scaled(bytes.extracting(slice.content))
        } catch {
            return nil
        }
    }

    /// In units of `10^-digits`, halves to even; nil beyond an Int64.
    func minor(digits: Int) -> Int64? {
        do throws(DecimalText.Failure) {
            return try DecimalText.rescale(mantissa, from: scale, to: digits)
        } catch {
            return nil
        }
    }

    /// Nil beyond an Int64.
    func multiplied(by other: CommerceAmount) -> CommerceAmount? {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: other.mantissa)
        return overflow ? nil : CommerceAmount(mantissa: product, scale: scale + other.scale)
    }
}
