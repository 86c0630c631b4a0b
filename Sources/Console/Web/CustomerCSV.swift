import Insights
import Kernel

/// The customer list as CSV (RFC 4180): numbers with a point, times as RFC 3339, whatever the
/// viewer's locale.
enum CustomerCSV {
    static let head =
        "customer_id,label,email,state,orders,revenue,first_order_at,last_order_at,"
        + "churn_probability_90d,p_alive,expected_orders_365d,expected_spend_365d,currency\r\n"

    static func lines(_ rows: [CustomerRow]) -> String {
        rows.map(line).joined()
    }

    private static func line(_ row: CustomerRow) -> String {
        let prediction = row.prediction
        let revenue = row.revenue.sorted.map(\.description).joined(separator: "; ")
        var spend = ""
        if let minor = prediction?.expectedSpend365Minor, let currency = prediction?.currency,
            minor.isFinite, minor.magnitude < 9e17
        {
            spend = DecimalText.format(minor: Int64(minor.rounded()), digits: currency.minorDigits)
        }
        let fields: [String] = [
            row.customer.description, row.label, row.email, row.state.rawValue, "\(row.orders)",
            revenue, row.firstOrderAt?.rfc3339 ?? "", row.lastOrderAt?.rfc3339 ?? "",
            prediction.map { "\($0.churnProbability)" } ?? "",
            prediction.map { "\($0.probabilityAlive)" } ?? "",
            prediction.map { "\($0.expectedOrders365)" } ?? "", spend,
            prediction?.currency?.description ?? "",
        ]
        return fields.map(quoted).joined(separator: ",") + "\r\n"
    }

    /// Quotes where needed. A text that a spreadsheet would run as a formula gets an apostrophe in
    /// front.
    private static func quoted(_ text: String) -> String {
        var text = text
        if let first = text.utf8.first, "=+-@\t\r".utf8.contains(first), Double(text) == nil {
            text = "'" + text
        }
        guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
        // By bytes: a quotation mark under a combining mark is another character, and still ends
        // the field.
        var bytes = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }
}
