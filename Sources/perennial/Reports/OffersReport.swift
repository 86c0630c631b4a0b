import JSONParsing
import Kernel
import Predictions

/// What to offer to one customer, as text.
struct OffersReport {
    let customer: ID<Customer>
    let label: String
    let asOf: CalendarDay
    let offers: CustomerOffers
    let report: OfferReport

    func text(_ format: ReportFormat) -> String {
        switch format {
        case .table: table()
        case .json: json()
        case .csv: csv().csv()
        }
    }

    private func day(_ number: Int) -> String { CalendarDay(daysSinceEpoch: number).description }

    private func table() -> String {
        var lines = ["What to offer to \(label)  (\(customer)), as of \(asOf)", ""]
        if offers.offers.isEmpty {
            lines.append("nothing: no product passes, or none has enough buyers")
        } else {
            var table = TextTable(
                headings: ["product", "name", "category", "by", "because they bought"])
            for offer in offers.offers {
                table.rows.append([
                    offer.product.id, offer.product.name, offer.product.category,
                    offer.source.name,
                    offer.because.isEmpty
                        ? "–" : offer.because.map(\.product.label).joined(separator: "; "),
                ])
            }
            lines.append(table.table())
        }
        if !offers.due.isEmpty {
            var table = TextTable(
                headings: ["product", "name", "last bought", "due", "80 %", "own intervals"],
                numeric: [5])
            for due in offers.due {
                table.rows.append([
                    due.product.id, due.product.name, day(due.lastDay), day(due.medianDay),
                    "\(day(due.range.lowerBound)) to \(day(due.range.upperBound))",
                    String(due.ownIntervals),
                ])
            }
            lines += ["", "Due again:", table.table()]
        }
        lines.append("")
        lines.append(
            offers.knownProducts == 0
                ? "Nothing is known yet of what they like, so these are best sellers."
                : report.sentence)
        return lines.joined(separator: "\n")
    }

    private func csv() -> TextTable {
        var table = TextTable(headings: [
            "kind", "rank", "product", "name", "category", "source", "score", "because",
            "last_bought", "due_median", "due_low", "due_high", "own_intervals",
        ])
        for (index, offer) in offers.offers.enumerated() {
            table.rows.append(
                [
                    "offer", String(index + 1), offer.product.id, offer.product.name,
                    offer.product.category, offer.source.rawValue, String(offer.score),
                    offer.because.map(\.product.id).joined(separator: "; "),
                ] + Array(repeating: "", count: 5))
        }
        for (index, due) in offers.due.enumerated() {
            table.rows.append([
                "due", String(index + 1), due.product.id, due.product.name, due.product.category,
                "", "", "", day(due.lastDay), day(due.medianDay), day(due.range.lowerBound),
                day(due.range.upperBound), String(due.ownIntervals),
            ])
        }
        return table
    }

    private func json() -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("customer", customer.description)
        json.member("asOf", asOf.description)
        json.member("chosen", report.chosen.rawValue)
        json.member("verdict", report.verdict.rawValue)
        json.member("sentence", report.sentence)
        json.member("knownProducts", offers.knownProducts)
        json.key("offers")
        json.beginArray()
        for offer in offers.offers {
            json.beginObject()
            json.product(offer.product)
            json.member("source", offer.source.rawValue)
            json.member("score", offer.score)
            json.key("because")
            json.beginArray()
            for reason in offer.because {
                json.beginObject()
                json.product(reason.product)
                json.member("share", reason.share)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.key("due")
        json.beginArray()
        for due in offers.due {
            json.beginObject()
            json.product(due.product)
            json.member("lastBought", day(due.lastDay))
            json.member("median", day(due.medianDay))
            json.member("low", day(due.range.lowerBound))
            json.member("high", day(due.range.upperBound))
            json.member("ownIntervals", due.ownIntervals)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text
    }
}

extension JSONWriter {
    fileprivate mutating func product(_ product: OfferProduct) {
        member("product", product.id)
        member("name", product.name)
        member("category", product.category)
    }
}
