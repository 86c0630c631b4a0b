import Foundation
import Kernel
import Predictions
import RetentionModels

/// How long a workspace's subscriptions last, and which are likely to end, as a card.
struct ContractsCard {
    let report: ContractsReport
    /// Nil where too few ended to learn from what customers did.
    let study: ContractStudy?
    /// Of the likeliest to end, by the study.
    let names: [Int64: String]

    /// Groups shown to people, and contracts in JSON.
    static let risksMax = 15

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
        if let study { Self.study(study, names, &card) }
        guard !report.risks.isEmpty else { return card }
        card.heading("By plan and tenure, within \(report.withinMonths) months")
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

    private static func study(
        _ study: ContractStudy, _ names: [Int64: String], _ card: inout CardDocument
    ) {
        card.heading("Likely to end within three months, by what customers did")
        card.sentence(
            "Learnt from \(Figures.grouped(study.contracts)) contracts as they were "
                + "\(ContractStudy.days) days before, of which \(Figures.grouped(study.ended)) ended since "
                + "(\(study.winner)). Held back: AUC \(Figures.fixed(study.figures.areaUnderCurve, digits: 3)) "
                + "(\(Figures.fixed(study.figures.areaLow, digits: 3)) to "
                + "\(Figures.fixed(study.figures.areaHigh, digits: 3)), 95 %), "
                + "Brier \(Figures.percent(study.figures.brierSkill)) better than the base rate."
                + (study.figures.areaLow <= 0.5
                    ? " That is no better than chance: go by plan and tenure." : ""))
        var table = TextTable(headings: ["customer", "probability", "main reason"], numeric: [1])
        for risk in study.risks.prefix(risksMax) {
            table.rows.append([
                TenureParts.short(names[risk.contract.customer] ?? ""),
                Figures.percent(risk.probability), risk.reasons.first?.text ?? "",
            ])
        }
        card.table(table)
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
        // Those that are said to be equally likely stand by plan and month.
        return groups.sorted {
            (-($0.probability * 1000).rounded(), $0.plan, $0.months)
                < (-($1.probability * 1000).rounded(), $1.plan, $1.months)
        }
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
            /// How what customers did foretold ends that were held back.
            let activity: ChurnReport.Figures?
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
            verdict: report.verdict.verdict.rawValue, report: rest, likeliest: Array(lines),
            activity: study?.figures)
        return String(decoding: try encoder.encode(card), as: UTF8.self)
    }

    /// Every contract that lasts, the likeliest to end first.
    func csv() -> String {
        let months = Dictionary(
            report.risks.map { (Key($0.customer, $0.subscription), $0) },
            uniquingKeysWith: { first, _ in first })
        var table = TextTable(headings: [
            "customer", "subscription", "plan", "months", "by_plan_and_tenure", "by_activity",
            "reason_1", "reason_2", "reason_3",
        ])
        func add(_ risk: ContractsReport.Risk, _ learnt: ContractStudy.Risk?) {
            let reasons = learnt?.reasons.map(\.text) ?? []
            table.rows.append(
                [
                    Self.id(risk), risk.subscription, risk.plan,
                    Figures.fixed(risk.months, digits: 2),
                    Figures.fixed(risk.probability, digits: 4),
                    learnt.map { Figures.fixed($0.probability, digits: 4) } ?? "",
                ] + reasons + Array(repeating: "", count: max(0, 3 - reasons.count)))
        }
        guard let study else {
            for risk in report.risks { add(risk, nil) }
            return table.csv()
        }
        for learnt in study.risks {
            let key = Key(learnt.contract.customer, learnt.contract.subscription)
            if let risk = months[key] { add(risk, learnt) }
        }
        return table.csv()
    }

    private struct Key: Hashable {
        let customer: Int64
        let subscription: String

        init(_ customer: Int64, _ subscription: String) {
            (self.customer, self.subscription) = (customer, subscription)
        }
    }

    private static func id(_ risk: ContractsReport.Risk) -> String {
        ID<Customer>(rawValue: risk.customer).description
    }
}
