import Foundation
import Kernel
import Predictions

/// How long a workspace's subscriptions last, and which are likely to end, as a card.
struct ContractsCard {
    let report: ContractsReport

    /// Groups shown to people, and contracts in JSON.
    private static let risksMax = 15

    var document: CardDocument {
        var card = CardDocument(title: "Subscriptions as of \(report.asOf)")
        card.sentence(
            "\(Figures.grouped(report.contracts)) contracts, of which "
                + "\(Figures.grouped(report.ended)) have ended.")
        if let reason = report.verdict.reason {
            card.sentence("Too little data to rely on: \(reason).")
        }
        if report.endsWithoutStart > 0 {
            card.sentence(
                "\(Figures.grouped(report.endsWithoutStart)) cancellations had no start before them and "
                    + "count nowhere: where a start was never sent, retention looks better than it was."
            )
        }
        for note in report.notes { card.sentence(note) }
        if let retention = report.retention { TenureParts.add(retention, to: &card) }
        guard !report.risks.isEmpty else { return card }
        card.heading("Likely to end within \(report.withinMonths) months")
        var table = TextTable(
            headings: ["plan", "months", "contracts", "probability", "expected"],
            numeric: [1, 2, 3, 4])
        for group in groups.prefix(Self.risksMax) {
            table.rows.append([
                TenureParts.short(group.plan), Figures.grouped(group.months),
                Figures.grouped(group.contracts), Figures.percent(group.probability),
                Figures.fixed(Double(group.contracts) * group.probability, digits: 1),
            ])
        }
        card.table(table)
        let sum = report.risks.reduce(0) { $0 + $1.probability }
        card.sentence(
            "By plan and tenure alone; --format csv names each contract. Of \(Figures.grouped(report.risks.count)) contracts that last, "
                + "\(Figures.fixed(sum, digits: 1)) are expected to end in that time.")
        return card
    }

    /// Contracts of a plan that have lasted as long, the likeliest to end first.
    private var groups: [(plan: String, months: Int, contracts: Int, probability: Double)] {
        var groups: [(plan: String, months: Int, contracts: Int, probability: Double)] = []
        var places: [String: Int] = [:]
        for risk in report.risks {
            let key = "\(Int(risk.months)) \(risk.plan)"
            if let place = places[key] {
                groups[place].contracts += 1
            } else {
                places[key] = groups.count
                groups.append((risk.plan, Int(risk.months), 1, risk.probability))
            }
        }
        return groups
    }

    func json() throws -> String {
        struct Line: Encodable {
            let customer: String
            let subscription: String
            let plan: String
            let months: Double
            let probability: Double
        }
        struct Card: Encodable {
            let verdict: String
            let report: ContractsReport
            let likeliest: [Line]
        }
        let lines = report.risks.prefix(Self.risksMax).map { risk in
            Line(
                customer: Self.id(risk), subscription: risk.subscription, plan: risk.plan,
                months: risk.months, probability: risk.probability)
        }
        var rest = report
        rest.risks = []
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let card = Card(
            verdict: report.verdict.verdict.rawValue, report: rest, likeliest: Array(lines))
        return String(decoding: try encoder.encode(card), as: UTF8.self)
    }

    /// Every contract that lasts, the likeliest to end first.
    func csv() -> String {
        var table = TextTable(headings: [
            "customer", "subscription", "plan", "months", "probability",
        ])
        for risk in report.risks {
            table.rows.append([
                Self.id(risk), risk.subscription, risk.plan, Figures.fixed(risk.months, digits: 2),
                Figures.fixed(risk.probability, digits: 4),
            ])
        }
        return table.csv()
    }

    private static func id(_ risk: ContractsReport.Risk) -> String {
        ID<Customer>(rawValue: risk.customer).description
    }
}
