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

    private func csv() -> TextTable {
        var table = TextTable(headings: ["figure", "currency", "value"])
        func add(_ name: String, _ value: String, _ currency: String = "") {
            table.rows.append([name, currency, value])
        }
        func add(_ name: String, _ amounts: Amounts) {
            for money in amounts.sorted {
                add(name, String(money.minor), money.currency.description)
            }
        }
        add("customers", String(figures.customers))
        add("people", String(figures.people))
        add("orders", String(figures.orders))
        add("ordersWithoutCustomer", String(figures.ordersWithoutCustomer))
        add("revenue", figures.revenue)
        add("revenueWithoutCustomer", figures.revenueWithoutCustomer)
        add("refunds", String(figures.refunds))
        add("refunded", figures.refunded)
        add("repeatPurchaseRate", figures.repeatPurchaseRate.map { String($0) } ?? "")
        for (currency, value) in figures.averageOrderValueMinor.sorted(by: { $0.key < $1.key }) {
            add("averageOrderValue", String(value), currency.description)
        }
        add("ordersPerCustomer", figures.ordersPerCustomer.map { String($0) } ?? "")
        add("activeCustomers", String(figures.activeCustomers))
        add("churnRate", figures.churnRate.map { String($0) } ?? "")
        add("firstOrderAt", figures.firstOrderAt?.rfc3339 ?? "")
        add("lastOrderAt", figures.lastOrderAt?.rfc3339 ?? "")
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
