import Insights
import JSONParsing
import Kernel

/// A list of customers as text.
struct CustomersReport {
    let page: CustomerPage
    let zone: ZoneRules

    func text(_ format: ReportFormat) -> String {
        switch format {
        case .json: json()
        case .table: table().table() + "\n\n" + counted
        case .csv: csv().csv()
        }
    }

    /// How many of how many are shown, and how to go on.
    private var counted: String {
        let total = Figures.grouped(page.total)
        var text = "\(Figures.grouped(page.rows.count)) of \(total) customers"
        if let next = page.next { text += "; go on with: --after '\(next)'" }
        return text
    }

    private func table() -> TextTable {
        var table = TextTable(
            headings: [
                "customer", "name", "state", "orders", "revenue", "last order", "churn 90 d",
                "orders 365 d", "spend 365 d", "next order",
            ], numeric: [3, 4, 6, 7, 8])
        for row in page.rows {
            let prediction = row.prediction
            table.rows.append([
                row.customer.description, row.label, row.state.rawValue, String(row.orders),
                Figures.money(row.revenue), Figures.time(row.lastOrderAt, zone),
                Figures.percent(prediction?.churnProbability),
                prediction.map { Figures.fixed($0.expectedOrders365, digits: 1) } ?? "–",
                Self.spend(prediction), NextOrder.text(prediction, zone),
            ])
        }
        return table
    }

    /// What a customer is expected to spend within a year; a dash where that isn't modelled.
    private static func spend(_ prediction: CustomerPrediction?) -> String {
        guard let minor = prediction?.expectedSpend365Minor, let currency = prediction?.currency,
            let rounded = Int64(exactly: minor.rounded())
        else { return "–" }
        return Figures.money(Money(minor: rounded, currency: currency))
    }

    private func csv() -> TextTable {
        var table = TextTable(headings: [
            "customer", "name", "email", "state", "orders", "revenue_minor", "first_order_at",
            "last_order_at", "as_of", "probability_alive", "churn_probability_90",
            "expected_orders_90", "expected_orders_365", "expected_spend_365_minor",
            "expected_spend_currency",
        ])
        for row in page.rows {
            let prediction = row.prediction
            func number(_ value: Double?) -> String { value.map { String($0) } ?? "" }
            let revenue = row.revenue.sorted.map { "\($0.currency) \($0.minor)" }
            table.rows.append([
                row.customer.description, row.label, row.email, row.state.rawValue,
                String(row.orders), revenue.joined(separator: "; "),
                row.firstOrderAt?.rfc3339 ?? "", row.lastOrderAt?.rfc3339 ?? "",
                prediction?.asOf.rfc3339 ?? "", number(prediction?.probabilityAlive),
                number(prediction?.churnProbability), number(prediction?.expectedOrders90),
                number(prediction?.expectedOrders365), number(prediction?.expectedSpend365Minor),
                prediction?.currency?.description ?? "",
            ])
        }
        return table
    }

    private func json() -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("total", page.total)
        json.key("next")
        if let next = page.next { json.string(next) } else { json.null() }
        json.key("customers")
        json.beginArray()
        for row in page.rows { json.customer(row) }
        json.endArray()
        json.endObject()
        return json.text
    }
}

/// When the next order is to be expected, in words.
enum NextOrder {
    /// Beyond three years a date would say more than the model knows.
    static let farDays = 1095.0

    static func text(_ prediction: CustomerPrediction?, _ zone: ZoneRules) -> String {
        guard let prediction else { return "–" }
        guard let median = prediction.nextOrderMedianDays else { return "unlikely to return" }
        guard median <= farDays else { return "not within three years" }
        return "around " + day(prediction.asOf, median, zone)
    }

    static func day(_ asOf: Timestamp, _ days: Double, _ zone: ZoneRules) -> String {
        let milliseconds = min(days, 36_500) * 86_400_000
        return zone.day(of: asOf.adding(milliseconds: Int64(milliseconds))).description
    }
}

extension JSONWriter {
    mutating func customer(_ row: CustomerRow) {
        beginObject()
        member("customer", row.customer.description)
        member("label", row.label)
        member("email", row.email)
        member("state", row.state.rawValue)
        member("orders", row.orders)
        amounts("revenue", row.revenue)
        time("firstOrderAt", row.firstOrderAt)
        time("lastOrderAt", row.lastOrderAt)
        time("firstSeenAt", row.firstSeenAt)
        time("lastSeenAt", row.lastSeenAt)
        key("prediction")
        if let prediction = row.prediction { self.prediction(prediction) } else { null() }
        endObject()
    }

    mutating func prediction(_ prediction: CustomerPrediction) {
        beginObject()
        member("run", prediction.run.description)
        time("asOf", prediction.asOf)
        key("churnBand")
        if let band = prediction.churnBand { string(band.name) } else { null() }
        member("probabilityAlive", prediction.probabilityAlive)
        key("churnProbability")
        beginObject()
        member("90", prediction.churnProbability)
        endObject()
        key("expectedOrders")
        beginObject()
        member("90", prediction.expectedOrders90)
        member("365", prediction.expectedOrders365)
        endObject()
        key("expectedSpendMinor")
        beginObject()
        optional("90", prediction.expectedSpend90Minor)
        optional("365", prediction.expectedSpend365Minor)
        endObject()
        key("currency")
        if let currency = prediction.currency { string(currency.description) } else { null() }
        range("churnProbabilityRange", prediction.churnRange)
        range("expectedOrders365Range", prediction.orders365Range)
        range("expectedSpend365MinorRange", prediction.spend365RangeMinor)
        key("nextOrder")
        beginObject()
        days("median", prediction.nextOrderMedianDays, prediction.asOf)
        days("low", prediction.nextOrderLowDays, prediction.asOf)
        days("high", prediction.nextOrderHighDays, prediction.asOf)
        member("unlikelyToReturn", prediction.nextOrderMedianDays == nil)
        endObject()
        endObject()
    }

    /// Both ends of an 80 % range; null for none.
    private mutating func range(_ name: String, _ range: ClosedRange<Double>?) {
        key(name)
        guard let range else { return null() }
        beginArray()
        number(range.lowerBound)
        number(range.upperBound)
        endArray()
    }

    /// A number of days after a time, as the time; null for never.
    private mutating func days(_ name: String, _ days: Double?, _ asOf: Timestamp) {
        guard let days, days < 36_500 else { return time(name, nil) }
        time(name, asOf.adding(milliseconds: Int64(days * 86_400_000)))
    }
}
