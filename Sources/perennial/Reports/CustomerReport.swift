import Analytics
import Customers
import Events
import Insights
import JSONParsing
import Kernel
import Predictions
import Records
import Runtime

/// One customer as text.
struct CustomerReport {
    let details: CustomerDetails
    let zone: ZoneRules

    func table() -> String {
        var lines: [String] = []
        let name = details.row?.label ?? details.profile.label ?? details.id.description
        lines.append("\(name)  (\(details.id))")
        for identifier in details.identifiers {
            lines.append("  \(identifier.kind.name)  \(identifier.value)")
        }
        if let row = details.row {
            lines.append("")
            lines.append("state         \(row.state.rawValue)")
            lines.append("orders        \(Figures.grouped(row.orders))")
            lines.append(
                "refunds       \(Figures.grouped(Int(details.profile.orders.refunds)))")
            lines.append("first order   \(Figures.time(row.firstOrderAt, zone))")
            lines.append("last order    \(Figures.time(row.lastOrderAt, zone))")
        }
        if let money = money() {
            lines.append("")
            lines.append(money.table())
        }
        if let prediction = details.row?.prediction {
            lines += self.lines(prediction)
            if let rhythm = details.rhythm { lines.append("  " + rhythm.sentence) }
            lines += past()
        }
        let attributes = details.profile.attributes.all.filter { !$0.isRemoved }
        if !attributes.isEmpty {
            lines.append("")
            for attribute in attributes {
                let value = String(decoding: attribute.value, as: UTF8.self)
                lines.append("\(attribute.name) = \(value)  (event \(attribute.position))")
            }
        }
        for merge in details.merges {
            lines.append("")
            lines.append(MergeText.line(merge, zone))
        }
        if !details.timeline.isEmpty {
            lines.append("")
            for entry in details.timeline {
                var line =
                    Figures.time(entry.event.occurredAt, zone) + "  " + Self.title(entry.event)
                if let order = entry.order {
                    line += "  " + order.orderID + "  "
                    line += Figures.money(Money(minor: order.totalMinor, currency: order.currency))
                    if entry.isCancelled { line += "  cancelled" }
                }
                lines.append(line)
            }
        }
        return lines.joined(separator: "\n")
    }

    /// What was ordered, what went back, and what remains, by currency; nil where there is neither.
    private func money() -> TextTable? {
        let orders = details.profile.orders
        guard !orders.totals.isEmpty else { return nil }
        var table = TextTable(
            headings: ["currency", "ordered", "refunded", "net"], numeric: [1, 2, 3])
        for total in orders.totals {
            let (net, overflow) = total.revenueMinor.subtractingReportingOverflow(
                total.refundedMinor)
            func text(_ minor: Int64) -> String {
                Figures.money(Money(minor: minor, currency: total.currency))
            }
            table.rows.append([
                total.currency.description, text(total.revenueMinor), text(total.refundedMinor),
                overflow ? "–" : text(net),
            ])
        }
        return table
    }

    private func lines(_ prediction: CustomerPrediction) -> [String] {
        var lines = ["", "as of \(Figures.time(prediction.asOf, zone)):"]
        lines.append(
            "  no order in the next 90 days: \(Figures.percent(prediction.churnProbability))"
                + churnNote(prediction))
        lines.append(
            "  still a customer, by the model: \(Figures.percent(prediction.probabilityAlive))")
        lines.append(
            "  orders to expect: \(Figures.fixed(prediction.expectedOrders90, digits: 2)) in 90 days, "
                + "\(Figures.fixed(prediction.expectedOrders365, digits: 2)) in 365 days"
                + (prediction.orders365Range.map {
                    " (80%: \(Figures.fixed($0.lowerBound, digits: 0)) to "
                        + "\(Figures.fixed($0.upperBound, digits: 0)))"
                } ?? ""))
        if let currency = prediction.currency, let short = prediction.expectedSpend90Minor,
            let long = prediction.expectedSpend365Minor
        {
            func money(_ value: Double) -> String {
                Figures.money(Money(minor: Int64(value.rounded()), currency: currency))
            }
            let range = prediction.spend365RangeMinor.map {
                " (80%: \(money($0.lowerBound)) to \(money($0.upperBound)))"
            }
            lines.append(
                "  spend to expect: \(money(short)) in 90 days, \(money(long)) in 365 days"
                    + (range ?? ""))
        }
        var next = "  next order: " + NextOrder.text(prediction, zone)
        if let median = prediction.nextOrderMedianDays, median <= NextOrder.farDays,
            let low = prediction.nextOrderLowDays
        {
            next += " (80%: \(NextOrder.day(prediction.asOf, low, zone)) to "
            next +=
                (prediction.nextOrderHighDays.map { NextOrder.day(prediction.asOf, $0, zone) }
                    ?? "open") + ")"
        }
        lines.append(next)
        return lines
    }

