import Foundation
import Predictions

/// What a trial says of whom to treat, as a card.
struct UpliftCard {
    let report: TreatmentReport
    let file: String

    /// Gains are told for so many people.
    private static let people = 1000.0

    var document: CardDocument {
        var card = CardDocument(
            title: "Whom to treat: \(report.treatment) for \(report.outcome) in \(file)")
        card.heading("Verdict")
        card.sentence(verdict)
        for note in report.notes { card.sentence(note) }
        arms(&card)
        balance(&card)
        learners(&card)
        // What is earned by treating some rather than others, no one knows then.
        if report.verdict != .notRandom { policy(&card) }
        for column in report.columnsLeftOut {
            card.sentence("\(column.name) was left out: \(column.reason).")
        }
        return card
    }

    func json() throws -> String {
        struct Card: Encodable {
            let file: String
            let verdict: String
            let report: TreatmentReport
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let card = Card(file: file, verdict: report.verdict.rawValue, report: report)
        return String(decoding: try encoder.encode(card), as: UTF8.self)
    }

    private var verdict: String {
        let all = report.policy.last.map { Self.range($0.gain) } ?? "–"
        let none = "No usable difference between people"
        switch report.verdict {
        case .notRandom:
            return
                "Not to be trusted: chance doesn't seem to have decided who was treated, so the arms "
                + "differ by more than the treatment."
        case .treatBest:
            return
                "Treat the best \(Self.percent(report.advantage.share)): for each 1,000 people that "
                + "earns \(Self.range(report.advantage.gain)) more than the better of treating all and "
                + "none."
        case .treatAll:
            return "\(none): treat all. For each 1,000 people that earns \(all)."
        case .treatNone:
            return "\(none): treat none. Treating all would earn \(all) for each 1,000 people."
        case .undecided:
            return "\(none): treat all or none; the trial can't tell which. For each 1,000 people "
                + "treating all earns \(all)."
        }
    }

    private func arms(_ card: inout CardDocument) {
        card.heading("The trial")
        var table = TextTable(
            headings: ["", "people", report.isBinary ? "share" : "mean"], numeric: [1, 2])
        for (name, arm) in [("treated", report.treated), ("not treated", report.untreated)] {
            table.rows.append([name, Figures.grouped(arm.people), outcome(arm.mean)])
        }
        card.table(table)
        card.sentence(
            "Mean effect: \(outcome(report.effect.value)) (\(outcome(report.effect.low)) to "
                + "\(outcome(report.effect.high)), 95 %)"
                + (report.effect.low <= 0 && report.effect.high >= 0
                    ? "; it may be nothing." : "."))
    }

    private func balance(_ card: inout CardDocument) {
        guard let balance = report.balance else { return }
        let area = Figures.fixed(balance.areaUnderCurve, digits: 3)
        let column =
            "\(balance.column) differs most, by "
            + "\(Figures.fixed(balance.difference.magnitude, digits: 2)) standard deviations"
        card.sentence(
            balance.looksRandom
                ? "Chance seems to have decided who was treated: the columns tell it with AUC \(area) "
                    + "(0.5 is chance); \(column)."
                : "The columns tell who was treated with AUC \(area), where chance would give 0.5; "
                    + "\(column). Take a trial in which chance decides, or leave out with --ignore what "
                    + "was written after the treatment.")
    }

    private func learners(_ card: inout CardDocument) {
        card.heading("Who tells people apart")
        var table = TextTable(
            headings: ["learner", "Qini", "95 %", "AUUC", "95 %"], numeric: [1, 2, 3, 4])
        for (place, learner) in report.learners.enumerated() {
            table.rows.append([
                learner.name + (place == 0 ? " *" : ""), Self.small(learner.qini.value),
                "\(Self.small(learner.qini.low)) to \(Self.small(learner.qini.high))",
                Self.small(learner.auuc.value),
                "\(Self.small(learner.auuc.low)) to \(Self.small(learner.auuc.high))",
            ])
        }
        card.table(table)
        card.sentence(
            "Outcomes for each 1,000 people, each judged by a model that hadn't seen them (seed "
                + "\(report.seed)). Qini above 0 tells whom treating changes more.")
    }

    private func policy(_ card: inout CardDocument) {
        card.heading("Treating the best (\(report.learners.first?.name ?? ""))")
        var table = TextTable(headings: ["treated", "earns", "95 %", ""], numeric: [0, 1, 2])
        let shown = report.policy.filter {
            let tenths = $0.share * 10
            return (tenths - tenths.rounded()).magnitude < 1e-6
        }
        let most = shown.map { $0.gain.value.magnitude }.max() ?? 0
        let digits = Self.digits(shown.map(\.gain))
        for point in shown {
            let length = most > 0 ? Int((point.gain.value.magnitude / most * 24).rounded()) : 0
            table.rows.append([
                Self.percent(point.share), Self.money(point.gain.value, digits),
                "\(Self.money(point.gain.low, digits)) to \(Self.money(point.gain.high, digits))",
                String(repeating: point.gain.value < 0 ? "-" : "#", count: length),
            ])
        }
        card.table(table)
        card.sentence(
            report.cost == 0 && report.value == 1
                ? "In outcomes for each 1,000 people there are; --value and --cost turn that into money."
                : "For each 1,000 people there are: \(Self.amount(report.value)) for an outcome, less "
                    + "\(Self.amount(report.cost)) for each person treated.")
    }

    private func outcome(_ mean: Double) -> String {
        report.isBinary
            ? Figures.fixed(mean * 100, digits: 2) + "%" : Figures.fixed(mean, digits: 4)
    }

    private static func range(_ range: TreatmentReport.Range) -> String {
        let digits = digits([range])
        let texts = [range.value, range.low, range.high].map { money($0, digits) }
        return "\(texts[0]) (\(texts[1]) to \(texts[2]), 95 %)"
    }

    private static func money(_ gain: Double, _ digits: Int) -> String {
        Figures.fixed(gain * people, digits: digits)
    }

    /// As many for all figures that stand together.
    private static func digits(_ ranges: [TreatmentReport.Range]) -> Int {
        let most = ranges.flatMap { [$0.value, $0.low, $0.high] }.map { $0.magnitude * people }
            .max()
        return most ?? 0 < 100 ? 2 : 0
    }

    private static func small(_ figure: Double) -> String {
        Figures.fixed(figure * people, digits: 2)
    }

    private static func amount(_ value: Double) -> String {
        Figures.fixed(value, digits: value == value.rounded() ? 0 : 2)
    }

    private static func percent(_ share: Double) -> String {
        Figures.fixed(share * 100, digits: 0) + "%"
    }
}
