import Foundation
import Kernel
import Predictions

/// The model card of the offers: what they are learnt from, how they did, and whether to trust them.
struct OfferCardText {
    /// The name that the card goes by.
    static let name = "recommendations"

    let report: OfferReport

    private func day(_ number: Int) -> String { CalendarDay(daysSinceEpoch: number).description }

    /// As Markdown, for people and for handing on.
    func markdown() -> String {
        var lines = ["# Recommendations", "", report.sentence, ""]
        lines.append(
            "Learnt from orders up to \(day(report.asOf)): \(Figures.grouped(report.lines)) lines "
                + "of \(Figures.grouped(report.orders)) orders of "
                + "\(Figures.grouped(report.customers)) customers. Of "
                + "\(Figures.grouped(report.products)) products, "
                + "\(Figures.grouped(report.offeredProducts)) have enough buyers to be offered.")
        if let cut = report.cutBefore {
            lines.append(
                "There were more lines than are learnt from: those before \(day(cut)) are left out."
            )
        }
        lines.append("Offers are by \(report.chosen.name).")
        lines += ["", "## Held-back purchases", ""]
        if let check = report.check {
            lines.append(
                "The models saw everything up to \(day(check.trainedUntil)). In the "
                    + "\(check.heldBackDays) days after, \(Figures.grouped(check.judges)) customers of "
                    + "before bought something they never had"
                    + (check.judged < check.judges
                        ? "; \(Figures.grouped(check.judged)) of them, drawn by lot, judge." : "."))
            if !check.contestants.isEmpty {
                lines += [
                    "",
                    "| offers by | P@10 | recall@10 | NDCG@10 | of all products | NDCG beyond best sellers |",
                    "|---|---|---|---|---|---|",
                ]
                lines += check.contestants.map { contestant in
                    func figure(_ value: Double) -> String { Figures.fixed(value, digits: 4) }
                    let gain =
                        contestant.source == .bestSellers
                        ? "–" : "\(figure(contestant.gain)) ± \(figure(contestant.gainError))"
                    return "| \(contestant.source.name) | \(figure(contestant.precision)) "
                        + "| \(figure(contestant.recall)) | \(figure(contestant.ndcg)) "
                        + "| \(Figures.percent(contestant.coverage)) | \(gain) |"
                }
            }
        } else {
            lines.append(
                "None: a quarter of the days since the first order is less than four weeks.")
        }
        lines += ["", "## Settings", "", "| setting | value |", "|---|---|"]
        lines += report.parameters.sorted { $0.key < $1.key }.map {
            "| \($0.key) | \(Figures.plain($0.value)) |"
        }
        return lines.joined(separator: "\n")
    }

    private struct Card: Encodable {
        let sentence: String
        let report: OfferReport
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(Card(sentence: report.sentence, report: report))
        return String(decoding: data, as: UTF8.self)
    }
}