    /// The band and the 80 % range: ` (low; 80%: 8.1% to 9.4%)`.
    private func churnNote(_ prediction: CustomerPrediction) -> String {
        var notes: [String] = []
        if let band = prediction.churnBand { notes.append(band.name) }
        if let range = prediction.churnRange {
            notes.append(
                "80%: \(Figures.percent(range.lowerBound)) to \(Figures.percent(range.upperBound))")
        }
        return notes.isEmpty ? "" : " (" + notes.joined(separator: "; ") + ")"
    }

    /// The churn probability by run, the newest few; nothing before there were two.
    private func past() -> [String] {
        guard details.predictions.count > 1 else { return [] }
        let shown = details.predictions.prefix(6).map {
            "\(zone.day(of: $0.asOf)) \(Figures.percent($0.churnProbability))"
        }
        return ["  foretold before: " + shown.dropFirst().joined(separator: ", ")]
    }

    static func title(_ event: ArchivedEvent) -> String {
        switch event.kind {
        case .track: event.name
        case .page: "Page: " + event.name
        case .screen: "Screen: " + event.name
        case .group: "Group: " + event.name
        case .alias: "Alias of " + event.name
        case .identify: "Identified"
        }
    }

    func json() -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("customer", details.id.description)
        json.key("row")
        if let row = details.row { json.customer(row) } else { json.null() }
        json.key("members")
        json.beginArray()
        for member in details.members { json.string(ID<Customer>(rawValue: member).description) }
        json.endArray()
        json.key("identifiers")
        json.beginArray()
        for identifier in details.identifiers {
            json.beginObject()
            json.member("kind", identifier.kind.name)
            json.member("value", identifier.value)
            json.time("firstSeenAt", identifier.firstAt)
            json.member("member", identifier.customer.description)
            json.endObject()
        }
        json.endArray()
        json.key("why")
        if let rhythm = details.rhythm { json.string(rhythm.sentence) } else { json.null() }
        json.key("predictions")
        json.beginArray()
        for past in details.predictions { write(past, to: &json) }
        json.endArray()
        json.key("profile")
        details.profile.write(to: &json)
        json.key("merges")
        json.beginArray()
        for merge in details.merges { MergeText.write(merge, to: &json) }
        json.endArray()
        json.key("timeline")
        json.beginArray()
        for entry in details.timeline { write(entry, to: &json) }
        json.endArray()
        json.endObject()
        return json.text
    }

    private func write(_ past: PastPrediction, to json: inout JSONWriter) {
        json.beginObject()
        json.time("asOf", past.asOf)
        json.member("churnProbability", past.churnProbability)
        json.key("churnBand")
        if let band = past.churnBand { json.string(band.name) } else { json.null() }
        json.member("expectedOrders365", past.expectedOrders365)
        json.optional("expectedSpend365Minor", past.expectedSpend365Minor)
        json.key("currency")
        if let currency = past.currency { json.string(currency.description) } else { json.null() }
        json.endObject()
    }

    private func write(_ entry: TimelineEntry, to json: inout JSONWriter) {
        json.beginObject()
        json.member("position", entry.event.position)
        json.member("type", entry.event.kind.name)
        json.member("name", entry.event.name)
        json.time("occurredAt", entry.event.occurredAt)
        if let order = entry.order {
            json.member("orderId", order.orderID)
            json.member("totalMinor", order.totalMinor)
            json.member("currency", order.currency.description)
            json.member("cancelled", entry.isCancelled)
        }
        json.key("properties")
        if entry.event.properties.isEmpty {
            json.beginObject()
            json.endObject()
        } else {
            json.raw(entry.event.properties.utf8.span)
        }
        json.endObject()
    }
}
