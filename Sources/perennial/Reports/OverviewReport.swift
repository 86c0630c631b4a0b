import Insights
import JSONParsing
import Kernel

/// The headline figures as text.
struct OverviewReport {
    let figures: OverviewFigures
    let zone: ZoneRules

    func text(_ format: ReportFormat) -> String {
        switch format {
        case .json: json()
        case .table: table(money: Figures.money, share: Figures.percent).table()
        case .csv: csv().csv()
        }
    }

    private func table(
        money: (Amounts) -> String, share: (Double?) -> String
    ) -> TextTable {
        var table = TextTable(headings: ["figure", "value"], numeric: [1])
        func add(_ name: String, _ value: String) { table.rows.append([name, value]) }
        add("customers", Figures.grouped(figures.customers))
        add("people known", Figures.grouped(figures.people))
        add("orders", Figures.grouped(figures.orders))
        add("  of these without a customer", Figures.grouped(figures.ordersWithoutCustomer))
        add("revenue", money(figures.revenue))
        add("  of this without a customer", money(figures.revenueWithoutCustomer))
        add("refunds", Figures.grouped(figures.refunds))
        add("refunded", money(figures.refunded))
        add("net revenue", money(net))
        add("repeat purchase rate", share(figures.repeatPurchaseRate))
        for (currency, value) in figures.averageOrderValueMinor.sorted(by: { $0.key < $1.key }) {
            add("average order value", Figures.money(Self.rounded(value, currency)))
        }
        add(
            "orders per customer",
            figures.ordersPerCustomer.map { Figures.fixed($0, digits: 2) } ?? "–")
        add(
            "active customers (\(figures.activeDays) days)",
            Figures.grouped(figures.activeCustomers))
        add("churned in the last \(figures.activeDays) days", share(figures.churnRate))
        add("  in the period before", share(figures.churnRateBefore))
        add("first order", Figures.time(figures.firstOrderAt, zone))
        add("last order", Figures.time(figures.lastOrderAt, zone))
        return table
    }

    /// Every figure of the JSON, each with its unit: amounts are in `minor` units of their currency
    /// (pence, cents), shares are of 1.
    private func csv() -> TextTable {
        var table = TextTable(headings: ["figure", "currency", "unit", "value"])
        func add(_ name: String, _ unit: String, _ value: String?, _ currency: String = "") {
            table.rows.append([name, currency, unit, value ?? ""])
        }
        func count(_ name: String, _ value: Int) { add(name, "count", String(value)) }
        func amounts(_ name: String, _ amounts: Amounts) {
            for money in amounts.sorted {
                add(name, "minor", String(money.minor), money.currency.description)
            }
        }
        count("customers", figures.customers)
        count("people", figures.people)
        count("orders", figures.orders)
        amounts("revenue", figures.revenue)
        count("refunds", figures.refunds)
        amounts("refunded", figures.refunded)
        amounts("netRevenue", net)
        count("withoutCustomer.orders", figures.ordersWithoutCustomer)
        amounts("withoutCustomer.revenue", figures.revenueWithoutCustomer)
        add("repeatPurchaseRate", "share", figures.repeatPurchaseRate.map { String($0) })
        for (currency, value) in figures.averageOrderValueMinor.sorted(by: { $0.key < $1.key }) {
            add("averageOrderValue", "minor", String(value), currency.description)
        }
        add("ordersPerCustomer", "orders", figures.ordersPerCustomer.map { String($0) })
        count("activeCustomers", figures.activeCustomers)
        add("activeDays", "days", String(figures.activeDays))
        add("churnRate", "share", figures.churnRate.map { String($0) })
        add("churnRateBefore", "share", figures.churnRateBefore.map { String($0) })
        add("firstOrderAt", "time", figures.firstOrderAt?.rfc3339)
        add("lastOrderAt", "time", figures.lastOrderAt?.rfc3339)
        add("asOf", "time", figures.asOf?.rfc3339)
        add("timeZone", "name", zone.name)
        return table
    }

    private func json() -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("customers", figures.customers)
        json.member("people", figures.people)
        json.member("orders", figures.orders)
        json.amounts("revenue", figures.revenue)
        json.member("refunds", figures.refunds)
        json.amounts("refunded", figures.refunded)
        json.amounts("netRevenue", net)
        json.key("withoutCustomer")
        json.beginObject()
        json.member("orders", figures.ordersWithoutCustomer)
        json.amounts("revenue", figures.revenueWithoutCustomer)
        json.endObject()
        json.optional("repeatPurchaseRate", figures.repeatPurchaseRate)
        json.key("averageOrderValue")
        json.beginObject()
        for (currency, value) in figures.averageOrderValueMinor.sorted(by: { $0.key < $1.key }) {
            json.member(currency.description, value)
        }
        json.endObject()
        json.optional("ordersPerCustomer", figures.ordersPerCustomer)
        json.member("activeCustomers", figures.activeCustomers)
        json.member("activeDays", figures.activeDays)
        json.optional("churnRate", figures.churnRate)
        json.optional("churnRateBefore", figures.churnRateBefore)
        json.time("firstOrderAt", figures.firstOrderAt)
        json.time("lastOrderAt", figures.lastOrderAt)
        json.time("asOf", figures.asOf)
        json.member("timeZone", zone.name)
        json.endObject()
        return json.text
    }

    private var net: Amounts {
        var net = figures.revenue
        for (currency, minor) in figures.refunded.minorByCurrency { net[currency] -= minor }
        return net
    }

    private static func rounded(_ value: Double, _ currency: Currency) -> Money {
        Money(minor: Int64(exactly: value.rounded()) ?? 0, currency: currency)
    }
}

extension JSONWriter {
    /// Minor units by currency.
    mutating func amounts(_ name: String, _ amounts: Amounts) {
        key(name)
        beginObject()
        for money in amounts.sorted { member(money.currency.description, money.minor) }
        endObject()
    }

    mutating func optional(_ name: String, _ value: Double?) {
        key(name)
        if let value { number(value) } else { null() }
    }

    mutating func time(_ name: String, _ time: Timestamp?) {
        key(name)
        if let time { string(time.rfc3339) } else { null() }
    }
}
